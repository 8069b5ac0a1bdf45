"""Filter responses voxel by voxel, and the features of them.

    python make_filters.py OUT_FOLDER

A row per case: recipe, parameter file, and for each image that features are computed of its name, type, values (base64
of the little-endian bytes) in the region's bounding box, x fastest, and the features. Voxels outside the region are 0
where PyRadiomics leaves memory as it finds it (LBP3D).
"""

import base64
import os
import sys

import numpy
import SimpleITK as sitk

import draw
import oracle
import special
import volumes
from splitmix import SplitMix64

# A region of 5 x 5 x 5 voxels inside a larger image: what lies around it matters to a filter.
BLOB = special.grown(mask=[["blob", 5, 4, 4, 7, 1]])


def grown(**changes):
    return dict(BLOB, **changes)


def every_wavelet():
    """Each wavelet of PyWavelets once, on a volume smaller than most of the filters."""
    for i, name in enumerate(draw.WAVELETS):
        dtype, divisor = [("int16", 1), ("float64", 10), ("float32", 8)][i % 3]
        recipe = grown(size=[[4, 3, 2], [3, 4, 2], [2, 2, 5]][i % 3], mask=[["full", 1]], seed=100 + i, dtype=dtype,
                       divisor=divisor, texture=["uniform", -100, 900])
        yield "wavelet_" + name, recipe, "imageType: {Wavelet: {wavelet: %s}}\n" % name


def by_hand():
    flat_patch = ["patches", 100, 300, 3]
    for dtype, divisor in (("int16", 1), ("uint8", 1), ("float32", 1), ("float32", 10), ("float64", 10)):
        tag = "%s_%d" % (dtype, divisor)
        for texture in (["blobs", 0, 200, 4, 30], flat_patch, ["flat", 100]):
            recipe = grown(dtype=dtype, divisor=divisor, texture=texture)
            name = "%s_%s" % (texture[0], tag)
            yield "coif1_" + name, recipe, "imageType: {Wavelet: {}}\n"
            yield "log_" + name, recipe, "imageType: {LoG: {sigma: [1, 2.5]}}\n"
            yield "gradient_" + name, recipe, "imageType: {Gradient: {}}\n"
        recipe = grown(dtype=dtype, divisor=divisor)
        yield "gradient_index_" + tag, recipe, "imageType: {Gradient: {gradientUseSpacing: false}}\n"
        yield "points_" + tag, recipe, "imageType: {Square: {}, SquareRoot: {}, Logarithm: {}, Exponential: {}}\n"
        for method in ("default", "ror", "uniform", "var"):
            for radius, samples in ((1, 8), (1.5, 12), (2, 9)):
                yield ("lbp2d_%s_%s_%s" % (method, radius, tag), recipe,
                       "setting: {binCount: 12}\nimageType: {LBP2D: {lbp2DMethod: %s, lbp2DRadius: %s, lbp2DSamples: %d}}\n"
                       % (method, radius, samples))
        for levels, radius, subdivision in ((2, 1, 1), (3, 1.5, 0), (4, 2, 2)):
            yield ("lbp3d_%d_%s" % (levels, tag), recipe,
                   "setting: {binWidth: 0.5}\nimageType: {LBP3D: {lbp3DLevels: %d, lbp3DIcosphereRadius: %s, lbp3DIcosphereSubdivision: %d}}\n"
                   % (levels, radius, subdivision))
    for axis in range(3):
        yield ("lbp2d_axis_%d" % axis, BLOB, "setting: {binWidth: 1, force2D: true, force2Ddimension: %d}\nimageType: {LBP2D: {}}\n" % axis)
        yield ("wavelet_2d_%d" % axis, BLOB, "imageType: {Wavelet: {force2D: true, force2Ddimension: %d, level: 2}}\n" % axis)
    for level, start in ((2, 0), (1, 1), (2, 1), (3, 0)):
        for dtype in ("int16", "float32"):
            yield ("wavelet_level_%d_%d_%s" % (level, start, dtype), grown(dtype=dtype, divisor=8),
                   "imageType: {Wavelet: {level: %d, start_level: %d, wavelet: db3}}\n" % (level, start))
    for size in ([12, 10, 8], [13, 11, 9], [4, 30, 5], [1, 8, 9], [9, 8, 1]):
        name = "x".join(map(str, size))
        recipe = grown(size=size, mask=[["noise", 60, 1]], dtype="float64", divisor=10)
        yield "size_wavelet_" + name, recipe, "imageType: {Wavelet: {wavelet: sym5}}\n"
        yield "size_log_" + name, recipe, "imageType: {LoG: {sigma: [2.0, 4]}}\n"
        yield "size_gradient_" + name, recipe, "imageType: {Gradient: {}}\n"
    flat_image = grown(size=[9, 8, 1], dimension=2, mask=[["noise", 70, 1]])
    for name, types in (("wavelet", "Wavelet: {}"), ("gradient", "Gradient: {}"), ("lbp2d", "LBP2D: {}")):
        yield "plane_" + name, flat_image, "imageType: {%s}\n" % types
    # The border of the crop changes what a filter sees.
    for pad in (0, 2, 5):
        yield ("crop_%d" % pad, BLOB, "setting: {preCrop: true, padDistance: %d}\nimageType: {LoG: {sigma: [1]}, Wavelet: {}, Square: {}}\n" % pad)
    r = SplitMix64(77)
    for spacing in ([0.7, 0.7, 3], [1, 1, 1], [5, 0.5, 2]):
        yield ("log_spacing_%s" % spacing[0], grown(spacing=spacing, seed=r.next() >> 12),
               "imageType: {LoG: {sigma: [0.5, 1.5, 3]}, Gradient: {}}\n")


CLASSES = "featureClass: {firstorder: , glcm: , glrlm: , glszm: , gldm: , ngtdm: }\n"


def run(name, recipe, params):
    params += CLASSES
    image, mask = volumes.make(recipe)
    images = []

    def on_image(image_name, filtered, cropped, settings):
        values = sitk.GetArrayFromImage(filtered)
        if image_name.startswith("lbp-3D"):
            values = numpy.where(sitk.GetArrayFromImage(cropped) == settings.get("label", 1), values, 0)
        data = values.astype(values.dtype.newbyteorder("<")).tobytes()
        images.append({"name": image_name, "dtype": str(values.dtype), "size": list(values.shape[::-1]),
                       "values": base64.b64encode(data).decode()})

    out = {"id": name, "form": "yaml", "params": params, "recipe": recipe, "checksum": volumes.checksum(recipe)}
    result = oracle.extract(params, "yaml", image, mask, on_image)
    if "error" in result:
        out["error"] = result["error"]
        return out
    for entry in images:
        prefix = entry["name"] + "_"
        entry["features"] = {k: v for k, v in result["features"].items() if k.startswith(prefix)}
    out["images"] = images
    return out


def main(folder):
    for group, cases in (("wavelets", every_wavelet), ("filters", by_hand)):
        header = {"made_by": "reference/make_filters.py", "group": group, "versions": oracle.versions()}
        rows = [run(*case) for case in cases()]
        if group == "wavelets":
            # Features of two dozen voxels add nothing to the responses here.
            for row in rows:
                for entry in row.get("images", []):
                    del entry["features"]
        path = os.path.join(folder, "responses_%s.jsonl.gz" % group)
        oracle.write_lines(path, header, rows)
        print(group, len(rows), [r["id"] + " " + r["error"] for r in rows if "error" in r],
              sum(len(r.get("images", [])) for r in rows), os.path.getsize(path), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
