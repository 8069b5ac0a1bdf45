"""Pre-ranked GSEA of radsurv beside gseapy's and fgsea's, of the same ranking and sets in one run.

    cargo build --release -p radsurv-genomics --example time_gsea
    python benches/peers/gsea.py --radsurv target/release/examples/time_gsea --sets GO_BP.gmt.gz [--permutations 10000] [--threads 2] [--gseapy 200] [--fgsea LIBRARY]

Needs a Python with gseapy; for --fgsea Rscript with fgsea in LIBRARY. The ranking is made up: every gene of the sets has a value of Student's t.
gseapy takes so long that it is given fewer permutations (--gseapy, 0 for all of them) twice, and the seconds of all are those of both and
a straight line through them: its work is the same for each permutation. radsurv and fgsea are given all. The scores are compared, and the
seconds are without reading files.
"""

import argparse
import csv
import gzip
import os
import platform
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
            command = [options.radsurv, str(options.runs), method, str(permutations), out, path, options.sets]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
            return min(float(line) for line in done.stdout.splitlines())

        seconds = {}
        for name, method, permutations in (("radsurv, with q-values", "q", options.permutations), ("radsurv, multilevel", "multilevel", 1000),
                                           ("radsurv", "permutation", options.permutations)):
            seconds[name] = ours(method, permutations)
            print(f"{name}: {seconds[name]:.2f} s", flush=True)
        es = {row["set"]: float(row["es"]) for row in csv.DictReader(open(out))}

        def theirs(permutations):
            begin = time.perf_counter()
            found = gseapy.prerank(rnk=ranking, gene_sets=sets, min_size=10, max_size=500, permutation_num=permutations, threads=options.threads, seed=1,
                                   outdir=None, no_plot=True, verbose=False)
            return time.perf_counter() - begin, found

        if options.gseapy:
            half, _ = theirs(options.gseapy // 2)
            full, found = theirs(options.gseapy)
            each = (full - half) / (options.gseapy - options.gseapy // 2)
            seconds["gseapy"] = full + each * (options.permutations - options.gseapy)
            print(f"gseapy: {half:.1f} s for {options.gseapy // 2} permutations, {full:.1f} s for {options.gseapy}", flush=True)
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
            seconds["fgsea, simple"], seconds["fgsea, multilevel"] = float(simple), float(multi)
    for name, value in seconds.items():
        print(f"{name:24} {value:10.2f} s")
    print(f"gseapy / radsurv: {seconds['gseapy'] / seconds['radsurv']:.0f}")


main()
