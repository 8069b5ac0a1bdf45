"""The Laplacian of Gaussian of two real images: hashes of SimpleITK's responses, and every 997th voxel of the tumour's box.

    python reference/filters_log_real.py DATA      (SimpleITK 2.5.7, numpy < 2; DATA is the folder of real images)
"""
import hashlib
import os
import sys

import numpy as np
import SimpleITK as sitk

from filter_cases import hexadecimal, write


def sha1(array):
    return hashlib.sha1(np.ascontiguousarray(array).astype("<f4").tobytes()).hexdigest()


def main():
    cases = []
    for patient in ("STS_001", "STS_002"):
        folder = os.path.join(sys.argv[1], "sts", patient)
        image = sitk.ReadImage(os.path.join(folder, "MR_T1_image.nii.gz"))
        mask = sitk.GetArrayFromImage(sitk.ReadImage(os.path.join(folder, "MR_T1_mask.nii.gz"))) == 1
        box = tuple(slice(v.min(), v.max() + 1) for v in np.nonzero(mask))
        for sigma in (3.0, 5.0):
            f = sitk.LaplacianRecursiveGaussianImageFilter()
            f.SetNormalizeAcrossScale(True)
            f.SetSigma(sigma)
            response = sitk.GetArrayFromImage(f.Execute(image))
            window = np.ascontiguousarray(response[box])
            cases.append({
                "patient": patient,
                "sigma": sigma,
                "whole_sha1": sha1(response),
                "window_sha1": sha1(window),
                "sample": hexadecimal(window.ravel()[::997]),
            })
    write("log_real", "filters_log_real.py", cases, simpleitk=sitk.Version_VersionString())


if __name__ == "__main__":
    main()
