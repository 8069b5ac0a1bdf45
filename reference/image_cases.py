"""Inputs of the image crate's golden cases, made from integers alone.

The Rust side is crates/image/tests/support/mod.rs: the same draws in the same order give the same volumes.
"""

import hashlib
import os

import numpy as np
import oracle

SPACINGS = [0.5, 0.7, 0.9765625, 1.0, 1.25, 2.0, 3.0, 3.3, 5.0]


def boxes(rng, size):
    """A mask of up to three boxes with holes, as an array (z, y, x)."""
    inside = np.zeros(size[::-1], dtype=np.uint8)
    for _ in range(rng.between(1, 3)):
        low = [rng.below(n) for n in size]
        high = [rng.between(a, n - 1) for a, n in zip(low, size)]
        for z in range(low[2], high[2] + 1):
            for y in range(low[1], high[1] + 1):
                for x in range(low[0], high[0] + 1):
                    if rng.below(16) != 0:
                        inside[z, y, x] = 1
    return inside


def sha1(array):
    return hashlib.sha1(np.ascontiguousarray(array).tobytes()).hexdigest()


def write(folder, name, script, rows, **more):
    """FOLDER/NAME.jsonl.gz"""
    path = os.path.join(folder, name + ".jsonl.gz")
    oracle.write_lines(path, {"made_by": "reference/" + script, "versions": oracle.versions(), **more}, rows)
    print(path, len(rows), "cases")


def rotation(rng):
    """A rotation matrix from a quaternion of small integers (not all 0)."""
    while True:
        a, b, c, d = (rng.between(0, 18) - 9 for _ in range(4))
        n = a * a + b * b + c * c + d * d
        if n:
            break
    return [
        [(a * a + b * b - c * c - d * d) / n, 2 * (b * c - a * d) / n, 2 * (b * d + a * c) / n],
        [2 * (b * c + a * d) / n, (a * a - b * b + c * c - d * d) / n, 2 * (c * d - a * b) / n],
        [2 * (b * d - a * c) / n, 2 * (c * d + a * b) / n, (a * a - b * b - c * c + d * d) / n],
    ]
