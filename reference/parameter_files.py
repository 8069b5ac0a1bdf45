"""What PyRadiomics makes of parameter files: accepted or not, the settings as it prints them, and whether an
extraction with them runs.

    python parameter_files.py ../crates/features/tests/golden
"""

import gzip
import json
import logging
import os
import platform
import re
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pykwalify
import radiomics
import ruamel.yaml
import SimpleITK as sitk
from radiomics import featureextractor

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

FILTER = {
    "sigma": "LoG", "start_level": "Wavelet", "level": "Wavelet", "wavelet": "Wavelet",
    "gradientUseSpacing": "Gradient", "lbp2DRadius": "LBP2D", "lbp2DSamples": "LBP2D", "lbp2DMethod": "LBP2D",
    "lbp3DLevels": "LBP3D", "lbp3DIcosphereRadius": "LBP3D", "lbp3DIcosphereSubdivision": "LBP3D",
}
# What else must be on for a setting to be used.
NEEDS = {
    "normalizeScale": "normalize: true", "removeOutliers": "normalize: true",
    "interpolator": "resampledPixelSpacing: [2, 2, 2]", "padDistance": "resampledPixelSpacing: [2, 2, 2]",
    "resegmentMode": "resegmentRange: [-1, 1]", "resegmentShape": "resegmentRange: [-1000, 1000]",
}
SETTINGS = [
    "minimumROIDimensions", "minimumROISize", "geometryTolerance", "correctMask", "additionalInfo", "label",
    "label_channel", "binWidth", "binCount", "normalize", "normalizeScale", "removeOutliers",
    "resampledPixelSpacing", "interpolator", "padDistance", "distances", "force2D", "force2Ddimension",
    "resegmentRange", "resegmentMode", "resegmentShape", "preCrop", "sigma", "start_level", "level", "wavelet",
    "gradientUseSpacing", "lbp2DRadius", "lbp2DSamples", "lbp2DMethod", "lbp3DLevels", "lbp3DIcosphereRadius",
    "lbp3DIcosphereSubdivision", "voxelArrayShift", "symmetricalGLCM", "weightingNorm", "gldm_a",
]
VALUES = [
    "0", "1", "2", "3", "4", "-1", "0.0", "1.0", "2.5", "-0.5", "1e-3", "1e1", "'2'", "''", "abc", "true", "False",
    "yes", "null", "", "~", "[]", "[1]", "[1, 2]", "[2, 2.0, 0]", "[1, 2, 3, 4]", "[-1]", "[0]", "[null]", "['1']",
    "[true]", "{}", "{a: 1}", ".nan", ".inf", "[-1000, .inf]", "[.nan, 1]", "1_0", "0x2", "+2",
]
NAMES = {
    "interpolator": ["sitkNearestNeighbor", "sitkLinear", "'sitkBSpline'", "sitkGaussian", "sitkLabelGaussian",
                     "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc",
                     "sitkLanczosWindowedSinc", "sitkBlackmanWindowedSinc", "sitkBspline", "sitkBSpline2", "10", "11"],
    "resegmentMode": ["absolute", "relative", "sigma", "Sigma"],
    "lbp2DMethod": ["default", "ror", "uniform", "var", "nri_uniform"],
    "weightingNorm": ["euclidean", "manhattan", "infinity", "no_weighting", "Manhattan"],
    "wavelet": ["coif1", "haar", "db38", "db39", "bior3.9", "rbio6.8", "dmey", "sym2", "morl", "gaus1", "Haar", "1"],
}
# Accepted, but an extraction would need more memory than most machines have.
NOT_RUN = ["binWidth: 1e-3", "start_level: 1_0", "level: 1_0"]

YAML = {
    "nothing": "",
    "only a comment": "# nothing\n",
    "an empty mapping": "{}\n",
    "a list": "- setting\n",
    "a word": "setting\n",
    "null": "~\n",
    "sections empty": "setting: {}\nimageType: {}\nfeatureClass: {}\nvoxelSetting: {}\n",
    "setting null": "setting:\n",
    "imageType null": "imageType:\n",
    "featureClass null": "featureClass:\n",
    "voxelSetting null": "voxelSetting:\n",
    "setting a list": "setting: [binWidth]\n",
    "imageType a list": "imageType: [Original]\n",
    "featureClass a list": "featureClass: [shape]\n",
    "image type null": "imageType:\n  Original:\n",
    "image type a list": "imageType: {LoG: [1.0, 2.0]}\n",
    "unknown section": "settings: {binWidth: 25}\n",
    "setting at the top": "binWidth: 25\n",
    "unknown setting": "setting: {binwidth: 25}\n",
    "unknown setting of an image type": "imageType: {Original: {binWith: 10}}\n",
    "unknown image type": "imageType: {Log: {sigma: [1.0]}}\n",
    "unknown class": "featureClass: {firstOrder: }\n",
    "unknown feature": "featureClass: {glcm: [JointEnergie]}\n",
    "feature of another class": "featureClass: {glcm: [Mean]}\n",
    "features as a word": "featureClass: {glcm: Contrast}\n",
    "features as a mapping": "featureClass: {glcm: {Contrast: }}\n",
    "features empty": "featureClass: {glcm: [], shape: , firstorder: ~}\n",
    "features in another order": "featureClass:\n  ngtdm:\n  firstorder: [Variance, Mean, 10Percentile]\n  shape: [Sphericity]\n",
    "features twice": "featureClass: {firstorder: [Mean, Mean, Energy, Mean]}\n",
    "features deprecated": "featureClass: {firstorder: [StandardDeviation], glcm: [Dissimilarity, Contrast], shape: [Compactness1, Compactness2, SphericalDisproportion]}\n",
    "features null inside": "featureClass: {firstorder: [Mean, null]}\n",
    "shape2D without force2D": "featureClass: {shape2D: , firstorder: [Mean]}\n",
    "only voxelSetting": "voxelSetting: {kernelRadius: 2, maskedKernel: false, initValue: nan, voxelBatch: 100}\n",
    "voxelSetting and setting": "voxelSetting: {initValue: 0}\nsetting: {binWidth: 5, label: 1}\n",
    "voxelSetting wrong": "voxelSetting: {kernelRadius: 0}\n",
    "voxelSetting not a number": "voxelSetting: {initValue: none}\n",
    "voxelSetting unknown": "voxelSetting: {radius: 1}\n",
    "voxelSetting null": "voxelSetting: {kernelRadius: , maskedKernel: ~}\n",
    "order of sections": "featureClass: {firstorder: [Mean]}\nimageType: {Square: {}, Original: {}}\nsetting: {binCount: 8, force2D: true, binWidth: 25}\n",
    "overrides": "setting: {binWidth: 25, force2D: false}\nimageType:\n  Original: {}\n  LoG:\n    sigma: [3.0, 5]\n    binWidth: 10\n  Wavelet: {wavelet: haar, start_level: 0, level: 1, binCount: 16}\n",
    "overrides without effect": "imageType: {Original: {interpolator: sitkLinear, padDistance: 2, sigma: [1.0], label_channel: 1}}\n",
    "override null": "setting: {binCount: 16}\nimageType: {Original: {binCount: , binWidth: 5}}\n",
    "override of an unused sigma": "setting: {sigma: }\nimageType: {LoG: {sigma: [1.0]}}\n",
    "null sigma unused": "setting: {sigma: , level: , lbp2DRadius: , gradientUseSpacing: }\n",
    "null sigma used": "setting: {sigma: }\nimageType: {LoG: {}}\n",
    "null width with count": "setting: {binWidth: , binCount: 16}\n",
    "null padDistance unused": "setting: {padDistance: }\n",
    "null resegmentMode unused": "setting: {resegmentMode: , normalizeScale: }\n",
    "sigma spellings": "imageType: {LoG: {sigma: [1, 1.0, 1.5, 2e0, 1_0.0, 0.5]}}\n",
    "no sigma": "imageType: {LoG: {}}\n",
    "comments": "# a\nsetting: # b\n  binWidth: 25 # c\n  # d\n  label: 1\n",
    "quotes": "'setting':\n  \"binWidth\": 25\n  interpolator: \"sitkLinear\"\n",
    "flow": "{setting: {binWidth: 25, sigma: [1.0, 2.0]}, imageType: {Original: {}}}\n",
    "flow over lines": "setting: {\n  binWidth: 25,\n  distances: [1,\n    2]\n}\n",
    "trailing comma": "setting: {binWidth: 25, }\n",
    "block list": "setting:\n  distances:\n  - 1\n  - 2\n  resampledPixelSpacing:\n    - 1\n    - 1.5\n    - 2\n",
    "indentation of one": "setting:\n binWidth: 25\n label: 1\n",
    "indentation wrong": "setting:\n  binWidth: 25\n   label: 1\n",
    "indentation back": "setting:\n    binWidth: 25\n  label: 1\n",
    "tab as indentation": "setting:\n\tbinWidth: 25\n",
    "tab after the key": "setting:\n  binWidth:\t25\n",
    "tab before a comment": "setting:\n  binWidth: 25\t# c\n",
    "no space after the colon": "setting:\n  binWidth:25\n",
    "windows lines": "setting:\r\n  binWidth: 25\r\n  label: 1\r\n",
    "byte order mark": "\ufeffsetting: {binWidth: 25}\n",
    "document start": "---\nsetting: {binWidth: 25}\n",
    "document start and end": "---\nsetting: {binWidth: 25}\n...\n",
    "two documents": "setting: {binWidth: 25}\n---\nsetting: {binWidth: 10}\n",
    "key twice": "setting:\n  binWidth: 25\n  binWidth: 10\n",
    "section twice": "setting: {binWidth: 25}\nsetting: {label: 1}\n",
    "key twice in two spellings": "setting: {binWidth: 25, 'binWidth': 10}\n",
    "anchor and alias": "setting: {distances: &d [1, 2]}\nimageType:\n  Original: &o {binWidth: 10, distances: *d}\n  Square: *o\n",
    "merge": "imageType:\n  Original: &o {binWidth: 10, force2D: true}\n  Square:\n    <<: *o\n    binWidth: 5\n",
    "merge first": "imageType:\n  Original: &o {binWidth: 10, force2D: true}\n  Square: {binCount: 8, <<: *o, force2Ddimension: 1}\n",
    "merge of a list": "imageType:\n  Original: &o {binWidth: 10}\n  Square: &s {binWidth: 5, force2D: true}\n  SquareRoot: {<<: [*o, *s]}\n",
    "merge of a word": "imageType: {Original: {<<: abc}}\n",
    "alias unknown": "setting: *s\n",
    "tag str": "setting: {binWidth: !!str 25}\n",
    "tag float": "setting: {binWidth: !!float 25}\n",
    "tag int": "setting: {label: !!int '1'}\n",
    "tag seq": "setting: {distances: !!seq [1]}\n",
    "tag map": "setting: !!map {binWidth: 25}\n",
    "tag null": "setting: {weightingNorm: !!null ''}\n",
    "tag python tuple": "setting: {distances: !!python/tuple [1, 2]}\n",
    "tag unknown": "setting: {binWidth: !width 25}\n",
    "tag of a word": "setting: {interpolator: ! sitkLinear}\n",
    "version 1.1 yes": "%YAML 1.1\n---\nsetting: {force2D: yes, normalize: off}\n",
    "version 1.1 octal": "%YAML 1.1\n---\nsetting: {label: 01, padDistance: 010}\n",
    "version 1.2 yes": "%YAML 1.2\n---\nsetting: {force2D: yes}\n",
    "octal": "setting: {padDistance: 010, minimumROISize: 0o17}\n",
    "numbers": "setting: {binWidth: 1e1, geometryTolerance: 1e-06, removeOutliers: 3., normalizeScale: .5e+2, resegmentRange: [-1.5e3, 1E+3]}\n",
    "number in a key": "setting: {1: 2}\n",
    "null in a key": "setting: {~: 2}\n",
    "key a list": "setting: {[a, b]: 2}\n",
    "question mark": "? setting\n: {binWidth: 25}\n",
    "folded text": "setting:\n  interpolator: >-\n    sitkLinear\n",
    "literal text": "setting:\n  interpolator: |\n    sitkLinear\n",
    "unclosed flow": "setting: {binWidth: 25\n",
    "unclosed quote": "setting: {interpolator: 'sitkLinear}\n",
    "brace instead of bracket": "setting: {sigma: [1, 2}\n",
    "at sign": "setting: @x\n",
    "text over lines": "setting:\n  interpolator: sitkLinear\n    abc\n",
    "escapes": "setting: {interpolator: \"sitk\\x4cinear\"}\n",
    "ampersand": "setting: &s\n  binWidth: 25\n",
    "list continued at the key": "featureClass:\n  glcm: ['Contrast', 'JointAverage',\n  'ClusterProminence']\n",
    "list closed at the key": "featureClass:\n  glcm: [\n    Contrast\n  ]\n  shape:\n",
    "list closed at the margin": "featureClass:\n  glcm: [\n    Contrast\n]\n  \n",
    "list continued at the margin": "setting:\n  distances: [1,\n2]\n",
    "list continued with a tab": "setting:\n  distances: [1,\n\t2]\n",
    "tabs in a list": "setting:\n  distances: [\t1,\t2\t]\n",
    "mapping indented with tabs": "setting: {\n\tbinWidth: 25,\n\t\"label\": 1\n}\n",
    "mapping with a comment at the margin": "setting: {binWidth: 25,\n# c\nlabel: 1}\n",
    "tab after a colon in a mapping": "setting: {binWidth:\t5}\n",
    "JSON with tabs as YAML": '{\n\t"setting": {\n\t\t"binWidth": 25.0,\n\t\t"sigma": [\n\t\t\t1,\n\t\t\t2.0\n\t\t]\n\t}\n}\n',
    "comment without a space": "setting:\n  distances: [1, 2]# c\n  wavelet: 'haar'# d\n  binWidth: 5 #e\n",
    "comment in a list": "setting:\n  distances: [1,# c\n    2 # d\n    ]\n",
    "comment glued to a word": "setting:\n  interpolator: sitkLinear# c\n",
    "list with comments between": "featureClass:\n  glcm:\n    - 'Contrast'\n    # - 'Id'\n\n    - 'Idm'\n",
    "space before the colon": "setting :\n  binWidth : 5\n  'label' : 1\n",
    "all indented": "  setting:\n    binWidth: 5\n  imageType:\n    Original: {}\n",
    "large whole number": "setting: {label: 1, minimumROISize: 1, padDistance: 100}\n",
}
JSON = {
    "nothing": "",
    "an empty object": "{}",
    "a list": "[]",
    "simple": '{"setting": {"binWidth": 25, "sigma": [1, 2.0]}, "imageType": {"Original": {}, "LoG": {}}}',
    "tabs": '{\n\t"setting": {\n\t\t"binWidth": 25.0,\n\t\t"resampledPixelSpacing": null\n\t}\n}\n',
    "key twice": '{"setting": {"binWidth": 25, "label": 1, "binWidth": 10}}',
    "key twice, the first wrong": '{"setting": {"binWidth": "a", "binWidth": 10}}',
    "exponents": '{"setting": {"binWidth": 1E1, "geometryTolerance": 1e-6, "removeOutliers": 3.0e0}}',
    "escapes": '{"setting": {"interpolator": "sitk\\u004cinear"}}',
    "trailing comma": '{"setting": {"binWidth": 25,}}',
    "single quotes": "{'setting': {}}",
    "comment": '{"setting": {} /* c */}',
    "unclosed": '{"setting": {"binWidth": 25}',
    "two values": "{} {}",
    "null class": '{"featureClass": {"firstorder": null, "shape": [], "glcm": ["Contrast"]}}',
    "null section": '{"setting": null}',
    "true": '{"setting": {"force2D": true, "normalize": false}}',
    "capital true": '{"setting": {"force2D": True}}',
    "text for a number": '{"setting": {"binWidth": "25"}}',
    "minus zero": '{"setting": {"padDistance": -0}}',
    "infinity": '{"setting": {"resegmentRange": [0, Infinity]}}',
}


def phantom():
    shape = (12, 13, 14)
    z, y, x = np.mgrid[:12, :13, :14]
    values = (x * 37 + y * 101 + z * 53 + x * y * 7 + y * z * 3) % 97
    mask = ((x - 7) ** 2 + (y - 6) ** 2 + (z - 6) ** 2 <= 20).astype(np.uint8)
    image = sitk.GetImageFromArray(values.astype(np.float64))
    return image, sitk.GetImageFromArray(mask)


def read(kind, text):
    """What the extractor holds after reading the text, or why it does not."""
    with tempfile.NamedTemporaryFile("w", suffix="." + kind, delete=False, encoding="utf-8", newline="") as file:
        file.write(text)
    try:
        return featureextractor.RadiomicsFeatureExtractor(file.name), None
    except BaseException as error:
        return None, f"{type(error).__name__}: {' '.join(str(error).split())}".replace(file.name, "FILE")[:60]
    finally:
        os.unlink(file.name)


def row(kind, name, text, image, mask, run=True):
    sitk.ProcessObject.SetGlobalDefaultCoordinateTolerance(1e-6)
    sitk.ProcessObject.SetGlobalDefaultDirectionTolerance(1e-6)
    extractor, error = read(kind, text)
    out = {"kind": kind, "name": name, "text": text}
    if extractor is None:
        return out | {"error": error}
    out |= {
        "settings": str(extractor.settings),
        "image_types": str(extractor.enabledImagetypes),
        "features": {k: list(dict.fromkeys(v or [])) for k, v in extractor.enabledFeatures.items()},
    }
    if run:
        try:
            result = extractor.execute(image, mask)
            values = {k: v for k, v in result.items() if not k.startswith("diagnostics")}
            out["nan"] = int(sum(not np.isfinite(float(v)) for v in values.values()))
            out["count"] = len(values)
        except BaseException as failure:
            out["fails"] = re.sub(r"0x[0-9a-f]+", "0x", f"{type(failure).__name__}: {' '.join(str(failure).split())}"[:60])
    return out


CLASSES = "featureClass: {firstorder: [Mean, Energy], glcm: [Contrast], glrlm: [RunEntropy], gldm: [DependenceEntropy], shape: [VoxelVolume]}\n"


def main(out):
    image, mask = phantom()
    rows = [row("yaml", name, text, image, mask) for name, text in YAML.items()]
    rows += [row("json", name, text, image, mask) for name, text in JSON.items()]
    for key in SETTINGS:
        for value in VALUES + NAMES.get(key, []):
            lines = [f"  {key}: {value}\n"]
            if key in NEEDS:
                lines.append(f"  {NEEDS[key]}\n")
            filter_ = FILTER.get(key, "Original")
            more = "sigma: [1.0]" if filter_ == "LoG" and key != "sigma" else ""
            text = "setting:\n" + "".join(lines) + f"imageType: {{{filter_}: {{{more}}}}}\n" + CLASSES
            name = f"{key}: {value}"
            rows.append(row("yaml", name, text, image, mask, name not in NOT_RUN))
    header = {
        "made_by": "reference/parameter_files.py",
        "pyradiomics": radiomics.__version__,
        "pykwalify": pykwalify.__version__,
        "ruamel.yaml": ruamel.yaml.__version__,
        "simpleitk": sitk.Version_VersionString(),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    text = "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in [header, *rows])
    with open(Path(out, "parameter_files.jsonl.gz"), "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.encode())
    print(len(rows), "cases,", sum("error" in r for r in rows), "refused,", sum("fails" in r for r in rows), "fail later")


if __name__ == "__main__":
    main(sys.argv[1])
