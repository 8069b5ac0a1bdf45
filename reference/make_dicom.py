"""Golden values of DICOM objects and series: stored pixels by pydicom, images by SimpleITK's series reader.

    python make_dicom.py DATA OUT      # DATA: the folder of real images

Only numbers are written: sizes, sums, checksums and sampled values. Needs pydicom with pylibjpeg (its libjpeg, openjpeg
and rle plugins) and pyjpegls for compressed pixels, and SimpleITK; highdicom only for its version in the header.
"""

import gzip
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

SAMPLES = 24
# Series by folder, whole ones, and single files; each read as one image.
SERIES = [
    "sts_dicom/STS_002/MR_T1/image",
    "sts_dicom/STS_003/MR_T1/image",
    "sts_dicom/STS_003/PET/image",
    "dicom_seg/image",
    "dicom_samples/dcmqi/segmentations/23x38x3/image",
    "dicom_samples/dcmqi/segmentations/24x38x3/image",
    "dicom_samples/dcmqi/segmentations/ct-3slice",
]
FILES = [
    "dicom_samples/dcmqi/segmentations/23x38x3/multiframe/mf.dcm",
    "dicom_samples/dcmqi/segmentations/24x38x3/multiframe/mf.dcm",
    "dicom_samples/highdicom/ct_image.dcm",
    "dicom_samples/nibabel_nicom/decimal_rescale.dcm",
    "dicom_samples/nibabel_nicom/slicethickness_empty_string.dcm",
    "dicom_samples/pydicom-data/693_UNCR.dcm",
    "dicom_samples/pydicom-data/693_J2KR.dcm",
    "dicom_samples/pydicom-data/MR-SIEMENS-DICOM-WithOverlays.dcm",
    "dicom_samples/pydicom-data/eCT_Supplemental.dcm",
    "dicom_samples/pydicom-data/parametric_map_float.dcm",
    "dicom_samples/pydicom-data/parametric_map_double_float.dcm",
]


def describe(values):
    """What identifies an array: its type, sum, checksum of little-endian bytes, and some of its values."""
    flat = np.ascontiguousarray(values).ravel()
    at = [int(i) for i in np.linspace(0, flat.size - 1, SAMPLES)]
    return {
        "type": flat.dtype.name,
        "count": int(flat.size),
        "sum": float(flat.sum(dtype=np.float64)),
        "sha1": hashlib.sha1(flat.astype(flat.dtype.newbyteorder("<")).tobytes()).hexdigest(),
        "at": at,
        "values": [float(flat[i]) for i in at],
    }


def image_row(image):
    return {
        "size": image.GetSize(),
        "spacing": image.GetSpacing(),
        "origin": image.GetOrigin(),
        "direction": image.GetDirection(),
        **describe(sitk.GetArrayFromImage(image)),
    }


def series_image(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def pixel_rows(root):
    for path in sorted((root / "dicom_samples").rglob("*")) + sorted((root / "dicom_seg").rglob("*")):
        if not path.is_file():
            continue
        try:
            dataset = pydicom.dcmread(path)
        except pydicom.errors.InvalidDicomError:
            continue
        if dataset.get("SamplesPerPixel", 0) != 1:
            continue
        row = {"kind": "pixels", "path": str(path.relative_to(root)), "syntax": dataset.file_meta.TransferSyntaxUID}
        try:
            values = dataset.pixel_array
        except Exception as error:  # a syntax that no plugin reads: recorded, not compared
            yield {**row, "error": type(error).__name__}
            continue
        yield {**row, **describe(values)}


def main(root, out):
    rows = list(pixel_rows(root))
    for name in SERIES:
        rows.append({"kind": "series", "path": name, **image_row(series_image(root / name))})
    for name in FILES:
        try:
            image = sitk.ReadImage(str(root / name))
        except RuntimeError:
            print("SimpleITK cannot read", name)
            continue
        rows.append({"kind": "file", "path": name, **image_row(image)})
    names = ["pydicom", "highdicom", "pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle", "pyjpegls"]
    header = {
        "made_by": "reference/make_dicom.py",
        "versions": {name: version(name) for name in names + ["SimpleITK", "numpy"]},
    }
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(row) + "\n").encode())
    print(len(rows), "rows")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) / "dicom.jsonl.gz")
