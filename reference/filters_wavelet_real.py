"""The wavelet transform of whole real images by PyRadiomics: the SHA-1 of each response, little endian, x fastest.

    python reference/filters_wavelet_real.py DATA      (PyRadiomics 3.0.1, PyWavelets 1.9.0, numpy < 2; DATA is the
                                                        folder of real images)
"""
import logging
import os
import sys
from importlib.metadata import version

import radiomics
import SimpleITK as sitk
from radiomics.imageoperations import getWaveletImage

from filter_cases import write
from filters_wavelet import digest

IMAGES = ["sts/STS_001/MR_T1_image.nii.gz", "sts/STS_002/MR_T1_image.nii.gz", "pyradiomics/brain1_image.nrrd"]
SETTINGS = [("coif1", 0, 1), ("coif1", 0, 2), ("bior3.5", 1, 1)]


def main():
    radiomics.logger.setLevel(logging.ERROR)
    cases = []
    for path in IMAGES:
        image = sitk.ReadImage(os.path.join(sys.argv[1], path))
        for wavelet, start, level in SETTINGS:
            case = {"image": path, "wavelet": wavelet, "start_level": start, "level": level}
            found = getWaveletImage(image, None, **case)
            bands = [{"name": name, "sha1": digest(sitk.GetArrayFromImage(response))} for response, name, _ in found]
            cases.append(case | {"type": image.GetPixelIDTypeAsString(), "bands": bands})
    versions = {"pywavelets": version("PyWavelets"), "pyradiomics": radiomics.__version__}
    write("wavelet_real", "filters_wavelet_real.py", cases, **versions)


if __name__ == "__main__":
    main()
