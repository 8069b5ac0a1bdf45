"""The texture matrices of PyRadiomics' C extension, and its bin edges, on their own.

    python make_matrices.py OUT_FOLDER

Writes matrices.jsonl.gz and bin_edges.jsonl.gz. Matrices are kept as their entries that are not 0; indices and offsets
are in the order of arrays, (z, y, x), as PyRadiomics has them. Levels are 0 outside the region.
"""

import os
import sys

import numpy

import oracle
from radiomics import cMatrices, imageoperations
from splitmix import SplitMix64


def box(levels):
    """The bounding box of the levels that are not 0."""
    return levels[tuple(slice(i.min(), i.max() + 1) for i in numpy.nonzero(levels))]


def volumes():
    """Levels (z, y, x), and what they show."""
    r = SplitMix64(20240611)

    def noise(size, fill, levels, gap=1):
        flat = [1 + gap * r.below(levels) if r.chance(fill) else 0 for _ in range(size[0] * size[1] * size[2])]
        flat[0], flat[-1] = 1, 1 + gap * (levels - 1)
        return numpy.array(flat, dtype="int32").reshape(size)

    def blocks(size, side, levels, fill):
        table = [[[1 + r.below(levels) for _ in range(20)] for _ in range(20)] for _ in range(20)]
        out = numpy.zeros(size, dtype="int32")
        for z, y, x in numpy.ndindex(*size):
            out[z, y, x] = table[z // side][y // side][x // side] if r.chance(fill) else 0
        out[0, 0, 0] = out[-1, -1, -1] = 1
        return out

    yield "full", noise((5, 6, 7), 100, 5)
    yield "half", noise((6, 5, 4), 50, 4)
    yield "sparse", noise((7, 7, 7), 12, 3)
    yield "levels with gaps", noise((4, 5, 6), 80, 6, gap=7)
    yield "many levels", noise((5, 5, 5), 90, 60)
    yield "zones", blocks((6, 7, 8), 2, 3, 90)
    yield "large zones", blocks((8, 8, 8), 4, 2, 97)
    yield "one slice across z", noise((1, 8, 9), 75, 4)
    yield "one slice across y", noise((7, 1, 8), 75, 4)
    yield "one slice across x", noise((6, 7, 1), 75, 4)
    yield "a line along x", noise((1, 1, 17), 85, 3)
    yield "a line along y", noise((1, 15, 1), 85, 3)
    yield "a line along z", noise((13, 1, 1), 85, 3)
    yield "two slices", noise((2, 6, 6), 70, 4)
    yield "flat", noise((3, 4, 5), 100, 1)
    yield "flat and holed", noise((4, 4, 5), 60, 1)
    yield "two voxels", noise((1, 1, 2), 100, 2)
    diagonal = numpy.zeros((6, 6, 6), dtype="int32")
    diagonal[range(6), range(6), range(6)] = [1, 1, 2, 1, 2, 2]
    yield "a diagonal", diagonal
    apart = numpy.zeros((5, 5, 5), dtype="int32")
    apart[::2, ::2, ::2] = noise((3, 3, 3), 100, 3)
    yield "voxels apart", apart
    shell = noise((7, 7, 7), 100, 4)
    shell[1:-1, 1:-1, 1:-1] = 0
    yield "a shell", shell
    yield "uneven", noise((3, 11, 2), 65, 9)


def entries(matrix):
    """[index..., value] of what is not 0, counted from 0."""
    return [[int(i) for i in at] + [float(matrix[tuple(at)])] for at in numpy.argwhere(matrix != 0)]


def row(name, levels, distances, force2d, dimension, alpha):
    levels = numpy.ascontiguousarray(box(levels))
    mask, top = levels > 0, int(levels.max())
    d = numpy.array(distances)
    out = {
        "id": "%s, distances %s, force2D %s %d" % (name, distances, force2d, dimension), "size": list(levels.shape),
        "levels": levels.ravel().tolist(), "distances": distances, "force2D": force2d, "force2Ddimension": dimension,
        "alpha": alpha,
    }

    def matrix(key, run):
        """The matrix, or the error where no offset fits into the region."""
        try:
            out[key] = run()
        except Exception as error:
            out[key] = {"error": str(error)}

    def glcm():
        found, angles = cMatrices.calculate_glcm(levels, mask, d, top, force2d, dimension)
        return [{"angle": a.tolist(), "entries": entries(found[0, :, :, i])} for i, a in enumerate(angles)]

    def glrlm():
        found, angles = cMatrices.calculate_glrlm(levels, mask, top, max(levels.shape), force2d, dimension)
        return [{"angle": a.tolist(), "entries": entries(found[0, :, :, i])} for i, a in enumerate(angles)]

    matrix("glcm", glcm)
    matrix("glrlm", glrlm)
    matrix("glszm", lambda: entries(cMatrices.calculate_glszm(levels, mask, top, int(mask.sum()), force2d, dimension)[0]))
    matrix("gldm", lambda: entries(cMatrices.calculate_gldm(levels, mask, d, top, alpha, force2d, dimension)[0]))
    matrix("ngtdm", lambda: cMatrices.calculate_ngtdm(levels, mask, d, top, force2d, dimension)[0].tolist())
    return out


SETTINGS = [([1], False, 0, 0), ([1, 2], False, 0, 1), ([2], True, 0, 2), ([1], True, 1, 0), ([3, 1], True, 2, 1)]


def edge_cases():
    """Values and settings for bin edges."""
    r = SplitMix64(77)
    tenth = [k * 0.1 for k in (-7, 3, 12)]
    fixed = [
        [54, 166], [0, 100], [25, 50], [0, 255], [-32768, -32700], [32700, 32767], [-25, 25], [-1000, 3071], [50, 50], [51, 51], [0, 0], [-50, -50], [-51, -51],
        [0.0, 0.55], tenth, [0.1, 0.1], [0.3, 0.9], [-0.3, 0.3], [1e-7, 3e-7], [1e8, 1e8 + 260], [-1e8, -1e8 + 260],
        [2.0**53, 2.0**53 + 300], [0.1 + 0.2, 0.7], [-1e-12, 1.0], [1.0 - 1e-16, 1.0], [24.999999999999996, 75],
        [1e-300, 2e-300], [-5e-324, 5e-324],
    ]
    fixed += [[r.between(-9999, 9999) / r.pick([1, 3, 7, 10, 64, 1000]) for _ in range(r.between(2, 9))] for _ in range(14)]
    for values in fixed:
        span = max(values) - min(values)
        for width in (0.1, 0.25, 0.3, 0.7, 1, 2.5, 7.3, 25, 333.3, 1e-7, 1e-3):
            if span / width < 120:
                yield values, {"binWidth": width}
        for count in (1, 2, 3, 7, 16, 33, 64):
            yield values, {"binCount": count}


def types(values):
    """The types that can hold these values."""
    whole = all(float(v).is_integer() for v in values)
    integers = [t for t in ("uint8", "int16", "int32", "int64") if whole
                and all(numpy.iinfo(t).min <= v <= numpy.iinfo(t).max for v in values)]
    return ["float64", "float32"] + integers


def edges(values, setting, dtype):
    array = numpy.array(values, dtype=dtype)
    out = {"dtype": dtype, "values": [float(v) for v in array]}
    out.update(setting)
    try:
        found = imageoperations.getBinEdges(array, **setting)
    except Exception as error:
        out["error"] = str(error)  # the range is below the resolution of the type
        return out
    out["edges"] = [float(v) for v in found]
    out["bins"] = [int(b) for b in numpy.digitize(array, found)]
    return out


def main(folder):
    cases = list(volumes())
    rows = [row(*case, *setting) for case in cases for setting in SETTINGS]
    header = {"made_by": "reference/make_matrices.py", "versions": oracle.versions()}
    oracle.write_lines(os.path.join(folder, "matrices.jsonl.gz"), header, rows)
    lines = [edges(v, s, t) for v, s in edge_cases() for t in types(v)]
    lines = [line for line in lines if "error" not in line]
    oracle.write_lines(os.path.join(folder, "bin_edges.jsonl.gz"), header, lines)
    print(len(rows), "rows of matrices,", len(lines), "of edges")
    for r in rows:
        bad = [k for k in ("glcm", "glrlm", "glszm", "gldm", "ngtdm") if isinstance(r[k], dict)]
        if bad:
            print("errors", r["id"], bad, r[bad[0]])


if __name__ == "__main__":
    main(*sys.argv[1:])
