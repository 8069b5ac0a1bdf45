"""ComBat of radsurv beside sva's and neuroCombat's, on the same table, in one run.

    cargo build --release -p radsurv-harmonize --example time_combat
    python benches/peers/combat.py --radsurv target/release/examples/time_combat [--runs 5] [--threads 2]

Needs Rscript with sva 3.46, and a Python with numpy<2, pandas and neuroCombat 0.2.12. Given are seconds of fit and adjustment
alone, without reading and writing, the fastest of the runs; the three take turns. At the end the adjusted values are compared.
"""

import argparse
import contextlib
import csv
import io
import os
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

np.int = int
from neuroCombat import neuroCombat

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "reference"))
from combat_inputs import cohort

CASES = [
    ("non-parametric, 487 features x 380 cases", "non-parametric", 487, [120, 110, 90, 60], ""),
    ("parametric, 2074 features x 700 cases", "parametric", 2074, [250, 200, 150, 100], ""),
    ("parametric, 2074 features x 700 cases, 3 covariates", "parametric", 2074, [250, 200, 150, 100], "age+sex+stage"),
]

SVA = """
suppressMessages(library(sva))
a <- commandArgs(trailingOnly = TRUE)
table <- read.csv(a[1], row.names = 1, stringsAsFactors = TRUE)
x <- t(as.matrix(table[, grep("^f[0-9]+$", names(table))]))
mod <- if (a[3] == "") NULL else model.matrix(as.formula(paste("~", a[3])), data = table)
begin <- proc.time()[["elapsed"]]
invisible(capture.output(y <- suppressMessages(ComBat(x, table$batch, mod, par.prior = a[2] == "parametric"))))
cat(sprintf("%.6f\\n", proc.time()[["elapsed"]] - begin))
write.csv(t(y), a[4])
"""


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [float(line) for line in done.stdout.split()]


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
        script = os.path.join(folder, "sva.R")
        with open(script, "w") as f:
            f.write(SVA)
        for title, method, features, sizes, covariates in CASES:
            made = cohort({"seed": 7, "sizes": sizes, "features": features})
            path, ours, theirs = (os.path.join(folder, n) for n in ("table.csv", "ours.csv", "sva.csv"))
            about = ["batch", "age", "sex", "stage"]
            with open(path, "w", newline="") as f:
                out = csv.writer(f)
                out.writerow(["case", *about, *(f"f{k}" for k in range(features))])
                for case in range(sum(sizes)):
                    out.writerow([f"P{case}", *(made[name][case] for name in about), *(column[case] for column in made["values"])])
            values = np.array(made["values"], dtype="float64")
            frame = pd.DataFrame({name: made[name] for name in about})
            known = [c for c in covariates.split("+") if c]
            seconds = {"radsurv": [], "sva": [], "neuroCombat": []}
            for _ in range(options.runs):
                seconds["radsurv"] += run([options.radsurv, path, method, covariates, "1", ours], environment)
                seconds["sva"] += run(["Rscript", script, path, method, covariates, theirs], environment)
                with contextlib.redirect_stdout(io.StringIO()):
                    begin = time.perf_counter()
                    neuro = neuroCombat(dat=values, covars=frame, batch_col="batch", parametric=method == "parametric",
                                        categorical_cols=[c for c in known if c != "age"],
                                        continuous_cols=[c for c in known if c == "age"])["data"]
                    seconds["neuroCombat"].append(time.perf_counter() - begin)
            best = {name: min(list_) for name, list_ in seconds.items()}
            print(title)
            for name, value in best.items():
                ratio = "" if name == "radsurv" else f"   {value / best['radsurv']:.1f} x radsurv"
                print(f"  {name:<12} {value:9.4f} s{ratio}")
            table = pd.read_csv(ours, index_col=0).to_numpy()
            scale = np.std(table, axis=0)
            for name, other in (("sva", pd.read_csv(theirs, index_col=0).to_numpy()), ("neuroCombat", neuro.T)):
                print(f"  difference from {name}: {np.max(np.abs(table - other) / scale):.1e} standard deviations at most")


if __name__ == "__main__":
    main()
