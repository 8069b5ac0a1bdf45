"""Cases written by hand: what random drawing does not meet."""

BLOB = {
    "seed": 11, "dimension": 3, "size": [11, 9, 8], "spacing": [0.7, 0.9, 1.5], "origin": [-3.5, 2, 10], "direction": 0,
    "dtype": "int16", "texture": ["blobs", -200, 300, 4, 40], "mask": [["blob", 5, 4, 4, 14, 1]],
}
ALL = "featureClass:\n  shape:\n  firstorder:\n  glcm:\n  glrlm:\n  glszm:\n  gldm:\n  ngtdm:\n"
CONFIG_1037 = "setting:\n  binWidth: 25\n  label: 1\nimageType:\n  Original: {}\n  LoG:\n    sigma: [3, 5]\n  Wavelet: {}\n" + ALL
EVERY_FILTER = """imageType:
  Original: {}
  LoG: {sigma: [2.0]}
  Wavelet: {}
  Square: {}
  SquareRoot: {}
  Logarithm: {}
  Exponential: {}
  Gradient: {}
  LBP2D: {binWidth: 1}
  LBP3D: {binWidth: 1}
"""
DEPRECATED = """featureClass:
  firstorder: [StandardDeviation, Mean]
  shape: [Compactness1, Compactness2, SphericalDisproportion, Sphericity]
  glcm: [Dissimilarity, Homogeneity1, Homogeneity2, SumVariance, JointEnergy]
  gldm: [GrayLevelNonUniformityNormalized, DependencePercentage, DependenceEntropy]
"""


def grown(**changes):
    return dict(BLOB, **changes)


def slice_case(axis, force):
    size = [9, 8, 7]
    mask = [["slice_noise", axis, 3, 70, 1]]
    text = "setting: {force2D: true, force2Ddimension: %d, minimumROIDimensions: 2}\n" % force
    return grown(size=size, mask=mask), text


def cases():
    rows = []

    def add(name, recipe, params, form="yaml"):
        rows.append({"id": "s_" + name, "form": form, "params": params, "recipe": recipe})

    # The configuration of the cervical study, in each of the common types.
    for dtype, divisor in (("int16", 1), ("float32", 8), ("float64", 10)):
        add("1037_" + dtype, grown(dtype=dtype, divisor=divisor, size=[22, 20, 14], spacing=[0.9765625, 0.9765625, 3.27],
                                   texture=["blobs", 0, 600, 6, 60], mask=[["blob", 10, 9, 6, 40, 1]]), CONFIG_1037)
    # Every filter of a region that touches the borders, of flat images and of an image of zeros.
    for name, texture in (("blobs", ["blobs", -200, 300, 4, 40]), ("flat", ["flat", 37]), ("zero", ["flat", 0]),
                          ("negative", ["flat", -5]), ("two", ["sparse", 10, 60, 30])):
        for dtype in ("int16", "float32", "float64", "uint8"):
            add("filters_%s_%s" % (name, dtype), grown(dtype=dtype, divisor=1, texture=texture, mask=[["full", 1]]),
                EVERY_FILTER + ALL)
    for kind in ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient", "LBP2D", "LBP3D", "Wavelet"):
        add("zero_" + kind, grown(texture=["flat", 0]), "imageType: {%s: {}}\n" % kind + ALL)
    # Filters of an image that is one slice thick, with and without force2D.
    for axis in range(3):
        size = [8, 7, 6]
        size[axis] = 1
        one = grown(size=size, mask=[["noise", 80, 1]])
        add("thin_%d" % axis, one, EVERY_FILTER + ALL)
        add("thin_2d_%d" % axis, one, "setting: {force2D: true, force2Ddimension: %d}\n" % (2 - axis) + EVERY_FILTER + ALL)
    # shape2D: its test of the thickness compares the wrong axis upstream.
    for axis in range(3):
        for force in range(3):
            add("slice_%d_%d" % (axis, force), *slice_case(axis, force))
    # Names that are deprecated, and sections that are absent or empty.
    add("deprecated", BLOB, DEPRECATED)
    add("deprecated_2d", grown(size=[9, 8, 1], dimension=2, mask=[["noise", 70, 1]]),
        "featureClass: {shape2D: [SphericalDisproportion, Sphericity], firstorder: [StandardDeviation]}\n")
    add("empty_setting", BLOB, "setting: {}\n")
    add("empty_sections", BLOB, "setting: {}\nimageType: {}\nfeatureClass: {}\n")
    add("only_types", BLOB, "imageType: {Square: {}, Original: {}}\n")
    add("null_type", BLOB, "imageType:\n  Original:\n")
    add("voxel_setting", BLOB, "voxelSetting: {kernelRadius: 2, maskedKernel: true}\n" + ALL)
    add("empty_list", BLOB, "featureClass: {glcm: [], ngtdm: }\n")
    add("order", BLOB, "featureClass: {ngtdm: [Strength, Busyness], glcm: [MCC, Autocorrelation], shape: [Sphericity, Elongation], firstorder: }\n")
    add("comments", BLOB, "# a comment\nsetting:   # another\n  binWidth: 12.5   # in HU\n  'label': 1\n\"imageType\":\n  Original: {}  # none\n" + ALL)
    add("json", BLOB, '{"setting": {"binCount": 16, "force2D": false}, "featureClass": {"glcm": null, "firstorder": []}}', "json")
    # Overrides of common settings by an image type.
    add("overrides", BLOB, "setting: {binWidth: 25, voxelArrayShift: 100}\nimageType:\n  Original: {binCount: 8}\n"
        "  Square: {binWidth: 40, voxelArrayShift: 7, gldm_a: 2, distances: [1, 2]}\n"
        "  Gradient: {binCount: 16, force2D: true, weightingNorm: euclidean, symmetricalGLCM: false}\n" + ALL)
    add("override_sigma", BLOB, "setting: {sigma: [2.0, 3]}\nimageType: {LoG: {}, Original: {}}\n" + ALL)
    add("override_preprocessing", BLOB, "imageType: {Original: {normalize: true, label: 1}}\n" + ALL)
    add("bin_width_zero_count", BLOB, "setting: {binWidth: 3, binCount: 4}\n" + ALL)
    add("many_levels", grown(dtype="int32", texture=["uniform", -3000, 6000]), "setting: {binWidth: 3}\n" + ALL)
    add("one_level", grown(texture=["flat", 50]), "setting: {binWidth: 25, distances: [1, 2], weightingNorm: manhattan}\n" + ALL)
    for width in ("0.1", "0.3", "0.7", "1e-1", "2"):
        add("width_" + width, grown(dtype="float64", divisor=10, texture=["uniform", -30, 80]), "setting: {binWidth: %s}\n" % width + ALL)
        add("width_single_" + width, grown(dtype="float32", divisor=10, texture=["uniform", -30, 80]), "setting: {binWidth: %s}\n" % width + ALL)
    for count in (1, 7, 50):
        add("count_%d" % count, grown(dtype="float32", divisor=7, texture=["uniform", -300, 900]), "setting: {binCount: %d}\n" % count + ALL)
    # Several labels.
    several = grown(mask=[["labels", 60, 3]])
    for label in (1, 2, 3, 4):
        add("label_%d" % label, several, "setting: {label: %d}\n" % label + ALL)
    # Masks on another grid.
    coarse = grown(mask_size=[6, 5, 4], mask_spacing=[1.3, 1.7, 3.0], mask=[["blob", 2, 2, 2, 3, 1]])
    shifted = grown(mask_origin=[-3.5 + 0.3, 2 - 0.2, 10], mask=[["blob", 5, 4, 4, 9, 1]])
    outside = grown(mask_origin=[40, 2, 10])
    nearly = grown(mask_origin=[-3.5 + 1e-5, 2, 10])
    for name, recipe in (("coarse", coarse), ("shifted", shifted), ("outside", outside), ("nearly", nearly)):
        add("grid_%s" % name, recipe, "setting: {additionalInfo: true}\n" + ALL)
        add("grid_%s_corrected" % name, recipe, "setting: {correctMask: true}\n" + ALL)
        add("grid_%s_resampled" % name, recipe, "setting: {resampledPixelSpacing: [1, 1, 1]}\n" + ALL)
        add("grid_%s_precrop" % name, recipe, "setting: {correctMask: true, preCrop: true, padDistance: 1}\n" + ALL)
    add("grid_tolerance", nearly, "setting: {geometryTolerance: 0.001}\n" + ALL)
    # Resampling.
    add("no_interpolator", BLOB, "setting: {resampledPixelSpacing: [1, 1, 1], interpolator: null}\n" + ALL)
    add("number_interpolator", BLOB, "setting: {resampledPixelSpacing: [1, 1, 1], interpolator: 2}\n" + ALL)
    add("same_spacing", BLOB, "setting: {resampledPixelSpacing: [0.7, 0.9, 1.5], padDistance: 2}\nimageType: {Original: {}, Wavelet: {}}\n" + ALL)
    add("one_slice_spacing", grown(mask=[["slice_noise", 2, 3, 80, 1]]), "setting: {resampledPixelSpacing: [1, 1, 1]}\n" + ALL)
    add("wrong_length", BLOB, "setting: {resampledPixelSpacing: [1, 1]}\n" + ALL)
    add("zero_spacing", BLOB, "setting: {resampledPixelSpacing: [1.1, 1.1, 0], interpolator: sitkLinear}\n" + ALL)
    for kind in ("sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkHammingWindowedSinc",
                 "sitkLanczosWindowedSinc"):
        add("resample_" + kind, grown(dtype="float64", divisor=10), "setting: {resampledPixelSpacing: [1, 1.1, 1], interpolator: %s}\n" % kind
            + "imageType: {Original: {}, LoG: {sigma: [2]}, Wavelet: {}}\n" + ALL)
        add("resample_single_" + kind, grown(dtype="float32", divisor=10), "setting: {resampledPixelSpacing: [1, 1.1, 1], interpolator: %s}\n" % kind + ALL)
    add("normalise_flat", grown(texture=["flat", 5]), "setting: {normalize: true}\n" + ALL)
    add("normalise_filters", BLOB, "setting: {normalize: true, normalizeScale: 100, removeOutliers: 2, voxelArrayShift: 300, binWidth: 5}\nimageType: {Original: {}, LoG: {sigma: [2]}, Wavelet: {}, Square: {}}\n" + ALL)
    # Resegmentation that keeps the old region for shape: upstream crops it to the new bounding box.
    add("resegment_shape", grown(texture=["ramp", 0, 10, 20, 5, 10]), "setting: {resegmentRange: [60, 200], resegmentShape: false}\n" + ALL)
    add("resegment_shape_too", grown(texture=["ramp", 0, 10, 20, 5, 10]), "setting: {resegmentRange: [60, 200], resegmentShape: true}\n" + ALL)
    add("resegment_three", BLOB, "setting: {resegmentRange: [1, 2, 3]}\n" + ALL)
    add("resegment_empty", BLOB, "setting: {resegmentRange: []}\n" + ALL)
    # The region: sizes at the limit, one voxel, nothing.
    pair = grown(mask=[["box", 3, 3, 3, 2, 2, 1, 1]])
    for least in (3, 4, 5):
        add("least_%d" % least, pair, "setting: {minimumROISize: %d}\n" % least + ALL)
    add("one_voxel", grown(mask=[["box", 3, 3, 3, 1, 1, 1, 1]]), "setting: {minimumROIDimensions: 1}\n" + ALL)
    add("two_voxels", grown(mask=[["box", 3, 3, 3, 2, 1, 1, 1]]), "setting: {minimumROIDimensions: 1}\n" + ALL)
    add("apart", grown(mask=[["box", 0, 0, 0, 1, 1, 1, 1], ["box", 10, 8, 7, 1, 1, 1, 1]]), ALL)
    # Two voxels that touch at an edge: with force2D no angle, or a single one, has a line with both.
    edge = grown(mask=[["box", 3, 3, 3, 1, 1, 1, 1], ["box", 4, 3, 4, 1, 1, 1, 1]])
    gap = grown(mask=[["box", 3, 3, 3, 1, 1, 1, 1], ["box", 6, 3, 3, 1, 1, 1, 1]])
    for name, recipe in (("edge", edge), ("gap", gap)):
        for axis in range(3):
            for weighting in ("null", "euclidean"):
                add("lone_%s_%d_%s" % (name, axis, weighting), recipe, "setting: {minimumROIDimensions: 1, force2D: true, "
                    "force2Ddimension: %d, weightingNorm: %s}\n" % (axis, weighting) + ALL)
    add("empty_mask", grown(mask=[]), ALL)
    add("full_mask", grown(mask=[["full", 1]]), ALL)
    # Words that are no settings.
    add("unknown_key", BLOB, "setting: {binwidth: 25}\n")
    add("unknown_section", BLOB, "settings: {binWidth: 25}\n")
    add("unknown_type", BLOB, "imageType: {Sobel: {}}\n")
    add("unknown_class", BLOB, "featureClass: {texture: }\n")
    add("unknown_feature", BLOB, "featureClass: {glcm: [Contrst]}\n")
    add("unknown_wavelet", BLOB, "imageType: {Wavelet: {wavelet: coif99}}\n")
    add("continuous_wavelet", BLOB, "imageType: {Wavelet: {wavelet: gaus1}}\n" + ALL)
    add("negative_width", BLOB, "setting: {binWidth: -1}\n")
    add("text_width", BLOB, "setting: {binWidth: wide}\n")
    add("float_label", BLOB, "setting: {label: 1.5}\n")
    add("bad_mode", BLOB, "setting: {resegmentRange: [1], resegmentMode: percent}\n")
    add("no_sigma", BLOB, "imageType: {LoG: {}, Original: {}}\n" + ALL)
    add("large_sigma", BLOB, "imageType: {LoG: {sigma: [50, 2]}}\n" + ALL)
    return rows
