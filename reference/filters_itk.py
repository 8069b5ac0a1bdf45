"""Golden values of the Laplacian of Gaussian and of the gradient magnitude: exact bits of SimpleITK's responses.

    python reference/filters_itk.py      (SimpleITK 2.5.7, PyRadiomics 3.0.1, numpy < 2)
"""
import logging

import radiomics
import SimpleITK as sitk
from radiomics.imageoperations import getLoGImage

from filter_cases import hexadecimal, image, write

TYPES = ["int16", "uint8", "float32", "float64", "uint16", "int32"]
SPACINGS = [(1.0, 1.0, 1.0), (0.7, 0.7, 3.0), (0.9765625, 0.9765625, 3.27), (2.5, 1.3, 0.8), (0.4, 1.7, 1.0)]
SIZES = [(4, 4, 4), (5, 4, 7), (12, 9, 6), (7, 13, 11), (17, 8, 5), (33, 10, 4), (9, 9, 21), (16, 16, 8)]
SIGMAS = [0.5, 1.0, 1.5, 2.0, 3.0, 4.2, 5.0]


def laplacian(case):
    f = sitk.LaplacianRecursiveGaussianImageFilter()
    f.SetNormalizeAcrossScale(True)
    f.SetSigma(case["sigma"])
    return f.Execute(image(case))


def gradient(case):
    f = sitk.GradientMagnitudeImageFilter()
    f.SetUseImageSpacing(case["use_spacing"])
    return f.Execute(image(case))


def common(i, two=False):
    size, spacing = SIZES[(i * 3) % len(SIZES)], SPACINGS[i % len(SPACINGS)]
    return {
        "seed": 1000 + i,
        "size": list(size[:2] if two else size),
        "spacing": list(spacing[:2] if two else spacing),
        "type": TYPES[i % len(TYPES)],
    }


def main():
    radiomics.logger.setLevel(logging.ERROR)
    log = []
    for i in range(40):
        case = common(i, two=i >= 36) | {"sigma": SIGMAS[i % len(SIGMAS)]}
        response = laplacian(case)
        assert response.GetPixelID() == sitk.sitkFloat32
        # SimpleITK itself computes more than PyRadiomics asks it for.
        case["skipped"] = not list(getLoGImage(image(case), None, sigma=[case["sigma"]]))
        log.append(case | {"response": hexadecimal(sitk.GetArrayFromImage(response))})
    versions = {"simpleitk": sitk.Version_VersionString(), "pyradiomics": radiomics.__version__}
    write("log", "filters_itk.py", log, **versions)

    slopes = []
    for i in range(40):
        case = common(i, two=i >= 36) | {"use_spacing": i % 3 != 0}
        if i % 8 == 0:
            case["size"][i // 8 % len(case["size"])] = 1 + i // 8 % 2  # thin images: no minimum size here
        response = gradient(case)
        assert response.GetPixelID() == sitk.sitkFloat32
        slopes.append(case | {"response": hexadecimal(sitk.GetArrayFromImage(response))})
    write("gradient", "filters_itk.py", slopes, **versions)


if __name__ == "__main__":
    main()
