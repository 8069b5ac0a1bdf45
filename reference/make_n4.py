"""Golden values of SimpleITK's N4BiasFieldCorrection.

    python make_n4.py phantoms ../crates/image/tests/golden
    python make_n4.py real DATA ../crates/image/tests/golden

Phantoms are made from integers (SplitMix64) and from operations that IEEE 754 rounds the same everywhere; the Rust side
is crates/image/tests/n4.rs. A row has the settings, the measure of convergence of every iteration, and the log bias field
and the corrected image at some voxels; for phantoms with a mask also how far SimpleITK is from the true field.

ITK sums over voxels in single precision, and its sums depend on the number of threads: here it has one. (Two in place of
one change the log bias field by up to 7e-5.)
"""

import base64
import os
import sys

import numpy as np
import SimpleITK as sitk
from image_cases import sha1, write
from splitmix import SplitMix64

SAMPLES = 400
SLICER = {"iterations": [50, 40, 30], "threshold": 0.0001}


def scatter(count, seed):
    """`count` draws of SplitMix64 in one go."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def phantom(recipe):
    """Values, mask and true field, arrays (z, y, x)."""
    size = recipe["size"]
    z, y, x = np.meshgrid(*[np.arange(n) for n in size[::-1]], indexing="ij")
    p, q, r = ((2.0 * i - (n - 1)) / max(n - 1, 1) for i, n in ((x, size[0]), (y, size[1]), (z, size[2])))
    a = [c / 100.0 for c in recipe["field"]]
    field = 1.0 + a[0] * p + a[1] * q + a[2] * r + a[3] * p * q + a[4] * (p * p) + a[5] * (q * r)
    draws = scatter(x.size, recipe["seed"]).reshape(x.shape)
    # Three tissues in blobs of some voxels, the middle one most often.
    cells = [(n + 4) // 5 for n in size]
    blobs = scatter(cells[0] * cells[1] * cells[2], recipe["seed"] ^ 0xABCDEF)
    blob = blobs[((z // 5) * cells[1] + y // 5) * cells[0] + x // 5] % np.uint64(4)
    tissue = np.array([180.0, 300.0, 300.0, 420.0])[blob.astype(int)]
    noise = ((draws % np.uint64(61)).astype(float) - 30.0) * (recipe["noise"] / 30.0)
    inside = p * p + q * q + (r * r if size[2] > 1 else 0.0) < 0.9
    background = recipe["background"]
    values = np.where(inside, tissue * field + noise, background)
    values = values.astype("float32") if recipe["type"] == "float32" else np.floor(values).astype(recipe["type"])
    return values, inside, field


def filter_of(settings, dimension):
    f = sitk.N4BiasFieldCorrectionImageFilter()
    f.SetMaximumNumberOfIterations(settings.get("iterations", [50] * 4))
    f.SetConvergenceThreshold(settings.get("threshold", 0.001))
    f.SetBiasFieldFullWidthAtHalfMaximum(settings.get("fwhm", 0.15))
    f.SetWienerFilterNoise(settings.get("noise", 0.01))
    f.SetNumberOfHistogramBins(settings.get("bins", 200))
    f.SetNumberOfControlPoints(settings.get("points", [4, 4, 4])[:dimension])
    f.SetSplineOrder(settings.get("order", 3))
    return f


def correct(image, mask, settings):
    """Trace, log bias field and corrected image."""
    f = filter_of(settings, image.GetDimension())
    trace = []
    f.AddCommand(
        sitk.sitkIterationEvent,
        lambda: trace.append([f.GetCurrentLevel(), f.GetElapsedIterations(), f.GetCurrentConvergenceMeasurement()]),
    )
    whole = sitk.Cast(image, sitk.sitkFloat32)
    factor = settings.get("shrink", 1)
    small = [whole, mask]
    if factor > 1:
        small = [i and sitk.Shrink(i, [factor] * image.GetDimension()) for i in small]
    corrected = f.Execute(*[i for i in small if i is not None])
    field = f.GetLogBiasFieldAsImage(whole)
    if factor > 1:
        corrected = whole / sitk.Exp(field)
    return trace, sitk.GetArrayFromImage(field), sitk.GetArrayFromImage(corrected)


def row(settings, trace, field, corrected):
    rng = SplitMix64(7)
    at = [rng.below(field.size) for _ in range(SAMPLES)]
    sample = lambda a: base64.b64encode(a.ravel()[at].astype("float32").tobytes()).decode()
    wide = field.astype(float)
    return {
        "settings": settings,
        "convergence": [[float("%.6g" % c) for level, _, c in trace if level == wanted] for wanted in range(trace[-1][0] + 1)],
        "field_mean": float(wide.mean()),
        "field_deviation": float(wide.std()),
        "field": sample(field),
        "corrected": sample(corrected),
    }


def recipe(seed, size, spacing, field, noise=6.0, background=0.0, type="float32"):
    return {"seed": seed, "size": size, "spacing": spacing, "field": field, "noise": noise, "background": background, "type": type}


STEEP = [25, -20, 15, 10, 8, -6]
GENTLE = [8, 5, -6, 3, -4, 2]

# Recipe, whether the mask is given, settings.
PHANTOMS = [
    (recipe(1, [40, 36, 14], [1.0, 1.0, 3.0], STEEP), True, {}),
    (recipe(2, [40, 36, 14], [1.0, 1.0, 3.0], STEEP), False, {}),
    (recipe(3, [64, 56, 32], [0.9, 0.9, 2.5], STEEP), True, {"shrink": 4, **SLICER}),
    (recipe(4, [61, 57, 30], [0.9, 0.9, 2.5], GENTLE, background=12.0), False, {"shrink": 4, **SLICER}),
    (recipe(5, [50, 47, 23], [0.7, 1.1, 2.5], GENTLE, type="int16"), True, {"shrink": 2}),
    (recipe(6, [40, 36, 14], [1.0, 1.0, 3.0], GENTLE, background=40.0), False, {"points": [5, 6, 4], "bins": 64}),
    (recipe(7, [40, 36, 14], [1.0, 1.0, 3.0], STEEP), True, {"order": 2, "points": [4, 3, 4], "fwhm": 0.3, "noise": 0.1}),
    (recipe(8, [33, 31, 12], [1.0, 1.0, 3.0], STEEP), True, {"order": 1, "points": [3, 3, 3], "iterations": [20, 10]}),
    (recipe(9, [33, 31, 12], [1.0, 1.0, 3.0], GENTLE), True, {"order": 4, "points": [5, 5, 6], "iterations": [20, 10]}),
    (recipe(10, [90, 84, 1], [1.0, 1.0, 1.0], STEEP), True, {}),
    (recipe(11, [48, 44, 4], [1.0, 1.0, 6.0], STEEP), True, {"iterations": [30, 30], "threshold": 0.0}),
    (recipe(12, [40, 36, 14], [1.0, 1.0, 3.0], GENTLE, noise=40.0, background=-3.0), False, {"iterations": [15, 15]}),
    (recipe(13, [72, 66, 40], [1.0, 1.0, 1.0], STEEP, noise=2.0), True, {}),
]


def phantom_row(made, masked, settings):
    values, inside, truth = phantom(made)
    image = sitk.GetImageFromArray(values if made["size"][2] > 1 else values[0])
    mask = sitk.GetImageFromArray((inside if made["size"][2] > 1 else inside[0]).astype(np.uint8))
    for i in (image, mask):
        i.SetSpacing(made["spacing"][: i.GetDimension()])
    trace, field, corrected = correct(image, mask if masked else None, settings)
    out = {"recipe": made, "masked": masked, "sha1": sha1(values), **row(settings, trace, field, corrected)}
    otsu = sitk.OtsuThresholdImageFilter()
    otsu.SetNumberOfHistogramBins(200)
    otsu.Execute(sitk.Cast(image, sitk.sitkFloat32))
    out["otsu"] = otsu.GetThreshold()
    # What is left of the field, as the deviation of its logarithm: the scale of an image is arbitrary.
    left = np.log(truth.reshape(field.shape)) - field
    out["error"] = float(left[inside.reshape(field.shape)].std())
    out["uncorrected"] = float(np.log(truth[inside]).std())
    print(made["seed"], field.shape, "iterations", [len(c) for c in out["convergence"]], "left %.4f of %.4f" % (out["error"], out["uncorrected"]))
    return out


REAL = [
    ("sts/STS_001/MR_T1_image.nii.gz", {}),
    ("sts/STS_002/MR_T1_image.nii.gz", {}),
    ("sts/STS_003/MR_T1_image.nii.gz", {}),
    ("pyradiomics/brain1_image.nrrd", {}),
    ("pyradiomics/breast1_image.nrrd", {}),
    ("pyradiomics/prostate_phantom_subvolume.nrrd", {}),
    ("sts/STS_001/MR_T1_image.nii.gz", {"shrink": 4, **SLICER}),
    ("sts/STS_002/MR_T1_image.nii.gz", {"shrink": 4, **SLICER}),
    ("sts/STS_003/MR_T1_image.nii.gz", {"shrink": 4, **SLICER}),
    ("pyradiomics/brain1_image.nrrd", {"shrink": 4, **SLICER}),
    ("pyradiomics/brain2_image.nrrd", {"shrink": 4, **SLICER}),
    ("pyradiomics/breast1_image.nrrd", {"shrink": 4, **SLICER}),
    ("pyradiomics/prostate_phantom_subvolume.nrrd", {"shrink": 4, **SLICER}),
]


def real_row(data, name, settings):
    """3D Slicer's settings come with its mask, the voxels above Otsu's threshold."""
    image = sitk.ReadImage(os.path.join(data, name))
    mask = sitk.OtsuThreshold(sitk.Cast(image, sitk.sitkFloat32), 0, 1, 200) if "shrink" in settings else None
    out = {"image": name, "otsu": mask is not None, **row(settings, *correct(image, mask, settings))}
    print(name, "iterations", [len(c) for c in out["convergence"]], flush=True)
    return out


if __name__ == "__main__":
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)  # the filters inside do not look at the filter's own setting
    if sys.argv[1] == "phantoms":
        write(sys.argv[2], "n4", "make_n4.py", [phantom_row(*p) for p in PHANTOMS])
    else:
        write(sys.argv[3], "n4_real", "make_n4.py", [real_row(sys.argv[2], *r) for r in REAL])
