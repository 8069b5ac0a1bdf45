"""Golden image files: random headers of NIfTI-1, NRRD and MetaImage, and what SimpleITK reads from them.

    python reference/image_io.py [DATA]

Run at the repository's root. The files are in the golden file itself, so the tests need neither Python nor a
generator. With DATA, the folder of the real images, their geometry and checksums are recorded too; without it the rows
of the real images are kept from the golden file that is there.
"""

import base64
import gzip
import hashlib
import json
import math
import platform
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from splitmix import SplitMix64

GOLDEN = Path("crates/image/tests/golden/image_io.jsonl.gz")
TYPES = {"u1": 2, "i1": 256, "u2": 512, "i2": 4, "u4": 768, "i4": 8, "u8": 1280, "i8": 1024, "f4": 16, "f8": 64}


class Random(SplitMix64):
    def uniform(self, low, high):
        return low + (high - low) * (self.below(1 << 53) / (1 << 53))

    def rotation(self):
        """A quaternion with a scalar part that is not negative, and its matrix."""
        while True:
            q = [self.uniform(-1, 1) for _ in range(4)]
            norm = math.sqrt(sum(v * v for v in q))
            if 0.1 < norm <= 1:
                break
        a, b, c, d = (v / norm * (1 if q[0] >= 0 else -1) for v in q)
        return (b, c, d), np.array([
            [a*a + b*b - c*c - d*d, 2*(b*c - a*d), 2*(b*d + a*c)],
            [2*(b*c + a*d), a*a + c*c - b*b - d*d, 2*(c*d - a*b)],
            [2*(b*d - a*c), 2*(c*d + a*b), a*a + d*d - c*c - b*b],
        ])

    def axes(self):
        """Axes that are permuted and flipped."""
        order = [0, 1, 2]
        for i in (2, 1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        m = np.zeros((3, 3))
        for column, row in enumerate(order):
            m[row, column] = self.pick([-1.0, 1.0])
        return m

    def values(self, kind, count):
        if kind[0] == "f":
            return np.array([self.uniform(-1000, 1000) for _ in range(count)], dtype=kind)
        info = np.iinfo(kind)
        small = [self.between(max(info.min, -9), 9) for _ in range(count)]
        small[0], small[-1] = int(info.min), int(info.max)
        return np.array(small, dtype=kind)


def text(values):
    return " ".join(repr(float(v)) for v in values)


def written(values, kind, between):
    return between.join(repr(float(v)) if kind[0] == "f" else str(int(v)) for v in values).encode()


def nifti(r, name):
    order, kind = r.pick("<>"), r.pick(list(TYPES))
    rank = r.pick([2, 3, 3, 3, 4])
    size = [r.between(2 if rank == 2 else 1, 5) for _ in range(min(rank, 3))]
    dim = [rank] + size + ([1] if rank == 4 else [])
    dim += [r.pick([0, 1])] * (8 - len(dim))
    pixdim = [r.uniform(0.1, 5) for _ in range(3)]
    if r.chance(30):
        pixdim = [pixdim[0]] * 3
    quaternion, matrix = r.rotation()
    handedness = r.pick([1.0, -1.0])
    if handedness < 0:
        matrix = matrix * [1, 1, -1]
    offset = [r.uniform(-200, 200) for _ in range(3)]
    sform, translation = matrix * pixdim, list(offset)
    how = r.below(10)
    if how == 0:
        sform = r.axes() * pixdim
    elif how == 1:
        noise = 10.0 ** -r.between(3, 7)
        sform = sform + np.array([[r.uniform(-noise, noise) for _ in range(3)] for _ in range(3)])
    elif how == 2:
        translation[r.below(3)] += 10.0 ** -r.between(1, 6)
    elif how == 3:
        sform = np.array([[r.uniform(-2, 2) for _ in range(3)] for _ in range(3)])
    elif how == 4:
        sform = sform * r.uniform(0.5, 2)
    elif how == 5:
        sform = sform * [r.pick([-1.0, 1.0]) for _ in range(3)]
    slope, inter = r.pick([(1, 0), (0, 0), (1, 0), (2.5, -3), (1, 7), (math.nan, 0), (0, 5)])
    if r.chance(6):
        pixdim[r.below(3)] *= -1
    if r.chance(4):
        pixdim[r.below(3)] = r.pick([0.0, math.nan])
    begin = r.pick([352, 352, 352, 348, 0, 400])
    values = r.values(kind, int(np.prod(size)))
    if kind[0] == "f" and r.chance(25):
        values[0], values[-1] = math.nan, math.inf
    pair = r.chance(15)
    header = struct.pack(
        order + "i10s18sihBB8h3fhhhh8ffffhBBffffii80s24shh6f12f16s4s",
        348, b"", b"", 0, 0, 0, 0, *dim, 0, 0, 0, 0, TYPES[kind], 8 * values.itemsize, 0, handedness, *pixdim, 1, 0, 0, 0,
        0 if pair else begin, slope, inter, 0, 0, r.pick([2, 2, 2, 0, 3, 1, 10]), 0, 0, 0, 0, 0, 0, b"", b"",
        r.between(0, 2), r.between(0, 4), *quaternion, *offset,
        *np.column_stack([sform, translation]).ravel(), b"", b"ni1\0" if pair else b"n+1\0",
    )
    data = values.astype(order + kind).tobytes()
    if pair:
        return {f"{name}.hdr": header, f"{name}.img": data}
    whole = header + bytes(max(begin, 348) - 348) + data
    return {f"{name}.nii.gz": gzip.compress(whole, mtime=0)} if r.chance(40) else {f"{name}.nii": whole}


NRRD_TYPES = {
    "u1": ["uchar", "unsigned char", "uint8_t"], "i1": ["signed char", "int8"], "u2": ["ushort", "uint16"],
    "i2": ["short", "int16", "short int"], "u4": ["unsigned int"], "i4": ["int", "int32_t"],
    "u8": ["unsigned long long"], "i8": ["long long int"], "f4": ["float"], "f8": ["double"],
}
SPACES = ["LPS", "RAS", "LAS", "left-posterior-superior", "right-anterior-superior", "left-anterior-superior",
          "scanner-xyz", "3D-right-handed", "3D-left-handed"]


def nrrd(r, name):
    order, kind, n = r.pick("<>"), r.pick(list(TYPES)), r.pick([2, 3, 3, 3])
    size = [r.between(2 if n == 2 else 1, 4) for _ in range(n)]
    sizes, kinds, at = list(size), ["domain"] * n, None
    if r.chance(35):
        at = r.pick([0, 0, n, r.below(n + 1)])
        sizes.insert(at, r.between(2, 3))
        kinds.insert(at, r.pick(["vector", "list", "point"]))
    lines = [f"NRRD000{r.between(1, 5)}", "# made for a test", f"type: {r.pick(NRRD_TYPES[kind])}", f"dimension: {len(sizes)}"]
    matrix = r.pick([r.rotation()[1], r.axes()])
    spacing = [r.uniform(0.1, 5) for _ in range(n)]
    spatial = r.chance(70)
    if spatial and n == 3:
        lines.append(f"space: {r.pick(SPACES)}")
    elif spatial:
        angle = r.uniform(0, 6)
        matrix = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        lines.append("space dimension: 2")
    lines.append("sizes: " + " ".join(map(str, sizes)))
    if spatial:
        digits = r.pick(["%.17g", "%.6f"])
        vectors = ["(" + ",".join(digits % (matrix[i, j] * spacing[j]) for i in range(n)) + ")" for j in range(n)]
        if at is not None:
            vectors.insert(at, "none")
        if r.chance(95):
            lines.append("space directions: " + " ".join(vectors))
        if r.chance(90):
            lines.append("space origin: (" + ",".join(repr(r.uniform(-99, 99)) for _ in range(n)) + ")")
    elif r.chance(70):
        if r.chance(10):
            spacing[0] *= -1
        numbers = [repr(v) for v in spacing]
        if at is not None:
            numbers.insert(at, "nan")
        lines.append("spacings: " + " ".join(numbers))
        if at is None and r.chance(50):
            lines.append("axis mins: " + text(r.uniform(-9, 9) for _ in range(n)))
            lines.append("centers: " + " ".join(r.pick(["node", "cell", "???"]) for _ in range(n)))
    if at is not None or r.chance(50):
        lines.append("kinds: " + " ".join(kinds))
    encoding = r.pick(["raw", "gzip", "gz", "ascii", "hex", "txt"])
    lines += [f"endian: {'little' if order == '<' else 'big'}", f"encoding: {encoding}", "a key:=with : a colon"]
    values = r.values(kind, int(np.prod(sizes)))
    data = values.astype(order + kind).tobytes()
    line_skip, byte_skip = r.pick([0, 0, 0, 2]), r.pick([0, 0, 0, 5])
    if line_skip:
        lines.append(f"line skip: {line_skip}")
    if byte_skip:
        lines.append(f"byte skip: {byte_skip}")
    before = b"skipped\n" * line_skip
    if encoding in ("gzip", "gz"):
        payload = before + gzip.compress(b"x" * byte_skip + data, mtime=0)
    elif encoding in ("ascii", "txt"):
        payload = before + b" " * byte_skip + written(values, kind, r.pick([" ", "\n"])) + b"\n"
    elif encoding == "hex":
        payload = before + b" " * byte_skip + data.hex().encode() + b"\n"
    else:
        payload = before + b"x" * byte_skip + data
    if r.chance(30):
        if encoding == "raw" and not line_skip and not byte_skip and at is None and r.chance(60):
            each, files = len(data) // size[-1], {}
            for i in range(size[-1]):
                files[f"{name}_{i + 3:02d}.raw"] = data[i * each:(i + 1) * each]
            how = r.below(2)
            lines.append(f"data file: {name}_%02d.raw 3 {2 + size[-1]} 1" if how else "data file: LIST\n" + "\n".join(files))
            return {f"{name}.nhdr": ("\n".join(lines) + "\n").encode(), **files}
        lines.append(f"data file: {name}.dat")
        return {f"{name}.nhdr": ("\n".join(lines) + "\n").encode(), f"{name}.dat": payload}
    return {f"{name}.nrrd": ("\n".join(lines) + "\n\n").encode() + payload}


META_TYPES = {
    "u1": ["MET_UCHAR"], "i1": ["MET_CHAR"], "u2": ["MET_USHORT"], "i2": ["MET_SHORT"], "u4": ["MET_UINT", "MET_ULONG"],
    "i4": ["MET_INT", "MET_LONG"], "u8": ["MET_ULONG_LONG"], "i8": ["MET_LONG_LONG"], "f4": ["MET_FLOAT"], "f8": ["MET_DOUBLE"],
}


def metaimage(r, name):
    kind, n = r.pick(list(TYPES)), r.pick([2, 3, 3, 3])
    size = [r.between(2 if n == 2 else 1, 4) for _ in range(n)]
    channels = r.pick([1, 1, 1, 3])
    compressed = r.chance(40)
    binary = compressed or channels > 1 or r.chance(80)
    # SimpleITK swaps the bytes of written numbers if the header says big-endian: no golden for that defect.
    order = r.pick("<>") if binary else "<"
    values = r.values(kind, int(np.prod(size)) * channels)
    if not binary and kind in ("i8", "u8"):
        # SimpleITK reads written numbers as doubles, which cannot hold the extremes.
        values[0], values[-1] = 1, 2**53
    data = values.astype(order + kind).tobytes()
    payload = data
    lines = ["ObjectType = Image", f"NDims = {n}", f"BinaryData = {r.pick(['True', 'true', 'T']) if binary else 'False'}",
             f"{r.pick(['BinaryDataByteOrderMSB', 'ElementByteOrderMSB'])} = {'True' if order == '>' else 'False'}"]
    if compressed:
        payload = r.pick([zlib.compress(data), gzip.compress(data, mtime=0)])
        lines += ["CompressedData = True", f"CompressedDataSize = {len(payload)}"]
    elif not binary:
        payload = written(values, kind, " ") + b"\n"
    if n == 3:
        matrix = r.pick([r.rotation()[1], r.axes()])
    else:
        angle = r.uniform(0, 6)
        matrix = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    if r.chance(90):
        lines.append(f"{r.pick(['TransformMatrix', 'Rotation', 'Orientation'])} = {text(matrix.ravel())}")
    for key, percent in (("Position", 50), ("Offset", 50), ("Origin", 20), ("ImagePosition", 10)):
        if r.chance(percent):
            lines.append(f"{key} = {text(r.uniform(-99, 99) for _ in range(n))}")
    for key, percent in (("ElementSpacing", 80), ("ElementSize", 50)):
        if r.chance(percent):
            lines.append(f"{key} = {text(r.uniform(0.1, 5) for _ in range(n))}")
    lines.append("DimSize = " + " ".join(map(str, size)))
    if channels > 1:
        lines.append(f"ElementNumberOfChannels = {channels}")
    lines.append(f"ElementType = {r.pick(META_TYPES[kind])}")
    how = r.below(4)
    if how < 2:
        return {f"{name}.mha": ("\n".join(lines) + "\nElementDataFile = LOCAL\n").encode() + payload}
    files = {}
    if how == 2 or compressed or not binary or n == 2:
        before = 0
        if binary and not compressed and r.chance(50):
            before = 5
            lines.append(f"HeaderSize = {r.pick([-1, 5])}")
        files[f"{name}.raw"] = b"x" * before + payload
        lines.append(f"ElementDataFile = {name}.raw")
    else:
        each = len(data) // size[-1]
        for i in range(size[-1]):
            files[f"{name}_{i + 3:02d}.raw"] = data[i * each:(i + 1) * each]
        if r.chance(50):
            lines.append(f"ElementDataFile = LIST{r.pick(['', ' 2', ' 2D'])}\n" + "\n".join(files))
        else:
            lines.append(f"ElementDataFile = {name}_%02d.raw 3 {2 + size[-1]} 1")
    return {f"{name}.mhd": ("\n".join(lines) + "\n").encode(), **files}


def what_is_read(path):
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError:
        return {"error": True}
    array = sitk.GetArrayFromImage(image)
    dimension = image.GetDimension()
    if image.GetNumberOfComponentsPerPixel() > 1:
        channels = [array[..., i] for i in range(array.shape[-1])]
    elif dimension > 3:
        channels = list(array.reshape((-1,) + array.shape[-3:]))
    else:
        channels = [array]
    n = min(dimension, 3)
    direction = np.array(image.GetDirection()).reshape(dimension, dimension)[:n, :n]
    return {
        "size": list(image.GetSize())[:n],
        "spacing": list(image.GetSpacing())[:n],
        "origin": list(image.GetOrigin())[:n],
        "direction": direction.ravel().tolist(),
        "type": array.dtype.name,
        # Of the values' bytes, little-endian, x fastest.
        "sha1": [hashlib.sha1(np.ascontiguousarray(c).tobytes()).hexdigest() for c in channels],
    }


def cases(folder):
    for make in (nifti, nrrd, metaimage):
        for seed in range(120):
            name = f"{make.__name__}{seed}"
            files = make(Random(seed), name)
            for file, content in files.items():
                (folder / file).write_bytes(content)
            first = next(iter(files))
            encoded = {file: base64.b64encode(content).decode() for file, content in files.items()}
            yield {"read": first, "files": encoded, **what_is_read(folder / first)}


def real(data):
    patterns = ["sts/*/*.nii.gz", "pyradiomics/*.nrrd", "ibsi1/**/*.nii.gz", "ibsi2/**/*.nii.gz", "dicom_samples/**/*.nrrd",
                "dicom_samples/**/*.nii.gz"]
    for path in sorted(p for pattern in patterns for p in data.glob(pattern)):
        yield {"real": path.relative_to(data).as_posix(), **what_is_read(path)}


def main():
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    header = {"made_by": "reference/image_io.py", "SimpleITK": sitk.Version.VersionString(), "numpy": np.__version__,
              "python": platform.python_version()}
    if len(sys.argv) > 1:
        reals = list(real(Path(sys.argv[1])))
    else:
        with gzip.open(GOLDEN, "rt") as file:
            reals = [row for row in map(json.loads, file) if "real" in row]
    with tempfile.TemporaryDirectory() as folder:
        rows = [header, *cases(Path(folder)), *reals]
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    GOLDEN.write_bytes(gzip.compress(lines.encode(), mtime=0))


main()
