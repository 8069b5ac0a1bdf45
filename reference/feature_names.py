"""Golden list of PyRadiomics' feature classes, features and image types.

    python feature_names.py ../crates/features/tests/golden
"""

import json
import platform
import sys
from pathlib import Path

import pywt
import radiomics
from radiomics import featureextractor, getFeatureClasses, getImageTypes


def main(out):
    rows = []
    for name, cls in getFeatureClasses().items():
        features = cls.getFeatureNames()
        rows.append({"class": name, "features": list(features), "deprecated": [f for f, d in features.items() if d]})
    rows.append({"image_types": getImageTypes()})
    rows.append({"discrete_wavelets": pywt.wavelist(kind="discrete"), "continuous": pywt.wavelist(kind="continuous")})
    extractor = featureextractor.RadiomicsFeatureExtractor()
    rows.append(
        {
            "default_classes": list(extractor.enabledFeatures),
            "default_settings": str(extractor.settings),
            "default_image_types": str(extractor.enabledImagetypes),
        }
    )
    header = {
        "made_by": "reference/feature_names.py",
        "pyradiomics": radiomics.__version__,
        "pywavelets": pywt.__version__,
        "python": platform.python_version(),
    }
    text = "".join(json.dumps(row) + "\n" for row in [header, *rows])
    Path(out, "feature_names.jsonl").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
