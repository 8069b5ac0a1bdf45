"""Weighted log-rank tests of lifelines, Uno's concordance and censoring weights of scikit-survival.

    python nonparametric.py crates/stats/tests/golden/nonparametric.jsonl.gz OUT

The tables are those that nonparametric.R wrote. scikit-survival takes G at the time of the event and leaves out events at tau.
"""

import gzip
import json
import sys

import lifelines
import numpy as np
import sksurv
from lifelines.statistics import multivariate_logrank_test
from sksurv.metrics import concordance_index_ipcw
from sksurv.nonparametric import CensoringDistributionEstimator
from sksurv.util import Surv


def main():
    with gzip.open(sys.argv[1], "rt") as file:
        rows = [json.loads(line) for line in file]
    tables = {row["table"]: row for row in rows if "table" in row and row["entry"] is None and row["weights"] is None}
    out = gzip.GzipFile(sys.argv[2], "wb", mtime=0)

    def line(value):
        out.write((json.dumps(value) + "\n").encode())

    line({"made_by": "nonparametric.py", "versions": f"lifelines {lifelines.__version__}, scikit-survival {sksurv.__version__}"})
    for name, row in tables.items():
        line({key: row[key] for key in ("table", "time", "event", "risk", "risk2", "group", "stratum", "entry", "weights")})
        time, event, group = np.array(row["time"]), np.array(row["event"]) == 1, np.array(row["group"])
        for weights, settings in (("wilcoxon", {}), ("tarone-ware", {}), ("peto", {}), ("fleming-harrington", {"p": 0, "q": 1}),
                                  ("fleming-harrington", {"p": 0.5, "q": 0.5}), ("fleming-harrington", {"p": 1, "q": 0})):
            if time.min() == 0 and settings:
                continue  # Their curve has a row for 0 of its own, and the weights move by one time.
            test = multivariate_logrank_test(time, group, event, weightings=weights, **settings)
            line({"logrank": name, "weights": weights, **settings, "chisq": float(test.test_statistic), "p_value": float(test.p_value)})
        y = Surv.from_arrays(event, time)
        censoring = CensoringDistributionEstimator().fit(y)
        inside = time < time.max()
        known = np.flatnonzero(inside)
        line({"censoring": name, "at": known.tolist(), "g": censoring.predict_proba(time[known]).tolist(),
              "weights": censoring.predict_ipcw(y[known]).tolist()})
        # Two thirds train, the others are tested; tau lies between the times.
        test = np.arange(len(time)) % 3 == 0
        tau = float(np.quantile(time, 0.75)) + 0.1
        c = concordance_index_ipcw(y[~test], y[test], np.array(row["risk"])[test], tau=tau)
        line({"uno": name, "tau": tau, "c": float(c[0]), "pairs": [float(v) for v in c[1:4]]})
    out.close()


if __name__ == "__main__":
    main()
