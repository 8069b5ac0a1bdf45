"""radsurv's Spearman matrix and removal of redundant features beside R's cor and caret's findCorrelation, in one run.

    cargo build --release -p radsurv-harmonize --example time_select
    python benches/peers/selection.py --radsurv target/release/examples/time_select [--cases 1000] [--features 2074] [--exact-features 400] [--threads 2]

Needs Rscript with caret 6.0-93. Given are seconds without reading and writing, the fastest of the runs; the two take turns. The exact
mode of caret adds the whole matrix up for each pair, so it is given fewer features. R's cor uses one thread. The times
of both modes include the matrix. The removed sets are compared.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time

R = """
suppressPackageStartupMessages(library(caret))
a <- commandArgs(trailingOnly = TRUE)
x <- as.matrix(read.csv(a[1], row.names = 1))
seconds <- function(e) system.time(e, gcFirst = FALSE)[["elapsed"]]
matrix <- seconds(r <- cor(x, method = "spearman"))
exact <- if (a[3] == "yes") seconds(e <- findCorrelation(r, as.numeric(a[2]), exact = TRUE)) else { e <- integer(0); NA }
fast <- seconds(f <- findCorrelation(r, as.numeric(a[2]), exact = FALSE))
cat(matrix, matrix + exact, matrix + fast, "\\n")
cat(paste(sort(e) - 1, collapse = ","), "\\n", paste(sort(f) - 1, collapse = ","), "\\n", sep = "")
"""


def write_table(path, cases, features):
    """Groups of like features: each is one of every eighth with noise of its own. Integers, made by SplitMix64."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "reference"))
    from splitmix import SplitMix64

    random = SplitMix64(4)
    with open(path, "w") as file:
        file.write("case," + ",".join(f"f{i}" for i in range(features)) + "\n")
        for case in range(cases):
            base = [random.below(1000) for _ in range((features + 7) // 8)]
            cells = (base[i // 8] * 10 + random.below(1 + 1500 * (i % 8)) for i in range(features))
            file.write(f"P{case}," + ",".join(map(str, cells)) + "\n")


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:2])} failed:\n{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--features", type=int, default=2074)
    parser.add_argument("--exact-features", type=int, default=400)
    parser.add_argument("--threshold", default="0.9")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    environment = {**os.environ, "RAYON_NUM_THREADS": str(args.threads)}
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; {time.strftime('%Y-%m-%d')}; {args.threads} threads")
    with tempfile.TemporaryDirectory(prefix="radsurv-peers-") as folder:
        table, out = os.path.join(folder, "t.csv"), os.path.join(folder, "out.csv")
        for features, exact in ((args.features, "no"), (args.exact_features, "yes")):
            write_table(table, args.cases, features)
            ours, theirs, sets = [float("inf")] * 3, [float("inf")] * 3, None
            for _ in range(args.runs):
                # Ours is short: it runs more often, so that its fastest is as steady as R's.
                for line in run([args.radsurv, table, args.threshold, "5", out], environment).splitlines():
                    ours = [min(a, float(b)) for a, b in zip(ours, line.split())]
                times, *sets = run(["Rscript", "-e", R, table, args.threshold, exact], environment).splitlines()[-3:]
                theirs = [a if b == "NA" else min(a, float(b)) for a, b in zip(theirs, times.split())]
            print(f"{features} features x {args.cases} cases, threshold {args.threshold}")
            for name, a, b in zip(("Spearman matrix", "with exact mode", "with fast mode"), ours, theirs):
                if b < float("inf"):
                    print(f"  {name:<16} radsurv {a:9.4f} s   R {b:9.3f} s   {b / a:8.1f} times faster")
                else:
                    print(f"  {name:<16} radsurv {a:9.4f} s")
            with open(out) as file:
                for name, a, b in zip(("exact", "fast"), file.read().splitlines(), sets):
                    if name == "fast" or exact == "yes":
                        print(f"  {name} mode: {len(a.split(',')) if a else 0} features go; the sets are {'equal' if a == b.strip() else 'DIFFERENT'}")


if __name__ == "__main__":
    main()
