"""Golden values of the intensity models, with numpy, from their definitions.

    python make_intensity.py ../crates/image/tests/golden
"""

import sys

import numpy as np
from image_cases import boxes, write
from splitmix import SplitMix64

LANDMARKS = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99]


def image(rng):
    """Two classes, in eighths, and a mask; arrays (z, y, x)."""
    size = [rng.between(4, 9) for _ in range(3)]
    centres = [rng.between(0, 2000), rng.between(3000, 6000)]
    share, spread = rng.between(20, 80), rng.between(50, 800)
    values = []
    for _ in range(size[0] * size[1] * size[2]):
        centre = centres[1 if rng.chance(share) else 0]
        values.append((centre + sum(rng.below(spread) for _ in range(4))) / 8)
    mask = boxes(rng, size)
    mask[:4, :4, :4] = 1
    return np.array(values).reshape(size[::-1]), mask


def nyul_standard(training, low, high):
    rows = []
    for values in training:
        p = np.percentile(values, LANDMARKS)
        rows.append(low + (p - p[0]) / (p[-1] - p[0]) * (high - low))
    return np.mean(rows, axis=0)


def nyul_apply(values, own, standard):
    piece = np.clip(np.searchsorted(own, values, side="right") - 1, 0, len(own) - 2)
    slope = np.diff(standard) / np.diff(own)
    return standard[piece] + (values - own[piece]) * slope[piece]


def white_stripe(x, tau, bins):
    low, high = x.min(), x.max()
    iqr = (np.percentile(x, 75) - np.percentile(x, 25)) / 1.34
    sd = x.std(ddof=1)
    h = 0.9 * (min(sd, iqr) if iqr > 0 else sd) * len(x) ** -0.2
    width = (high - low) / bins
    counts = np.bincount(np.minimum(((x - low) / width).astype(int), bins - 1), minlength=bins)
    centres = low + (np.arange(bins) + 0.5) * width
    smooth = np.exp(-0.5 * ((centres[:, None] - centres[None, :]) / h) ** 2) @ counts
    mode = centres[np.argmax(smooth)]
    share = np.mean(x <= mode)
    a, b = np.quantile(x, max(share - tau, 0)), np.quantile(x, min(share + tau, 1))
    stripe = x[(x >= a) & (x <= b)]
    return mode, stripe.mean(), stripe.std(ddof=1)


def case(seed):
    rng = SplitMix64(seed)
    training = [image(rng) for _ in range(rng.between(1, 4))]
    test, test_mask = image(rng)
    masked = seed % 2 == 0
    use = [v[m == 1] if masked else v.ravel() for v, m in training]
    pooled = np.concatenate(use)
    percents = [rng.below(20) / 2, 100 - rng.below(20) / 2]
    low, high = np.percentile(pooled, percents)
    standard = nyul_standard(use, 1, 100)
    own = np.percentile(test[test_mask == 1] if masked else test, LANDMARKS)
    tau = rng.between(1, 10) / 50
    matched = nyul_apply(test.ravel(), own, standard)
    at = [rng.below(test.size) for _ in range(12)] + [int(test.argmin()), int(test.argmax())]
    return {
        "seed": seed,
        "zscore": [pooled.mean(), pooled.std(ddof=1)],
        "clip": [low, high],
        "standard": standard.tolist(),
        "matched": matched[at].tolist(),
        "stripe": list(white_stripe(pooled, tau, 512)),
    }


if __name__ == "__main__":
    write(sys.argv[1], "intensity", "make_intensity.py", [case(seed) for seed in range(9000, 9060)])
