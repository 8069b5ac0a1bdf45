"""AUC(t) with standard errors at three times: radsurv beside timeROC and scikit-survival, on the same table, in one run.

    cargo build --release -p radsurv-eval --example time_roc
    python benches/peers/time_roc.py --radsurv target/release/examples/time_roc --library RLIB [--rows 500,2000] [--alone 10000,100000] [--runs 20]

Needs Rscript with timeROC in the library RLIB (its public repository is cran/timeROC on GitHub; pec, mvtnorm and timereg are Debian's),
and for scikit-survival's areas (without errors) a Python with it. Given are seconds of the computation alone, without reading and
writing: of radsurv the fastest of the runs by the clock, of timeROC the processor's time of one run, which takes long enough and does not count
what else runs. One thread. At the end the values are compared. A third of the cases is censored, and no times are tied.
"""

import argparse
import os
import platform
import random
import subprocess
import sys
import tempfile
import time

TIMES = "10,25,50"
R = """
a <- commandArgs(trailingOnly = TRUE)
.libPaths(c(a[1], .libPaths()))
suppressMessages({library(survival); library(timeROC)})
d <- read.csv(a[3], header = FALSE, col.names = c("time", "event", "marker", "other"))
times <- as.numeric(strsplit(a[4], ",")[[1]])
cpu <- function(t) t[["user.self"]] + t[["sys.self"]]
seconds <- function(m, iid) { s <- cpu(system.time(r <- timeROC(d$time, d$event, m, cause = 1, times = times, iid = iid))); list(r = r, s = s) }
first <- seconds(d$marker, TRUE)
cat("with-errors", first$s, "\\n")
plain <- min(replicate(3, seconds(d$marker, FALSE)$s))
cat("areas", plain, "\\n")
second <- if (nrow(d) <= 1000) seconds(d$other, TRUE) else NULL
p <- rep(NaN, length(times))
if (!is.null(second)) { s <- cpu(system.time(p <- compare(first$r, second$r)$p_values_AUC)); cat("comparison", first$s + second$s + s, "\\n") }
writeLines(sprintf("%g,%.17g,%.17g,%.17g", times, first$r$AUC, first$r$inference$vect_sd_1, p), a[2])
"""


def run(command):
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return {line.split()[0]: float(line.split()[1]) for line in done.stdout.splitlines()}


def table(rows):
    rng = random.Random(rows)
    lines = []
    for _ in range(rows):
        risk = rng.gauss(0, 1)
        end, censored = rng.expovariate(0.02) / 2.718281828**risk, rng.expovariate(0.012)
        lines.append((min(end, censored), int(end <= censored), risk + rng.gauss(0, 1), risk + rng.gauss(0, 2)))
    return "".join(f"{t!r},{e},{m!r},{o!r}\n" for t, e, m, o in sorted(lines))


def sksurv(path):
    try:
        import numpy as np
        from sksurv.metrics import cumulative_dynamic_auc
        from sksurv.util import Surv
    except ImportError:
        return None
    d = np.loadtxt(path, delimiter=",")
    outcome = Surv.from_arrays(d[:, 1] == 1, d[:, 0])
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        cumulative_dynamic_auc(outcome, outcome, d[:, 2], [float(t) for t in TIMES.split(",")])
        best = min(best, time.perf_counter() - begin)
    return best


def numbers(path):
    return [[float(cell) for cell in line.split(",")] for line in open(path)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--rows", default="500,2000")
    parser.add_argument("--alone", default="10000,100000", help="sizes without timeROC")
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    print(f"{platform.machine()}, 1 thread, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs, times {TIMES}")
    with tempfile.TemporaryDirectory() as folder:
        script, path = os.path.join(folder, "time_roc.R"), os.path.join(folder, "table.csv")
        with open(script, "w") as file:
            file.write(R)
        sizes = [(int(n), True) for n in options.rows.split(",") if n] + [(int(n), False) for n in options.alone.split(",") if n]
        for rows, beside in sizes:
            with open(path, "w") as file:
                file.write(table(rows))
            mine, its = os.path.join(folder, "ours.csv"), os.path.join(folder, "r.csv")
            ours = run([options.radsurv, str(options.runs), mine, path, TIMES])
            theirs = run(["Rscript", script, options.library, its, path, TIMES]) if beside else {}
            # Again, in case something else ran for a while.
            again = run([options.radsurv, str(options.runs), mine, path, TIMES])
            ours = {name: min(seconds, again[name]) for name, seconds in ours.items()}
            theirs["areas-sksurv-rule"] = sksurv(path)
            print(f"{rows} rows")
            for name, seconds in ours.items():
                other = theirs.get(name)
                peer = "scikit-survival" if name == "areas-sksurv-rule" else "timeROC"
                print(f"  {name:<18}{seconds:12.6f} s" + (f"{other:12.4f} s  {peer}, {other / seconds:.0f} times" if other else ""))
            if beside:
                pairs = [(a, b) for x, y in zip(numbers(mine), numbers(its)) for a, b in zip(x, y) if b == b]
                print(f"  difference from timeROC: {max(abs(a - b) / abs(b) for a, b in pairs):.1e} at most")


if __name__ == "__main__":
    main()
