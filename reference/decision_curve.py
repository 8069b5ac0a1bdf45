"""Decision curves of dcurves for the tables of benefit.R.

    python reference/decision_curve.py crates/eval/tests/golden/benefit.jsonl.gz crates/eval/tests/golden/decision_curve.jsonl.gz

Thresholds are hundredths and risks are rounded to as many or twice as many digits, so that some are equal. The threshold 0 is left out: dcurves does
not treat a risk of exactly 0 there.
"""

import gzip
import json
import math
import sys
from importlib.metadata import version

import pandas as pd
from dcurves import dca

source, target = sys.argv[1:]
with gzip.open(source, "rt") as file:
    tables = [row for row in map(json.loads, file) if "table" in row]
thresholds = [i / 100 for i in range(2, 100, 3)]
lines = [{"made_by": "decision_curve.py", "versions": f"dcurves {version('dcurves')}, lifelines {version('lifelines')}", "thresholds": thresholds}]
for table in tables:
    data = pd.DataFrame({name: table[name] for name in ("time", "event", "risk", "risk2")})
    harm = {"risk2": 0.013}
    result = dca(data, outcome="event", modelnames=["risk", "risk2"], thresholds=thresholds, harm=harm, time=table["t"], time_to_outcome_col="time")
    number = lambda v: "nan" if math.isnan(v) else float(v)
    for model, rows in result.groupby("model", sort=False):
        row = {"dcurves": table["table"], "model": model, "harm": harm.get(model, 0.0), "prevalence": float(rows["prevalence"].iloc[0])}
        for name in ("test_pos_rate", "tp_rate", "fp_rate", "net_benefit", "net_intervention_avoided"):
            row[name] = [number(v) for v in rows[name]]
        lines.append(row)
with gzip.GzipFile(target, "wb", mtime=0) as file:
    file.write("".join(json.dumps(line) + "\n" for line in lines).encode())
