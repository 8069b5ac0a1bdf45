"""Golden values of DICOM segmentations (SEG): each segment on the grid of its frames, by highdicom and by pydicom.

    python make_contours.py DATA OUT      # DATA: the folder of real images

highdicom places the frames (`Segmentation.get_volume`); the same is done here from pydicom's frames and the positions in
the functional groups, and the script stops if the two differ. Only numbers are written: grids, voxel counts, checksums.
The grid is that of the stack of frames: x along rows, y along columns, z ascending along row x column.
"""

import gzip
import hashlib
import json
import sys
import zlib
from importlib.metadata import version
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
from pydicom.encaps import generate_frames

FILES = [
    "dicom_seg/mask/mask.dcm",
    "dicom_samples/dcmqi/segmentations/23x38x3/seg/label.seg",
    "dicom_samples/dcmqi/segmentations/24x38x3/seg/label.seg",
    "dicom_samples/dcmqi/segmentations/liver.dcm",
    "dicom_samples/dcmqi/segmentations/partial_overlaps.dcm",
    "dicom_samples/dcmqi/segmentations/sparse-labelmap-noppv.dcm",
    "dicom_samples/dcmqi/segmentations/sparse-labelmap-ppv5.dcm",
    "dicom_samples/highdicom/seg_image_ct_binary.dcm",
    "dicom_samples/highdicom/seg_image_ct_binary_fractional.dcm",
    "dicom_samples/highdicom/seg_image_ct_binary_overlap.dcm",
    "dicom_samples/highdicom/seg_image_ct_binary_single_frame.dcm",
    "dicom_samples/highdicom/seg_image_ct_true_fractional.dcm",
    "dicom_samples/pydicom-data/liver.dcm",
    "dicom_samples/pydicom-data/liver_deflate.dcm",
    "dicom_samples/pydicom-data/liver_j2k.dcm",
]
THRESHOLD = 0.5


def groups(data, frame, name):
    """The item of a functional group, the frame's own before the shared one."""
    for holder in (data.PerFrameFunctionalGroupsSequence[frame], data.SharedFunctionalGroupsSequence[0]):
        if name in holder:
            return holder[name].value[0]
    raise ValueError(f"frame {frame} has no {name}")


def stored(data):
    """The stored pixels; frames deflated one by one, which pydicom does not decode, by zlib."""
    if data.file_meta.TransferSyntaxUID != "1.2.840.10008.1.2.8.1":
        return data.pixel_array
    assert data.BitsAllocated == 1
    size = data.Rows * data.Columns
    frames = generate_frames(data.PixelData, number_of_frames=int(data.NumberOfFrames))
    bits = [np.unpackbits(np.frombuffer(zlib.decompress(f, -15), np.uint8), bitorder="little")[:size] for f in frames]
    return np.stack(bits)


def by_pydicom(data):
    """The grid, and for each segment its voxels in the order z, y, x."""
    count = int(data.NumberOfFrames)
    frames = stored(data).reshape(count, data.Rows, data.Columns)
    cosines = np.array(groups(data, 0, "PlaneOrientationSequence").ImageOrientationPatient, float)
    row, column = cosines[:3], cosines[3:]
    normal = np.cross(row, column)
    measures = groups(data, 0, "PixelMeasuresSequence")
    positions = np.array([groups(data, i, "PlanePositionSequence").ImagePositionPatient for i in range(count)], float)
    heights = positions @ normal
    unique = np.unique(np.round(heights, 4))
    spacing = measures.get("SpacingBetweenSlices")
    if len(unique) > 1 and spacing is None:
        spacing = np.diff(unique).min()
    spacing = float(spacing or measures.get("SliceThickness"))
    index = np.rint((heights - heights.min()) / spacing).astype(int)
    size = [data.Columns, data.Rows, int(index.max()) + 1]
    grid = {
        "size": size,
        "spacing": [float(measures.PixelSpacing[1]), float(measures.PixelSpacing[0]), spacing],
        "origin": positions[heights.argmin()].tolist(),
        "direction": np.stack([row, column, normal], axis=1).tolist(),
    }
    segments = {}
    for item in data.SegmentSequence:
        number = int(item.SegmentNumber)
        background = "PixelPaddingValue" in data and number == data.PixelPaddingValue
        if data.SegmentationType == "LABELMAP" and (background or item.SegmentLabel == "Background"):
            continue
        voxels = np.zeros(size[::-1], bool)
        for i in range(count):
            if data.SegmentationType == "LABELMAP":
                voxels[index[i]] |= frames[i] == number
            elif int(groups(data, i, "SegmentIdentificationSequence").ReferencedSegmentNumber) == number:
                if data.SegmentationType == "FRACTIONAL":
                    voxels[index[i]] |= frames[i] >= THRESHOLD * int(data.MaximumFractionalValue)
                else:
                    voxels[index[i]] |= frames[i] > 0
        segments[number] = (item.SegmentLabel, voxels)
    return grid, segments


def by_highdicom(path, data, grid, number):
    """The voxels of a segment on the same grid."""
    seg = hd.seg.segread(path)
    fractional = data.SegmentationType == "FRACTIONAL"
    volume = seg.get_volume(
        segment_numbers=[number],
        combine_segments=False,
        rescale_fractional=fractional,
        allow_missing_positions=True,
        dtype=np.float64 if fractional else np.uint8,
    )
    # Its axes are slices, rows, columns; whichever way the slices go, the affine says it.
    values = volume.array[..., 0]
    to_index = np.linalg.inv(np.array(grid["direction"]) @ np.diag(grid["spacing"]))
    voxels = np.zeros(grid["size"][::-1], bool)
    where = np.argwhere(values >= THRESHOLD if fractional else values > 0)
    points = where @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    found = np.rint((points - grid["origin"]) @ to_index.T).astype(int)
    voxels[found[:, 2], found[:, 1], found[:, 0]] = True
    return voxels


def main(folder, out):
    """Writes the golden file."""
    header = {
        "made_by": "reference/make_contours.py",
        "versions": {name: version(name) for name in ("highdicom", "pydicom", "numpy")},
        "threshold": THRESHOLD,
    }
    rows = []
    for name in FILES:
        path = Path(folder) / name
        data = pydicom.dcmread(path)
        grid, segments = by_pydicom(data)
        row = {"path": name, "type": data.SegmentationType, "grid": grid, "segments": [], "highdicom": True}
        for number, (label, voxels) in sorted(segments.items()):
            try:
                other = by_highdicom(path, data, grid, number)
            except Exception as error:  # some files of others are no valid SEG for highdicom
                row["highdicom"] = False
                print(f"{name}: highdicom cannot read it: {error}")
            else:
                assert (other == voxels).all(), (name, number)
            sha1 = hashlib.sha1(voxels.astype(np.uint8).tobytes()).hexdigest()
            row["segments"].append({"number": number, "label": label, "voxels": int(voxels.sum()), "sha1": sha1})
        print(name, grid["size"], [s["voxels"] for s in row["segments"]], row["highdicom"])
        rows.append(row)
    with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(row) + "\n").encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
