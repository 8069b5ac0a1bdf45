"""Brier scores of scikit-survival.

    python reference/brier.py TABLES OUT

TABLES: the file of brier.R. Weights by the scored cases, and by those that the models were fitted to.
"""
import gzip
import json
import sys

import numpy as np
import sksurv
from sksurv.metrics import brier_score, integrated_brier_score
from sksurv.util import Surv

rows = [json.loads(line) for line in gzip.open(sys.argv[1], "rt")][1:]
with gzip.GzipFile(sys.argv[2], "wb", mtime=0) as out:
    def write(row):
        out.write((json.dumps(row) + "\n").encode())

    write({"made_by": "brier.py", "versions": f"scikit-survival {sksurv.__version__}, numpy {np.__version__}"})
    for row in rows:
        outcome = Surv.from_arrays(np.array(row["event"]) == 1, row["time"])
        train = Surv.from_arrays(np.array(row["train_event"]) == 1, row["train_time"])
        survival = 1 - np.array(row["a"]).reshape(len(row["times"]), -1).T
        found = {"score": row["score"]}
        for name, censoring in [("own", outcome), ("train", train)]:
            # scikit-survival refuses scored cases that are followed for longer than all it takes weights from.
            if max(row["time"]) > censoring[censoring.dtype.names[1]].max():
                continue
            found[name] = brier_score(censoring, outcome, survival, row["times"])[1].tolist()
            found[name + "_integrated"] = float(integrated_brier_score(censoring, outcome, survival, row["times"]))
        write(found)
