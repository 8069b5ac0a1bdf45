"""Random survival forests of radsurv beside scikit-survival, ranger and randomForestSRC, of the same tables in one run.

    cargo build --release -p radsurv-survival --example time_forest
    python benches/peers/forest.py --radsurv target/release/examples/time_forest [--work 1000x380x487 ...] [--peers sksurv,ranger,rfsrc] [--runs 1] [--threads 2]
    python benches/peers/forest.py --radsurv ... --scaling      # radsurv alone: 1 000, 10 000 and 100 000 rows

Work is TREESxCASESxFEATURES. Needs Rscript with ranger (and randomForestSRC, which is in no registry of this project: build it from
its public source, RLIB names the library), and a Python with scikit-survival. radsurv has in turn the settings of each peer: node size,
number of features, cut points, sampling. Given are seconds of fitting, without reading and writing, and 1 - C of as many other cases;
the fastest of the runs, the programs taking turns.
"""

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

from coxnet import table

RANGER = """
suppressMessages({library(ranger); library(survival)})
a <- commandArgs(trailingOnly = TRUE); threads <- as.integer(a[4]); trees <- as.integer(a[5])
d <- read.csv(a[1], row.names = 1); z <- read.csv(a[2], row.names = 1)
begin <- proc.time()[["elapsed"]]
fit <- ranger(dependent.variable.name = "time", status.variable.name = "event", data = d, num.trees = trees, num.threads = threads, seed = 1)
cat(sprintf("%.6f %.6f\\n", proc.time()[["elapsed"]] - begin, fit$prediction.error))
write.table(rowSums(predict(fit, z, num.threads = threads)$chf), a[3], row.names = FALSE, col.names = FALSE)
"""

RFSRC = """
.libPaths(c(Sys.getenv("RLIB"), .libPaths())); suppressMessages({library(randomForestSRC); library(survival)})
a <- commandArgs(trailingOnly = TRUE); options(rf.cores = as.integer(a[4]), mc.cores = 1); trees <- as.integer(a[5])
d <- read.csv(a[1], row.names = 1); z <- read.csv(a[2], row.names = 1)
begin <- proc.time()[["elapsed"]]
fit <- rfsrc(Surv(time, event) ~ ., d, ntree = trees, nsplit = as.integer(a[6]), seed = -1, use.uno = FALSE)
cat(sprintf("%.6f %.6f\\n", proc.time()[["elapsed"]] - begin, tail(fit$err.rate[!is.na(fit$err.rate)], 1)))
write.table(predict(fit, z)$predicted, a[3], row.names = FALSE, col.names = FALSE)
"""


def write(path, x, time_, event):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["case_id", "time", "event", *(f"f{j}" for j in range(x.shape[1]))])
        for i in range(len(time_)):
            out.writerow([f"P{i}", repr(float(time_[i])), int(event[i]), *(repr(float(v)) for v in x[i])])


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [line.split() for line in done.stdout.splitlines()]


def settings(peer, trees, features):
    """What reproduces the peer's defaults; `radsurv_survival::forest` has them as a table."""
    ranger = {"cut_points": "all", "min_split": 6, "min_leaf": 3, "replace": True, "fraction": 1.0, "curves": "mean-hazard"}
    of = {
        "sksurv": {**ranger, "tried_features": {"count": int(features**0.5)}, "node_count": "distinct", "curves": "mean-survival"},
        "ranger": ranger,
        "rfsrc nsplit=10": {},
        "rfsrc nsplit=0": {"cut_points": "all"},
    }
    return {"trees": trees, **of[peer]}


def error(risk, time_, event):
    from sksurv.metrics import concordance_index_censored

    return 1 - concordance_index_censored(event, time_, np.asarray(risk))[0]


def compare(options, trees, cases, features, folder, environment):
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.util import Surv

    x, time_, event = table(2 * cases, features, 1)
    train, test = slice(0, cases), slice(cases, 2 * cases)
    paths = [os.path.join(folder, name) for name in ("train.csv", "test.csv", "out.csv", "settings.json")]
    write(paths[0], x[train], time_[train], event[train])
    write(paths[1], x[test], time_[test], event[test])
    print(f"{trees} trees, {cases} cases x {features} features, {int(event[train].sum())} events")
    for peer in options.peers.split(","):
        with open(paths[3], "w") as file:
            json.dump(settings(peer, trees, features), file)
        ours, theirs, found = [], [], {}
        for _ in range(options.runs):
            *lines, last = run([options.radsurv, "3", paths[3], paths[2], paths[0], paths[1]], environment)
            ours += [float(line[0]) for line in lines]
            found["radsurv"] = (error(np.loadtxt(paths[2]), time_[test], event[test]), float(last[0]))
            size = int(last[2])
            if peer == "sksurv":
                forest = RandomSurvivalForest(n_estimators=trees, n_jobs=options.threads, random_state=1, oob_score=True)
                begin = time.perf_counter()
                forest.fit(x[train], Surv.from_arrays(event[train], time_[train]))
                theirs.append(time.perf_counter() - begin)
                risk, out_of_bag = forest.predict(x[test]), 1 - forest.oob_score_
            else:
                script = os.path.join(folder, "peer.R")
                with open(script, "w") as file:
                    file.write(RANGER if peer == "ranger" else RFSRC)
                nsplit = peer.split("=")[-1]
                line = run(["Rscript", script, *paths[:3], str(options.threads), str(trees), nsplit], environment)[-1]
                theirs.append(float(line[0]))
                risk, out_of_bag = np.loadtxt(paths[2]), float(line[1])
            found[peer] = (error(risk, time_[test], event[test]), out_of_bag)
        ratio = min(theirs) / min(ours)
        print(f"  {peer:<16} {min(theirs):9.3f} s, radsurv {min(ours):8.3f} s: {ratio:6.1f} x; model {size / 1e6:.1f} MB")
        for name, (of_test, out_of_bag) in found.items():
            print(f"    {name:<16} 1 - C: test {of_test:.4f}, out of bag {out_of_bag:.4f}", flush=True)


def scaling(options, folder, environment):
    print("20 trees, 20 features, all cut points, nodes of scikit-survival; trees of many rows are deeper than log2, with cuts near the ends")
    for depth in (10, None):
        for cases in (1_000, 10_000, 100_000):
            x, time_, event = table(cases, 20, 1)
            paths = [os.path.join(folder, name) for name in ("train.csv", "out.csv", "settings.json")]
            write(paths[0], x, time_, event)
            with open(paths[2], "w") as file:
                json.dump({**settings("sksurv", 20, 20), "max_depth": depth}, file)
            *lines, last = run([options.radsurv, "3", paths[2], paths[1], paths[0], paths[0]], environment)
            fit, predict = (min(float(line[k]) for line in lines) for k in range(2))
            per = 1e9 * fit / (cases * np.log2(cases) * 20)
            what = f"depth {depth}" if depth else "any depth"
            print(f"  {what:<9} {cases:>7} rows: fit {fit:8.3f} s, {per:6.1f} ns per row, log2 of rows and tree; risks {predict:7.3f} s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--work", nargs="*", default=["1000x380x487", "100x5000x50"])
    parser.add_argument("--peers", default="sksurv,ranger,rfsrc nsplit=10,rfsrc nsplit=0")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scaling", action="store_true")
    options = parser.parse_args()
    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads), "OMP_NUM_THREADS": str(options.threads)}
    print(f"{platform.machine()}, {options.threads} threads, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        if options.scaling:
            return scaling(options, folder, environment)
        for work in options.work:
            compare(options, *(int(v) for v in work.split("x")), folder, environment)


if __name__ == "__main__":
    main()
