"""Random survival forests of LUNG1 predicted on HN1: the numbers in crates/survival/tests/it/lung1_hn1.rs. python lung1_hn1_forest.py DATA"""

import os
import sys

import numpy as np
import pandas as pd
import sksurv
from sksurv.ensemble import RandomSurvivalForest
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

folder = os.path.join(sys.argv[1], "tables")


def centre(features, clinical, id_, time, event):
    x = pd.read_csv(os.path.join(folder, features), index_col=0)
    y = pd.read_csv(os.path.join(folder, clinical)).set_index(id_).loc[x.index]
    return x, Surv.from_arrays(y[event] == 1, y[time].astype(float))


x, y = centre("lung1_rdr_features.csv.gz", "lung1_clinical.csv", "PatientID", "Survival.time", "deadstatus.event")
z, w = centre("hn1_rdr_features.csv.gz", "hn1_clinical.csv", "id", "overall_survival_in_days", "event_overall_survival")
z = z[x.columns]
found = []
for seed in range(1, 6):
    forest = RandomSurvivalForest(n_estimators=100, oob_score=True, random_state=seed).fit(x.to_numpy(), y)
    risk = forest.predict(z.to_numpy())
    found.append((1 - forest.oob_score_, concordance_index_censored(w["event"], w["time"], risk)[0]))
    print(seed, *found[-1], flush=True)
found = np.array(found)
print("scikit-survival", sksurv.__version__, "cases", len(x), len(z))
print("out-of-bag error", found[:, 0].mean(), "sd", found[:, 0].std(ddof=1))
print("C in HN1", found[:, 1].mean(), "sd", found[:, 1].std(ddof=1))
