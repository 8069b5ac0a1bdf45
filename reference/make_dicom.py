"""Golden values of DICOM objects and series: stored pixels by pydicom, images by SimpleITK's series reader, and small
compressed pictures with what the codecs make of them.

    python make_dicom.py DATA OUT      # DATA: the folder of real images

Only numbers are written: sizes, sums, checksums and sampled values. Needs pydicom with pylibjpeg (its libjpeg, openjpeg
and rle plugins) and pyjpegls for compressed pixels, and SimpleITK; highdicom only for its version in the header.
"""

import base64
import gzip
import io
import hashlib
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
import jpeg_ls
from openjpeg.utils import decode as j2k_decode
from openjpeg.utils import encode_array as j2k_encode
from PIL import Image
from splitmix import SplitMix64

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


def picture(seed, columns, rows, stored, signed):
    """A picture with an even patch, a slope and noise; from integers."""
    rng = SplitMix64(seed)
    top = 1 << stored
    values = np.empty((rows, columns), np.int64)
    for y in range(rows):
        for x in range(columns):
            noise = rng.below(max(top // 16, 2))
            slope = (x * 3 + y * 5) * top // (4 * (columns + rows) * 2)
            values[y, x] = top // 4 if x < columns // 2 and y < rows // 2 else (slope + noise) % top
    if signed:
        values -= top // 2
    kind = {(8, False): np.uint8, (8, True): np.int8, (16, False): np.uint16, (16, True): np.int16}
    return values.astype(kind[8 if stored <= 8 else 16, signed])


def codec_rows():
    lossless, near, j2k, j2k_lossy, baseline = (
        f"1.2.840.10008.1.2.4.{n}" for n in (80, 81, 90, 91, 50)
    )
    seed = 0
    for stored, signed in [(8, False), (12, False), (16, False), (12, True), (16, True), (8, True), (5, False)]:
        for syntax in (lossless, near, j2k, j2k_lossy, baseline):
            if syntax == baseline and (stored, signed) != (8, False):
                continue
            seed += 1
            values = picture(seed, 33, 32, stored, signed)
            exact = True
            if syntax in (lossless, near):
                # Signed values are coded as the bits that they are.
                raw = (values.astype(np.int64) & ((1 << stored) - 1)).astype(np.uint8 if stored <= 8 else np.uint16)
                error = 2 if syntax == near else 0
                if error and signed:
                    continue  # an error at the wrap of the sign would be no small one
                data = bytes(jpeg_ls.encode_array(raw, lossy_error=error))
                decoded = np.asarray(jpeg_ls.decode(np.frombuffer(data, np.uint8))).reshape(values.shape).astype(np.int64)
                if signed:
                    decoded[decoded >= 1 << (stored - 1)] -= 1 << stored
            elif syntax in (j2k, j2k_lossy):
                options = {"compression_ratios": [4]} if syntax == j2k_lossy else {}
                data = j2k_encode(values, bits_stored=stored, **options)
                decoded = j2k_decode(data).astype(np.int64)
                exact = syntax == j2k
            else:
                file = io.BytesIO()
                Image.fromarray(values).save(file, "JPEG", quality=90)
                data = file.getvalue()
                decoded = np.asarray(Image.open(io.BytesIO(data))).astype(np.int64)
                exact = False
            if exact and syntax != near:
                assert (decoded == values).all(), (syntax, stored, signed)
            yield {
                "kind": "codec",
                "syntax": syntax,
                "size": [33, 32],
                "stored": stored,
                "signed": signed,
                "exact": exact,
                "data": base64.b64encode(data).decode(),
                "values": decoded.ravel().tolist(),
            }


def stack_rows():
    """Oblique stacks of 4 x 3 pixels, and the grid that SimpleITK gives them. All numbers as text, as DICOM has them."""
    rng = SplitMix64(42)
    for digits in [4, 6, 9, 12] * 5:
        q = np.array([rng.below(2001) - 1000 for _ in range(4)], np.float64)
        w, x, y, z = q / np.linalg.norm(q)
        rotation = np.array([
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ])
        spacing = [0.5 + rng.below(1000) / 999, 0.5 + rng.below(1000) / 999]
        gap = 1 + rng.below(4000) / 999
        origin = np.array([rng.below(4000) - 2000 for _ in range(3)]) / 7
        number = lambda v: format(round(float(v), digits), ".12g")[:16]
        orientation = [number(v) for v in [*rotation[:, 0], *rotation[:, 1]]]
        count = 2 + rng.below(9)
        order = sorted(range(count), key=lambda i: (i * 7919 + digits) % 13)
        positions = [[number(v) for v in origin + rotation[:, 2] * gap * i] for i in order]
        pixels = [number(v) for v in spacing]
        with tempfile.TemporaryDirectory() as folder:
            for i, position in enumerate(positions):
                write_slice(Path(folder) / f"{i}.dcm", i, position, orientation, pixels)
            image = series_image(folder)
        yield {
            "kind": "stack",
            "path": f"stack of {count} slices",
            "orientation": orientation,
            "positions": positions,
            "pixel_spacing": pixels,
            "size": image.GetSize(),
            "spacing": image.GetSpacing(),
            "origin": image.GetOrigin(),
            "direction": image.GetDirection(),
            "first_values": sitk.GetArrayFromImage(image)[:, 0, 0].tolist(),
        }


def write_slice(path, number, position, orientation, pixels):
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.4.{number + 1}"
    dataset.Modality = "CT"
    dataset.StudyInstanceUID = "1.2.3"
    dataset.SeriesInstanceUID = "1.2.3.4"
    dataset.InstanceNumber = number
    dataset.ImagePositionPatient = position
    dataset.ImageOrientationPatient = orientation
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Columns, dataset.Rows = 4, 3
    dataset.PixelSpacing = pixels
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.PixelData = np.full(12, number, np.int16).tobytes()
    dataset.save_as(path, enforce_file_format=True)


def main(root, out):
    rows = [*pixel_rows(root), *codec_rows(), *stack_rows()]
    for name in SERIES:
        rows.append({"kind": "series", "path": name, **image_row(series_image(root / name))})
    for name in FILES:
        try:
            image = sitk.ReadImage(str(root / name))
        except RuntimeError:
            print("SimpleITK cannot read", name)
            continue
        rows.append({"kind": "file", "path": name, **image_row(image)})
    names = ["pydicom", "highdicom", "pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle", "pyjpegls", "pillow"]
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
