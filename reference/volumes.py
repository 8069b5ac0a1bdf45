"""Images and masks from a recipe of integers: the same voxels as `radsurv_testkit::cases` makes.

A recipe is what the golden files keep instead of an image:

    seed        of SplitMix64 for the voxels (the mask uses seed + 1)
    dimension   2 or 3
    size, spacing, origin      along x, y, z
    direction   index into DIRECTIONS
    dtype       type of the voxels
    texture     [kind, integers...]
    divisor     for float types: the value is integer / divisor, rounded once to double and, for float32, once more
    mask        [[kind, integers...], ...] painted one after the other; the last integer is the label
    mask_origin, mask_spacing, mask_size    only if the mask has a grid of its own
"""

import numpy
import SimpleITK as sitk

from splitmix import SplitMix64

# Rows of the direction matrix: identity, mirrored x and y, axes permuted, and a rotation by the 3-4-5 triangle.
DIRECTIONS = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    [0, 0, 1, 1, 0, 0, 0, 1, 0],
    [0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1],
]

RANGES = {
    "uint8": (0, 2**8 - 1), "int8": (-2**7, 2**7 - 1), "uint16": (0, 2**16 - 1), "int16": (-2**15, 2**15 - 1),
    "uint32": (0, 2**32 - 1), "int32": (-2**31, 2**31 - 1), "uint64": (0, 2**63 - 1), "int64": (-2**63, 2**63 - 1),
}


def raw_values(recipe):
    """The integers of the texture, x fastest."""
    nx, ny, nz = recipe["size"]
    rng = SplitMix64(recipe["seed"])
    kind, p = recipe["texture"][0], recipe["texture"][1:]
    out = []
    if kind == "patches":
        low, span, block = p
        counts = [-(-n // block) for n in (nx, ny, nz)]
        table = [low + rng.below(span) for _ in range(counts[0] * counts[1] * counts[2])]
    if kind == "blobs":
        low, amplitude, number, noise = p
        blobs = []
        for _ in range(number):
            cx, cy, cz = rng.below(nx), rng.below(ny), rng.below(nz)
            r2 = (1 + rng.below(max(nx, ny, nz))) ** 2
            blobs.append((cx, cy, cz, r2, 1 + rng.below(amplitude)))
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if kind == "uniform":
                    v = p[0] + rng.below(p[1])
                elif kind == "levels":
                    v = p[0] + p[1] * rng.below(p[2])
                elif kind == "flat":
                    v = p[0]
                elif kind == "sparse":
                    v = p[1] if rng.chance(p[2]) else p[0]
                elif kind == "ramp":
                    v = p[0] + p[1] * x + p[2] * y + p[3] * z + rng.below(p[4])
                elif kind == "patches":
                    v = table[((z // block) * counts[1] + y // block) * counts[0] + x // block]
                elif kind == "blobs":
                    v = low + rng.below(noise)
                    for cx, cy, cz, r2, a in blobs:
                        d2 = (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2
                        if d2 < r2:
                            v += a * (r2 - d2) // r2
                else:
                    raise ValueError(kind)
                out.append(v)
    return out


def labels(recipe):
    """The labels of the mask, x fastest."""
    nx, ny, nz = recipe.get("mask_size", recipe["size"])
    size = (nx, ny, nz)
    rng = SplitMix64(recipe["seed"] + 1)
    out = [0] * (nx * ny * nz)

    def paint(inside, label):
        at = 0
        for z in range(nz):
            for y in range(ny):
                for x in range(nx):
                    if inside(x, y, z):
                        out[at] = label
                    at += 1

    for kind, *p in recipe["mask"]:
        label = p[-1]
        if kind == "full":
            paint(lambda x, y, z: True, label)
        elif kind == "box":
            paint(lambda x, y, z: all(s <= v < s + n for v, s, n in zip((x, y, z), p[:3], p[3:6])), label)
        elif kind == "blob":
            paint(lambda x, y, z: (x - p[0]) ** 2 + (y - p[1]) ** 2 + (z - p[2]) ** 2 <= p[3], label)
        elif kind == "shell":
            paint(lambda x, y, z: p[3] < (x - p[0]) ** 2 + (y - p[1]) ** 2 + (z - p[2]) ** 2 <= p[4], label)
        elif kind == "slice":
            paint(lambda x, y, z: (x, y, z)[p[0]] == p[1], label)
        elif kind == "line":
            others = [a for a in range(3) if a != p[0]]
            paint(lambda x, y, z: (x, y, z)[others[0]] == p[1] and (x, y, z)[others[1]] == p[2], label)
        elif kind == "diagonal":
            for i in range(max(size)):
                out[((i % nz) * ny + i % ny) * nx + i % nx] = label
        elif kind == "noise":
            paint(lambda x, y, z: rng.chance(p[0]), label)
        elif kind == "slice_noise":
            paint(lambda x, y, z: (x, y, z)[p[0]] == p[1] and rng.chance(p[2]), label)
        elif kind == "points":
            for _ in range(p[0]):
                out[rng.below(len(out))] = label
        elif kind == "labels":
            at = 0
            for _ in range(len(out)):
                if rng.chance(p[0]):
                    out[at] = 1 + rng.below(label)
                at += 1
        else:
            raise ValueError(kind)
    return out


def image_array(recipe):
    """The voxels as a numpy array (z, y, x) of the recipe's type."""
    raw = raw_values(recipe)
    dtype = recipe["dtype"]
    if dtype in RANGES:
        low, high = RANGES[dtype]
        flat = numpy.array([min(max(v, low), high) for v in raw], dtype=dtype)
    else:
        flat = numpy.array([v / recipe["divisor"] for v in raw], dtype="float64").astype(dtype)
    return flat.reshape(tuple(reversed(recipe["size"])))


def _image(array, recipe, prefix=""):
    flat = recipe["dimension"] == 2
    image = sitk.GetImageFromArray(array[0] if flat else array)
    n = recipe["dimension"]
    image.SetSpacing([float(s) for s in recipe.get(prefix + "spacing", recipe["spacing"])[:n]])
    image.SetOrigin([float(s) for s in recipe.get(prefix + "origin", recipe["origin"])[:n]])
    d = DIRECTIONS[recipe["direction"]]
    image.SetDirection([d[0], d[1], d[3], d[4]] if flat else d)
    return image


def make(recipe):
    """Image and mask as SimpleITK images."""
    image = _image(image_array(recipe), recipe)
    size = recipe.get("mask_size", recipe["size"])
    mask = numpy.array(labels(recipe), dtype="uint8").reshape(tuple(reversed(size)))
    return image, _image(mask, recipe, "mask_")


def checksum(recipe):
    """FNV-1a over the bytes of voxels and labels: a golden file says with it that both sides made the same image."""
    h = 0xCBF29CE484222325
    data = image_array(recipe).astype("<" + numpy.dtype(recipe["dtype"]).str[1:]).tobytes() + bytes(labels(recipe))
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return "%016x" % h
