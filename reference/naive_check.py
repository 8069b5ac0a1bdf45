"""Values of PyRadiomics that the naive references of radsurv-testkit are compared with.

    python naive_check.py ../crates/testkit/tests/golden/naive.jsonl.gz

Draws small random regions and settings from SplitMix64 (crates/testkit/tests/naive_golden.rs draws the same ones) and
writes the features that the feature classes of PyRadiomics 3.0.1 give for each of them. Only whole numbers are drawn, so
that both sides have the same input to the bit.
"""

import sys

import numpy
import oracle
import SimpleITK as sitk
from radiomics import cShape, firstorder, glcm, gldm, glrlm, glszm, ngtdm, shape, shape2D
from splitmix import SplitMix64

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


def draw(seed):
    """The case of a seed: image and mask (z, y, x), spacing (x, y, z) and settings. The order of draws matters."""
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
    """Area and volume of the mesh in one cell for each set of corners in the mask and each of CELL_SPACINGS (x, y, z).

    Bit x + 2 y + 4 z of the position in the list is set if corner (x, y, z) is in the mask.
    """
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
            found[f"{name}_{feature}"] = value if numpy.isfinite(value) else str(value)
    return found


def main(path):
    numpy.seterr(all="ignore")
    header = {"made_by": "reference/naive_check.py", "versions": oracle.versions(), "cells": cells()}
    rows = [{"kind": "volume", "seed": seed, "features": features(*draw(seed))} for seed in SEEDS]
    rows += [{"kind": "plane", "seed": seed, "features": plane_features(*draw_plane(seed))} for seed in range(1, 33)]
    oracle.write_lines(path, header, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
