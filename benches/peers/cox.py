"""Cox models of radsurv beside R's coxph and lifelines, of the same cases, in one run.

    cargo build --release -p radsurv-stats --example time_cox
    python benches/peers/cox.py --radsurv target/release/examples/time_cox [--rows 1000,10000,100000] [--columns 10] [--runs 5]

Needs Rscript with survival; lifelines and scikit-survival are measured if this Python has them, up to `--slow` rows. Given are
seconds without reading, the fastest of the runs; the programs take turns. `coxph` is the whole call with its formula, and
`coxph.fit` its routine alone, of a matrix; radsurv's time is the fit with linear predictors and baseline hazard. Times are
in days, so that there are ties; `--late` adds late entry. At the end coefficients and standard errors are compared, of R's
fit with eps = 1e-11.
"""

import argparse
import csv
import math
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
d <- read.csv(a[3], row.names = 1)
late <- "entry" %in% names(d)
x <- as.matrix(d[, !names(d) %in% c("entry", "time", "event")])
y <- if (late) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
second <- function(e) { begin <- proc.time()[["elapsed"]]; e; proc.time()[["elapsed"]] - begin }
control <- coxph.control()
fitter <- if (late) survival:::agreg.fit else coxph.fit
names <- as.character(seq_len(nrow(x)))
cat(sprintf("%.6f\\n", second(fit <- coxph(y ~ x, ties = a[1]))))
cat(sprintf("%.6f\\n", second(fitter(x, y, NULL, NULL, NULL, control, NULL, a[1], names))))
if (a[4] == "compare") {
  fit <- coxph(y ~ x, ties = a[1], control = coxph.control(eps = 1e-11))
  write.csv(cbind(sprintf("%.17g", fit$coefficients), sprintf("%.17g", sqrt(diag(fit$var)))), a[2], row.names = FALSE, quote = FALSE)
}
"""


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [float(line) for line in done.stdout.split()]


def numbers(path):
    with open(path) as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]


def make(path, rows, columns, late):
    rng = random.Random(rows)
    effects = [0.5 / (j + 1) * (-1) ** j for j in range(columns)]
    cases = []
    for i in range(rows):
        x = [rng.gauss(0, 1) for _ in range(columns)]
        entry = rng.randrange(200) if late else 0
        happened = entry + rng.expovariate(1) * 1500 * math.exp(-sum(b * v for b, v in zip(effects, x)))
        censored = entry + rng.uniform(100, 3000)
        cases.append([f"P{i}"] + ([entry] if late else []) + [math.ceil(min(happened, censored) + 1e-9) + (1 if late else 0), int(happened <= censored), *x])
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["case_id"] + (["entry"] if late else []) + ["time", "event", *(f"x{j}" for j in range(columns))])
        out.writerows([cell if not isinstance(cell, float) else repr(cell) for cell in case] for case in cases)


def lifelines(path, ties):
    import pandas as pd
    from lifelines import CoxPHFitter

    table = pd.read_csv(path, index_col=0)
    begin = time.perf_counter()
    entry = {"entry_col": "entry"} if "entry" in table else {}
    CoxPHFitter().fit(table, "time", "event", **entry)
    return time.perf_counter() - begin


def sksurv(path, ties):
    import pandas as pd
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    table = pd.read_csv(path, index_col=0)
    if "entry" in table:
        raise ImportError
    y = Surv.from_arrays(table.pop("event") == 1, table.pop("time"))
    begin = time.perf_counter()
    CoxPHSurvivalAnalysis(ties=ties).fit(table.to_numpy(), y)
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--rows", default="1000,10000,100000")
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--ties", default="efron")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", type=int, default=10000)
    parser.add_argument("--late", action="store_true")
    options = parser.parse_args()
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    print(f"{platform.machine()}, load {os.getloadavg()[0]:.1f}, fastest of {options.runs} runs, {options.ties}"
          f"{', late entry' if options.late else ''}")
    with tempfile.TemporaryDirectory() as folder:
        script, table = os.path.join(folder, "cox.R"), os.path.join(folder, "table.csv")
        ours, theirs = os.path.join(folder, "ours.csv"), os.path.join(folder, "theirs.csv")
        with open(script, "w") as file:
            file.write(R)
        for rows in map(int, options.rows.split(",")):
            make(table, rows, options.columns, options.late)
            seconds = {"radsurv": [], "coxph": [], "coxph.fit": []}
            for i in range(options.runs):
                seconds["radsurv"] += run([options.radsurv, "3", options.ties, ours, table], environment)
                whole, routine = run(["Rscript", script, options.ties, theirs, table, "" if i else "compare"], environment)
                seconds["coxph"].append(whole)
                seconds["coxph.fit"].append(routine)
            if rows <= options.slow:
                for name, measure in [("lifelines", lifelines), ("scikit-survival", sksurv)]:
                    try:
                        seconds[name] = [measure(table, options.ties)]
                    except ImportError:
                        pass
            best = {name: min(list_) for name, list_ in seconds.items()}
            print(f"{rows} rows x {options.columns} columns")
            for name, value in best.items():
                ratio = "" if name == "radsurv" else f"   {value / best['radsurv']:.1f} x radsurv"
                print(f"  {name:<16} {value:10.5f} s{ratio}")
            worst = [max(abs(a[k] - b[k]) / b[1] for a, b in zip(numbers(ours), numbers(theirs))) for k in (0, 1)]
            print(f"  difference from R in standard errors: coefficients {worst[0]:.1e}, standard errors {worst[1]:.1e}")


if __name__ == "__main__":
    main()
