"""Golden values of the wavelet transform: PyRadiomics' getWaveletImage over PyWavelets, exact bits.

    python reference/filters_wavelet.py      (PyRadiomics 3.0.1, PyWavelets 1.9.0, numpy < 2)

Some cases are stored whole; of the others, among them one per wavelet and precision, only the SHA-1 of each response
(little endian, x fastest).
"""
import hashlib
import logging
from importlib.metadata import version

import numpy as np
import pywt
import radiomics
import SimpleITK as sitk
from radiomics.imageoperations import getWaveletImage

from filter_cases import hexadecimal, image, write

TYPES = ["int16", "float32", "uint8", "float64", "float32", "uint16", "int32"]
SIZES = [(4, 4, 4), (5, 4, 7), (12, 9, 6), (7, 13, 11), (17, 8, 5), (1, 6, 3), (2, 2, 1), (9, 3, 10), (16, 16, 8)]
WAVELETS = ["coif1", "haar", "db2", "coif1", "bior3.5", "rbio2.4", "dmey", "sym5", "coif2", "db38"]
LEVELS = [(0, 1), (0, 1), (0, 2), (1, 1), (0, 3), (1, 2), (2, 1)]


def digest(array):
    array = np.ascontiguousarray(array)
    return hashlib.sha1(array.astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()


def bands(case):
    settings = {k: case[k] for k in ("wavelet", "start_level", "level", "force2D", "force2Ddimension")}
    kind = "float32" if case["type"] == "float32" else "float64"
    for response, name, _ in getWaveletImage(image(case), None, **settings):
        array = sitk.GetArrayFromImage(response)
        assert array.dtype == kind, (case, array.dtype)
        yield name, array


def main():
    radiomics.logger.setLevel(logging.ERROR)
    cases = []
    for i in range(70):
        two = i % 10 == 9
        start, level = LEVELS[(i // 2) % len(LEVELS)]
        case = {
            "seed": 3000 + i,
            "size": list(SIZES[(i * 4) % len(SIZES)][: 2 if two else 3]),
            "spacing": [1.0] * (2 if two else 3),
            "type": TYPES[i % len(TYPES)],
            "flat": [0, 1, 3][(i // 3) % 3],
            "wavelet": WAVELETS[(i * 3) % len(WAVELETS)],
            "start_level": start,
            "level": level,
            "force2D": i % 5 == 3 or i % 20 == 19,
            "force2Ddimension": i % 2 if two else i % 3,
        }
        whole = np.prod(case["size"]) * case["level"] < 400
        key, encode = ("response", hexadecimal) if whole else ("sha1", digest)
        cases.append(case | {"bands": [{"name": n, key: encode(a)} for n, a in bands(case)]})
    for i, name in enumerate(pywt.wavelist(kind="discrete")):
        for kind in ("float32", "float64"):
            case = {
                "seed": 4000 + i,
                "size": [6 + i % 5, 5, 14 + i % 3],
                "spacing": [1.0] * 3,
                "type": kind,
                "wavelet": name,
                "start_level": 0,
                "level": 1,
                "force2D": False,
                "force2Ddimension": 0,
            }
            cases.append(case | {"bands": [{"name": n, "sha1": digest(a)} for n, a in bands(case)]})
    versions = {"pywavelets": version("PyWavelets"), "pyradiomics": radiomics.__version__}
    write("wavelet", "filters_wavelet.py", cases, **versions)


if __name__ == "__main__":
    main()
