"""Pre-ranked GSEA of radsurv beside gseapy's and fgsea's, of the same ranking and sets in one run.

    cargo build --release -p radsurv-genomics --example time_gsea
    python benches/peers/gsea.py --radsurv target/release/examples/time_gsea --sets GO_BP.gmt.gz [--permutations 10000] [--threads 2] [--gseapy 200] [--fgsea LIBRARY]

Needs a Python with gseapy; for --fgsea Rscript with fgsea in LIBRARY. The ranking is made up: every gene of the sets has a value of Student's t.
gseapy takes so long that it is given fewer permutations (--gseapy, 0 for all of them), a quarter of them first: the seconds of all are those of
both and a straight line through them, since its work is the same for each permutation. radsurv and fgsea are given all. Given are seconds
by the clock, without reading files, and those of the processors, which a busy machine changes less (radsurv's with reading). The
scores are compared.
"""

import argparse
import csv
import gzip
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

FGSEA = """
a <- commandArgs(TRUE)
suppressMessages(library(fgsea, lib.loc = a[1]))
r <- read.csv(a[2]); stats <- setNames(r$value, r$gene)
lines <- strsplit(readLines(gzfile(a[3])), "\\t")
sets <- setNames(lapply(lines, function(l) l[-(1:2)]), sapply(lines, `[`, 1))
p <- BiocParallel::MulticoreParam(as.integer(a[5]))
simple <- system.time(s <- fgseaSimple(sets, stats, nperm = as.numeric(a[4]), minSize = 10, maxSize = 500, BPPARAM = p))[["elapsed"]]
multi <- system.time(m <- fgseaMultilevel(sets, stats, minSize = 10, maxSize = 500, eps = 1e-50, BPPARAM = p))[["elapsed"]]
cat(simple, multi, max(nchar(s$pathway)), "\\n")
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--sets", required=True, help="a GMT file, packed")
    parser.add_argument("--permutations", type=int, default=10000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--gseapy", type=int, default=200, help="permutations gseapy is given; 0 for all")
    parser.add_argument("--fgsea", help="the R library that has fgsea")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    import gseapy

    sets = {}
    for line in gzip.open(options.sets, "rt"):
        name, _, *genes = line.rstrip("\n").split("\t")
        sets[name] = genes
    genes = sorted({gene for of in sets.values() for gene in of})
    rng = np.random.default_rng(1)
    ranking = pd.Series(2 * rng.standard_t(5, size=len(genes)), index=genes).sort_values(ascending=False)
    print(f"{platform.machine()}, {os.cpu_count()} processors; {len(genes)} genes, {len(sets)} sets, {options.permutations} permutations, {options.threads} threads")
    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads)}
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "ranking.csv"), os.path.join(folder, "out.csv")
        ranking.rename_axis("gene").rename("value").to_csv(path, float_format="%.17g")

        def ours(method, permutations):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            command = [options.radsurv, str(options.runs), method, str(permutations), out, path, options.sets]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            return np.array([min(float(line) for line in done.stdout.splitlines()), used / options.runs])

        seconds = {}
        for name, method, permutations in (("radsurv, with q-values", "q", options.permutations), ("radsurv, multilevel", "multilevel", 1000),
                                           ("radsurv", "permutation", options.permutations)):
            seconds[name] = ours(method, permutations)
        es = {row["set"]: float(row["es"]) for row in csv.DictReader(open(out))}

        def theirs(permutations):
            begin = np.array([time.perf_counter(), time.process_time()])
            found = gseapy.prerank(rnk=ranking, gene_sets=sets, min_size=10, max_size=500, permutation_num=permutations, threads=options.threads, seed=1,
                                   outdir=None, no_plot=True, verbose=False)
            taken = np.array([time.perf_counter(), time.process_time()]) - begin
            print(f"gseapy, {permutations} permutations: {taken[0]:.1f} s, of the processors {taken[1]:.1f} s", flush=True)
            return taken, found

        if options.gseapy:
            few = options.gseapy // 4
            some, found = theirs(few)
            more, found = theirs(options.gseapy)
            seconds["gseapy"] = more + (more - some) / (options.gseapy - few) * (options.permutations - options.gseapy)
        else:
            seconds["gseapy"], found = theirs(options.permutations)
        scores = found.res2d
        if len(scores) != len(es):
            sys.exit(f"{len(scores)} sets of gseapy, {len(es)} of radsurv")
        worst = max(abs(es[term] - float(score)) for term, score in zip(scores["Term"], scores["ES"]))
        print(f"largest difference of enrichment scores: {worst:.1e}")
        if options.fgsea:
            command = ["Rscript", "-e", FGSEA, options.fgsea, path, options.sets, str(options.permutations), str(options.threads)]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                sys.exit(done.stderr)
            simple, multi = done.stdout.split("\n")[-2].split()[:2]
            seconds["fgsea, simple"], seconds["fgsea, multilevel"] = np.array([float(simple), np.nan]), np.array([float(multi), np.nan])
    for name, (clock, processors) in seconds.items():
        print(f"{name:24} {clock:10.2f} s {processors:10.2f} s of the processors")
    ratio = seconds["gseapy"] / seconds["radsurv"]
    print(f"gseapy / radsurv: {ratio[0]:.0f}, of the processors {ratio[1]:.0f}")


main()
