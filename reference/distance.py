"""Golden distance maps, rings and component counts.

    python distance.py ../crates/image/tests/golden [FOLDER OF THE STS PATIENTS]

Without the folder the patients' entries are kept from the file that is there.
"""

import gzip
import json
import os
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from image_cases import SPACINGS, boxes, sha1, write
from splitmix import SplitMix64

WIDTHS = [0.5, 1.0, 2.0, 2.5, 3.3, 5.0, 7.0, 10.0]


def distance_map(mask):
    return sitk.GetArrayFromImage(
        sitk.SignedMaurerDistanceMap(mask, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    )


def components(mask):
    count = sitk.ConnectedComponentImageFilter()
    count.FullyConnectedOn()
    count.Execute(mask)
    return count.GetObjectCount()


def ring(distance, mm):
    """0 < distance <= mm on the single precision map."""
    return ((distance > 0) & (distance <= np.float32(mm))).astype(np.uint8)


def case(seed):
    rng = SplitMix64(seed)
    size = [rng.between(1, 24) for _ in range(3)]
    spacing = [rng.pick(SPACINGS) for _ in range(3)]
    inside = boxes(rng, size)
    mm = rng.pick(WIDTHS)
    if not inside.any():
        inside[0, 0, 0] = 1
    mask = sitk.GetImageFromArray(inside)
    mask.SetSpacing(spacing)
    distance = distance_map(mask)
    assert distance.dtype == np.float32
    return {
        "seed": seed,
        "mm": mm,
        "voxels": int(inside.sum()),
        "components": components(mask),
        "distance_sha1": sha1(distance),
        "ring_voxels": int(ring(distance, mm).sum()),
        "ring_sha1": sha1(ring(distance, mm)),
    }


def patient(folder):
    mask = sitk.Cast(sitk.ReadImage(str(next(folder.glob("*mask*.nii.gz")))) == 1, sitk.sitkUInt8)
    distance = distance_map(mask)
    out = {"patient": folder.name, "components": components(mask), "rings": []}
    for mm in (50.0, 10.0, 3.0):
        r = ring(distance, mm)
        out["rings"].append({"mm": mm, "voxels": int(r.sum()), "sha1": sha1(r)})
    return out


def main(folder, data=None):
    if data:
        patients = [patient(p) for p in sorted(p for p in Path(data).iterdir() if p.is_dir())[:10]]
    else:
        with gzip.open(os.path.join(folder, "distance.jsonl.gz")) as file:
            patients = json.loads(file.readline())["patients"]
    write(folder, "distance", "distance.py", [case(seed) for seed in range(120)], patients=patients)


if __name__ == "__main__":
    main(*sys.argv[1:])
