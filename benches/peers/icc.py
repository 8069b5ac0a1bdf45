"""Intraclass correlations of radsurv beside psych's and pingouin's, of the same readings, in one run.

    cargo build --release -p radsurv-harmonize --example time_icc
    python benches/peers/icc.py --radsurv target/release/examples/time_icc [--features 1037] [--runs 3] [--threads 2]

Needs Rscript with psych (and lme4), and a Python with pingouin: reference/requirements-icc.txt. Given are seconds of the
correlations alone, without reading and writing, the fastest of the runs; the programs take turns. psych and pingouin compute all six
forms for each feature, radsurv the one that is asked for (icc2). With missing readings psych takes its mixed model, on `--mixed` of
the features, pingouin leaves cases out, on `--slow`; their times are scaled to all features. At the end the values are compared.
"""

import argparse
import csv
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "reference"))
from icc_pingouin import icc

PSYCH = """
suppressMessages({library(psych); library(lme4)})
a <- commandArgs(trailingOnly = TRUE)
count <- as.integer(a[1])
readings <- lapply(a[3:length(a)], read.csv, row.names = 1)
mixed <- any(sapply(readings, anyNA))
columns <- names(readings[[1]])[seq_len(count)]
begin <- proc.time()[["elapsed"]]
values <- sapply(columns, function(f) {
  x <- sapply(readings, function(r) r[[f]])
  suppressMessages(suppressWarnings(ICC(x, lmer = mixed)$results[2, "ICC"]))
})
cat(sprintf("%.6f\\n", proc.time()[["elapsed"]] - begin))
writeLines(sprintf("%.17g", values), a[2])
"""


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [float(line) for line in done.stdout.split()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--features", type=int, default=1037)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--readings", type=int, default=3)
    parser.add_argument("--mixed", type=int, default=100)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    threads = str(options.threads)
    environment = {**os.environ, "RAYON_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    print(f"{platform.machine()}, {options.threads} threads, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs")
    rng = random.Random(1)
    n, k, count = options.cases, options.readings, options.features
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "psych.R")
        with open(script, "w") as file:
            file.write(PSYCH)
        for missing in (0, 0.05):
            truth = [[rng.gauss(0, 1) for _ in range(n)] for _ in range(count)]
            paths, tables = [], []
            for j in range(k):
                offsets = [rng.gauss(0, 0.2) for _ in range(count)]
                table = [[t[i] + o + rng.gauss(0, 0.4) for t, o in zip(truth, offsets)] for i in range(n)]
                table = [[float("nan") if rng.random() < missing else v for v in row] for row in table]
                paths.append(os.path.join(folder, f"reader{j}.csv"))
                tables.append(np.array(table))
                with open(paths[-1], "w", newline="") as file:
                    out = csv.writer(file)
                    out.writerow(["case_id", *(f"f{f}" for f in range(count))])
                    for i, row in enumerate(table):
                        out.writerow([f"P{i}", *("" if v != v else repr(v) for v in row)])
            by_psych = options.mixed if missing else count
            by_pingouin = min(options.slow, count)
            ours, theirs = os.path.join(folder, "ours.csv"), os.path.join(folder, "psych.txt")
            seconds = {"radsurv": [], "psych": [], "pingouin": []}
            for _ in range(options.runs):
                seconds["radsurv"] += run([options.radsurv, "5", ours, *paths], environment)
                seconds["psych"].append(count / by_psych * run(["Rscript", script, str(by_psych), theirs, *paths], environment)[0])
                begin = time.perf_counter()
                pingouin = [icc([list(t[:, f]) for t in tables])[1][0] for f in range(by_pingouin)]
                seconds["pingouin"].append(count / by_pingouin * (time.perf_counter() - begin))
            best = {name: min(list_) for name, list_ in seconds.items()}
            print(f"{count} features x {n} cases x {k} readings, {100 * missing:.0f} % missing"
                  + (f" (psych's mixed model of {by_psych} features, scaled)" if missing else ""))
            for name, value in best.items():
                ratio = "" if name == "radsurv" else f"   {value / best['radsurv']:.0f} x radsurv"
                print(f"  {name:<10} {value:10.5f} s{ratio}")
            found = pd.read_csv(ours)["icc"].to_numpy()
            expected = np.loadtxt(theirs)
            print(f"  difference from psych: {np.max(np.abs(found[:by_psych] - expected)):.1e} at most")
            if not missing:
                print(f"  difference from pingouin: {np.max(np.abs(found[:by_pingouin] - pingouin)):.1e} at most")


if __name__ == "__main__":
    main()
