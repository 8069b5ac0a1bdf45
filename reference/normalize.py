"""Golden values of PyRadiomics' normalizeImage.

    python normalize.py ../crates/image/tests/golden
"""

import base64
import logging
import sys

import SimpleITK as sitk
from image_cases import write
from radiomics import imageoperations
from resample import TYPES, values
from splitmix import SplitMix64


def case(seed):
    rng = SplitMix64(seed)
    kind = TYPES[seed % len(TYPES)]
    size = [rng.between(2, 9) for _ in range(3)]
    image = sitk.GetImageFromArray(values(rng, kind, size[0] * size[1] * size[2], False).reshape(size[::-1]))
    settings = {"normalizeScale": rng.pick([1, 100, 0.1, 3.7])}
    if rng.below(2):
        settings["removeOutliers"] = rng.pick([1, 0.5, 1.5, 3])
    if sitk.GetArrayFromImage(image).std() == 0:
        return None
    out = sitk.GetArrayFromImage(imageoperations.normalizeImage(image, **settings))
    assert str(out.dtype) == "float64"
    return {"seed": seed, "type": kind, "size": size, "values": base64.b64encode(out.tobytes()).decode()}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    rows = [row for row in map(case, range(5000, 5100)) if row]
    write(sys.argv[1], "normalize", "normalize.py", rows)
