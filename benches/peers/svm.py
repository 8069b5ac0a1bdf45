"""Survival SVMs of radsurv beside scikit-survival's and survivalsvm's, of the same table in one run.

    cargo build --release -p radsurv-survival --example time_svm
    python benches/peers/svm.py --radsurv target/release/examples/time_svm [--cases 380] [--features 487] [--runs 3] [--threads 2] [--library RLIB]
    python benches/peers/svm.py --radsurv ... --large       # radsurv alone: cost and memory by the number of cases

Needs a Python with scikit-survival; with --library, Rscript with survivalsvm there (built from its public repository). Given are seconds without
reading and writing, the fastest of the runs; the programs take turns. Features are standardised before, for all. Concordances are those of as
many new cases. radsurv learns no survival curves here (--curves: also with them), as the others have none.

- ranking: FastSurvivalSVM(alpha=1, rank_ratio=1) with its defaults (a tolerance of 1e-5, 20 steps of Newton's method at most), and radsurv with
  a tolerance of 1e-5; and both with 1e-8, and as many steps as that takes.
- linear regression: survivalsvm(type = "regression", kernel = "lin_kernel", gamma.mu = 1, opt.meth = "quadprog") and radsurv's published one
  with the same cost and times as they are, and its "survivalsvm-compat".
"""

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from coxnet import table  # noqa: E402

SURVIVALSVM = """
a <- commandArgs(trailingOnly = TRUE)
.libPaths(c(a[3], .libPaths()))
suppressMessages({library(survivalsvm); library(survival)})
d <- read.csv(a[1], row.names = 1); new <- read.csv(a[2], row.names = 1)
begin <- proc.time()[["elapsed"]]
fit <- survivalsvm(Surv(time, event) ~ ., data = d, type = "regression", kernel = "lin_kernel", gamma.mu = 1, opt.meth = "quadprog")
seconds <- proc.time()[["elapsed"]] - begin
p <- as.vector(predict(fit, new)$predicted)
cat(sprintf("%.6f %.6f\\n", seconds, concordance(Surv(new$time, new$event) ~ p)$concordance))
"""

FAST = {"kind": "fast", "alpha": 1.0, "rank_ratio": 1.0}


def write(path, x, time_, event):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["case_id", "time", "event", *(f"f{j}" for j in range(x.shape[1]))])
        for i in range(len(x)):
            out.writerow([f"P{i}", repr(float(time_[i])), int(event[i]), *(repr(float(v)) for v in x[i])])


def ours(options, train, new, runs, settings):
    """Seconds of each run, what is said of the fit, and the largest memory of the process in MB."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads)}
    command = [options.radsurv, str(runs), os.devnull, train, new, json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(done.stderr)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [float(s) for s in done.stdout.split()], done.stderr.split(",")[0].strip(), memory


def large(options, folder):
    print("cases x features, formulation, seconds, C (training, new), memory (the largest so far) and that of the table in MB")
    for n, p in [(1000, 100), (10_000, 100), (20_000, 487), (100_000, 100)]:
        x, time_, event = table(n + 500, p, 1)
        train, new = os.path.join(folder, "train.csv"), os.path.join(folder, "new.csv")
        write(train, x[:n], time_[:n], event[:n])
        write(new, x[n:], time_[n:], event[n:])
        fits = [("linear", {"kind": "fast"}), ("additive", {"kind": "fast"})]
        # Its multipliers take a hundred times as long.
        if n <= 10_000:
            fits += [("linear", {"kind": "regression"}), ("additive", {"kind": "regression"})]
        for kernel, formulation in fits:
            settings = {"curves": False, "kernel": {"kind": kernel}, "formulation": formulation}
            seconds, said, memory = ours(options, train, new, 1, settings)
            print(f"  {n} x {p}  {kernel:<9} {formulation['kind']:<11} {seconds[0]:8.3f}  {said}  {memory:.0f}  {n * p * 8 / 2**20:.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--cases", type=int, default=380)
    parser.add_argument("--features", type=int, default=487)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--library", help="where R finds survivalsvm")
    parser.add_argument("--curves", action="store_true")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    print(f"{platform.machine()}, {options.threads} threads, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        if options.large:
            return large(options, folder)
        from sksurv.metrics import concordance_index_censored
        from sksurv.svm import FastSurvivalSVM
        from sksurv.util import Surv

        n = options.cases
        x, time_, event = table(2 * n, options.features, 1)
        x = (x - x[:n].mean(0)) / x[:n].std(0)
        train, new = os.path.join(folder, "train.csv"), os.path.join(folder, "new.csv")
        write(train, x[:n], time_[:n], event[:n])
        write(new, x[n:], time_[n:], event[n:])
        print(f"{n} cases x {options.features} features, {int(event[:n].sum())} events; C of training and of new cases")
        base = {"curves": options.curves}
        found = {}

        def keep(name, seconds, said):
            found.setdefault(name, [[], said])[0].extend(seconds)

        for _ in range(options.runs):
            for name, formulation, more in [
                ("ranking, radsurv", FAST, {"tolerance": 1e-5}),
                ("ranking, radsurv, tolerance 1e-8", FAST, {}),
                ("regression, radsurv", {"kind": "regression", "cost": 1.0, "time": "as-given"}, {}),
                ("regression, radsurv, as survivalsvm", {"kind": "survivalsvm-compat", "programme": "regression", "cost": 1.0}, {}),
            ]:
                seconds, said, _ = ours(options, train, new, 1, {**base, **more, "formulation": formulation})
                keep(name, seconds, said)
            for name, arguments in [("", {}), (", tol 1e-8", {"tol": 1e-8, "max_iter": 1000})]:
                svm = FastSurvivalSVM(alpha=1, rank_ratio=1, random_state=0, **arguments)
                outcome = Surv.from_arrays(event[:n], time_[:n])
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    begin = time.perf_counter()
                    svm.fit(x[:n], outcome)
                    seconds = time.perf_counter() - begin
                c = [concordance_index_censored(event[k], time_[k], svm.predict(x[k]))[0] for k in (slice(n), slice(n, None))]
                keep(f"ranking, scikit-survival{name}", [seconds], f"C {c[0]:.4f} {c[1]:.4f}")
            if options.library:
                script = os.path.join(folder, "survivalsvm.R")
                with open(script, "w") as file:
                    file.write(SURVIVALSVM)
                done = subprocess.run(["Rscript", script, train, new, options.library], capture_output=True, text=True)
                if done.returncode != 0:
                    sys.exit(done.stderr)
                seconds, c = done.stdout.split()
                keep("regression, survivalsvm", [float(seconds)], f"C of new cases {float(c):.4f}")
        best = {name: min(seconds) for name, (seconds, _) in found.items()}
        for name, (_, said) in sorted(found.items()):
            # Beside radsurv with the same tolerance.
            fine = ", tolerance 1e-8" if "1e-8" in name else ""
            base_of = best[name.split(",")[0] + ", radsurv" + fine]
            print(f"  {name:<40} {best[name]:9.4f} s  {best[name] / base_of:7.1f} x radsurv  {said}")


if __name__ == "__main__":
    main()
