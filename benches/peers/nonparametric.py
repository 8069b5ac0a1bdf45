"""Kaplan-Meier, concordance, the log-rank test and maximally selected statistics of radsurv beside R's survival, maxstat and scikit-survival, of the same tables, in one run.

    cargo build --release -p radsurv-stats --example time_nonparametric
    python benches/peers/nonparametric.py --radsurv target/release/examples/time_nonparametric [--rows 1000,10000,100000] [--runs 5]

Needs Rscript with survival and maxstat, and for scikit-survival a Python with it (left out without). Given are seconds of the computation alone,
without reading and writing, the fastest of the runs, on one thread. In R the functions below the formula interface are timed as well
("core": survival:::survfitKM, concordancefit, survdiff.fit), which is the smaller number and the one that ratios are with. A tenth
of the times is tied. The robust standard errors of weighted curves cost R n times n, and are compared up to 10 000 rows. At the end
the values are compared.
"""

import argparse
import os
import platform
import random
import subprocess
import sys
import tempfile
import time

R = """
suppressMessages(library(survival))
a <- commandArgs(trailingOnly = TRUE)
runs <- as.integer(a[1])
d <- read.csv(a[3], header = FALSE, col.names = c("time", "event", "risk", "group", "weight"))
y <- Surv(d$time, d$event)
one <- factor(rep(1, nrow(d)))
id <- seq_len(nrow(d))
values <- character()
report <- function(name, whole, core, take) {
  inner <- if (name == "maxstat-gauss") 1 else max(1, 50000 %/% nrow(d))  # R's clock has milliseconds.
  fastest <- function(f, times) min(replicate(times, system.time(for (i in seq_len(inner)) f(), gcFirst = FALSE)[["elapsed"]])) / inner
  slow <- if (name == "survfit-robust" && nrow(d) > 2000) 1 else runs
  cat(name, fastest(whole, slow), fastest(core, slow), "\n")
  values <<- c(values, sprintf("%s,%.17g,%.17g", name, take(whole())[1], take(whole())[2]))
}
middle <- function(f) { k <- length(f$time) %/% 2 + 1; c(f$surv[k], if (f$logse) f$std.err[k] else f$std.err[k] / f$surv[k]) }
report("survfit", function() survfit(y ~ 1, timefix = FALSE), function() survival:::survfitKM(one, y), middle)
if (nrow(d) <= 10000) report("survfit-robust", function() survfit(y ~ 1, weights = d$weight, id = id, robust = TRUE, timefix = FALSE),
  function() survival:::survfitKM(one, y, weights = d$weight, id = id, robust = TRUE), middle)
c_of <- function(f) c(f$concordance, sqrt(f$var))
report("concordance", function() concordance(y ~ d$risk, reverse = TRUE, timefix = FALSE), function() concordancefit(y, d$risk, reverse = TRUE, timefix = FALSE), c_of)
report("concordance-uno", function() concordance(y ~ d$risk, reverse = TRUE, timewt = "n/G2", timefix = FALSE),
  function() concordancefit(y, d$risk, reverse = TRUE, timewt = "n/G2", timefix = FALSE), c_of)
g <- d$group
report("survdiff", function() survdiff(y ~ g), function() survival:::survdiff.fit(y, factor(g)), function(f) c(f$obs[1], f$exp[1]))
suppressMessages(library(maxstat))
risk <- d$risk
largest <- function(p) maxstat:::maxstat(y, risk, smethod = "LogRank", pmethod = p)
report("maxstat", function() maxstat.test(y ~ risk, data = data.frame(y, risk), smethod = "LogRank", pmethod = "none"), function() largest("none"),
  function(f) c(f$statistic, f$estimate))
if (nrow(d) <= 1000) { runs <- 1L; report("maxstat-gauss", function() largest("exactGauss"), function() largest("exactGauss"), function(f) rep(f$estimate, 2)) }
writeLines(values, a[2])
"""


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return {line.split()[0]: [float(v) for v in line.split()[1:]] for line in done.stdout.splitlines()}


def table(rows, seed):
    rng = random.Random(seed)
    lines = []
    for _ in range(rows):
        risk = rng.gauss(0, 1)
        end, censored = rng.expovariate(0.02) / 2.718281828 ** risk, rng.expovariate(0.015)
        seen = min(end, censored)
        # Six digits, so that R's survdiff, which cannot be told not to, takes no times for equal that are not.
        seen = round(seen, 1 if rng.random() < 0.1 else 6)
        lines.append(f"{seen!r},{int(end <= censored)},{round(risk + rng.gauss(0, 1), 2)!r},{rng.randrange(3)},{rng.uniform(0.1, 2)!r}")
    return "\n".join(lines) + "\n"


def sksurv(path, runs):
    try:
        import numpy as np
        from sksurv.metrics import concordance_index_censored
        from sksurv.nonparametric import kaplan_meier_estimator
    except ImportError:
        return {}
    d = np.loadtxt(path, delimiter=",")
    seconds = {}
    event = d[:, 1] == 1
    work = {"survfit": lambda: kaplan_meier_estimator(event, d[:, 0], conf_type="log-log")}
    if len(d) <= 10000:  # It keeps all pairs.
        work["concordance"] = lambda: concordance_index_censored(event, d[:, 0], d[:, 2])
    for name, call in work.items():
        for _ in range(runs if len(d) <= 10000 else 1):
            begin = time.perf_counter()
            call()
            seconds[name] = min(seconds.get(name, float("inf")), time.perf_counter() - begin)
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--rows", default="1000,10000,100000")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    print(f"{platform.machine()}, 1 thread, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        script, path = os.path.join(folder, "survival.R"), os.path.join(folder, "table.csv")
        with open(script, "w") as file:
            file.write(R)
        for rows in map(int, options.rows.split(",")):
            with open(path, "w") as file:
                file.write(table(rows, rows))
            results = [os.path.join(folder, name) for name in ("ours.csv", "r.csv")]
            ours, theirs = {}, {}
            for _ in range(2):
                # They take turns, in case something else runs for a while.
                for best, found in ((ours, run([options.radsurv, str(options.runs), results[0], path], environment)),
                                    (theirs, run(["Rscript", script, str(options.runs), results[1], path], environment))):
                    for name, values in found.items():
                        best[name] = [min(pair) for pair in zip(values, best.get(name, values))]
            others = sksurv(path, options.runs)
            print(f"{rows} rows{'radsurv':>26}{'R':>12}{'R, core':>12}{'core/radsurv':>14}{'scikit-survival':>17}")
            for name, (seconds,) in ours.items():
                if name not in theirs:
                    print(f"  {name:<18}{seconds:12.6f} s")
                    continue
                whole, core = theirs[name]
                other = f"{others[name]:15.5f} s" if name in others else ""
                print(f"  {name:<18}{seconds:12.6f} s{whole:10.4f} s{core:10.4f} s{core / seconds:13.1f}{other}")
            values = [{l.split(",")[0]: [float(v) for v in l.split(",")[1:]] for l in open(f)} for f in results]
            worst = max(abs(a - b) / abs(b) for name in values[1] for a, b in zip(values[0][name], values[1][name]))
            print(f"  difference from R: {worst:.1e} at most")


if __name__ == "__main__":
    main()
