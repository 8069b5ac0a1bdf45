"""SHAP values of XGBoost's trees (`pred_contribs`): python shap_xgboost.py NEWTON_BOOSTING.jsonl.gz OUT

Writes OUT/shap_xgboost.jsonl.gz. The models are some of those of `boosting_xgboost.py`, whose table of golden values is read for their
data and settings. Kept are the contributions of the first of the other cases, the last of them that of no feature.
"""

import gzip
import json
import os
import sys

import numpy as np
import xgboost

from boosting_xgboost import features

NAMES = ["exact", "exact, ties", "exact, missing values", "exact, gamma", "exact, monotone, missing", "exact, normal",
         "exact, logistic", "histogram, few cases", "histogram, missing values"]
CASES = 12


def contributions(row):
    x, new = (features(row["seed"] + i, n, row["columns"], row["missing"], row["levels"]) for i, n in [(0, row["cases"]), (1, 60)])
    time, event = np.array(row["time"]), np.array(row["event"])
    parameters = {"tree_method": row["method"], "nthread": 1, **row["settings"]}
    data = xgboost.DMatrix(x)
    if row["objective"] == "cox":
        parameters["objective"] = "survival:cox"
        data.set_label(np.where(event == 1, time, -time))
    else:
        parameters.update(objective="survival:aft", aft_loss_distribution=row["objective"][0],
                          aft_loss_distribution_scale=row["objective"][1])
        data.set_float_info("label_lower_bound", time)
        data.set_float_info("label_upper_bound", np.where(event == 1, time, np.inf))
    if row["monotone"]:
        parameters["monotone_constraints"] = tuple(row["monotone"])
    model = xgboost.train(parameters, data, row["rounds"])
    new = xgboost.DMatrix(new[:CASES])
    found = model.predict(new, pred_contribs=True)
    assert np.allclose(found.sum(axis=1), model.predict(new, output_margin=True), atol=1e-4)
    return [[float(v) for v in values] for values in found]


with gzip.open(sys.argv[1], "rt") as file:
    rows = [json.loads(line) for line in file][1:]
rows = [row for row in rows if row["name"] in NAMES]
header = {"made_by": "reference/shap_xgboost.py", "versions": f"xgboost {xgboost.__version__}; numpy {np.__version__}"}
with gzip.GzipFile(os.path.join(sys.argv[2], "shap_xgboost.jsonl.gz"), "w", mtime=0) as file:
    for row in [header, *({"name": row["name"], "contributions": contributions(row)} for row in rows)]:
        file.write((json.dumps(row, separators=(",", ":")) + "\n").encode())
