"""Golden values of operations on regions, from SimpleITK (18 neighbours from scipy, percentiles from numpy).

    python make_morphology.py ../crates/image/tests/golden
"""

import sys

import numpy as np
import scipy.ndimage
import SimpleITK as sitk
from image_cases import SPACINGS, boxes, sha1, write
from splitmix import SplitMix64

WIDTHS = [0.5, 1.0, 2.0, 2.5, 3.3, 5.0, 7.0, 10.0]
GAPS = [0.0, 0.7, 1.0, 2.0, 3.0]
PERCENTILES = [0, 1, 5, 25, 50, 62.5, 90, 99, 100]


def image(array, spacing):
    out = sitk.GetImageFromArray(array)
    out.SetSpacing(spacing)
    return out


def distance(mask):
    if not sitk.GetArrayViewFromImage(mask).any():
        return np.full(mask.GetSize()[::-1], np.inf, dtype=np.float32)
    return sitk.GetArrayFromImage(
        sitk.SignedMaurerDistanceMap(mask, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    )


def summary(array):
    array = np.asarray(array).astype(np.uint8)
    return [int(array.sum()), sha1(array)]


def slices_filled(array, axis, full):
    out = array.copy()
    for i in range(array.shape[axis]):
        at = [slice(None)] * 3
        at[axis] = i
        plane = sitk.GetImageFromArray(np.ascontiguousarray(array[tuple(at)]))
        out[tuple(at)] = sitk.GetArrayFromImage(sitk.BinaryFillhole(plane, fullyConnected=full, foregroundValue=1))
    return out


def body_of(volume):
    tissue = sitk.OtsuThreshold(sitk.Cast(volume, sitk.sitkFloat32), 0, 1, 128)
    largest = sitk.RelabelComponent(sitk.ConnectedComponent(tissue), sortByObjectSize=True) == 1
    return slices_filled(sitk.GetArrayFromImage(largest), 0, False)


def case(seed):
    rng = SplitMix64(seed)
    size = [rng.between(1, 20) for _ in range(3)]
    spacing = [rng.pick(SPACINGS) for _ in range(3)]
    a, b = boxes(rng, size), boxes(rng, size)
    a[0, 0, 0] = b[0, 0, 0] = 1
    mm, gap = rng.pick(WIDTHS), rng.pick(GAPS)
    noise = np.array([rng.below(100) for _ in range(a.size)], dtype=np.int16).reshape(a.shape)
    volume = image(noise + np.int16(300) * b, spacing)
    mask = image(a, spacing)
    row = {"seed": seed, "mm": mm, "gap": gap}

    d = distance(mask)
    row["dilate"] = summary(d <= np.float32(mm))
    # A region that fills the image has no outside.
    row["erode"] = summary(distance(image(1 - a, spacing)) > np.float32(mm))

    six = sitk.ConnectedComponent(mask, False)
    labels = [
        sitk.GetArrayFromImage(six),
        scipy.ndimage.label(a, scipy.ndimage.generate_binary_structure(3, 2))[0],
        sitk.GetArrayFromImage(sitk.ConnectedComponent(mask, True)),
    ]
    row["components"] = [[int(l.max()), sha1(l.astype("<u4"))] for l in labels]
    row["largest"] = summary(sitk.GetArrayFromImage(sitk.RelabelComponent(six, sortByObjectSize=True)) == 1)
    row["least_voxels"] = rng.between(1, 12)
    row["at_least"] = summary(sitk.GetArrayFromImage(sitk.RelabelComponent(six, row["least_voxels"])) > 0)

    row["filled"] = [
        [
            summary(sitk.GetArrayFromImage(sitk.BinaryFillhole(mask, fullyConnected=full, foregroundValue=1))),
            *(summary(slices_filled(a, axis, full)) for axis in (2, 1, 0)),
        ]
        for full in (False, True)
    ]
    row["boolean"] = [summary(x) for x in (a | b, a & b, a & (1 - b), a ^ b)]

    body = body_of(volume)
    row["body"] = summary(body)
    shell = (d > np.float32(gap)) & (d <= np.float32(gap + mm))
    row["shell"] = summary(shell)
    values = sitk.GetArrayFromImage(volume)
    row["ring"] = summary(shell & (body == 1) & ~(values <= 20) & ~((values >= 330) & (values <= 360)))

    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(mask)
    stats = sitk.LabelStatisticsImageFilter()
    stats.UseHistogramsOff()
    stats.Execute(volume, mask)
    inside = values[a == 1].astype(float)
    row["statistics"] = {
        "voxels": shape.GetNumberOfPixels(1),
        "volume": shape.GetPhysicalSize(1),
        "box": shape.GetBoundingBox(1),
        "centroid": shape.GetCentroid(1),
        "mean": stats.GetMean(1),
        "sd": stats.GetSigma(1) if len(inside) > 1 else None,
        "min": stats.GetMinimum(1),
        "max": stats.GetMaximum(1),
        "percentiles": [float(v) for v in np.percentile(inside, PERCENTILES)],
    }
    return row


if __name__ == "__main__":
    write(sys.argv[1], "morphology", "make_morphology.py", [case(seed) for seed in range(7000, 7080)])
