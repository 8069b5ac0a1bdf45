"""What the scripts that make golden values of filters share: images from integers, and the golden file.

The same images are made in crates/features/src/filter/testing.rs (SplitMix64, integers, and one multiplication for floats),
so that no image has to be stored.
"""
import gzip
import json
import os
import platform

import numpy as np
import SimpleITK as sitk

from splitmix import SplitMix64

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def splitmix(seed, count):
    """The first `count` numbers of a generator."""
    generator = SplitMix64(seed)
    return np.array([generator.next() for _ in range(count)], np.uint64)


def voxels(seed, size, kind, flat=0):
    """Noise on a slope, indexed (z, y, x); `kind` is the name of a numpy type. `size` is (x, y, z) or (x, y).

    Where bits of the noise (from bit 40 on) that are set in `flat` are all 0 the value is 37: patches without texture.
    """
    shape = tuple(reversed(size))
    noise = splitmix(seed, int(np.prod(shape)))
    index = np.indices(shape)[::-1]  # x first
    slope = sum(int(w) * i for w, i in zip((7, -3, 11), index)).ravel()
    if kind.startswith("float"):
        unit = (noise >> np.uint64(11)).astype(np.float64) * 2.0**-53
        values = unit * 200.0 + slope
    else:
        values = (noise % np.uint64(201)).astype(np.int64) + slope
        if kind == "uint8":
            values = values % 256
    if flat:
        values[(noise >> np.uint64(40)) & np.uint64(flat) == 0] = 37
    return values.astype(kind).reshape(shape)


def image(case):
    """The SimpleITK image of a case: its keys seed, size, spacing, type."""
    out = sitk.GetImageFromArray(voxels(case["seed"], case["size"], case["type"], case.get("flat", 0)))
    out.SetSpacing([float(s) for s in case["spacing"]])
    return out


def hexadecimal(array):
    """Exact bits, little endian."""
    array = np.ascontiguousarray(array)
    return array.astype(array.dtype.newbyteorder("<")).tobytes().hex()


def write(name, script, cases, **versions):
    """crates/features/tests/golden/NAME.json.gz"""
    content = {
        "provenance": {
            "script": f"reference/{script}",
            "python": platform.python_version(),
            "numpy": np.__version__,
            **versions,
        },
        "cases": cases,
    }
    path = os.path.join(ROOT, "crates/features/tests/golden", name + ".json.gz")
    text = json.dumps(content, indent=0).encode()
    # mtime 0: the file changes only when its content does.
    with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        f.write(text)
    print(path, len(cases), "cases", os.path.getsize(path), "bytes")
