"""Random recipes and parameter files, a function per group of golden files. All randomness is SplitMix64."""

import json

import pywt

import volumes
from splitmix import SplitMix64

SPACINGS = [1, 0.5, 0.7, 0.9765625, 0.683594, 1.25, 1.5, 2, 2.5, 3, 3.27, 5]
BIN_WIDTHS = [0.1, 0.25, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7.3, 10, 12.5, 25, 50, 100, 333.3, 1000]
INTERPOLATORS = [
    "sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian",
    "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc", "sitkLanczosWindowedSinc",
    "sitkBlackmanWindowedSinc",
]
WAVELETS = pywt.wavelist(kind="discrete")


def size(r):
    """1 to 14 voxels along each axis, sometimes more, often not all alike."""
    how = r.below(10)
    if how == 0:
        return [r.between(15, 28), r.between(12, 22), r.between(3, 9)]
    if how == 1:
        out = [r.between(2, 14) for _ in range(3)]
        out[r.below(3)] = 1
        return out
    if how < 4:
        return [r.between(2, 6) for _ in range(3)]
    return [r.between(4, 14) for _ in range(3)]


def spacing(r):
    how = r.below(3)
    if how == 0:
        return [r.pick(SPACINGS)] * 3
    if how == 1:
        a = r.pick(SPACINGS)
        return [a, a, r.pick(SPACINGS)]
    return [r.pick(SPACINGS) for _ in range(3)]


def texture(r, dtype):
    """A texture whose integers suit the type."""
    low, span = {
        "uint8": (0, 255), "int8": (-100, 200), "uint16": (0, 3000), "uint32": (0, 5000), "uint64": (0, 2000),
    }.get(dtype, r.pick([(-1000, 2000), (0, 4000), (-50, 120), (100, 30)]))
    kind = r.pick(["uniform", "uniform", "levels", "blobs", "blobs", "blobs", "patches", "ramp", "sparse", "flat"])
    if kind == "flat" and r.chance(50):
        kind = "blobs"
    if kind == "uniform":
        return [kind, low, r.pick([span, max(2, span // 10)])]
    if kind == "levels":
        k = r.between(2, 6)
        return [kind, low, max(1, span // (2 * k)), k]
    if kind == "blobs":
        return [kind, low, max(2, span // 3), r.between(1, 6), r.pick([1, 2, max(2, span // 20)])]
    if kind == "patches":
        return [kind, low, span, r.between(2, 4)]
    if kind == "ramp":
        return [kind, low] + [r.between(0, max(1, span // 40)) for _ in range(3)] + [r.pick([1, max(2, span // 10)])]
    if kind == "sparse":
        return [kind, low, low + r.between(1, span), r.between(5, 40)]
    return ["flat", low + r.below(span)]


def mask(r, size, label):
    """One or more shapes; a few leave next to nothing, so that the checks of the region are met too."""
    c = [r.below(n) for n in size]
    big = max(size)
    axis = r.below(3)
    kind = r.pick(["blob"] * 6 + ["full"] * 2 + ["box", "box", "slice", "slice_noise", "line", "diagonal", "noise",
                                                "noise", "shell", "corner", "stray", "two"])
    blob = ["blob"] + c + [r.between(1, max(2, (big * big) // 4)), label]
    if kind == "blob":
        return [blob]
    if kind == "full":
        return [["full", label]]
    if kind == "box":
        start = [r.below(n) for n in size]
        return [["box"] + start + [r.between(1, n - s) for n, s in zip(size, start)] + [label]]
    if kind == "slice":
        return [["slice", axis, c[axis], label]]
    if kind == "slice_noise":
        return [["slice_noise", axis, c[axis], r.between(30, 80), label]]
    if kind == "line":
        others = [a for a in range(3) if a != axis]
        return [["line", axis, c[others[0]], c[others[1]], label]]
    if kind == "diagonal":
        return [["diagonal", label]]
    if kind == "noise":
        return [["noise", r.between(5, 90), label]]
    if kind == "shell":
        inner = r.between(1, max(2, (big * big) // 8))
        return [["shell"] + c + [inner, inner + r.between(1, big * big // 2), label]]
    if kind == "corner":
        corner = [r.pick([0, n - 1]) for n in size]
        return [["blob"] + corner + [r.between(2, max(3, big * big // 3)), label]]
    if kind == "stray":
        return [blob, ["points", r.between(1, 12), label]]
    return [["noise", r.between(10, 40), label % 3 + 1], blob]


def recipe(r, dtypes=None, size_of=size, dimension=3):
    dtype = r.pick(dtypes or ["uint8", "int16", "int16", "int32", "float32", "float32", "float64", "float64"]
                   + ([r.pick(["int8", "uint16", "uint32", "int64", "uint64"])]))
    s = size_of(r)
    if dimension == 2:
        s[2] = 1
    label = r.pick([1, 1, 1, 1, 2, 7])
    out = {
        "seed": r.next() >> 12, "dimension": dimension, "size": s, "spacing": spacing(r),
        "origin": [r.between(-400, 400) / 4 for _ in range(3)],
        "direction": r.pick([0, 0, 0, 1, 2, 3]) if dimension == 3 else 0, "dtype": dtype,
        "texture": texture(r, dtype), "mask": mask(r, s, label),
    }
    if dtype.startswith("float"):
        out["divisor"] = r.pick([1, 1, 4, 64, 10, 1000, 3])
    return out, label


def value_range(recipe):
    array = volumes.image_array(recipe).astype("float64")
    return float(array.min()), float(array.max())


def bins(r, span, setting):
    """binWidth or binCount, with no more than about 300 grey levels."""
    how = r.below(4)
    if how == 0:
        setting["binCount"] = r.pick([1, 2, 5, 8, 16, 32, 64, 100])
    elif how < 3 or span > 300 * 25:
        fitting = [w for w in BIN_WIDTHS if span / w <= 300] or [int(span / 50)]
        setting["binWidth"] = r.pick(fitting)


def matrix_settings(r, setting):
    if r.chance(35):
        setting["distances"] = r.pick([[1, 2], [2], [1], [3], [1, 3]])
    if r.chance(45):
        setting["weightingNorm"] = r.pick(["manhattan", "euclidean", "infinity", "no_weighting", None])
    if r.chance(25):
        setting["symmetricalGLCM"] = r.chance(30)
    if r.chance(35):
        setting["force2D"] = True
        if r.chance(70):
            setting["force2Ddimension"] = r.below(3)
    if r.chance(30):
        setting["gldm_a"] = r.pick([1, 2, 5])
    if r.chance(30):
        setting["voxelArrayShift"] = r.pick([10, 1000, -20])


def region_settings(r, setting, label):
    if label != 1 or r.chance(20):
        setting["label"] = label
    if r.chance(70):
        setting["minimumROIDimensions"] = r.pick([1, 1, 1, 1, 1, 1, 1, 1, 2, 3])
    if r.chance(6):
        setting["minimumROISize"] = r.pick([1, 5, 20])
    if r.chance(60):
        setting["additionalInfo"] = r.chance(30)


def without_shape_2d(r, params):
    """Unless classes are named, shape2D is on, and with force2D it fails on any region but one slice."""
    if params.get("setting", {}).get("force2D") and "featureClass" not in params and r.chance(88):
        names = ["shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]
        params["featureClass"] = {name: None for name in names}


def preprocessing(r, setting, span, low):
    if r.chance(30):
        setting["normalize"] = True
        setting["normalizeScale"] = r.pick([1, 100, 0.5, 33.3])
        if r.chance(50):
            setting["removeOutliers"] = r.pick([1, 2, 1.5, 3])
        span, low = 6 * setting["normalizeScale"], -3 * setting["normalizeScale"]
    if r.chance(50):
        s = [r.pick([0.5, 0.75, 1, 1.3, 2, 3]) for _ in range(3)]
        if r.chance(30):
            s[r.below(3)] = 0
        setting["resampledPixelSpacing"] = s
        if r.chance(80):
            setting["interpolator"] = r.pick(INTERPOLATORS + ["sitkBSpline", "sitkLinear"] * 3)
        if r.chance(60):
            setting["padDistance"] = r.pick([0, 1, 2, 8])
    elif r.chance(40):
        setting["preCrop"] = True
        if r.chance(60):
            setting["padDistance"] = r.pick([0, 1, 2, 8])
    if r.chance(45):
        mode = r.pick(["absolute", "relative", "sigma", None])
        if mode:
            setting["resegmentMode"] = mode
        if mode == "relative":
            setting["resegmentRange"] = r.pick([[0.2], [0.1, 0.9], [0.4, 1], [0.5]])
        elif mode == "sigma":
            setting["resegmentRange"] = r.pick([[-1.5, 1.5], [-1], [-3, 3], [-0.5, 2]])
        else:
            at = lambda f: round(low + f * span, 2)  # noqa: E731
            setting["resegmentRange"] = r.pick([[at(0.2)], [at(0.1), at(0.8)], [at(0.7), at(0.2)]])
        if r.chance(50):
            setting["resegmentShape"] = r.chance(60)
    return span, low


def image_types(r, span):
    """One to three image types with their own settings."""
    out = {}
    for _ in range(r.pick([1, 1, 2, 3])):
        kind = r.pick(["Original", "LoG", "LoG", "LoG", "LoG", "Wavelet", "Wavelet", "Square", "SquareRoot", "Logarithm",
                       "Exponential", "Gradient", "LBP2D", "LBP3D", "LBP3D"])
        own = {}
        if kind == "LoG":
            own["sigma"] = r.pick([[1], [1.0, 3.0], [2], [0.5, 5], [3, 5, 1], [0.8], [1.5, 2.25], [4.0, 2]])
        if kind == "Wavelet":
            if r.chance(75):
                own["wavelet"] = r.pick(WAVELETS)
            if r.chance(30):
                own["level"] = r.pick([2, 1, 3])
            if r.chance(25):
                own["start_level"] = r.pick([1, 0, 2])
            if r.chance(25):
                own["force2D"] = True
                own["force2Ddimension"] = r.below(3)
        if kind == "Gradient" and r.chance(60):
            own["gradientUseSpacing"] = r.chance(30)
        if kind == "LBP2D":
            own["lbp2DMethod"] = r.pick(["default", "ror", "uniform", "var"])
            # Patterns of 12 samples are 4096 numbers and a variance is any number: PyRadiomics' matrices of so many
            # grey levels do not fit into memory.
            if own["lbp2DMethod"] in ("default", "var"):
                own["binCount"] = r.pick([16, 40])
            else:
                own["binWidth"] = r.pick([1, 1, 30])
            if r.chance(60):
                own["lbp2DRadius"] = r.pick([1, 2, 1.5, 2.5, 3])
            if r.chance(60):
                own["lbp2DSamples"] = r.pick([4, 8, 8, 9])
            if r.chance(50):
                own["force2D"] = True
                own["force2Ddimension"] = r.below(3)
        if kind == "LBP3D":
            own["binWidth"] = r.pick([1, 0.5, 0.25])
            if r.chance(60):
                own["lbp3DLevels"] = r.pick([2, 2, 3, 3, 4, 4, 1])
            if r.chance(60):
                own["lbp3DIcosphereRadius"] = r.pick([1, 2, 1.5])
            if r.chance(60):
                own["lbp3DIcosphereSubdivision"] = r.pick([0, 1, 2])
        if kind not in ("LBP2D", "LBP3D") and r.chance(30):
            bins(r, 3 * span, own)
        if r.chance(10):
            own["distances"] = r.pick([[2], [1, 2]])
        if r.chance(10):
            own["weightingNorm"] = r.pick(["euclidean", "no_weighting"])
        out[kind] = own
    return out


def yaml(value, indent=0):
    """YAML as people write parameter files: blocks for maps, brackets for lists."""
    pad = "  " * indent
    lines = []
    for key, v in value.items():
        if isinstance(v, dict) and v:
            lines.append("%s%s:" % (pad, key))
            lines.append(yaml(v, indent + 1))
        else:
            lines.append("%s%s: %s" % (pad, key, scalar(v)))
    return "\n".join(lines)


def scalar(v):
    if v is None:
        return "null"
    if isinstance(v, dict):
        return "{}"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, list):
        return "[%s]" % ", ".join(scalar(x) for x in v)
    return str(v)


def text(r, params):
    """The parameter file and its form."""
    if r.chance(20):
        return json.dumps(params, indent=1), "json"
    return yaml(params) + "\n", "yaml"


def case(r, name, recipe, params):
    written, form = text(r, params)
    return {"id": name, "form": form, "params": written, "recipe": recipe}


def original(seed, number, prefix="o"):
    """The unfiltered image under every setting of the matrices and of the region."""
    for i in range(number):
        r = SplitMix64(seed + 7919 * i)
        rec, label = recipe(r, dimension=2 if i % 15 == 14 else 3)
        low, high = value_range(rec)
        setting = {}
        bins(r, high - low, setting)
        matrix_settings(r, setting)
        region_settings(r, setting, label)
        params = {"setting": setting}
        if r.chance(30):
            params["imageType"] = {"Original": {}}
        if r.chance(12):
            params["featureClass"] = r.pick([
                {"shape": None, "firstorder": None, "glcm": None},
                {"glszm": [], "gldm": None, "ngtdm": ["Contrast", "Busyness"]},
                {"firstorder": ["Mean", "StandardDeviation"], "shape": ["Compactness1", "Compactness2", "Sphericity",
                                                                        "SphericalDisproportion"]},
                {"glcm": ["MCC", "Imc1"], "glrlm": ["RunEntropy"], "shape2D": None},
            ])
        without_shape_2d(r, params)
        if not setting:
            del params["setting"]
        yield case(r, "%s%03d" % (prefix, i), rec, params)


def preprocessed(seed, number, prefix="p"):
    """Normalisation, resampling, cropping and resegmentation, with the original image and now and then a filter."""
    for i in range(number):
        r = SplitMix64(seed + 7919 * i)
        # With two voxels along an axis ITK's B-spline reads outside of its coefficients: no value to be equal to.
        sizes = lambda r: [3 if n == 2 else n for n in size(r)]  # noqa: E731
        rec, label = recipe(r, size_of=sizes, dimension=2 if i % 20 == 19 else 3)
        low, high = value_range(rec)
        setting = {}
        span, low = preprocessing(r, setting, high - low, low)
        if rec["dimension"] == 2 and "resampledPixelSpacing" in setting:
            setting["resampledPixelSpacing"] = setting["resampledPixelSpacing"][:2]
        bins(r, span, setting)
        if r.chance(40):
            matrix_settings(r, setting)
        region_settings(r, setting, label)
        params = {"setting": setting}
        if r.chance(25):
            types = image_types(r, span)
            params["imageType"] = dict([("Original", {})] + list(types.items()))
        without_shape_2d(r, params)
        yield case(r, "%s%03d" % (prefix, i), rec, params)


def filtered(seed, number, prefix="f"):
    """Every image type under its settings."""
    for i in range(number):
        r = SplitMix64(seed + 7919 * i)
        rec, label = recipe(r, dimension=2 if i % 20 == 19 else 3)
        low, high = value_range(rec)
        setting = {}
        bins(r, 3 * (high - low), setting)
        if r.chance(30):
            matrix_settings(r, setting)
        region_settings(r, setting, label)
        if r.chance(20):
            setting["preCrop"] = True
            setting["padDistance"] = r.pick([0, 2, 5])
        params = {"imageType": image_types(r, high - low)}
        if setting:
            params["setting"] = setting
        without_shape_2d(r, params)
        yield case(r, "%s%03d" % (prefix, i), rec, params)


def flat(seed, number, prefix="t"):
    """2-D images, and 3-D ones of a single slice or with a region of a single slice, on a resampled grid."""
    for i in range(number):
        r = SplitMix64(seed + 7919 * i)
        dimension = r.pick([2, 2, 3, 3, 3])
        across = r.below(3) if dimension == 3 else 2
        one_slice = r.chance(60)

        def sizes(r):
            size = [r.between(3, 18) for _ in range(3)]
            if dimension == 2 or one_slice:
                size[across] = 1
            return size

        rec, label = recipe(r, size_of=sizes, dimension=dimension)
        if not one_slice and dimension == 3:
            rec["mask"] = [["slice_noise", across, r.below(rec["size"][across]), r.between(50, 95), label]]
        low, high = value_range(rec)
        setting = {}
        spacing = [r.pick([0.5, 0.75, 1, 1.3, 2, 3]) for _ in range(dimension)]
        if r.chance(50):
            spacing[r.below(dimension)] = 0
        if r.chance(30) and dimension == 3:
            spacing[across] = 0
        setting["resampledPixelSpacing"] = spacing
        setting["interpolator"] = r.pick(INTERPOLATORS + ["sitkBSpline", "sitkLinear"] * 4)
        if r.chance(60):
            setting["padDistance"] = r.pick([0, 1, 2, 8])
        if r.chance(60):
            setting["force2D"] = True
            setting["force2Ddimension"] = r.pick([0, 2 - across, 2 - across]) if dimension == 3 else 0
        bins(r, high - low, setting)
        region_settings(r, setting, label)
        setting["minimumROIDimensions"] = 1
        params = {"setting": setting}
        if r.chance(40):
            params["imageType"] = dict([("Original", {})] + list(image_types(r, high - low).items()))
        if r.chance(20) and dimension == 3:
            params["featureClass"] = {"shape2D": None, "firstorder": None}
        without_shape_2d(r, params)
        yield case(r, "%s%03d" % (prefix, i), rec, params)
