"""Golden ADC, S0 and goodness of fit: numpy.polyfit, and scipy.optimize.least_squares for weighted fits.

    python make_diffusion.py ../crates/image/tests/golden
"""

import sys

import numpy as np
import scipy.optimize
from image_cases import write
from splitmix import SplitMix64

VOXELS = 6


def signals(rng, b):
    """Signals of a noisy decay, in quarters, some of them zero or negative."""
    out = np.empty((len(b), VOXELS))
    for v in range(VOXELS):
        s0 = rng.between(200, 4000)
        half = rng.between(200, 2000)  # b-value over which the signal halves, as a rational decay
        for i, value in enumerate(b):
            noise = rng.between(-40, 40)
            out[i, v] = ((s0 * half) // (half + value) * 4 + noise) / 4
            if rng.chance(8):
                out[i, v] = -rng.below(3)
    return out


def unweighted(b, y):
    slope, intercept = np.polyfit(b, y, 1)
    return slope, intercept, np.ones_like(y)


def weighted(b, y):
    weights = np.exp(y) ** 2
    for turn in range(2):
        root = np.sqrt(weights / weights.max())

        def residual(p):
            return root * (y - p[0] - p[1] * b / 1000)

        # Linear: the minimum that it finds is exact to rounding, checked against polyfit (whose weights are roots).
        found = scipy.optimize.least_squares(
            residual, [y[0], -1.0], jac=lambda p: -root[:, None] * np.column_stack([np.ones_like(b), b / 1000]),
            xtol=1e-15, ftol=1e-15, gtol=1e-15,
        ).x
        intercept, slope = found[0], found[1] / 1000
        check = np.polyfit(b, y, 1, w=root)
        assert np.allclose([slope, intercept], check, rtol=1e-9, atol=1e-12), (found, check)
        slope, intercept = check
        used = weights
        weights = np.exp(intercept + slope * b) ** 2
    return slope, intercept, used / used.max()


def case(seed):
    rng = SplitMix64(seed)
    b = np.array(sorted({0 if rng.chance(80) else 50, *(50 * rng.between(2, 24) for _ in range(rng.between(1, 6)))}), float)
    s = signals(rng, [int(v) for v in b])
    row = {"seed": seed, "b": b.tolist()}
    for name, fit in (("linear", unweighted), ("weighted", weighted)):
        values = []
        for v in range(VOXELS):
            use = s[:, v] > 0
            if use.sum() < 2:
                values.append(None)
                continue
            y = np.log(s[use, v])
            slope, intercept, w = fit(b[use], y)
            residual = np.sum(w * (y - intercept - slope * b[use]) ** 2)
            total = np.sum(w * (y - np.average(y, weights=w)) ** 2)
            values.append([-slope, np.exp(intercept), 1 - residual / total if total > 0 else 1.0])
        row[name] = values
    return row


if __name__ == "__main__":
    write(sys.argv[1], "diffusion", "make_diffusion.py", [case(seed) for seed in range(8000, 8060)])
