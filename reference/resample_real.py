"""PyRadiomics' resampleImage on real images.

    python resample_real.py DATA ../crates/image/tests/golden

The whole image and mask as a checksum, and some values of float images for a look at differences.
"""

import base64
import os
import sys

import numpy as np
import SimpleITK as sitk
from image_cases import sha1, write
from radiomics import imageoperations
from splitmix import SplitMix64

FILES = [
    *((f"sts/STS_{n:03d}/MR_T1_image.nii.gz", f"sts/STS_{n:03d}/MR_T1_mask.nii.gz") for n in (1, 2, 3)),
    *((f"pyradiomics/{n}_image.nrrd", f"pyradiomics/{n}_label.nrrd") for n in ("brain1", "brain2", "breast1")),
    ("pyradiomics/prostate_phantom_subvolume.nrrd", "pyradiomics/prostate_phantom_subvolume-label.nrrd"),
    ("ibsi1/ct_phantom/image/phantom.nii.gz", "ibsi1/ct_phantom/mask/mask.nii.gz"),
]
SPACINGS = [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [0.7, 0.7, 0.0]]
INTERPOLATORS = ["sitkBSpline", "sitkLinear", "sitkBSpline5"]


def case(data, image_file, mask_file, spacing, interpolator):
    image = sitk.ReadImage(os.path.join(data, image_file))
    mask = sitk.Cast(sitk.ReadImage(os.path.join(data, mask_file)), sitk.sitkUInt32)
    image, mask = imageoperations.resampleImage(
        image, mask, resampledPixelSpacing=spacing, padDistance=5, interpolator=interpolator, label=1
    )
    array = sitk.GetArrayFromImage(image)
    inside = (sitk.GetArrayFromImage(mask) == 1).astype(np.uint8)
    rng = SplitMix64(1)
    at = [rng.below(array.size) for _ in range(500)]
    return {
        "image": image_file,
        "mask": mask_file,
        "spacing": spacing,
        "interpolator": interpolator,
        "type": str(array.dtype),
        "size": image.GetSize(),
        "origin": image.GetOrigin(),
        "deviation": float(array.std()),
        "sha1": sha1(array),
        "region_sha1": sha1(inside),
        "samples": base64.b64encode(array.ravel()[at].tobytes()).decode(),
    }


def main(data, folder):
    rows = [
        case(data, image, mask, spacing, interpolator)
        for image, mask in FILES
        for spacing in SPACINGS
        for interpolator in INTERPOLATORS
    ]
    write(folder, "resample_real", "resample_real.py", rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
