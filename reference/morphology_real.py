"""Body masks and rings of real patients, from SimpleITK: printed for crates/image/tests/morphology_real.rs.

    python morphology_real.py DATA/sts PATIENT...
"""

import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from make_morphology import body_of, distance, summary

for name in sys.argv[2:]:
    folder = Path(sys.argv[1]) / name
    mask_file = next(folder.glob("*mask*.nii.gz"))
    image_file = next(f for f in sorted(folder.glob("*.nii.gz")) if "mask" not in f.name)
    volume = sitk.ReadImage(str(image_file))
    mask = sitk.Cast(sitk.ReadImage(str(mask_file)) == 1, sitk.sitkUInt8)
    body, d = body_of(volume), distance(mask)
    ring = (d > 2) & (d <= 52) & (body == 1)
    print(image_file.name, mask_file.name, summary(body), summary(ring), summary(d <= 10),
          summary(distance(sitk.Cast(mask == 0, sitk.sitkUInt8)) > 3))
