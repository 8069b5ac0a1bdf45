"""AUC(t) and its mean by scikit-survival, of the tables of time_roc.R.

    python reference/time_roc_sksurv.py crates/eval/tests/golden/time_roc.jsonl.gz crates/eval/tests/golden/time_roc_sksurv.jsonl.gz

Rows "same" have weights from the same cases. Rows "split" have weights from the cases of even rows, for those of odd rows.
"""

import gzip
import json
import sys

import numpy as np
import sksurv
from sksurv.metrics import cumulative_dynamic_auc
from sksurv.util import Surv

rows = [json.loads(line) for line in gzip.open(sys.argv[1], "rt")]
times = {row["roc"]: row["times"] for row in rows if "roc" in row}
out = [{"made_by": "time_roc_sksurv.py", "versions": f"scikit-survival {sksurv.__version__}, numpy {np.__version__}"}]
for row in (row for row in rows if "table" in row):
    name = row["table"]
    outcome = Surv.from_arrays(np.array(row["event"]) == 1, np.array(row["time"], dtype=float))
    for marker in ("a", "b"):
        # Integers would be compared with its tolerance of 1e-8 all the same.
        risk = np.array(row[marker], dtype=float)
        auc, mean = cumulative_dynamic_auc(outcome, outcome, risk, times[name])
        out.append({"same": name, "marker": marker, "times": times[name], "auc": list(auc), "mean": mean})
        train, test = outcome[0::2], outcome[1::2]
        # It wants times within the follow-up of training, and weights that exist for all of them.
        keep = np.flatnonzero(test["time"] < train["time"].max())
        auc, mean = cumulative_dynamic_auc(train, test[keep], risk[1::2][keep], times[name])
        out.append({"split": name, "marker": marker, "times": times[name], "kept": [int(k) for k in keep], "auc": list(auc), "mean": mean})
with gzip.GzipFile(sys.argv[2], "wb", mtime=0) as file:
    file.write("".join(json.dumps(row) + "\n" for row in out).encode())
