"""Bootstrap of C-index, AUC, Brier score, calibration slope and net benefit of radsurv beside a loop over scikit-survival and dcurves, in one run.

    cargo build --release -p radsurv-eval --example time_bootstrap
    python benches/peers/bootstrap.py --radsurv target/release/examples/time_bootstrap [--rows 700] [--samples 1000] [--peer-samples 50] [--runs 3]

Needs scikit-survival and dcurves. There is no bootstrap in either: the loop is what a user writes, `for` over samples of the same table, each measured by
concordance_index_censored, cumulative_dynamic_auc, brier_score (weights from the sample itself), CoxPHSurvivalAnalysis of the risk (the distance of the calibration slope from 1) and
dca at one threshold. It is timed for fewer samples, and given as seconds for as many as radsurv's. radsurv runs on two threads, with limits from all samples.
At the end the estimates of all cases are
compared. The mean distance of the smooth calibration curve (ici) has no counterpart in the loop, and is in radsurv's time all the same.
"""

import argparse
import math
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

import numpy as np
import pandas as pd
from dcurves import dca
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.metrics import brier_score, concordance_index_censored, cumulative_dynamic_auc
from sksurv.util import Surv

TIME, THRESHOLD = 60.0, 0.3


def table(rows, seed):
    """A risk that is right, about half of the cases censored, times with one decimal."""
    rng = random.Random(seed)
    lines = []
    for _ in range(rows):
        risk = rng.gauss(0, 1)
        event, censored = rng.expovariate(0.012 * math.exp(0.8 * risk)), rng.uniform(20, 140)
        # Overconfident, so that there is something to find in its calibration.
        probability = 1 - math.exp(-0.012 * TIME * math.exp(1.1 * risk))
        lines.append((round(min(event, censored), 1) + 0.1, int(event <= censored), 0.8 * risk, probability))
    return np.array(lines)


def measures(data):
    """What the loop computes of a sample, and the seconds of each."""
    outcome = Surv.from_arrays(data[:, 1] == 1, data[:, 0])
    frame = pd.DataFrame(data, columns=["time", "event", "risk", "probability"])
    work = {
        "harrell": lambda: concordance_index_censored(outcome["event"], outcome["time"], data[:, 2])[0],
        "auc": lambda: cumulative_dynamic_auc(outcome, outcome, data[:, 2], [TIME])[0][0],
        "brier": lambda: brier_score(outcome, outcome, 1 - data[:, 3:], [TIME])[1][0],
        "calibration_slope": lambda: abs(CoxPHSurvivalAnalysis(ties="efron").fit(data[:, 2:3], outcome).coef_[0] - 1),
        "net_benefit": lambda: dca(frame, outcome="event", modelnames=["probability"], thresholds=[THRESHOLD], time=TIME, time_to_outcome_col="time")["net_benefit"].iloc[0],
    }
    values, seconds = {}, {}
    for name, compute in work.items():
        begin = time.perf_counter()
        values[name] = compute()
        seconds[name] = time.perf_counter() - begin
    return values, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--rows", type=int, default=700)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--peer-samples", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.0f}; Python {platform.python_version()}, "
          f"scikit-survival {version('scikit-survival')}, dcurves {version('dcurves')}; {arguments.rows} cases, {arguments.samples} samples")
    data = table(arguments.rows, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "table.csv"), os.path.join(folder, "out.csv")
        np.savetxt(path, data, delimiter=",", fmt="%.17g")
        command = [arguments.radsurv, str(arguments.runs), str(arguments.samples), out, path, f"{TIME:g}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "RAYON_NUM_THREADS": "2"})
        if done.returncode != 0:
            sys.exit(done.stderr)
        ours = {line.split()[0]: float(line.split()[1]) for line in done.stdout.splitlines()}
        estimates = {line.split(",")[0]: [float(v) for v in line.split(",")[1:]] for line in open(out)}
    rng = np.random.default_rng(arguments.seed)
    replicates, seconds = [], {}
    for _ in range(arguments.peer_samples):
        values, spent = measures(data[rng.integers(0, len(data), len(data))])
        replicates.append(values)
        for name, s in spent.items():
            seconds[name] = seconds.get(name, 0.0) + s
    scale = arguments.samples / arguments.peer_samples
    total = sum(seconds.values()) * scale
    print(f"all, seconds: radsurv {ours['all']:.3f} (BCa limits {ours['all_bca']:.3f}), the loop {total:.1f} (from {arguments.peer_samples} samples): {total / ours['all']:.0f} times")
    theirs, _ = measures(data)
    print("measure            radsurv s   loop s   estimate    loop's     se        loop's")
    for name, (estimate, se, *_, failed) in estimates.items():
        peer = next((p for p in theirs if name.startswith(p)), None)
        spread = np.std([r[peer] for r in replicates], ddof=1) if peer else math.nan
        print(f"{name:24s} {ours[name]:8.3f} {seconds.get(peer, math.nan) * scale:8.1f} {estimate:10.6f} {theirs.get(peer, math.nan):10.6f} {se:10.6f} {spread:10.6f}  failed {failed:.0f}")
        if peer and abs(estimate - theirs[peer]) > (1e-6 if peer == "calibration_slope" else 1e-9):
            sys.exit(f"{name}: {estimate!r} is not {theirs[peer]!r}")


main()
