"""Survival SVMs of scikit-survival, primal with squared hinge losses:

    python svm_sksurv.py TABLES OUT

TABLES has pbc.csv, lung.csv and veteran.csv (time, status, then features). Writes OUT/svm_sksurv.jsonl.gz: features and outcomes, and
what FastSurvivalSVM and FastKernelSurvivalSVM predict of new cases. Features are standardised before (mean 0, standard deviation 1 with n as
the divisor). Times are made different: scikit-survival puts tied ones into an order at random and compares them.
The optimiser runs until it finds nothing better (tol 1e-12); its default (1e-5, 20 steps) stops far from the minimum in some of the cases.
"""

import csv
import gzip
import json
import sys
import warnings

import numpy as np
import scipy
import sksurv
from sksurv.svm import FastKernelSurvivalSVM, FastSurvivalSVM
from sksurv.util import Surv


def read(folder, name):
    with open(f"{folder}/{name}.csv") as file:
        rows = np.array([[float(v) for v in row] for row in list(csv.reader(file))[1:]])
    n = len(rows)
    time = rows[:, 0] * (1 + 1e-4 * ((np.arange(n) * 61) % n) / n)
    assert len(set(time)) == n
    return rows[:, 2:], time, rows[:, 1] == 1


def made(n, p, seed):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(n, 5)) @ rng.normal(size=(5, p)) + rng.normal(size=(n, p)), 3)
    event, censored = rng.exponential(size=n) * np.exp(-0.5 * x[:, 0] + 0.3 * x[:, 1]), 2 * rng.exponential(size=n)
    return x, np.round(np.minimum(event, censored), 6) + 1e-6, event <= censored


def main():
    folder, out = sys.argv[1:3]
    cases = {name: read(folder, name) for name in ("pbc", "lung", "veteran")}
    cases["more features than cases"] = made(50, 70, 3)
    linear, rbf, poly = {"kernel": "linear"}, {"kernel": "rbf", "gamma": 0.1}, {"kernel": "poly", "gamma": 0.25, "degree": 2, "coef0": 1.0}
    runs = []
    for name in cases:
        for alpha, ratio, intercept in [(0.01, 1.0, False), (0.0005, 1.0, False), (0.01, 0.5, True), (0.02, 0.0, True), (0.01, 0.3, False)]:
            runs.append((name, linear, alpha, ratio, intercept))
    for name in ("veteran", "more features than cases"):
        for kernel in (rbf, poly):
            for alpha, ratio, intercept in [(0.01, 1.0, False), (0.01, 0.5, True), (0.05, 0.0, False)]:
                runs.append((name, kernel, alpha, ratio, intercept))
    with gzip.GzipFile(f"{out}/svm_sksurv.jsonl.gz", "wb", mtime=0) as file:
        write = lambda row: file.write((json.dumps(row) + "\n").encode())
        write({"made_by": "reference/svm_sksurv.py", "scikit-survival": sksurv.__version__, "scipy": scipy.__version__, "numpy": np.__version__})
        for name, (x, time, event) in cases.items():
            write({"case": name, "columns": x.T.tolist(), "time": time.tolist(), "event": event.astype(int).tolist()})
        for name, kernel, alpha, ratio, intercept in runs:
            x, time, event = cases[name]
            train, test = np.arange(len(x)) % 4 != 0, np.arange(len(x)) % 4 == 0
            mean, sd = x[train].mean(0), x[train].std(0)
            z = (x - mean) / sd
            options = {"alpha": alpha, "rank_ratio": ratio, "fit_intercept": intercept, "max_iter": 3000, "tol": 1e-12, "random_state": 0}
            svm = FastSurvivalSVM(**options) if kernel is linear else FastKernelSurvivalSVM(**options, **kernel)
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                svm.fit(z[train], Surv.from_arrays(event[train], time[train]))
            predicted = svm.predict(z[test])
            result = svm.optimizer_result_
            row = {"of": name, "kernel": kernel, "alpha": alpha, "rank_ratio": ratio, "intercept": intercept, "objective": float(result.fun),
                   # Of the logarithm of time, if times are learned.
                   "risk": (predicted if ratio == 1 else -np.log(predicted)).tolist()}
            write(row)
            print(name, kernel, alpha, ratio, intercept, result.nit, float(result.fun), np.abs(result.jac).max(), [str(w.message)[:60] for w in told])


if __name__ == "__main__":
    main()
