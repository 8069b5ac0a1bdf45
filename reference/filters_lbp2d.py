"""Golden values of LBP2D: PyRadiomics' getLBP2DImage over scikit-image, exact values.

    python reference/filters_lbp2d.py      (PyRadiomics 3.0.1, scikit-image 0.26, numpy < 2)
"""
import logging
import warnings

import numpy as np
import radiomics
import SimpleITK as sitk
import skimage
from radiomics.imageoperations import getLBP2DImage

from filter_cases import hexadecimal, image, write

TYPES = ["int16", "uint8", "float32", "float64", "uint16", "int32"]
SIZES = [(7, 6, 3), (5, 9, 4), (4, 4, 8), (11, 3, 2), (2, 3, 1), (1, 5, 6)]
METHODS = ["uniform", "default", "ror", "var"]
CIRCLES = [(8, 1), (8, 1.5), (4, 1), (12, 2.3), (16, 2), (3, 0.7), (1, 1), (8, 6.1), (24, 3), (31, 1.1)]


def main():
    radiomics.logger.setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    cases = []
    for i in range(72):
        two = i % 9 == 8
        samples, radius = CIRCLES[(i * 7) % len(CIRCLES)]
        case = {
            "seed": 2000 + i,
            "size": list(SIZES[(i * 5) % len(SIZES)][: 2 if two else 3]),
            "spacing": [1.0, 1.0] if two else [1.0, 1.0, 2.0],
            "type": TYPES[(i // 4) % len(TYPES)],
            "flat": [0, 0, 3, 1][(i // 3) % 4],
            "method": METHODS[i % 4],
            "samples": samples,
            "radius": radius,
            "dimension": i % 3,
        }
        settings = {
            "lbp2DRadius": radius,
            "lbp2DSamples": samples,
            "lbp2DMethod": case["method"],
            "force2Ddimension": case["dimension"],
            "force2D": True,
        }
        ((response, name, _),) = getLBP2DImage(image(case), None, **settings)
        assert name == "lbp-2D"
        array = sitk.GetArrayFromImage(response)
        case["response_type"] = str(array.dtype)
        cases.append(case | {"response": hexadecimal(array.astype(np.float64))})
    write(
        "lbp2d", "filters_lbp2d.py", cases, pyradiomics=radiomics.__version__, scikit_image=skimage.__version__
    )


if __name__ == "__main__":
    main()
