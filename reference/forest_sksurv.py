"""Errors of random survival forests over twenty seeds (a hundred of ranger) -> crates/survival/tests/golden/forest.jsonl.gz

    RLIB=... Rscript forest_rfsrc.R TABLES   # randomForestSRC's, and the tables
    Rscript forest_ranger.R TABLES           # ranger's
    python forest_sksurv.py TABLES OUT       # scikit-survival's; all go into the same file

Odd rows train, even rows test. Per data set a line with the table itself and, per program and setting, the
out-of-bag error and the concordance of the test cases, a value per seed.
"""

import csv
import gzip
import json
import os
import sys

import numpy as np
import sksurv
from sksurv.ensemble import RandomSurvivalForest
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

SEEDS = 20


def forests(x, time, event):
    train, test = slice(0, None, 2), slice(1, None, 2)
    errors, concordances = [], []
    for seed in range(1, SEEDS + 1):
        forest = RandomSurvivalForest(n_estimators=500, oob_score=True, n_jobs=1, random_state=seed)
        forest.fit(x[train], Surv.from_arrays(event[train], time[train]))
        errors.append(1 - forest.oob_score_)
        concordances.append(concordance_index_censored(event[test], time[test], forest.predict(x[test]))[0])
    return {"trees": 500, "oob_error": errors, "test_c": concordances}


def main(tables, out):
    with open(os.path.join(tables, "goldens.json")) as file:
        rfsrc = json.load(file)
    with open(os.path.join(tables, "ranger.json")) as file:
        ranger = json.load(file)
    versions = f"ranger {ranger['versions']}; scikit-survival {sksurv.__version__}; randomForestSRC {np.atleast_1d(rfsrc['versions'])[-1]}"
    lines = [{"made_by": "reference/forest_rfsrc.R, forest_ranger.R, forest_sksurv.py", "versions": versions}]
    for name in ("pbc", "lung", "veteran"):
        with open(os.path.join(tables, f"{name}.csv")) as file:
            header, *rows = list(csv.reader(file))
        values = np.array([[float(v) for v in row] for row in rows])
        time, event, x = values[:, 0], values[:, 1] == 1, values[:, 2:]
        errors, concordances = ranger["ranger"][name]
        programs = {"scikit-survival": forests(x, time, event), "ranger": {"trees": 500, "oob_error": errors, "test_c": concordances}}
        for key in (name, f"{name}_nsplit0"):
            if key in rfsrc["randomForestSRC"]:
                found = np.array(rfsrc["randomForestSRC"][key])
                nsplit = " nsplit=0" if key.endswith("0") else ""
                programs["randomForestSRC" + nsplit] = {"trees": 1000, "oob_error": found[0].tolist(), "test_c": found[1].tolist()}
        columns = {n: values[:, j].tolist() for j, n in enumerate(header)}
        lines.append({"data": name, "columns": columns, "programs": programs})
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
