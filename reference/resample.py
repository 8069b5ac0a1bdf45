"""Golden resampled images, masks and PyRadiomics grids.

    python resample.py ../crates/image/tests/golden
"""

import base64
import logging
import sys

import numpy as np
import SimpleITK as sitk
from image_cases import SPACINGS, boxes, rotation, write
from radiomics import imageoperations
from splitmix import SplitMix64

INTERPOLATORS = [
    "sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkBSpline1", "sitkBSpline2", "sitkBSpline4", "sitkBSpline5",
    "sitkGaussian", "sitkLabelGaussian", "sitkLabelLinear", "sitkHammingWindowedSinc", "sitkCosineWindowedSinc",
    "sitkWelchWindowedSinc", "sitkLanczosWindowedSinc", "sitkBlackmanWindowedSinc", "sitkBSplineResampler",
    "sitkBSplineResamplerOrder1", "sitkBSplineResamplerOrder2", "sitkBSplineResamplerOrder4",
    "sitkBSplineResamplerOrder5",
]  # fmt: skip
TYPES = ["int16", "uint8", "float32", "float64", "uint16", "int32", "int8", "uint32"]
IDENTITY = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]


def values(rng, kind, count, labels):
    """Voxel values: noise, a constant (seen in air), or a few labels."""
    style = rng.below(4)
    out = []
    for _ in range(count):
        draw = rng.next()
        if labels:
            out.append(draw % 4)
        elif style == 0:
            out.append(100)
        elif kind == "uint8":
            out.append(draw % 256)
        elif kind == "int8":
            out.append(draw % 256 - 128)
        elif kind.startswith("float"):
            out.append((draw % 1000000 - 300000) / 1024)
        elif kind.startswith("u"):
            out.append(draw % 4096)
        else:
            out.append(draw % 4096 - 1024)
    return np.array(out, dtype=kind)


def image_of(array, spacing, origin, direction):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    image.SetDirection([v for row in direction for v in row])
    return image


def grid(image):
    d = image.GetDirection()
    return {
        "size": image.GetSize(),
        "spacing": image.GetSpacing(),
        "origin": image.GetOrigin(),
        "direction": [d[0:3], d[3:6], d[6:9]],
    }


def directions(rng, style):
    """Direction of the image and of the target."""
    if style == 0:
        return IDENTITY, IDENTITY
    if style == 1:  # the same oblique axes
        r = rotation(rng)
        return r, r
    if style == 2:
        return rotation(rng), rotation(rng)
    if style == 3:  # axes swapped and reversed
        return IDENTITY, [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]
    r = rotation(rng)
    return [[round(v, 6) for v in row] for row in r], [[round(v, 7) for v in row] for row in r]


def resampled(seed):
    rng = SplitMix64(seed)
    name = INTERPOLATORS[seed % len(INTERPOLATORS)] if seed < 400 else "sitkBSpline"
    kind = rng.pick(TYPES)
    size = [rng.between(3, 12) for _ in range(3)]
    if name.endswith("5"):
        # On an axis of 3 voxels ITK's spline of order 5 reads memory outside the image.
        size = [max(n, 4) for n in size]
    if rng.below(4) == 0:
        size[rng.below(3)] = 1
    spacing = [rng.pick(SPACINGS) for _ in range(3)]
    origin = [rng.between(0, 4000) / 16 - 100.0 for _ in range(3)]
    array = values(rng, kind, size[0] * size[1] * size[2], "Label" in name).reshape(size[::-1])
    style = rng.pick([0, 0, 1, 1, 2, 3, 4])
    own, other = directions(rng, style)
    image = image_of(array, spacing, origin, own)
    new_size = [rng.between(1, 12) for _ in range(3)]
    new_spacing = [rng.pick(SPACINGS + [s / 2, s * 2, s * 3]) for s in spacing]
    # Corners aligned as PyRadiomics aligns them, shifted by whole new voxels; else the two grids' centres are near each
    # other.
    if rng.below(2):
        index = [0.5 * (n - s) / s + rng.below(2) * n / s for n, s in zip(new_spacing, spacing)]
        first = image.TransformContinuousIndexToPhysicalPoint(index)
    else:
        centre = [(n - 1) / 2 + rng.between(0, 1000) / 1000 - 0.5 for n in size]
        half = [(n - 1) / 2 * s for n, s in zip(new_size, new_spacing)]
        centre = image.TransformContinuousIndexToPhysicalPoint(centre)
        first = [c - sum(other[r][k] * half[k] for k in range(3)) for r, c in enumerate(centre)]
    target = sitk.ResampleImageFilter()
    target.SetSize(new_size)
    target.SetOutputSpacing(new_spacing)
    target.SetOutputOrigin(first)
    target.SetOutputDirection([v for row in other for v in row])
    target.SetInterpolator(getattr(sitk, name))
    out = target.Execute(image)
    array = sitk.GetArrayFromImage(out)
    assert str(array.dtype) == kind
    return {
        "seed": seed,
        "interpolator": name,
        "type": kind,
        "style": style,
        "image": grid(image),
        "target": grid(out),
        "values": base64.b64encode(array.tobytes()).decode(),
    }


def flat(seed):
    """A 2-D image on another grid of the plane. The voxels are drawn first, from the seed itself."""
    rng = SplitMix64(seed + 10**6)
    name = INTERPOLATORS[seed % len(INTERPOLATORS)]
    kind = rng.pick(TYPES)
    size = [rng.between(4, 14) for _ in range(2)]
    if rng.below(6) == 0:
        size[rng.below(2)] = 1
    array = values(SplitMix64(seed), kind, size[0] * size[1], "Label" in name).reshape(size[::-1])
    spacing = [rng.pick(SPACINGS) for _ in range(2)]
    origin = [rng.between(0, 4000) / 16 - 100.0 for _ in range(2)]
    turns = [[[1.0, 0.0], [0.0, 1.0]], [[0.8, -0.6], [0.6, 0.8]], [[0.0, -1.0], [1.0, 0.0]], [[-1.0, 0.0], [0.0, 1.0]]]
    own = rng.pick(turns)
    other = rng.pick([own, own, rng.pick(turns)])
    image = image_of(array, spacing, origin, own)
    new_spacing = [rng.pick([s / 2, s, s * 2, 0.8, 1.3]) for s in spacing]
    corner = [0.5 * (n - s) / s for n, s in zip(new_spacing, spacing)]
    if other != own:  # centres near each other
        corner = [(n - 1) / 2 + rng.between(0, 100) / 100 - 0.5 for n in size]
    target = sitk.ResampleImageFilter()
    target.SetSize([rng.between(1, 16) for _ in range(2)])
    target.SetOutputSpacing(new_spacing)
    target.SetOutputOrigin(image.TransformContinuousIndexToPhysicalPoint(corner))
    target.SetOutputDirection([v for row in other for v in row])
    target.SetInterpolator(getattr(sitk, name))
    out = target.Execute(image)

    def plane(image):
        d = image.GetDirection()
        return {"size": image.GetSize(), "spacing": image.GetSpacing(), "origin": image.GetOrigin(),
                "direction": [d[0:2], d[2:4]]}

    return {"seed": seed, "interpolator": name, "type": kind, "image": plane(image), "target": plane(out),
            "values": base64.b64encode(sitk.GetArrayFromImage(out).tobytes()).decode()}


def ramp(shape):
    """An image whose values tell where they come from."""
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape)


def roi(seed):
    """PyRadiomics' resampleImage with nearest neighbour, so that grids and regions are compared to the voxel."""
    rng = SplitMix64(seed)
    size = [rng.between(4, 16) for _ in range(3)]
    spacing = [rng.pick(SPACINGS) for _ in range(3)]
    origin = [rng.between(0, 4000) / 16 - 100.0 for _ in range(3)]
    inside = boxes(rng, size)
    inside[0, 0, 0] = 1
    if rng.below(3) == 0:
        inside[1:] = 0  # one slice
    direction = rng.pick([IDENTITY, rotation(rng), [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]]])
    new = [rng.pick([0.0, s, 1.0, 2.0, s / 2, s * 2, s * (1 + 4e-6), 0.8, 3.7]) for s in spacing]
    if rng.below(3) == 0:
        new = spacing
    pad = rng.between(0, 6)
    image = image_of(ramp(inside.shape), spacing, origin, direction)
    mask = image_of(inside.astype(np.uint32), spacing, origin, direction)
    if rng.below(4) == 0:  # an image that reaches beyond the mask's grid on all sides
        shifted = image.TransformContinuousIndexToPhysicalPoint([-2.0, -1.0, -1.0])
        image = image_of(ramp((size[2] + 2, size[1] + 2, size[0] + 3)), spacing, shifted, direction)
    if rng.below(8) == 0:  # an image that the region does not lie in
        image.SetOrigin([o + 1.5 * s for o, s in zip(origin, spacing)])
    out = {"seed": seed, "image": grid(image), "mask": grid(mask), "spacing": new, "pad": pad}
    try:
        image, mask = imageoperations.resampleImage(
            image, mask, resampledPixelSpacing=new, padDistance=pad, interpolator="sitkNearestNeighbor", label=1
        )
    except ValueError as e:
        assert "larger than image space" in str(e)
        return {**out, "error": True}
    return {
        **out,
        "target": grid(image),
        "sources": base64.b64encode(sitk.GetArrayFromImage(image).tobytes()).decode(),
        "region": base64.b64encode(sitk.GetArrayFromImage(mask).astype(np.uint8).tobytes()).decode(),
    }


def main():
    logging.disable(logging.CRITICAL)
    write(sys.argv[1], "resample", "resample.py", [resampled(seed) for seed in range(520)])
    write(sys.argv[1], "resample_2d", "resample.py", [flat(seed) for seed in range(200)])
    write(sys.argv[1], "roi_grid", "resample.py", [roi(seed) for seed in range(1000, 1100)])


if __name__ == "__main__":
    main()
