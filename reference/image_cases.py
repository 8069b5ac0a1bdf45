"""Inputs of the image crate's golden cases, made from integers alone.

The Rust side is crates/image/tests/support/mod.rs: the same draws in the same order give the same volumes.
"""

import gzip
import hashlib
import json
import platform

import numpy as np
import SimpleITK as sitk

MASK64 = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK64

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK64
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def pick(self, choices):
        return choices[self.below(len(choices))]


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


def write(name, script, cases, **more):
    document = {
        "tool": "SimpleITK " + sitk.Version_VersionString(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "script": script,
        **more,
        "cases": cases,
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    path = f"crates/image/tests/golden/{name}.json.gz"
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text)
    print(path, len(cases), "cases")


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
