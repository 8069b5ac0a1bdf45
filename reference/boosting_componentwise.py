"""Risks of scikit-survival's component-wise boosting of Cox's likelihood: python boosting_componentwise.py OUT

Writes OUT/componentwise_boosting.jsonl.gz. Features are those of boosting_xgboost.py, from a recipe; each time is there once.
"""

import gzip
import json
import os
import sys

import numpy as np
import sksurv
from sksurv.ensemble import ComponentwiseGradientBoostingSurvivalAnalysis
from sksurv.util import Surv

from boosting_xgboost import features, follow


def case(name, seed, cases, columns, rounds, rate):
    x, new = features(seed, cases, columns, 0, 0), features(seed + 1, 60, columns, 0, 0)
    time, event = follow(x, seed + 2, 10**8)
    assert len(set(time)) == cases
    model = ComponentwiseGradientBoostingSurvivalAnalysis(n_estimators=rounds, learning_rate=rate)
    model.fit(x, Surv.from_arrays(event == 1, time.astype(float)))
    return {"name": name, "seed": seed, "cases": cases, "columns": columns, "rounds": rounds, "rate": rate, "time": time.tolist(), "event": event.tolist(),
            "coefficients": model.coef_[1:].tolist(), "new": model.predict(new).tolist()}


def main():
    rows = [case("few features", 700, 150, 6, 200, 0.1), case("many features", 710, 120, 200, 150, 0.2), case("many rounds", 720, 200, 10, 1000, 0.3)]
    header = {"made_by": "reference/boosting_componentwise.py", "versions": f"scikit-survival {sksurv.__version__}; numpy {np.__version__}"}
    with gzip.GzipFile(os.path.join(sys.argv[1], "componentwise_boosting.jsonl.gz"), "w", mtime=0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(row, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
