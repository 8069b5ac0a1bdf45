"""Golden perturbations: noise and supervoxels of MIRP, rotation and translation of SimpleITK.

    python make_perturb.py ../crates/image/tests/golden

MIRP needs pandas and pydicom besides what requirements.txt lists; `itk`, with which it writes files, may be absent.
"""

import base64
import importlib.metadata
import math
import sys
import types

import numpy as np
import SimpleITK as sitk
from image_cases import SPACINGS, boxes, rotation, write
from splitmix import SplitMix64

sys.modules.setdefault("itk", types.ModuleType("itk"))
from mirp._images.generic_image import GenericImage  # noqa: E402


def text(array, kind):
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode()


def image(rng, size, blocks):
    """Boxes of different values with noise in 1/16, array (z, y, x)."""
    values = np.full(size[::-1], 100.0)
    for _ in range(blocks):
        value = rng.between(0, 600)
        values[boxes(rng, size) > 0] = value
    spread = rng.between(1, 60) * 16
    noise = [sum(rng.below(spread) for _ in range(4)) / 16 for _ in range(values.size)]
    return values + np.array(noise).reshape(values.shape)


def mirp(kind, array, spacing):
    return kind(
        image_data=array, sample_name="s", modality="generic", image_spacing=tuple(spacing[::-1]),
        image_origin=(0.0, 0.0, 0.0), image_orientation=np.eye(3), image_dimensions=array.shape, separate_slices=False,
    )  # fmt: skip


def noise(seed):
    rng = SplitMix64(seed)
    size = [rng.between(2, 30), rng.between(2, 30), rng.between(1, 6)]
    array = image(rng, size, rng.between(0, 3))
    return {"seed": seed, "what": "noise", "mirp": float(mirp(GenericImage, array.copy(), [1.0] * 3).estimate_noise("chang"))}


def core(rng, size, border):
    """A mask that keeps away from the border."""
    mask = np.zeros(size[::-1], dtype=np.uint8)
    low = [rng.between(border, n // 2 - 1) for n in size]
    high = [rng.between(n // 2, n - 1 - border) for n in size]
    for z in range(low[2], high[2] + 1):
        for y in range(low[1], high[1] + 1):
            for x in range(low[0], high[0] + 1):
                if rng.below(8) != 0:
                    mask[z, y, x] = 1
    mask[size[2] // 2, size[1] // 2, size[0] // 2] = 1
    return mask


def rigid(seed):
    """Turned about the mean of the mask's indices and moved, as SimpleITK's Resample on the old grid sees it."""
    rng = SplitMix64(seed)
    size = [rng.between(11, 14), rng.between(11, 14), rng.between(7, 8)]
    spacing = [rng.pick(SPACINGS) for _ in range(3)]
    origin = [rng.between(0, 4000) / 16 - 100.0 for _ in range(3)]
    direction = rotation(rng) if rng.chance(50) else [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    array = image(rng, size, 2)
    mask = core(rng, size, 2)
    degrees = (rng.between(0, 200) - 100) / 8
    fraction = [(rng.between(0, 64) - 32) / 64 for _ in range(3)]
    name = rng.pick(["sitkLinear", "sitkBSpline"])

    volume = sitk.GetImageFromArray(array)
    volume.SetSpacing(spacing)
    volume.SetOrigin(origin)
    volume.SetDirection([v for row in direction for v in row])
    membership = sitk.GetImageFromArray(mask.astype(np.float64))
    membership.CopyInformation(volume)

    d = np.array(direction)
    centre = np.argwhere(mask).mean(axis=0)[::-1]
    turn = sitk.VersorRigid3DTransform()
    turn.SetRotation([float(v) for v in d[:, 2]], -math.radians(degrees))
    turn.SetCenter(volume.TransformContinuousIndexToPhysicalPoint([float(v) for v in centre]))
    # The content is turned first, so the move is along the turned axes.
    move = np.array(turn.GetMatrix()).reshape(3, 3) @ d @ (np.array(spacing) * fraction)
    turn.SetTranslation([float(v) for v in move])
    resampled = sitk.Resample(volume, volume, turn, getattr(sitk, name), 0.0)
    known = sitk.Resample(sitk.Image(volume) * 0 + 1, volume, turn, sitk.sitkNearestNeighbor, 0.0)
    region = sitk.GetArrayFromImage(sitk.Resample(membership, volume, turn, sitk.sitkLinear, 0.0)) >= 0.5 - 1e-6
    return {
        "seed": seed, "what": "rigid", "interpolator": name, "size": size, "spacing": spacing, "origin": origin,
        "direction": direction, "degrees": degrees, "fraction": fraction,
        "values": text(sitk.GetArrayFromImage(resampled), "<f8"), "known": text(sitk.GetArrayFromImage(known), "<u1"),
        "region": text(region, "<u1"),
    }  # fmt: skip


def supervoxels(seed):
    rng = SplitMix64(seed)
    size = [rng.between(8, 24), rng.between(8, 24), rng.between(2, 12)]
    spacing = [rng.pick([0.9765625, 1.25, 2.0, 3.0]) for _ in range(3)]
    array = image(rng, size, 4)
    mask = core(rng, size, 0)
    inside = array[mask > 0]
    labels = mirp(GenericImage, array.copy(), spacing).get_supervoxels(intensity_range=(inside.min(), inside.max()))
    return {"seed": seed, "what": "supervoxels", "size": size, "spacing": spacing, "labels": text(labels, "<u2")}


if __name__ == "__main__":
    rows = [noise(seed) for seed in range(1, 61)]
    rows += [rigid(seed) for seed in range(101, 125)]
    rows += [supervoxels(seed) for seed in range(201, 241)]
    write(sys.argv[1], "perturb", "make_perturb.py", rows, mirp=importlib.metadata.version("mirp"))
