"""Golden values of LBP3D: PyRadiomics' getLBP3DImage over trimesh and scipy, inside the region.

    python reference/filters_lbp3d.py      (PyRadiomics 3.0.1, scipy 1.16, trimesh 5.2, numpy < 2)
"""
import logging
import warnings

import numpy as np
import radiomics
import scipy
import SimpleITK as sitk
import trimesh
from radiomics.imageoperations import getLBP3DImage

from filter_cases import hexadecimal, image, splitmix, write

TYPES = ["int16", "uint8", "float32", "float64", "uint16", "int32"]
SIZES = [(7, 6, 5), (5, 4, 3), (4, 4, 8), (9, 3, 2), (2, 3, 1), (1, 5, 6)]
SPHERES = [(2, 1, 1), (2, 1.5, 1), (3, 1, 0), (4, 2.3, 1), (5, 1.2, 1), (3, 1.0, 2), (2, 0.7, 1)]


def main():
    radiomics.logger.setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    versions = {"pyradiomics": radiomics.__version__, "scipy": scipy.__version__, "trimesh": trimesh.__version__}
    cases = []
    for i in range(42):
        levels, radius, subdivision = SPHERES[i % len(SPHERES)]
        case = {
            "seed": 3000 + i,
            "size": list(SIZES[(i * 5) % len(SIZES)]),
            "spacing": [1.0, 1.0, 2.0],
            "type": TYPES[(i // 2) % len(TYPES)],
            "flat": [0, 3, 1][i % 3],
            "levels": levels,
            "radius": radius,
            "subdivision": subdivision,
        }
        im = image(case)
        shape = tuple(reversed(case["size"]))
        inside = splitmix(case["seed"] + 7, int(np.prod(shape))) % np.uint64(2) == 0
        inside[0] = True
        inside = inside.reshape(shape)
        mask = sitk.GetImageFromArray(inside.astype(np.uint8))
        mask.CopyInformation(im)
        settings = {
            "lbp3DLevels": levels,
            "lbp3DIcosphereRadius": radius,
            "lbp3DIcosphereSubdivision": subdivision,
        }
        found = {name: sitk.GetArrayFromImage(r)[inside] for r, name, _ in getLBP3DImage(im, mask, **settings)}
        assert list(found) == [f"lbp-3D-m{n + 1}" for n in range(levels)] + ["lbp-3D-k"]
        case["kurtosis"] = hexadecimal(found.pop("lbp-3D-k"))
        case["levels_response"] = hexadecimal(np.concatenate(list(found.values())))
        cases.append(case)
    write("lbp3d", "filters_lbp3d.py", cases, **versions)

    spheres = []
    for subdivision, radius in [(0, 1), (0, 2.5), (1, 1), (1, 0.7), (1, 2.3), (2, 1), (2, 3), (3, 1.5)]:
        vertices = np.array(trimesh.creation.icosphere(subdivision, radius).vertices)
        spheres.append({"subdivision": subdivision, "radius": radius, "vertices": hexadecimal(vertices)})
    write("icosphere", "filters_lbp3d.py", spheres, **versions)


if __name__ == "__main__":
    main()
