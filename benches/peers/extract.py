"""radsurv beside PyRadiomics (and flash-radiomics) on the same images, as whole processes in one run.

    python benches/peers/extract.py --radsurv target/release/radsurv --data DATA [--runs 5] [--flash PYTHON]

Run it with the Python that has PyRadiomics 3.0.1 and SimpleITK. DATA is the folder with the soft-tissue-sarcoma patients
(docs/data.md); without it the phantom cohort of the example `extract_cohort` can be given by --case IMAGE MASK.

Each task is the 1037-feature configuration: the tumour of STS_001, and the ring of 5 cm around that of STS_002, given to all
programs as a mask file. The programs run in turn, A B A B ..., so that a drift of the machine's speed touches all alike.
Seconds are wall-clock; "inside" is PyRadiomics' own time from reading the images to the last feature, without the start of
Python. Memory is the peak of the process.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

PARAMETERS = {
    "setting": {"binWidth": 25},
    "imageType": {"Original": {}, "LoG": {"sigma": [3.0, 5.0]}, "Wavelet": {}},
    "featureClass": {c: [] for c in ["shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]},
}

PYRADIOMICS = """
import sys, time, json
import radiomics
from radiomics import featureextractor
radiomics.setVerbosity(60)
begin = time.perf_counter()
features = featureextractor.RadiomicsFeatureExtractor(sys.argv[3]).execute(sys.argv[1], sys.argv[2])
inside = time.perf_counter() - begin
n = sum(not k.startswith("diagnostics") for k in features)
print(json.dumps({"inside": inside, "features": n}))
"""

FLASH = """
import sys, time, json
from flash_radiomics import featureextractor
begin = time.perf_counter()
features = featureextractor.RadiomicsFeatureExtractor(sys.argv[3]).execute(sys.argv[1], sys.argv[2])
inside = time.perf_counter() - begin
n = sum(not k.startswith("diagnostics") for k in features)
print(json.dumps({"inside": inside, "features": n}))
"""


RING = """
import sys
import SimpleITK as sitk
tumour = sitk.ReadImage(sys.argv[1]) == 1
distance = sitk.SignedMaurerDistanceMap(tumour, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
sitk.WriteImage(sitk.Cast((distance > 0) & (distance <= 50), sitk.sitkUInt8), sys.argv[2])
"""


def ring_mask(mask, path):
    # In a process of its own: a child's peak memory starts at what its parent holds, so this one must stay small.
    subprocess.run([sys.executable, "-c", RING, mask, path], check=True)


def run(command):
    """Wall seconds, peak memory in MiB and output of a command."""
    begin = time.perf_counter()
    # In the temporary folder: flash-radiomics leaves files where it runs.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tempfile.gettempdir())
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{err.decode()}")
    return seconds, usage.ru_maxrss / 1024, out.decode()


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--data")
    parser.add_argument("--case", nargs=2, action="append", default=[], metavar=("IMAGE", "MASK"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--flash", help="a Python with flash-radiomics")
    args = parser.parse_args()
    args.radsurv = os.path.abspath(args.radsurv)
    args.data = args.data and os.path.abspath(args.data)
    args.case = [[os.path.abspath(path) for path in case] for case in args.case]
    folder = tempfile.mkdtemp(prefix="radsurv-peers-")
    parameters = os.path.join(folder, "parameters.json")
    with open(parameters, "w") as f:
        json.dump(PARAMETERS, f)
    tasks = [(f"case {i + 1}", image, mask) for i, (image, mask) in enumerate(args.case)]
    if args.data:
        patient = lambda n, what: os.path.join(args.data, "sts", n, f"MR_T1_{what}.nii.gz")
        ring = os.path.join(folder, "ring.nii.gz")
        ring_mask(patient("STS_002", "mask"), ring)
        tasks.append(("STS_001 tumour", patient("STS_001", "image"), patient("STS_001", "mask")))
        tasks.append(("STS_002 ring of 5 cm", patient("STS_002", "image"), ring))
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} processors; {time.strftime('%Y-%m-%d')}")
    with open("/proc/cpuinfo") as f:
        print("model:", next((l.split(":")[1].strip() for l in f if l.startswith("model name")), "unknown"))
    for name, image, mask in tasks:
        out = os.path.join(folder, "out.csv")
        extract = [args.radsurv, "extract", "--image", image, "--mask", mask, "--params", parameters, "--out", out, "--quiet"]
        programs = {
            "radsurv, 1 thread": extract + ["--jobs", "1"],
            "radsurv, 2 threads": extract + ["--jobs", "2"],
            "PyRadiomics": [sys.executable, "-c", PYRADIOMICS, image, mask, parameters],
        }
        if args.flash:
            programs["flash-radiomics"] = [args.flash, "-c", FLASH, image, mask, parameters]
        seconds = {p: [] for p in programs}
        inside = {p: [] for p in programs}
        memory = {p: 0.0 for p in programs}
        for round in range(args.runs + 1):
            for program, command in programs.items():
                # The small program runs more often: its median should be as steady as that of the long one.
                for _ in range(5 if program.startswith("radsurv") else 1):
                    wall, peak, text = run(command)
                    if round == 0:
                        continue  # warm-up
                    seconds[program].append(wall)
                    memory[program] = max(memory[program], peak)
                    last = text.strip().rsplit("\n", 1)[-1]
                    if last.startswith("{"):
                        result = json.loads(last)
                        inside[program].append(result["inside"])
                        assert result["features"] == 1037 or program != "PyRadiomics", result
        print(f"\n{name}: {args.runs} rounds, medians")
        print(f"  {'':<20} {'whole s':>9} {'inside s':>9} {'MiB':>7}   times faster: whole / against inside")
        for program in programs:
            own = f"{median(inside[program]):9.3f}" if inside[program] else " " * 9
            ratio = ""
            if program.startswith("radsurv"):
                whole, core = median(seconds["PyRadiomics"]), median(inside["PyRadiomics"])
                mine = median(seconds[program])
                ratio = f"   PyRadiomics {whole / mine:5.1f} / {core / mine:5.1f}"
                if args.flash:
                    ratio += f"   flash {median(seconds['flash-radiomics']) / mine:5.1f}"
            print(f"  {program:<20} {median(seconds[program]):9.4f} {own} {memory[program]:7.0f}{ratio}")


if __name__ == "__main__":
    main()
