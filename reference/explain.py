"""Partial dependence of scikit-learn, and what goes with SHAP values in shap: python explain.py LOCAL_EFFECTS.jsonl.gz
SHAP/utils/_general.py OUT COMMIT

Writes OUT/explain.jsonl.gz: partial dependences and individual lines of the function of local_effects.R on its data (the header of the
file it wrote) by the brute method, and `approximate_interactions` of that function's made-up SHAP values, some values of the other
features being missing.
"""

import ast
import gzip
import json
import os
import sys
import types

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence

NAMES = ["a", "b", "c", "d"]


class Function(RegressorMixin, BaseEstimator):
    def fit(self, x, y):
        self.fitted_ = True
        return self

    def predict(self, x):
        a, b, c, d = x.T
        return 0.8 * a + np.sin(3 * a) * b + 0.5 * b**2 - a * c + np.where(d > 1, 0.7, 0) * a


def interactions(path):
    """The one function of a module whose other functions need more packages."""
    tree = ast.parse(open(path).read())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "approximate_interactions"]
    for argument in (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.arg))):
        if isinstance(argument, ast.FunctionDef):
            argument.returns = None
        else:
            argument.annotation = None
    known = {"np": np, "pd": types.SimpleNamespace(DataFrame=type(None)), "convert_name": lambda name, *_: name, "encode_array_if_needed": lambda x, dtype: np.asarray(x, dtype)}
    exec(compile(tree, path, "exec"), known)
    return known["approximate_interactions"]


with gzip.open(sys.argv[1], "rt") as file:
    data = json.loads(file.readline())["data"]
x = np.array([data[name] for name in NAMES], dtype=float).T
model = Function().fit(x, None)
rows = []
for features in [[0], [1], [3], [0, 2], [1, 3]]:
    grids = [np.quantile(x[:, k], np.linspace(0.1, 0.9, 6)) + 0.01 * np.arange(6) for k in features]
    found = partial_dependence(model, x, features, kind="both", method="brute",
                               custom_values=dict(zip(features, grids)))
    row = {"features": [NAMES[k] for k in features], "grids": [g.tolist() for g in grids], "mean": found["average"][0].tolist()}
    if len(features) == 1:
        row["cases"] = found["individual"][0][:5].tolist()
    rows.append(row)
missing = x.copy()
missing[::7, 1] = np.nan
missing[3::5, 2] = np.nan
shap = np.stack([x[:, 0] * x[:, 1], np.abs(x[:, 1] + x[:, 3]), np.where(np.isnan(missing[:, 2]), x[:, 2], 1.0), x[:, 3]], axis=1)
find = interactions(sys.argv[2])
# Those without ties, whose order is not left to NumPy's sort.
for k in range(2):
    rows.append({"interacting": NAMES[k], "order": [NAMES[j] for j in find(k, shap, missing) if j != k]})
header = {"made_by": "reference/explain.py",
          "versions": f"scikit-learn {sklearn.__version__}; numpy {np.__version__}; shap's utils/_general.py of {sys.argv[4]}",
          "data": data}
with gzip.GzipFile(os.path.join(sys.argv[3], "explain.jsonl.gz"), "w", mtime=0) as file:
    for row in [header, *rows]:
        file.write((json.dumps(row, separators=(",", ":")) + "\n").encode())
