"""Cox-LASSO paths of radsurv beside glmnet's and scikit-survival's, and their cross-validation, of the same table in one run.

    cargo build --release -p radsurv-survival --example time_coxnet
    python benches/peers/coxnet.py --radsurv target/release/examples/time_coxnet [--cases 380] [--features 487] [--runs 3] [--threads 2]
    python benches/peers/coxnet.py --radsurv ... --table lung1.csv      # a real table

Needs Rscript with glmnet, and a Python with scikit-survival. Given are seconds without reading and writing, the fastest of the runs; the
programs take turns. All fit 100 lambdas with their defaults: glmnet stops at steps of coefficients below 1e-7 (squared, of the null
deviance), scikit-survival at 1e-7, radsurv at derivatives within 1e-8 of the largest one; what was reached is compared at the end by the
penalised likelihood, which is the lowest at the minimum. glmnet and scikit-survival have one thread.
"""

import argparse
import csv
import os
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

GLMNET = """
suppressMessages({library(glmnet); library(survival)})
a <- commandArgs(trailingOnly = TRUE)
table <- read.csv(a[1], row.names = 1)
x <- as.matrix(table[, -(1:2)]); y <- Surv(table$time, table$event)
begin <- proc.time()[["elapsed"]]
fit <- glmnet(x, y, family = "cox")
path <- proc.time()[["elapsed"]] - begin
begin <- proc.time()[["elapsed"]]
if (a[3] == "1") invisible(cv.glmnet(x, y, family = "cox", nfolds = 10))
cat(sprintf("%.6f %.6f\\n", path, proc.time()[["elapsed"]] - begin))
write.table(cbind(fit$lambda, fit$dev.ratio, t(as.matrix(fit$beta))), a[2], sep = ",", row.names = FALSE, col.names = FALSE)
"""


def table(n, p, seed):
    """Correlated features like those of radiomics: each is one of 20 latent ones and noise; ten of them have an effect."""
    rng = np.random.default_rng(seed)
    latent, group, load = rng.normal(size=(n, 20)), rng.integers(0, 20, size=p), rng.uniform(0.3, 0.95, size=p)
    x = latent[:, group] * load + rng.normal(size=(n, p)) * np.sqrt(1 - load**2)
    b = np.zeros(p)
    b[:10] = 0.3 * rng.normal(size=10)
    event, censored = rng.exponential(size=n) * np.exp(-x @ b), 1.5 * rng.exponential(size=n)
    return x, np.minimum(event, censored), event <= censored


def objective(x, time_, event, b, lam):
    """The penalised negative log partial likelihood by case, Breslow's of ties."""
    order = np.argsort(-time_, kind="stable")
    at_risk = np.searchsorted(-time_[order], -time_[order], side="right") - 1
    z = (x - x.mean(0)) / x.std(0)
    eta = (z @ (b * x.std(0)))[order]
    sums = np.logaddexp.accumulate(eta)[at_risk]
    return -(eta - sums)[event[order]].sum() / len(eta) + lam * np.abs(b * x.std(0)).sum()


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [[float(v) for v in line.split()] for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--cases", type=int, default=380)
    parser.add_argument("--features", type=int, default=487)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--table", help="a CSV file with case ids, time, event and features, in place of made-up ones")
    parser.add_argument("--no-cv", action="store_true", help="paths only")
    options = parser.parse_args()
    from sksurv.linear_model import CoxnetSurvivalAnalysis
    from sksurv.util import Surv

    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads), "OMP_NUM_THREADS": "1"}
    if options.table:
        with open(options.table) as file:
            rows = np.array([[float(v) for v in row[1:]] for row in list(csv.reader(file))[1:]])
        x, time_, event = rows[:, 2:], rows[:, 0], rows[:, 1] == 1
        options.cases, options.features = x.shape
    else:
        x, time_, event = table(options.cases, options.features, 1)
    seconds = {"radsurv": [], "glmnet": [], "scikit-survival": []}
    with tempfile.TemporaryDirectory() as folder:
        data, script = os.path.join(folder, "table.csv"), os.path.join(folder, "glmnet.R")
        ours, theirs = os.path.join(folder, "ours.csv"), os.path.join(folder, "glmnet.csv")
        with open(script, "w") as file:
            file.write(GLMNET)
        with open(data, "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["case_id", "time", "event", *(f"f{j}" for j in range(options.features))])
            for i in range(options.cases):
                out.writerow([f"P{i}", repr(float(time_[i])), int(event[i]), *(repr(float(v)) for v in x[i])])
        for _ in range(options.runs):
            seconds["radsurv"] += run([options.radsurv, "3", ours, data], environment)
            seconds["glmnet"] += run(["Rscript", script, data, theirs, "0" if options.no_cv else "1"], environment)
            begin = time.perf_counter()
            sk = CoxnetSurvivalAnalysis(l1_ratio=1.0, normalize=True).fit(x, Surv.from_arrays(event, time_))
            seconds["scikit-survival"].append([time.perf_counter() - begin])
        print(f"{platform.machine()}, {options.threads} threads, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs")
        print(f"{options.cases} cases x {options.features} features, {int(event.sum())} events")
        for place, what in enumerate(["path of 100 lambdas", "path and 10-fold cross-validation"][: 1 if options.no_cv else 2]):
            print(what)
            best = {name: min(s[place] for s in list_) for name, list_ in seconds.items() if len(list_[0]) > place}
            for name, value in best.items():
                ratio = "" if name == "radsurv" else f"   {value / best['radsurv']:.1f} x radsurv"
                print(f"  {name:<16} {value:9.4f} s{ratio}")
        a, b = (np.loadtxt(path, delimiter=",") for path in (ours, theirs))
        points = min(len(a), len(b), sk.coef_.shape[1])
        print("penalised likelihood above radsurv's, at most over the path (negative: radsurv is worse)")
        for name, lambdas, coefficients in [("glmnet", b[:, 0], b[:, 2:]), ("scikit-survival", sk.alphas_ * np.sqrt(options.cases), sk.coef_.T)]:
            # Lambdas agree to some 1e-8; the difference is taken at radsurv's.
            excess = [objective(x, time_, event, coefficients[k], a[k, 0]) - objective(x, time_, event, a[k, 2:], a[k, 0])
                      for k in range(points)]
            print(f"  {name:<16} {max(excess):.1e}, least {min(excess):.1e}, {points} points, first lambda {lambdas[0] / a[0, 0]:.9f} of radsurv's")


if __name__ == "__main__":
    main()
