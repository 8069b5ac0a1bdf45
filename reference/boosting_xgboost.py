"""Predictions of XGBoost's survival objectives, without sampling: python boosting_xgboost.py OUT

Writes OUT/newton_boosting.jsonl.gz. Features are made from a recipe (`splitmix.py`): the test makes the same ones. Kept are margins (log
hazards, or logarithms of times) of the training cases and of others after some rounds. One thread, so that sums have one order.
"""

import gzip
import json
import os
import sys

import numpy as np
import xgboost

from splitmix import SplitMix64


def features(seed, cases, columns, missing, levels):
    """Columns of sums of one of three latent values and a value of their own, in thousandths or in a few levels."""
    random = SplitMix64(seed)
    latent = [[random.between(-1000, 1000) for _ in range(cases)] for _ in range(3)]
    x = np.empty((cases, columns))
    for j in range(columns):
        for i in range(cases):
            value = latent[j % 3][i] + random.between(-1000, 1000)
            if levels and j % 2 == 1:
                value = value * levels // 4000
            x[i, j] = np.nan if random.chance(missing) else value / 1000
    return x


def follow(x, seed, unit):
    """Times in whole units: the coarser the unit, the more ties."""
    random = SplitMix64(seed)
    uniform = lambda: (random.below(1 << 30) + 0.5) / (1 << 30)
    z = np.nan_to_num(x)
    eta = 0.8 * z[:, 0] - 0.6 * z[:, 1] * (z[:, 2] > 0) + 0.5 * z[:, min(4, x.shape[1] - 1)] ** 2
    event = np.array([-np.log(uniform()) for _ in range(len(x))]) * np.exp(-eta)
    censored = np.array([-1.5 * np.log(uniform()) for _ in range(len(x))])
    return (np.floor(unit * np.minimum(event, censored)) + 1).astype(int), (event <= censored).astype(int)


def case(name, seed, cases, columns, rounds, unit=10**6, missing=0, levels=0, objective="cox", method="exact", monotone=(), **settings):
    x, new = features(seed, cases, columns, missing, levels), features(seed + 1, 60, columns, missing, levels)
    time, event = follow(x, seed + 2, unit)
    parameters = {"tree_method": method, "nthread": 1, **settings}
    data = xgboost.DMatrix(x)
    if objective == "cox":
        parameters["objective"] = "survival:cox"
        data.set_label(np.where(event == 1, time, -time))
    else:
        distribution, scale = objective
        parameters.update(objective="survival:aft", aft_loss_distribution=distribution, aft_loss_distribution_scale=scale)
        data.set_float_info("label_lower_bound", time)
        data.set_float_info("label_upper_bound", np.where(event == 1, time, np.inf))
    if monotone:
        parameters["monotone_constraints"] = tuple(monotone)
    model = xgboost.train(parameters, data, rounds)
    margins = []
    for kept in sorted({1, (rounds + 1) // 2, rounds}):
        of = lambda table: [float(v) for v in model.predict(xgboost.DMatrix(table), output_margin=True, iteration_range=(0, kept))]
        margins.append({"rounds": kept, "fitted": of(x), "new": of(new)})
    nodes = sum(tree.count("\n") for tree in model.get_dump())
    print(f"{name:<28} {int(event.sum())} events, {len(set(time))} times, {nodes} nodes")
    return {"name": name, "seed": seed, "cases": cases, "columns": columns, "missing": missing, "levels": levels,
            "time": time.tolist(), "event": event.tolist(), "objective": objective, "method": method, "monotone": list(monotone),
            "settings": settings, "rounds": rounds, "times": len(set(time.tolist())), "nodes": nodes, "margins": margins}


def main():
    depth3 = {"max_depth": 3, "eta": 0.1}
    rows = [
        case("exact", 100, 120, 8, 40, unit=10**7, **depth3),
        case("exact, defaults", 110, 200, 12, 16),
        case("exact, ties", 120, 150, 6, 30, unit=4, **depth3),
        case("exact, tied values", 130, 150, 6, 30, levels=6, **depth3),
        case("exact, missing values", 140, 160, 7, 30, missing=20, **depth3),
        case("exact, missing tied values", 150, 160, 7, 20, unit=6, missing=30, levels=5, max_depth=4),
        case("exact, gamma", 160, 180, 8, 30, max_depth=5, gamma=1.5),
        case("exact, alpha and lambda", 170, 180, 8, 30, max_depth=4, **{"alpha": 0.8, "lambda": 3.0}),
        case("exact, no lambda", 180, 150, 5, 20, max_depth=3, min_child_weight=0.3, **{"lambda": 0.0}),
        case("exact, max_delta_step", 190, 150, 6, 30, max_depth=4, max_delta_step=0.2, alpha=0.1),
        case("exact, monotone", 200, 200, 6, 12, max_depth=4, monotone=(1, 0, -1, 0, 1, 0)),
        case("exact, monotone, missing", 210, 200, 6, 20, missing=15, max_depth=4, monotone=(1, 0, -1, 0, 1, 0)),
        case("exact, many features", 220, 380, 100, 60, max_depth=3, eta=0.1),
        case("exact, base score", 230, 120, 5, 10, base_score=2.5, **depth3),
    ]
    for at, (distribution, scale) in enumerate([("normal", 1.0), ("logistic", 0.6), ("extreme", 1.3)]):
        aft = {"objective": (distribution, scale), "base_score": 20.0}
        rows.append(case(f"exact, {distribution}", 300 + 10 * at, 150, 6, 60, unit=50, **aft, **depth3))
        rows.append(case(f"histogram, {distribution}", 305 + 10 * at, 240, 6, 60, unit=500, missing=10, method="hist", **{**aft, "base_score": 80.0}, max_depth=5))
    rows += [
        case("histogram, few cases", 400, 200, 8, 40, method="hist", **depth3),
        case("histogram, defaults", 410, 240, 12, 12, method="hist", unit=8),
        case("histogram, quantiles", 420, 900, 5, 30, method="hist", max_depth=5),
        case("histogram, 16 bins", 430, 128, 9, 20, method="hist", max_bin=16, max_depth=4),
        case("histogram, tied values", 440, 190, 9, 20, method="hist", levels=7, max_bin=24, max_depth=4),
        case("histogram, missing values", 450, 240, 8, 30, method="hist", missing=25, max_depth=4),
        case("histogram, missing, 16 bins", 460, 128, 9, 20, method="hist", missing=25, max_bin=16, levels=9, max_depth=4),
        case("histogram, gamma", 470, 240, 8, 30, method="hist", max_depth=5, gamma=1.5),
        case("histogram, monotone", 480, 240, 6, 30, method="hist", max_depth=4, monotone=(1, 0, -1, 0, 1, 0)),
        case("histogram, max_delta_step", 490, 240, 6, 30, method="hist", missing=10, max_depth=4, max_delta_step=0.2, alpha=0.1),
        case("histogram, many features", 500, 380, 100, 60, method="hist", **depth3),
    ]
    header = {"made_by": "reference/boosting_xgboost.py", "versions": f"xgboost {xgboost.__version__}; numpy {np.__version__}"}
    with gzip.GzipFile(os.path.join(sys.argv[1], "newton_boosting.jsonl.gz"), "w", mtime=0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(row, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
