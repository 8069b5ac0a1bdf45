"""Golden values of neuroCombat, and of nested ComBat as its authors published it.

    python combat_python.py NestedComBat.py OUT     (pip install "numpy<2" pandas scipy neuroCombat==0.2.12 scikit-learn)

NestedComBat.py is Functions/NestedComBat.py of https://github.com/hannah-horng/generalized-combat. Tables are those of
combat_inputs.py. Two things are changed: `np.int`, which numpy no longer has, is `int`, without which a reference batch fails;
and nested ComBat hands its data on as an array, since neuroCombat rounds data frames to single precision.
"""

import contextlib
import gzip
import importlib.metadata
import importlib.util
import io
import itertools
import json
import os
import sys
import tempfile
import types

import numpy as np
import pandas as pd

np.int = int
from neuroCombat import neuroCombat

from combat_inputs import cohort

quiet = contextlib.redirect_stdout(io.StringIO())


def table(recipe):
    """Values (features by cases) and covariates; `late` is stage II or III."""
    made = cohort(recipe)
    covariates = pd.DataFrame({"batch": made["batch"], "age": made["age"], "sex": made["sex"],
                               "stage": made["stage"], "late": [int(s != "I") for s in made["stage"]]})
    return np.array(made["values"], dtype="float64"), covariates


def neuro_rows():
    recipe = {"seed": 31, "sizes": [12, 9, 6], "features": 12}
    values, covariates = table(recipe)
    for method, mean_only, reference, known in itertools.product(
            ["parametric", "non-parametric", "no-eb"], [False, True], [None, "B"], [[], ["age", "sex", "stage"]]):
        with quiet:
            result = neuroCombat(dat=values, covars=covariates, batch_col="batch",
                                 categorical_cols=[c for c in known if c != "age"], continuous_cols=[c for c in known if c == "age"],
                                 eb=method != "no-eb", parametric=method == "parametric", mean_only=mean_only, ref_batch=reference)
        yield {"tool": "neuroCombat", "input": recipe, "method": method, "mean_only": mean_only, "reference": reference,
               "covariates": known, "values": result["data"].T.tolist()}


def nested_rows(path):
    sys.modules["matplotlib"] = types.ModuleType("matplotlib")
    sys.modules["matplotlib.pyplot"] = types.ModuleType("matplotlib.pyplot")
    spec = importlib.util.spec_from_file_location("NestedComBat", path)
    nested = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(nested)
    order = []

    def as_array(dat, covars, batch_col, **rest):
        order.append(batch_col)
        return neuroCombat(np.array(dat, dtype="float64"), covars, batch_col, **rest)

    nested.nC = types.SimpleNamespace(neuroCombat=as_array)
    counted = []
    test = nested.combat_kstest

    def counting(*args, **kwargs):
        p = test(*args, **kwargs)
        counted.append(p["ComBat"].tolist())
        return p

    nested.combat_kstest = counting
    for seed, known, drop in itertools.product([41, 42, 43], [[], ["age"]], [False, True]):
        recipe = {"seed": seed, "sizes": [45, 40], "features": 14}
        values, covariates = table(recipe)
        # Squares in one group: a difference of shape, which ComBat does not remove.
        for column, is_other in [("batch", "B"), ("sex", "m")]:
            squared = np.array(covariates[column] == is_other)
            rows = slice(0, None, 3) if column == "batch" else slice(1, None, 3)
            values[rows] = np.where(squared, values[rows] * values[rows] / 1024.0, values[rows])
        codes = covariates.copy()
        codes["batch"] = (codes["batch"] == "B").astype(int)
        codes["sex"] = (codes["sex"] == "m").astype(int)
        order.clear()
        counted.clear()
        names = [f"f{f}" for f in range(len(values))]
        # It makes a folder per round.
        with quiet, tempfile.TemporaryDirectory() as folder:
            result = nested.NestedComBat(pd.DataFrame(values, index=names), codes, ["batch", "sex", "late"], categorical_cols=[],
                                         continuous_cols=known, drop=drop, filepath=folder + "/")
        rounds = [order[0:3], order[3:5], order[5:6]]
        yield {"tool": "NestedComBat", "input": recipe, "covariates": known, "drop": drop, "features": list(result.columns),
               "tried": [list(r) for r in rounds], "p": [list(p) for p in counted], "values": result.to_numpy().tolist()}


def ks_rows():
    """Two-sample tests with and without ties."""
    from scipy.stats import ks_2samp

    from splitmix import SplitMix64

    rng = SplitMix64(50)
    for n, m, top in [(1, 1, 10), (2, 3, 10), (5, 5, 1000), (7, 10, 50), (10, 7, 1000), (30, 40, 20), (388, 118, 1000), (200, 200, 1000)]:
        for shift in (0, top // 5, top):
            a = [float(rng.below(top)) for _ in range(n)]
            b = [float(rng.below(top) + shift) for _ in range(m)]
            test = ks_2samp(a, b)
            yield {"tool": "ks_2samp", "a": a, "b": b, "statistic": test.statistic, "p": test.pvalue}


def main(path, out):
    version = importlib.metadata.version
    versions = ", ".join(f"{name} {version(name)}" for name in ("neuroCombat", "scipy", "numpy", "pandas"))
    header = {"made_by": "reference/combat_python.py", "versions": f"Python {sys.version.split()[0]}, {versions}"}
    rows = [*neuro_rows(), *nested_rows(path), *ks_rows()]
    text = "".join(json.dumps(line) + "\n" for line in [header, *rows])
    with open(os.path.join(out, "combat_python.jsonl.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(text.encode())
    print(len(rows), header["versions"])


if __name__ == "__main__":
    main(*sys.argv[1:])
