"""scikit-survival's FastSurvivalSVM of LUNG1, predicted on HN1: the numbers in crates/survival/tests/it/lung1_hn1.rs.

    python svm_lung1_hn1.py DATA

DATA/tables has the features and clinical tables. Features are standardised by LUNG1 before, those of one value left out; times that are tied are
made different by their row (a part of 1e-6 each), as scikit-survival orders tied ones at random.
"""

import csv
import gzip
import sys

import numpy as np
from sksurv.metrics import concordance_index_censored
from sksurv.svm import FastSurvivalSVM
from sksurv.util import Surv


def read(features, clinical, names):
    clinic = {row[names[0]]: row for row in csv.DictReader(open(f"{sys.argv[1]}/tables/{clinical}"))}
    rows = list(csv.reader(gzip.open(f"{sys.argv[1]}/tables/{features}", "rt")))
    outcome = np.array([[float(clinic[row[0]][name]) for name in names[1:]] for row in rows[1:]])
    return rows[0][1:], np.array([[float(v) for v in row[1:]] for row in rows[1:]]), outcome[:, 0], outcome[:, 1] == 1


names, x, time, event = read("lung1_rdr_features.csv.gz", "lung1_clinical.csv", ["PatientID", "Survival.time", "deadstatus.event"])
others, new, new_time, new_event = read("hn1_rdr_features.csv.gz", "hn1_clinical.csv", ["id", "overall_survival_in_days", "event_overall_survival"])
new = new[:, [others.index(name) for name in names]]
varies = (x != x[0]).any(0)
mean, sd = x[:, varies].mean(0), x[:, varies].std(0)
time = time * (1 + 1e-6 * np.arange(len(time)))
for alpha, ratio in [(1e-7, 1.0), (1e-5, 1.0), (1e-5, 0.5)]:
    svm = FastSurvivalSVM(alpha=alpha, rank_ratio=ratio, fit_intercept=ratio < 1, max_iter=3000, tol=1e-12, random_state=0)
    svm.fit((x[:, varies] - mean) / sd, Surv.from_arrays(event, time))
    risk = svm.predict((new[:, varies] - mean) / sd)
    risk = risk if ratio == 1 else -np.log(risk)
    c = concordance_index_censored(new_event, new_time, risk)[0]
    print(f"({alpha}, {ratio}, {float(c)!r}, {[float(v) for v in risk[:3]]}),")
