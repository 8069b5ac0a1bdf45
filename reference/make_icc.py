"""Intraclass correlations of psych, lme4 and pingouin -> crates/harmonize/tests/golden/icc.jsonl.gz

    python make_icc.py OUT

Needs Rscript with psych, and a Python with requirements-icc.txt. Readings are made from integers, as `readings` says and the test
makes them; a row has the recipe, psych's table and pingouin's.
"""

import gzip
import json
import math
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

import pingouin
import scipy

from icc_pingouin import icc
from splitmix import SplitMix64

FIELDS = ["seed", "cases", "readings", "base", "case_span", "reading_span", "noise_span", "missing", "divisor"]


def readings(recipe):
    """Columns of readings: base + case + offset of the reading + noise, over the divisor; NaN where missing."""
    rng = SplitMix64(recipe["seed"])
    n, k = recipe["cases"], recipe["readings"]
    cases = [rng.below(recipe["case_span"]) for _ in range(n)]
    columns = []
    for j in range(k):
        offset = rng.below(recipe["reading_span"])
        column = []
        for i in range(n):
            value = recipe["base"] + cases[i] + offset + rng.below(recipe["noise_span"])
            gone = rng.chance(recipe["missing"])
            # psych counts cases without any reading, which say nothing: there is none, the last reading stays.
            if j == k - 1 and all(math.isnan(c[i]) for c in columns):
                gone = False
            column.append(math.nan if gone else value / recipe["divisor"])
        columns.append(column)
    return columns


def exact_mean_squares(columns):
    """B, W, J and E of complete readings in whole fractions, rounded once."""
    x = [[Fraction(v) for v in column] for column in columns]
    n, k = len(x[0]), len(x)
    cases = [sum(column[i] for column in x) / k for i in range(n)]
    offsets = [sum(column) / n for column in x]
    grand = sum(offsets) / k
    squares = [
        k * sum((c - grand) ** 2 for c in cases) / (n - 1),
        sum((x[j][i] - cases[i]) ** 2 for j in range(k) for i in range(n)) / (n * (k - 1)),
        n * sum((o - grand) ** 2 for o in offsets) / (k - 1),
        sum((x[j][i] - cases[i] - offsets[j] + grand) ** 2 for j in range(k) for i in range(n)) / ((n - 1) * (k - 1)),
    ]
    return [float(s) for s in squares]


def recipes():
    """What is compared."""
    rng = SplitMix64(20)
    for n, k in [(2, 2), (2, 3), (3, 2), (5, 2), (6, 4), (10, 3), (17, 5), (30, 2), (100, 3), (40, 10)]:
        for case, reading, noise in [(1000, 1, 50), (100, 1, 100), (100, 300, 60), (1, 10, 100), (5000, 40, 3), (20, 1, 200)]:
            yield [rng.next() >> 40, n, k, 0, case, reading, noise, 0, 7]
    # Readings far from 0, and nearly equal ones.
    for seed in range(4):
        yield [seed, 25, 3, 10**9, 40, 5, 7, 0, 3]
        yield [seed, 25, 3, 1000, 10**6, 1, 2, 0, 9]
    for n, k in [(8, 2), (12, 3), (20, 3), (25, 5), (60, 3), (40, 10), (100, 2), (150, 4)]:
        for missing in (5, 20, 50):
            for case, reading, noise in [(1000, 1, 50), (100, 1, 100), (100, 300, 60), (1, 60, 100), (5000, 40, 9), (1, 1, 100)]:
                yield [rng.next() >> 40, n, k, 500, case, reading, noise, missing, 7]


def main():
    out = sys.argv[1]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, fields in enumerate(recipes()):
            recipe = dict(zip(FIELDS, fields))
            columns = readings(recipe)
            with open(os.path.join(folder, f"t{number}.csv"), "w") as file:
                file.write(",".join(f"r{j}" for j in range(len(columns))) + "\n")
                for case in zip(*columns):
                    file.write(",".join("NA" if math.isnan(v) else repr(v) for v in case) + "\n")
            rows.append({"recipe": recipe})
        versions = subprocess.run(
            ["Rscript", os.path.join(os.path.dirname(os.path.abspath(__file__)), "icc_psych.R"), folder],
            check=True, capture_output=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        ).stdout.strip()
        for number, row in enumerate(rows):
            with open(os.path.join(folder, f"t{number}.out.csv")) as file:
                lines = [[float(v) for v in line.split(",")] for line in file]
            row["psych"], rest = lines[:6], lines[6:]
            if len(rest) == 1:
                row["mean_squares"] = rest[0]
                row["exact"] = exact_mean_squares(readings(row["recipe"]))
            else:
                row["psych_variances"], row["lme4_variances"] = rest
            columns = readings(row["recipe"])
            complete = sum(not any(math.isnan(v) for v in case) for case in zip(*columns))
            # pingouin wants two cases and five values at least.
            row["pingouin"] = icc(columns) if complete >= 2 and complete * len(columns) >= 5 else None
    header = {
        "made_by": "reference/make_icc.py",
        "versions": f"{versions}; pingouin {pingouin.__version__}; scipy {scipy.__version__}",
    }

    def text(value):
        if isinstance(value, float) and not math.isfinite(value):
            return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        if isinstance(value, list):
            return [text(v) for v in value]
        return {k: text(v) for k, v in value.items()} if isinstance(value, dict) else value

    with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(text(row)) + "\n").encode())


if __name__ == "__main__":
    main()
