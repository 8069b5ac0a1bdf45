"""Values of PyRadiomics that the naive references of radsurv-testkit are compared with.

    python reference/naive_check.py crates/testkit/tests/golden/naive.json.gz

Draws small random regions and settings from SplitMix64 (crates/testkit/tests/naive_golden.rs draws the same ones) and
writes the features that the feature classes of PyRadiomics 3.0.1 give for each of them. Only whole numbers are drawn, so
both sides have the same input to the bit. Values that are not numbers are written as null.
"""

import gzip
import json
import logging
import math
import sys
import warnings

import numpy
import radiomics
import SimpleITK as sitk
from radiomics import cShape, firstorder, glcm, gldm, glrlm, glszm, ngtdm, shape, shape2D

# The last seeds draw regions without any pair or run in a lone matrix.
SEEDS = [*range(1, 65), 124, 133, 137, 464, 639, 672]
CLASSES = {
    "firstorder": firstorder.RadiomicsFirstOrder,
    "glcm": glcm.RadiomicsGLCM,
    "glrlm": glrlm.RadiomicsGLRLM,
    "glszm": glszm.RadiomicsGLSZM,
    "gldm": gldm.RadiomicsGLDM,
    "ngtdm": ngtdm.RadiomicsNGTDM,
    "shape": shape.RadiomicsShape,
}
NAMED_ONLY = ["StandardDeviation", "Compactness1", "Compactness2", "SphericalDisproportion"]
CELL_SPACINGS = [[1, 1, 1], [2.25, 0.75, 1.5], [0.5, 1.75, 0.75]]


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n


def draw(seed):
    """The case of a seed: image (z, y, x), mask, spacing (x, y, z) and PyRadiomics' settings. Order of draws matters."""
    rng = SplitMix64(seed)
    size = [1 + rng.below(9) for _ in range(3)]
    spacing = [(1 + rng.below(12)) / 4 for _ in range(3)]
    span = [1, 2, 5, 40, 300, 2000][rng.below(6)]
    low = [0, -50, 20][rng.below(3)]
    kind = rng.below(4)  # 0: int16, 1: float64 in eighths, 2: float64 in tenths, 3: float32 in tenths
    density = 2 + rng.below(7)
    values, mask = [], []
    for _ in range(size[0] * size[1] * size[2]):
        values.append(low + rng.below(span))
        mask.append(rng.below(8) < density)
    if sum(mask) < 2:
        size = [2, 1, 1]
        values, mask = [low, low + span], [True, True]
    divisor = [1, 8, 10, 10][kind]
    dtype = ["int16", "float64", "float64", "float32"][kind]
    image = numpy.array(values, dtype=dtype)
    if divisor > 1:
        image = (numpy.array(values, dtype="float64") / divisor).astype(dtype)
    shape = size[::-1]
    settings = {}
    if rng.below(3) == 0:
        settings["binCount"] = 1 + rng.below(40)
    else:
        settings["binWidth"] = [1, 2.5, 0.1, 25, 7][rng.below(5)]
        if span / divisor / settings["binWidth"] > 400:  # more levels than that only cost time
            settings["binWidth"] = 7
    settings["distances"] = [[1], [2], [1, 2], [1, 3]][rng.below(4)]
    settings["force2D"] = rng.below(3) == 0
    settings["force2Ddimension"] = 2 - rng.below(3)
    settings["symmetricalGLCM"] = rng.below(3) > 0
    settings["weightingNorm"] = [None, None, "infinity", "euclidean", "manhattan", "no_weighting"][rng.below(6)]
    settings["gldm_a"] = rng.below(3)
    settings["voxelArrayShift"] = 10 * rng.below(3)
    return image.reshape(shape), numpy.array(mask, dtype="uint8").reshape(shape), spacing, settings


def draw_plane(seed):
    """Mask (y, x) and spacing (x, y) of a seed."""
    rng = SplitMix64(seed)
    nx, ny = 1 + rng.below(12), 1 + rng.below(12)
    spacing = [(1 + rng.below(12)) / 4 for _ in range(2)]
    density = 2 + rng.below(7)
    mask = [rng.below(8) < density for _ in range(nx * ny)]
    mask[0] = True
    return numpy.array(mask, dtype="uint8").reshape(ny, nx), spacing


def cells():
    """Area and volume of the mesh in one cell, for each way to have its corners in the mask, in (z, y, x) order of spacing.

    Bit x + 2 y + 4 z of the position in the list is set if corner (x, y, z) is in the mask."""
    found = []
    for corners in range(256):
        mask = numpy.array([[[corners >> (x + 2 * y + 4 * z) & 1 for x in (0, 1)] for y in (0, 1)] for z in (0, 1)])
        row = []
        for spacing in CELL_SPACINGS:
            row += cShape.calculate_coefficients(mask.astype(bool), numpy.array(spacing[::-1], dtype=float))[:2]
        found.append(row)
    return found


def features(image, mask, spacing, settings):
    image, mask = sitk.GetImageFromArray(image), sitk.GetImageFromArray(mask)
    image.SetSpacing(spacing)
    mask.SetSpacing(spacing)
    return class_features(CLASSES, image, mask, settings)


def plane_features(mask, spacing):
    mask = sitk.GetImageFromArray(mask)
    mask.SetSpacing(spacing)
    return class_features({"shape2D": shape2D.RadiomicsShape2D}, mask, mask, {})


def class_features(classes, image, mask, settings):
    found = {}  # a class that fails because the grid leaves it no angle is left out
    for name, feature_class in classes.items():
        calculator = feature_class(image, mask, label=1, **settings)
        calculator.enableAllFeatures()
        for feature in NAMED_ONLY:
            if feature in calculator.featureNames:
                calculator.enableFeatureByName(feature)
        try:
            values = calculator.execute()
        except RuntimeError as error:
            if "angle count" not in str(error):
                raise
            continue
        for feature, value in values.items():
            value = float(value)
            found[f"{name}_{feature}"] = None if math.isnan(value) else value
    return found


def main():
    radiomics.logger.setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    numpy.seterr(all="ignore")
    cases = [{"seed": seed, "features": features(*draw(seed))} for seed in SEEDS]
    planes = [{"seed": seed, "features": plane_features(*draw_plane(seed))} for seed in range(1, 33)]
    versions = {"pyradiomics": radiomics.__version__, "numpy": numpy.__version__, "simpleitk": sitk.Version_VersionString()}
    document = {"script": "reference/naive_check.py", "versions": versions, "cases": cases, "planes": planes, "cells": cells()}
    with open(sys.argv[1], "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as file:
        file.write(json.dumps(document, indent=0).encode())


if __name__ == "__main__":
    main()
