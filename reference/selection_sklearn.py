"""Nested cross-validation by scikit-learn and scikit-survival: python selection_sklearn.py OUT

Writes OUT/selection.jsonl.gz. A pipeline of StandardScaler and CoxnetSurvivalAnalysis is searched by inner folds within each of four outer ones.
The folds are those that radsurv draws of these events (seed 3 outside, 11 inside), one digit per case; the test draws them again and
compares. Each row has the cases, the folds, and for each outer fold Harrell's C of each candidate in each inner fold, the candidate with
the best mean, and its risks and C on the outer fold.
"""

import gzip
import json
import os
import sys

import numpy as np
import sklearn
import sksurv
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sksurv.linear_model import CoxnetSurvivalAnalysis
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

from splitmix import SplitMix64

CANDIDATES = [(l1_ratio, alpha) for l1_ratio in (0.1, 0.5, 1.0) for alpha in (0.01, 0.05, 0.2)] + [(1.0, 10.0)]

FOLDS = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "selection_folds.json")))


def cases(seed, count, columns, times):
    """Features that share a part, of scales far apart; times fall with three of them."""
    random = SplitMix64(seed)
    x = []
    for _ in range(count):
        common = random.below(100)
        x.append([(common * (j % 3) + random.below(200)) * 10 ** (j % 4) / 8 for j in range(columns)])
    risk = [row[0] / 10 + row[1] / 150 - row[2] / 2000 for row in x]
    shifts = [random.below(4000) / 1000 for _ in range(count)]
    order = sorted(range(count), key=lambda i: (shifts[i] - risk[i], i))
    time = [0] * count
    for rank, i in enumerate(order):
        time[i] = 1 + rank * times // count
    return np.array(x), np.array(time, dtype=float), np.array([random.chance(60) for _ in range(count)])


def harrell(pipeline, x, time, event):
    return concordance_index_censored(event, time, pipeline.predict(x))[0]


def case(name, seed, count, columns, times):
    x, time, event = cases(seed, count, columns, times)
    y = Surv.from_arrays(event, time)
    row = {"name": name, "columns": x.T.tolist(), "time": time.tolist(), "event": event.tolist(), "candidates": CANDIDATES}
    if name not in FOLDS:
        return row
    outer = np.array([int(digit) for digit in FOLDS[name]["outer"]])
    row["outer"] = FOLDS[name]["outer"]
    row["inner"] = FOLDS[name]["inner"]
    row["folds"] = []
    for fold, digits in enumerate(FOLDS[name]["inner"]):
        training, judged = np.flatnonzero(outer != fold), np.flatnonzero(outer == fold)
        inner = np.array([int(digit) for digit in digits])
        pipelines = [make_pipeline(StandardScaler(), CoxnetSurvivalAnalysis(l1_ratio=l1_ratio, alphas=[alpha], tol=1e-14, max_iter=10**6))
                     for l1_ratio, alpha in CANDIDATES]
        values = []
        for pipeline in pipelines:
            of = []
            for k in range(3):
                learned, kept = training[inner != k], training[inner == k]
                of.append(harrell(clone(pipeline).fit(x[learned], y[learned]), x[kept], time[kept], event[kept]))
            values.append(of)
        chosen = int(np.argmax(np.mean(values, axis=1)))
        best = pipelines[chosen].fit(x[training], y[training])
        row["folds"].append({"values": values, "chosen": chosen, "risk": best.predict(x[judged]).tolist(),
                             "coefficients": best[-1].coef_[:, 0].tolist(), "c": harrell(best, x[judged], time[judged], event[judged])})
    row["mean"] = float(np.mean([fold["c"] for fold in row["folds"]]))
    return row


def main():
    rows = [case("each time once", 900, 120, 8, 120), case("tied times", 910, 160, 14, 25)]
    header = {"made_by": "reference/selection_sklearn.py",
              "versions": f"scikit-survival {sksurv.__version__}; scikit-learn {sklearn.__version__}; numpy {np.__version__}"}
    with gzip.GzipFile(os.path.join(sys.argv[1], "selection.jsonl.gz"), "w", mtime=0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(row, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
