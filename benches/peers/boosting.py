"""Boosted trees of radsurv beside gbm, XGBoost and scikit-survival, of the same made-up tables in one run.

    cargo build --release -p radsurv-survival --example time_boosting
    python benches/peers/boosting.py --radsurv target/release/examples/time_boosting [--runs 3] [--threads 2] [--sizes 380x487,5000x50] [--rounds 500]
    python benches/peers/boosting.py --radsurv ... --sizes 1000x50,10000x50,100000x50 --rounds 50 --only radsurv     # how the cost grows

Needs Rscript with gbm, and a Python with xgboost and scikit-survival. Given are seconds of the trees and of predicting 1000 other cases, without
reading and writing, the fastest of the runs, in which the programs take turns; processor seconds of all threads; and Harrell's C of the other
cases. All have 500 trees of depth 3 and a learning rate of 0.05; gbm and radsurv's gbm have 3 splits a tree and 10 cases in a leaf, with all cases and
with a half of them for each tree; scikit-survival the same cases and depth. gbm and scikit-survival have one thread.
"""

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

from coxnet import table

GBM = """
suppressMessages({library(gbm); library(survival)})
a <- commandArgs(trailingOnly = TRUE)
table <- read.csv(a[1], row.names = 1); new <- read.csv(a[2], row.names = 1)[, -(1:2)]
x <- table[, -(1:2)]; y <- Surv(table$time, table$event)
begin <- proc.time()
fit <- gbm.fit(x, y, distribution = "coxph", n.trees = as.numeric(a[4]), interaction.depth = 3, shrinkage = 0.05, n.minobsinnode = 10,
               bag.fraction = as.numeric(a[5]), keep.data = FALSE, verbose = FALSE)
p <- predict(fit, new, n.trees = as.numeric(a[4]))
used <- proc.time() - begin
cat(sprintf("%.6f %.6f\\n", used[["elapsed"]], used[["user.self"]]))
write.table(p, a[3], row.names = FALSE, col.names = FALSE)
"""


def write(path, x, time_, event):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["case_id", "time", "event", *(f"f{j}" for j in range(x.shape[1]))])
        for i in range(len(x)):
            out.writerow([f"P{i}", repr(float(time_[i])), int(event[i]), *(repr(float(v)) for v in x[i])])


def run(command, environment=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [float(v) for v in done.stdout.split()], resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


class Here:
    """What is run in this process: seconds, processor seconds, and the risks of the new cases."""

    def __init__(self, work):
        begin, used = time.perf_counter(), time.process_time()
        self.risk = work()
        self.taken = time.perf_counter() - begin, time.process_time() - used


def xgboost(x, time_, event, new, rounds, threads):
    import xgboost

    data = xgboost.DMatrix(x, np.where(event, time_, -time_), nthread=threads)
    settings = {"objective": "survival:cox", "tree_method": "hist", "max_depth": 3, "eta": 0.05, "nthread": threads}
    return xgboost.train(settings, data, rounds).predict(xgboost.DMatrix(new), output_margin=True)


def scikit_survival(x, time_, event, new, rounds, cases):
    from sksurv.ensemble import GradientBoostingSurvivalAnalysis
    from sksurv.util import Surv

    model = GradientBoostingSurvivalAnalysis(learning_rate=0.05, n_estimators=rounds, max_depth=3, min_samples_leaf=10, subsample=cases,
                                             random_state=0)
    return model.fit(x, Surv.from_arrays(event, time_)).predict(new)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--sizes", default="380x487,5000x50")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", help="the names of the programs begin with this")
    parser.add_argument("--without", default="-", help="programs whose names begin with this are left out")
    options = parser.parse_args()
    from sksurv.metrics import concordance_index_censored

    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads), "OMP_NUM_THREADS": str(options.threads)}
    print(f"{platform.machine()}, {options.threads} threads, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs, {options.rounds} trees")
    for size in options.sizes.split(","):
        n, p = (int(v) for v in size.split("x"))
        x, time_, event = table(n + 1000, p, 1)
        new, new_time, new_event = x[n:], time_[n:], event[n:]
        x, time_, event = x[:n], time_[:n], event[:n]
        print(f"{n} cases x {p} features, {int(event.sum())} events")
        with tempfile.TemporaryDirectory() as folder:
            names = {name: os.path.join(folder, name) for name in ["table.csv", "new.csv", "out.csv", "gbm.R"]}
            with open(names["gbm.R"], "w") as file:
                file.write(GBM)
            write(names["table.csv"], x, time_, event)
            write(names["new.csv"], new, new_time, new_event)

            def ours(model, cases):
                command = [options.radsurv, model, "RUNS", names["out.csv"], names["table.csv"], names["new.csv"], str(options.rounds), "3", "0.05", str(cases)]
                reading = run([*command[:2], "0", *command[3:]], environment)[1]
                (seconds,), used = run([*command[:2], "1", *command[3:]], environment)
                return (seconds, used - reading), np.loadtxt(names["out.csv"])

            def gbm(cases):
                (seconds, used), _ = run(["Rscript", names["gbm.R"], names["table.csv"], names["new.csv"], names["out.csv"], str(options.rounds), str(cases)])
                return (seconds, used), np.loadtxt(names["out.csv"])

            def here(work, *arguments):
                done = Here(lambda: work(x, time_, event, new, options.rounds, *arguments))
                return done.taken, done.risk

            programs = {
                "radsurv xgb": lambda: ours("xgb", 1),
                "xgboost hist": lambda: here(xgboost, options.threads),
                "radsurv gbm": lambda: ours("gbm", 1),
                "gbm": lambda: gbm(1),
                "scikit-survival": lambda: here(scikit_survival, 1.0),
                "radsurv gbm, half": lambda: ours("gbm", 0.5),
                "gbm, half": lambda: gbm(0.5),
                "scikit-survival, half": lambda: here(scikit_survival, 0.5),
            }
            best = {}
            for _ in range(options.runs):
                for name, program in programs.items():
                    if (options.only and not name.startswith(options.only)) or name.startswith(options.without):
                        continue
                    taken, risk = program()
                    before = best.get(name, (taken, None))[0]
                    best[name] = (tuple(min(a, b) for a, b in zip(before, taken)), risk)
            base = None
            for name, ((seconds, used), risk) in best.items():
                if name.startswith("radsurv"):
                    base = seconds, used
                c = concordance_index_censored(new_event, new_time, risk)[0]
                ratio = "" if name.startswith("radsurv") or base is None else f"   {seconds / base[0]:.1f} x, processor {used / base[1]:.1f} x"
                print(f"  {name:<22} {seconds:8.3f} s, processor {used:8.3f} s, C {c:.4f}{ratio}", flush=True)


if __name__ == "__main__":
    main()
