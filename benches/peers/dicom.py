"""radsurv's reading of DICOM series beside SimpleITK's, as whole processes in one run.

    python benches/peers/dicom.py --radsurv target/release/radsurv [--series FOLDER] [--slices 300] [--size 512] [--runs 5] [--threads 2]

Run it with a Python that has SimpleITK. Without --series a CT series is made up in a temporary folder, --slices files of --size x --size
pixels, and taken away at the end. Two tasks: "list" says which series the folder has and how large they are (`radsurv image info`; in
SimpleITK the series' ids, the sorted names of their files and the header of the first), "read" makes one uncompressed NIfTI file of the
series (`radsurv image convert`; SimpleITK's ImageSeriesReader and WriteImage). The programs run in turn. "wall" and "user" are seconds of
the whole process, "peak" the most memory it held in MB; the fastest and the smallest of the runs are given. All files have been read
once before, so that no time is the disk's. "import" is a Python process that only imports SimpleITK. A peak below some 13 MB is that of
this script, from which the programs start. At the end the two images are compared.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

LIST = """
import sys
import SimpleITK as sitk
for uid in sitk.ImageSeriesReader.GetGDCMSeriesIDs(sys.argv[1]):
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(sys.argv[1], uid)
    first = sitk.ImageFileReader()
    first.SetFileName(names[0])
    first.ReadImageInformation()
    print(uid, first.GetSize()[:2], first.GetSpacing()[:2], len(names))
"""

READ = """
import sys
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(int(sys.argv[3]))
reader = sitk.ImageSeriesReader()
reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(sys.argv[1]))
sitk.WriteImage(reader.Execute(), sys.argv[2])
"""

COMPARE = """
import sys
import numpy as np
import SimpleITK as sitk
a, b = (sitk.ReadImage(p) for p in sys.argv[1:3])
same = (a.GetSize(), a.GetPixelID(), a.GetSpacing(), a.GetOrigin(), a.GetDirection()) == (
    b.GetSize(), b.GetPixelID(), b.GetSpacing(), b.GetOrigin(), b.GetDirection())
differ = int((sitk.GetArrayFromImage(a) != sitk.GetArrayFromImage(b)).sum())
print("grids and types", "equal" if same else "differ", "; voxels that differ:", differ)
"""


def make(folder, slices, size):
    """A CT series of noise around a cylinder; the same for the same numbers. Files are named so that no order of names is right."""
    import numpy as np
    import SimpleITK as sitk

    random = np.random.default_rng(1)
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    body = np.where(x * x + y * y < (0.4 * size) ** 2, 40, -1000).astype(np.int16)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for z in range(slices):
        image = sitk.GetImageFromArray(body + random.integers(-20, 21, body.shape, dtype=np.int16))
        image.SetSpacing((0.75, 0.75))
        tags = {
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2",
            "0008|0018": f"1.2.826.0.1.3680043.2.1125.9.{z + 1}",
            "0008|0060": "CT",
            "0008|103e": "made up",
            "0020|000d": "1.2.826.0.1.3680043.2.1125.8",
            "0020|000e": "1.2.826.0.1.3680043.2.1125.7",
            "0020|0011": "1",
            "0020|0013": str(z + 1),
            "0020|0032": f"-191.6\\-191.6\\{z}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
            "0020|0052": "1.2.826.0.1.3680043.2.1125.6",
            "0028|1052": "-1024",
            "0028|1053": "1",
        }
        for tag, value in tags.items():
            image.SetMetaData(tag, value)
        writer.SetFileName(os.path.join(folder, f"{z * 7919 % 100003:06}.dcm"))
        writer.Execute(image)


def run(command, environment):
    """Wall and user seconds and peak memory in MB of a command."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    _, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{err.decode()}")
    return wall, usage.ru_utime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--series")
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--make", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.make is not None:
        make(args.make, args.slices, args.size)
        return
    scratch = tempfile.mkdtemp(prefix="radsurv-peers-")
    try:
        measure(args, scratch)
    finally:
        shutil.rmtree(scratch)


def measure(args, scratch):
    series = args.series
    if series is None:
        series = os.path.join(scratch, "series")
        os.mkdir(series)
        # In a process of its own: a process counts the memory of the one that started it as its own peak.
        command = [sys.executable, os.path.abspath(__file__), "--radsurv", args.radsurv, "--make", series]
        subprocess.run([*command, "--slices", str(args.slices), "--size", str(args.size)], check=True)
    files = [os.path.join(series, name) for name in os.listdir(series)]
    for path in files:
        with open(path, "rb") as file:
            file.read()
    ours, theirs = os.path.join(scratch, "radsurv.nii"), os.path.join(scratch, "simpleitk.nii")
    radsurv = os.path.abspath(args.radsurv)
    threads = str(args.threads)
    tasks = {
        "list": {"radsurv": [radsurv, "image", "info", series], "SimpleITK": [sys.executable, "-c", LIST, series]},
        "read": {
            "radsurv": [radsurv, "image", "convert", series, "--out", ours],
            "SimpleITK": [sys.executable, "-c", READ, series, theirs, threads],
        },
        "import": {"SimpleITK": [sys.executable, "-c", "import SimpleITK"]},
    }
    environment = {**os.environ, "RAYON_NUM_THREADS": threads}
    best = {(task, program): [float("inf")] * 3 for task, programs in tasks.items() for program in programs}
    for _ in range(args.runs):
        for task, programs in tasks.items():
            for program, command in programs.items():
                best[task, program] = [min(pair) for pair in zip(run(command, environment), best[task, program])]
    size = sum(os.path.getsize(path) for path in files) / 1e6
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; {time.strftime('%Y-%m-%d')}")
    print(f"{args.series or 'made up'}: {len(files)} files, {size:.1f} MB, {threads} threads, {args.runs} runs")
    print(f"  {'':<8} {'':<10} {'wall s':>8} {'user s':>8} {'peak MB':>8}")
    for (task, program), (wall, user, peak) in best.items():
        print(f"  {task:<8} {program:<10} {wall:8.3f} {user:8.3f} {peak:8.1f}")
    for task in ("list", "read"):
        (a, b, c), (d, e, f) = best[task, "radsurv"], best[task, "SimpleITK"]
        print(f"  {task}: {d / a:.1f} times faster by wall, {e / max(b, 1e-3):.1f} by user, {f / c:.1f} times less memory")
    subprocess.run([sys.executable, "-c", COMPARE, ours, theirs], check=True)


if __name__ == "__main__":
    main()
