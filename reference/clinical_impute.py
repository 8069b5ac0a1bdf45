"""Chained regressions of scikit-learn's IterativeImputer on the numbers of the table of clinical.R.

    python reference/clinical_impute.py crates/survival/tests/golden/clinical.jsonl.gz crates/survival/tests/golden/clinical_impute.jsonl.gz
"""

import gzip
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LinearRegression

warnings.filterwarnings("ignore")
with gzip.open(sys.argv[1], "rt") as file:
    rows = [json.loads(line) for line in file]
table = next(row for row in rows if row.get("impute") == "table")
# Numbers that are no combination of others.
names = ["age", "bili", "chol", "albumin", "copper", "trig", "platelet", "protime"]
x = np.array([[np.nan if v == "nan" else v for v in table["columns"][name]] for name in names], dtype=float).T
train = x[table["train"]]
with gzip.open(sys.argv[2], "wt") as out:
    versions = f"scikit-learn {sklearn.__version__}"
    out.write(json.dumps({"made_by": "clinical_impute.py", "versions": versions}) + "\n")
    for rounds in (1, 4):
        imputer = IterativeImputer(
            LinearRegression(),
            initial_strategy="median",
            imputation_order="ascending",
            max_iter=rounds,
            tol=0.0,
            min_value=np.nanmin(train, axis=0),
            max_value=np.nanmax(train, axis=0),
        )
        filled = imputer.fit(train).transform(x)
        columns = {name: filled[:, j].tolist() for j, name in enumerate(names)}
        out.write(json.dumps({"rounds": rounds, "columns": columns}) + "\n")
