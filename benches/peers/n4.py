"""radsurv's N4 beside SimpleITK's on the same image, as whole processes in one run.

    python benches/peers/n4.py --radsurv target/release/radsurv --image IMAGE [--runs 3] [--shrink 1] [--threads 2]

Run it with a Python that has SimpleITK. The programs run in turn, so that a drift of the machine's speed touches all alike. "wall" and
"user" are seconds of the whole process, reading and writing included; "inside" is SimpleITK's filter alone. The fastest of the runs is
given. At the end the two corrected images are compared.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

SIMPLEITK = """
import json, sys, time
import SimpleITK as sitk
source, out, shrink, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
image = sitk.ReadImage(source, sitk.sitkFloat32)
begin = time.perf_counter()
n4 = sitk.N4BiasFieldCorrectionImageFilter()
if shrink == 1:
    corrected = n4.Execute(image)
else:
    n4.Execute(sitk.Shrink(image, [shrink] * image.GetDimension()))
    corrected = image / sitk.Exp(n4.GetLogBiasFieldAsImage(image))
inside = time.perf_counter() - begin
sitk.WriteImage(corrected, out)
print(json.dumps({"inside": inside}))
"""

COMPARE = """
import sys
import numpy as np
import SimpleITK as sitk
a, b = (sitk.GetArrayFromImage(sitk.ReadImage(p)).astype(float) for p in sys.argv[1:3])
print("difference of the corrected images: %.2e (root mean square, relative)" % np.sqrt(((a - b) ** 2).mean() / (b**2).mean()))
"""


def run(command, environment):
    """Wall and user seconds and output of a command."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{err.decode()}")
    return wall, usage.ru_utime, out.decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--shrink", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="radsurv-peers-")
    ours, theirs = os.path.join(folder, "radsurv.nrrd"), os.path.join(folder, "simpleitk.nrrd")
    shrink, threads = str(args.shrink), str(args.threads)
    programs = {
        "radsurv": [os.path.abspath(args.radsurv), "image", "n4", args.image, "--shrink", shrink, "--out", ours],
        "SimpleITK": [sys.executable, "-c", SIMPLEITK, args.image, theirs, shrink, threads],
    }
    environment = {**os.environ, "RAYON_NUM_THREADS": threads}
    best = {program: [float("inf")] * 3 for program in programs}
    for _ in range(args.runs):
        for program, command in programs.items():
            # The small program runs more often: its fastest should be as steady as that of the long one.
            for _ in range(5 if program == "radsurv" else 1):
                wall, user, text = run(command, environment)
                last = text.strip().rsplit("\n", 1)[-1]
                inside = json.loads(last)["inside"] if last.startswith("{") else float("nan")
                best[program] = [min(a, b) for a, b in zip((wall, user, inside), best[program])]
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; {time.strftime('%Y-%m-%d')}")
    print(f"{args.image}, shrink factor {shrink}, {threads} threads, {args.runs} rounds")
    print(f"  {'':<10} {'wall s':>9} {'user s':>9} {'inside s':>9}")
    for program, (wall, user, inside) in best.items():
        print(f"  {program:<10} {wall:9.3f} {user:9.3f} " + (f"{inside:9.3f}" if program == "SimpleITK" else ""))
    (a, b, _), (c, d, e) = best["radsurv"], best["SimpleITK"]
    print(f"  times faster: {c / a:.1f} wall, {d / b:.1f} user, {e / a:.1f} against inside")
    subprocess.run([sys.executable, "-c", COMPARE, ours, theirs], check=True)


if __name__ == "__main__":
    main()
