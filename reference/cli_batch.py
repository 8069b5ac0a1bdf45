"""Golden tables of PyRadiomics' own command line script in batch mode, for `radsurv extract --layout pyradiomics`.

    python reference/cli_batch.py crates/cli/tests/golden

Needs PyRadiomics 3.0.1, SimpleITK. The images are small and made from integers; crates/cli/tests/pyradiomics_layout.rs
makes the same. One of them is too thin for the filter, one is not there: the tables show what the script does with
columns that not every case has.
"""

import csv
import os
import sys
import tempfile

import numpy as np
import SimpleITK as sitk
from radiomics.scripts import PyRadiomicsCommandLine

PARAMS = """imageType:
  Original: {}
  LoG:
    sigma: [1.0]
featureClass:
  shape:
  firstorder:
  ngtdm:
"""

BATCHES = {
    "batch_thin_first.csv": ["thin", "thick", "missing"],
    "batch_missing_first.csv": ["missing", "thick", "thin"],
}


def make(slices):
    z, y, x = np.meshgrid(np.arange(slices), np.arange(9), np.arange(11), indexing="ij")
    values = ((x * 7 + y * 13 + z * 29 + x * y * z) % 101).astype(np.int16)
    mask = ((x > 1) & (x < 9) & (y > 0) & (y < 8)).astype(np.uint8)
    images = []
    for array in (values, mask):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((1.0, 1.25, 2.0))
        images.append(image)
    return images


def main(folder):
    os.makedirs(folder, exist_ok=True)
    work = tempfile.mkdtemp()
    for name, slices in (("thin", 3), ("thick", 8)):
        image, mask = make(slices)
        sitk.WriteImage(image, os.path.join(work, name + "_image.nrrd"))
        sitk.WriteImage(mask, os.path.join(work, name + "_mask.nrrd"))
    with open(os.path.join(work, "params.yaml"), "w") as out:
        out.write(PARAMS)
    for batch, cases in BATCHES.items():
        source = os.path.join(work, "cases.csv")
        with open(source, "w") as out:
            out.write("Site,Image,ID,Mask,Note\n")
            for case in cases:
                out.write(f'A,./{case}_image.nrrd,{case},sub/../{case}_mask.nrrd,"x, ""{case}"""\n')
        target = os.path.join(work, batch)
        status = PyRadiomicsCommandLine(
            [source, "-o", target, "-f", "csv", "-p", os.path.join(work, "params.yaml"), "-v", "1"]
        ).run()
        assert status == 0
    import gc

    gc.collect()  # the script leaves its output file open
    for batch in BATCHES:
        with open(os.path.join(work, batch)) as table:
            rows = list(csv.reader(table))
        with open(os.path.join(folder, batch), "w", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            for row in rows:
                writer.writerow([cell.replace(work, "FOLDER") for cell in row])


if __name__ == "__main__":
    main(sys.argv[1])
