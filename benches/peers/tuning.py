"""Nested cross-validation of radsurv beside scikit-learn with scikit-survival, of the same table in one run.

    cargo build --release -p radsurv-cli
    python benches/peers/tuning.py --radsurv target/release/radsurv [--size 380x487] [--folds 5] [--inner 3] [--trees 100] [--threads 2]

Two searches, each of a pipeline of a z-score and a model: forests of three sizes of leaves, and elastic nets of three mixtures with lambda
by five folds within, of 100 (scikit-survival: 20 lambdas as candidates of the grid search, which is the usual way there). Outer folds judge,
inner folds decide, by Harrell's C. Given are the seconds of the whole: radsurv's process with reading and writing, and its winner learned
from all cases; of the peer the search alone. Folds are each program's own.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np

from coxnet import table
from forest import write

FOREST = """
steps = [{ zscore = { method = "standard" } }]
[[models]]
model = "rsf"
config = "rsf.toml"
[models.search]
min_leaf = { list = [3, 10, 30] }
"""

NET = """
steps = [{ zscore = { method = "standard" } }]
[[models]]
model = "lasso"
[models.search]
"path.alpha" = { list = [0.2, 0.5, 1.0] }
"""


def radsurv(program, folder, config, outer, inner, threads):
    command = [program, "tune", "--table", f"{folder}/table.csv", "--features", "^f", "--time", "time", "--event", "event"]
    command += ["--config", f"{folder}/{config}", "--folds", str(outer), "--inner-folds", str(inner), "--out", f"{folder}/best.json"]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(done.stderr)
    found = [line for line in done.stderr.splitlines() if line.startswith("expect of")][0]
    return seconds, float(found.split(" (sd")[0].split()[-1])


def peer(model, grid, x, outcome, outer, inner, threads):
    from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    class ByEvent(StratifiedKFold):
        def split(self, X, y, groups=None):
            return super().split(X, y["event"], groups)

    begin = time.perf_counter()
    search = GridSearchCV(make_pipeline(StandardScaler(), model), grid, cv=ByEvent(inner, shuffle=True, random_state=0), n_jobs=threads)
    scores = cross_val_score(search, x, outcome, cv=ByEvent(outer, shuffle=True, random_state=1))
    return time.perf_counter() - begin, scores.mean()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--size", default="380x487")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--inner", type=int, default=3)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    import sklearn
    import sksurv
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.linear_model import CoxnetSurvivalAnalysis
    from sksurv.util import Surv

    cases, features = (int(v) for v in given.size.split("x"))
    x, when, event = table(cases, features, 1)
    print(f"{platform.processor() or platform.machine()}, {given.threads} threads, scikit-learn {sklearn.__version__}, scikit-survival {sksurv.__version__}")
    outcome = Surv.from_arrays(np.asarray(event) == 1, when)
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/table.csv", x, when, event)
        for name, text in [("forest.toml", FOREST), ("net.toml", NET), ("rsf.toml", f"trees = {given.trees}\nmin_leaf = 15\n")]:
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
        forest = RandomSurvivalForest(n_estimators=given.trees, min_samples_split=6, random_state=0)
        leaves = {"randomsurvivalforest__min_samples_leaf": [15, 3, 10, 30]}
        net = CoxnetSurvivalAnalysis()
        lambdas = [[value] for value in np.geomspace(0.01, 0.5, 20)]
        mixtures = {"coxnetsurvivalanalysis__l1_ratio": [1.0, 0.2, 0.5], "coxnetsurvivalanalysis__alphas": lambdas}
        for name, config, model, grid in [("forest", "forest.toml", forest, leaves), ("elastic net", "net.toml", net, mixtures)]:
            ours, c = radsurv(given.radsurv, folder, config, given.folds, given.inner, given.threads)
            theirs, other = peer(model, grid, x, outcome, given.folds, given.inner, given.threads)
            print(f"{name}: radsurv {ours:.2f} s (C {c:.3f}), scikit-survival {theirs:.2f} s (C {other:.3f}): {theirs / ours:.1f} times")


if __name__ == "__main__":
    main()
