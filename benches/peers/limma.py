"""Differential genes of radsurv beside limma's, on the same table, in one run.

    cargo build --release -p radsurv-genomics --example time_limma
    python benches/peers/limma.py --radsurv target/release/examples/time_limma [--runs 5] [--threads 2]

Needs Rscript with limma 3.54, and numpy. Given are seconds from the table in memory to the table of genes (lmFit, eBayes,
topTable), without reading and writing, the fastest of the runs; both take turns. At the end t and p-values are compared.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile

import numpy as np

KINDS = [
    ("two groups", "groups", 20000, 300),
    ("two groups beside age", "age", 20000, 300),
    ("the same, trend and robust", "robust", 20000, 300),
    ("the same, 5 % missing", "missing", 2000, 300),
]

LIMMA = """
suppressMessages(library(limma))
a <- commandArgs(trailingOnly = TRUE)
genes <- as.integer(a[2]); samples <- as.integer(a[3])
y <- matrix(readBin(a[1], "double", genes * samples), genes, byrow = TRUE)
i <- seq_len(samples) - 1
design <- cbind(Intercept = 1, high = 1 - i %% 2)
if (a[4] != "groups") design <- cbind(design, age = 40 + i %% 37)
begin <- proc.time()[["elapsed"]]
fit <- eBayes(lmFit(y, design), trend = a[4] == "robust", robust = a[4] == "robust")
top <- topTable(fit, coef = "high", number = Inf, sort.by = "none")
cat(sprintf("%.6f\\n", proc.time()[["elapsed"]] - begin))
writeBin(as.vector(rbind(top$t, top$P.Value)), a[5])
"""


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [float(line) for line in done.stdout.split()]


def table(genes, samples, missing):
    """Genes of different variance, of which a tenth differ; sample i is of the group i mod 2."""
    random = np.random.default_rng(11)
    sd = np.sqrt(0.3 * 4 / random.chisquare(4, genes))
    values = random.normal(size=(genes, samples)) * sd[:, None] + random.uniform(3, 12, genes)[:, None]
    differ = (random.uniform(size=genes) < 0.1) * random.normal(size=genes)
    values[:, ::2] += differ[:, None]
    if missing:
        values[random.uniform(size=values.shape) < 0.05] = np.nan
    return values


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    threads = str(options.threads)
    environment = {**os.environ, "RAYON_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    print(f"{platform.machine()}, {options.threads} threads, fastest of {options.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        path, script, ours, theirs = (os.path.join(folder, n) for n in ("values", "limma.R", "ours", "theirs"))
        with open(script, "w") as f:
            f.write(LIMMA)
        for title, kind, genes, samples in KINDS:
            table(genes, samples, kind == "missing").tofile(path)
            size = [path, str(genes), str(samples), kind]
            seconds = {"radsurv": [], "limma": []}
            for _ in range(options.runs):
                # The first of three runs in a process warms up, as reading its table does for limma.
                seconds["radsurv"] += run([options.radsurv, *size, "3", ours], environment)
                seconds["limma"] += run(["Rscript", script, *size, theirs], environment)
            best = {name: min(list_) for name, list_ in seconds.items()}
            print(f"{title}, {genes} genes x {samples} samples")
            for name, value in best.items():
                ratio = "" if name == "radsurv" else f"   {value / best['radsurv']:.1f} x radsurv"
                print(f"  {name:<8} {value:9.4f} s{ratio}")
            a, b = (np.fromfile(p).reshape(-1, 2) for p in (ours, theirs))
            t = np.max(np.abs(a[:, 0] - b[:, 0]) / np.maximum(np.abs(b[:, 0]), 1e-2))
            p = np.max(np.abs(a[:, 1] - b[:, 1]) / b[:, 1])
            print(f"  largest relative difference: t {t:.1e}, p {p:.1e}")


if __name__ == "__main__":
    main()
