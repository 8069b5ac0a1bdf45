"""XGBoost of LUNG1, predicted on HN1: the numbers in crates/survival/tests/it/lung1_hn1.rs. python lung1_hn1_boosting.py DATA"""

import csv
import gzip
import os
import sys

import numpy as np
import xgboost
from sksurv.metrics import concordance_index_censored


def features(name):
    with gzip.open(os.path.join(sys.argv[1], "tables", name), "rt") as file:
        rows = list(csv.reader(file))
    return [row[0] for row in rows[1:]], rows[0][1:], np.array([[float(v) for v in row[1:]] for row in rows[1:]])


def outcome(name, ids, columns):
    with open(os.path.join(sys.argv[1], "tables", name)) as file:
        rows = {row[columns[0]]: row for row in csv.DictReader(file)}
    return np.array([float(rows[i][columns[1]]) for i in ids]), np.array([rows[i][columns[2]] == "1" for i in ids])


def main():
    ids, names, x = features("lung1_rdr_features.csv.gz")
    new_ids, new_names, z = features("hn1_rdr_features.csv.gz")
    z = z[:, [new_names.index(name) for name in names]]
    time, event = outcome("lung1_clinical.csv", ids, ["PatientID", "Survival.time", "deadstatus.event"])
    new_time, new_event = outcome("hn1_clinical.csv", new_ids, ["id", "overall_survival_in_days", "event_overall_survival"])
    data = xgboost.DMatrix(x, np.where(event, time, -time))
    print("xgboost", xgboost.__version__, x.shape, int(event.sum()), z.shape, int(new_event.sum()))
    for method in ["exact", "hist"]:
        model = xgboost.train({"objective": "survival:cox", "tree_method": method, "max_depth": 3, "eta": 0.05, "nthread": 1}, data, 100)
        for rounds in [10, 50, 100]:
            risk = model.predict(xgboost.DMatrix(z), output_margin=True, iteration_range=(0, rounds))
            c = concordance_index_censored(new_event, new_time, risk)[0]
            print(method, rounds, "rounds: C", repr(float(c)), "first risks", [float(v) for v in risk[:3]])


if __name__ == "__main__":
    main()
