"""Golden values of the filters that look at one voxel at a time, exact bits, and of NumPy's log and exp under them.

    python reference/filters_pointwise.py      (PyRadiomics 3.0.1, numpy 1.26, on a processor with AVX-512)

NumPy computes log and exp of doubles by Intel's SVML where the processor has AVX-512, else by the C library, which
gives the neighbouring double for a quarter of all values: hence the check of the processor.
"""
import hashlib
import logging

import numpy as np
import radiomics
import SimpleITK as sitk
from numpy.core._multiarray_umath import __cpu_features__
from radiomics import imageoperations

from filter_cases import hexadecimal, image, splitmix, write

TYPES = ["int16", "uint8", "float32", "float64", "uint16", "int32"]
SIZES = [(5, 4, 3), (7, 3, 2), (4, 4, 4), (9, 2, 3)]
# Arguments: scale * a number from 0 to 1 + shift.
RANGES = {
    "log": [(1.0, 1.0), (0.1, 1.0), (1000.0, 1.0), (65536.0, 1.0), (1e9, 0.0), (1e-3, 0.0), (1e300, 0.0), (0.02, 0.99)],
    "exp": [(1.0, 0.0), (-1.0, 0.0), (16.0, -8.0), (0.1, 0.0), (1414.0, -707.0), (1e-9, 0.0), (-1e-9, 0.0), (12.0, 0.0)],
}


def digest(array):
    return hashlib.sha1(np.ascontiguousarray(array).astype("<f8").tobytes()).hexdigest()


def main():
    assert __cpu_features__["AVX512_SKX"], "this processor has no AVX-512"
    radiomics.logger.setLevel(logging.ERROR)
    versions = {"pyradiomics": radiomics.__version__, "processor": "AVX-512"}
    cases = []
    for i in range(48):
        two = i % 12 == 11
        case = {
            "seed": 5000 + i,
            "size": list(SIZES[i % len(SIZES)][: 2 if two else 3]),
            "spacing": [1.0] * (2 if two else 3),
            "type": TYPES[(i // 4) % len(TYPES)],
            "flat": [0, 1][i // 24],
            "filter": ["Square", "SquareRoot", "Logarithm", "Exponential"][i % 4],
        }
        ((response, name, _),) = getattr(imageoperations, f"get{case['filter']}Image")(image(case), None)
        assert name == case["filter"].lower()
        array = sitk.GetArrayFromImage(response)
        assert array.dtype == "float64"
        cases.append(case | {"response": hexadecimal(array)})
    write("pointwise", "filters_pointwise.py", cases, **versions)

    cases = []
    for function, ranges in RANGES.items():
        for i, (scale, shift) in enumerate(ranges):
            unit = (splitmix(6000 + i, 20000) >> np.uint64(11)).astype(np.float64) * 2.0**-53
            values = getattr(np, function)(unit * scale + shift)
            cases.append(
                {"function": function, "seed": 6000 + i, "count": 20000, "scale": scale, "shift": shift}
                | {"sha1": digest(values)}
            )
    write("numpy_math", "filters_pointwise.py", cases, **versions)

    # What the brightest voxel becomes in the logarithm and the exponential image, for maxima from 1 to 70000.
    largest = np.arange(1, 70001).astype(np.float64)
    log = np.log(largest + 1)
    scaled = {"log": log * (largest / log), "exp": np.exp(np.log(largest) / largest * largest)}
    cases = [{"function": f, "count": len(largest), "sha1": digest(v)} for f, v in scaled.items()]
    write("pointwise_maximum", "filters_pointwise.py", cases, **versions)


if __name__ == "__main__":
    main()
