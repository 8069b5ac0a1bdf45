"""radsurv's reading and writing of a CSV table beside pandas' and R's, in one run.

    cargo build --release -p radsurv-benches --example table
    python benches/peers/table.py --radsurv target/release/examples/table [--cases 20000] [--features 500] [--runs 3]

Run it with a Python that has pandas; Rscript is used if it is there, data.table if it is installed. Seconds are those of the step itself,
without the start of the program; programs run in turn, and the fastest of the runs is given. At the end the numbers radsurv wrote are
compared with those pandas read.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

PANDAS = """
import sys, time
import pandas
{read}
print("version", pandas.__version__)
begin = time.perf_counter()
table = read(sys.argv[1])
print("read %.3f s" % (time.perf_counter() - begin))
begin = time.perf_counter()
table.to_csv(sys.argv[2], index=False)
print("write %.3f s" % (time.perf_counter() - begin))
"""

DATA_TABLE = """
args <- commandArgs(trailingOnly = TRUE)
suppressMessages(library(data.table))
setDTthreads(as.integer(args[3]))
cat("version", as.character(packageVersion("data.table")), "\\n")
cat(sprintf("read %.3f s\\n", system.time(x <- fread(args[1], showProgress = FALSE))["elapsed"]))
cat(sprintf("write %.3f s\\n", system.time(fwrite(x, args[2], showProgress = FALSE))["elapsed"]))
"""

READ_CSV = """
args <- commandArgs(trailingOnly = TRUE)
cat("version", as.character(getRversion()), "\\n")
cat(sprintf("read %.3f s\\n", system.time(x <- read.csv(args[1], check.names = FALSE))["elapsed"]))
cat(sprintf("write %.3f s\\n", system.time(write.csv(x, args[2], row.names = FALSE, na = ""))["elapsed"]))
"""


def programs(args, source, folder):
    """Each program's command; all write a file of their own."""
    threads = str(args.threads)
    out = lambda name: os.path.join(folder, name + ".csv")
    read = "read = lambda path: pandas.read_csv(path%s)"
    exact = PANDAS.format(read=read % ", float_precision='round_trip'")
    found = {
        "radsurv": [args.radsurv, "run", source, out("radsurv")],
        "pandas": [sys.executable, "-c", PANDAS.format(read=read % ""), source, out("pandas")],
        "pandas, exact": [sys.executable, "-c", exact, source, out("pandas-exact")],
    }
    if shutil.which("Rscript"):
        has = subprocess.run(["Rscript", "-e", "stopifnot(requireNamespace('data.table'))"], capture_output=True)
        if has.returncode == 0:
            found["data.table"] = ["Rscript", "-e", DATA_TABLE, source, out("data.table"), threads]
        if args.read_csv:
            found["R read.csv"] = ["Rscript", "-e", READ_CSV, source, out("read.csv")]
    return found


def run(command, environment):
    """Seconds of each step, the version, and the peak of memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    version = re.search(r"version (\S+)", text)
    steps = {step: float(s) for step, s in re.findall(r"(\w+) ([0-9.]+) s", text)}
    return steps, version.group(1) if version else "", usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--features", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--read-csv", action="store_true", help="R's own read.csv and write.csv too: they take minutes")
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="radsurv-peers-")
    source = os.path.join(folder, "table.csv")
    args.radsurv = os.path.abspath(args.radsurv)
    subprocess.run([args.radsurv, "make", str(args.cases), str(args.features), source], check=True)
    print(f"{args.cases} x {args.features}, {os.path.getsize(source) / 1e6:.0f} MB; {args.threads} threads; {platform.processor() or platform.machine()}")
    environment = {**os.environ, "RAYON_NUM_THREADS": str(args.threads)}
    best, peaks, versions = {}, {}, {}
    commands = programs(args, source, folder)
    for _ in range(args.runs):
        for program, command in commands.items():
            steps, versions[program], peak = run(command, environment)
            peaks[program] = max(peak, peaks.get(program, 0))
            for step, seconds in steps.items():
                best[program, step] = min(seconds, best.get((program, step), float("inf")))
    print(f"{'program':<24}{'read s':>9}{'ratio':>8}{'write s':>9}{'ratio':>8}{'peak MB':>10}")
    for program in commands:
        cells = ""
        for step in ["read", "write"]:
            seconds = best[program, step]
            cells += f"{seconds:>9.2f}{seconds / best['radsurv', step]:>8.1f}"
        print(f"{program + ' ' + versions[program]:<24}{cells}{peaks[program]:>10.0f}")
    print(f"radsurv z-score (median, MAD): fit {best['radsurv', 'fit']:.2f} s, transform {best['radsurv', 'transform']:.2f} s")

    import numpy as np
    import pandas
    ours = pandas.read_csv(os.path.join(folder, "radsurv.csv"), index_col=0, float_precision="round_trip")
    theirs = pandas.read_csv(source, index_col=0, float_precision="round_trip")
    median = theirs.median()
    expected = (theirs - median) / ((theirs - median).abs().median() * 1.4826)
    assert (ours.index == theirs.index).all() and (ours.columns == theirs.columns).all()
    print("largest difference of z-scores from pandas': %.1e" % np.nanmax(np.abs(ours - expected)))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
