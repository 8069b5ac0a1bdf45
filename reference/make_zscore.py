"""Golden values of the z-score: R's scale, median, mad and quantile, and scikit-learn's scalers.

    python make_zscore.py ../crates/harmonize/tests/golden     (needs Rscript and scikit-learn)

A row is a column of the table, made from integers by `column`, with centre, scale and scaled values of each method.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import sklearn
from sklearn.preprocessing import RobustScaler, StandardScaler

from splitmix import SplitMix64

HERE = os.path.dirname(os.path.abspath(__file__))
RECIPES = [
    {"seed": 1, "cases": 2, "missing": 0, "range": 1000, "offset": 0, "divisor": 64},
    {"seed": 2, "cases": 3, "missing": 0, "range": 1000, "offset": -500, "divisor": 64},
    {"seed": 3, "cases": 24, "missing": 0, "range": 100000, "offset": 0, "divisor": 1024},
    {"seed": 4, "cases": 25, "missing": 20, "range": 100000, "offset": -50000, "divisor": 1024},
    {"seed": 5, "cases": 40, "missing": 10, "range": 8, "offset": 0, "divisor": 1},
    {"seed": 6, "cases": 31, "missing": 5, "range": 4096, "offset": 1 << 16, "divisor": 1},
    {"seed": 7, "cases": 31, "missing": 0, "range": 1 << 40, "offset": 0, "divisor": 1 << 60},
]


def column(recipe):
    """The values; None is missing."""
    rng = SplitMix64(recipe["seed"])
    values = []
    for _ in range(recipe["cases"]):
        value = (rng.below(recipe["range"]) + recipe["offset"]) / recipe["divisor"]
        values.append(None if rng.chance(recipe["missing"]) else value)
    return values


def by_r(values):
    """Centre, scale and values of each method of R, and R's version."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = os.path.join(folder, "in.csv"), os.path.join(folder, "out.csv")
        with open(source, "w", newline="") as file:
            csv.writer(file).writerows([["x"]] + [["NA" if v is None else "%.17g" % v] for v in values])
        subprocess.run(["Rscript", os.path.join(HERE, "zscore.R"), source, out], check=True)
        version, *lines = open(out).read().splitlines()
    found = {}
    for line in lines:
        method, centre, scale, *rest = line.split(",")
        found[method] = {"centre": float(centre), "scale": float(scale), "values": [number(v) for v in rest]}
    return version, found


def by_sklearn(values):
    """The same of scikit-learn. Its StandardScaler divides by n, not n - 1."""
    x = np.array([[np.nan if v is None else v] for v in values])
    scalers = {
        "sklearn_quartiles": RobustScaler(),
        "sklearn_5_95": RobustScaler(quantile_range=(5.0, 95.0)),
        "sklearn_standard": StandardScaler(),
    }
    found = {}
    for name, scaler in scalers.items():
        scaled = scaler.fit_transform(x)[:, 0]
        centre = scaler.mean_ if name == "sklearn_standard" else scaler.center_
        found[name] = {"centre": centre[0], "scale": scaler.scale_[0], "values": [number(v) for v in scaled]}
    return found


def number(value):
    return "nan" if value in ("NA", "NaN") or np.isnan(float(value)) else float(value)


def main():
    rows = []
    for recipe in RECIPES:
        version, found = by_r(column(recipe))
        rows.append({"input": recipe, **found, **by_sklearn(column(recipe))})
    header = {"made_by": "reference/make_zscore.py", "R": version, "scikit-learn": sklearn.__version__}
    with open(os.path.join(sys.argv[1], "zscore.jsonl"), "w") as out:
        for row in [header] + rows:
            out.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
