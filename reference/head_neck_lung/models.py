"""XGBoost and scikit-survival on the tables that the example prepares, with the settings of the example.

    cargo run --release --example head_neck_lung_study -- --tables TABLES
    python reference/head_neck_lung/models.py TABLES reference/head_neck_lung/python.csv
"""

import csv
import os
import sys

import numpy as np
import sksurv
import xgboost
from sksurv.metrics import concordance_index_censored
from sksurv.svm import FastKernelSurvivalSVM, FastSurvivalSVM
from sksurv.util import Surv

RUNS = 20
YEARS = [365, 730, 1095, 1825]
SETS = ["lung1-test", "hn1-pass", "hn1-estimate"]


class Part:
    def __init__(self, name):
        with open(os.path.join(sys.argv[1], name + ".csv")) as file:
            rows = list(csv.reader(file))
        columns = [i for i, c in enumerate(rows[0]) if c not in ("case_id", "time", "event", "fold")]
        of = lambda name: np.array([float(row[rows[0].index(name)]) for row in rows[1:]])
        self.x = np.array([[float(row[i]) for i in columns] for row in rows[1:]])
        self.time, self.event = of("time"), of("event") == 1


def censoring(part):
    """The Kaplan-Meier estimate of the distribution of censoring times, before each time: those with the event at a time leave after those censored."""
    g, before = 1.0, {}
    for t in np.unique(part.time):
        before[t] = g
        g *= 1 - np.sum((part.time == t) & ~part.event) / np.sum(part.time >= t)
    return np.array([before[t] for t in part.time])


def measures(risk, part):
    """Harrell's C, and AUC(t) by timeROC's rule: events before t by 1 / G(T-), others after t."""
    found = [("C", concordance_index_censored(part.event, part.time, risk)[0])]
    weight = 1 / censoring(part)
    for t in YEARS:
        case, control = part.event & (part.time < t), part.time > t
        above = (risk[case][:, None] > risk[control]) + 0.5 * (risk[case][:, None] == risk[control])
        found.append((f"AUC{t}", np.sum(weight[case][:, None] * above) / (weight[case].sum() * control.sum())))
    return found


def main():
    train, sets = Part("lung1-train"), {name: Part(name) for name in SETS}
    found = []

    def keep(model, tool, version, runs):
        for name, part in sets.items():
            values = {}
            for risks in runs:
                for measure, value in measures(risks[name], part):
                    values.setdefault(measure, []).append(float(value))
            for measure, all_ in values.items():
                sd = f"{np.std(all_, ddof=1):.4g}" if len(all_) > 1 else ""
                found.append([model, tool, version, name, measure, len(all_), f"{np.mean(all_):.10g}", sd])
        print(model, [row[3:] for row in found if row[0] == model and row[4] == "C"], flush=True)

    label = np.where(train.event, train.time, -train.time)

    def boosted(seed, **sampled):
        settings = {"objective": "survival:cox", "tree_method": "hist", "max_depth": 3, "eta": 0.05, "nthread": 1, "seed": seed, **sampled}
        model = xgboost.train(settings, xgboost.DMatrix(train.x, label), 100)
        return {name: model.predict(xgboost.DMatrix(part.x), output_margin=True) for name, part in sets.items()}

    keep("xgb", "xgboost", xgboost.__version__, [boosted(seed, subsample=0.8, colsample_bytree=0.8) for seed in range(RUNS)])
    keep("xgb, all cases", "xgboost", xgboost.__version__, [boosted(0)])

    # Ranking: what losses are multiplied with is 1 by the number of comparable pairs. Tied times are made different by their row, for they are ordered at random.
    pairs = sum(np.sum(train.time > t) for t in train.time[train.event])
    outcome = Surv.from_arrays(train.event, train.time * (1 + 1e-9 * np.arange(len(train.time))))
    mean, sd = train.x.mean(0), train.x.std(0)
    settings = {"alpha": 1 / pairs, "rank_ratio": 1.0, "max_iter": 3000, "tol": 1e-12, "random_state": 0}
    linear = FastSurvivalSVM(fit_intercept=False, **settings).fit((train.x - mean) / sd, outcome)
    risks = {name: linear.predict((part.x - mean) / sd) for name, part in sets.items()}
    keep("svm-lin, ranking", "scikit-survival", sksurv.__version__, [risks])
    width = train.x.max(0) - train.x.min(0)
    kernel = lambda z: sum(1 - np.abs(z[:, j, None] - train.x[:, j]) / width[j] for j in range(len(width)))
    additive = FastKernelSurvivalSVM(kernel="precomputed", fit_intercept=False, **settings).fit(kernel(train.x), outcome)
    risks = {name: additive.predict(kernel(part.x)) for name, part in sets.items()}
    keep("svm-add, ranking", "scikit-survival", sksurv.__version__, [risks])
    with open(sys.argv[2], "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["model", "tool", "version", "set", "measure", "runs", "mean", "sd"])
        out.writerows(found)


if __name__ == "__main__":
    main()
