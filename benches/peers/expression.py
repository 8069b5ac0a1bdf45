"""Counts, survival of genes and networks of radsurv beside edgeR, limma, survival, maxstat and WGCNA, on the same tables, in one run.

    cargo build --release -p radsurv-genomics --example time_expression
    python benches/peers/expression.py --radsurv target/release/examples/time_expression [--runs 3] [--threads 2]

Needs Rscript with edgeR 3.40, limma 3.54, survival, maxstat, WGCNA 1.72, and numpy. Given are seconds from the table in memory, without reading
and writing, the fastest of the runs; both take turns. At the end the results are compared.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile

import numpy as np

KINDS = [
    ("TMM", "tmm", 20000, 300),
    ("TMM and voom", "voom", 20000, 300),
    ("Cox models and best cuts", "survival", 2000, 300),
    ("soft thresholds, 15 powers", "soft", 3000, 200),
    ("network: overlap, tree, hybrid cut, eigengenes, merging", "network", 3000, 200),
]

R = """
a <- commandArgs(trailingOnly = TRUE)
genes <- as.integer(a[2]); samples <- as.integer(a[3]); kind <- a[4]
suppressMessages(switch(kind, tmm = library(edgeR), voom = library(edgeR), survival = {library(survival); library(maxstat)}, {library(WGCNA); library(dynamicTreeCut)}))
all <- readBin(a[1], "double", genes * samples + 2 * samples)
y <- matrix(all[seq_len(genes * samples)], genes, byrow = TRUE)
after <- all[-seq_len(genes * samples)]
x <- t(y); colnames(x) <- paste0("G", seq_len(genes))
if (kind %in% c("soft", "network")) suppressMessages(enableWGCNAThreads(as.integer(a[6])))
begin <- proc.time()[["elapsed"]]
if (kind == "tmm") out <- calcNormFactors(DGEList(y))$samples$norm.factors
if (kind == "voom") out <- as.vector(t(voom(calcNormFactors(DGEList(y)), cbind(1, (seq_len(samples) - 1) %% 2))$weights))
if (kind == "survival") {
  time <- after[seq_len(samples)]; event <- after[samples + seq_len(samples)]
  cox <- apply(x, 2, function(v) summary(coxph(Surv(time, event) ~ v))$coefficients[1, 5])
  cut <- apply(x, 2, function(v) min(1, maxstat.test(Surv(time, event) ~ v, data.frame(time, event, v), smethod = "LogRank", pmethod = "Lau94", minprop = 0.1, maxprop = 0.9)$p.value))
  out <- c(cox, cut)
}
if (kind == "soft") capture.output(out <- pickSoftThreshold(x)$fitIndices[, 2])
if (kind == "network") {
  d <- 1 - TOMsimilarity(adjacency(x, power = 6), verbose = 0)
  tree <- hclust(as.dist(d), method = "average")
  labels <- cutreeHybrid(tree, d, minClusterSize = 30, deepSplit = 2, verbose = 0)$labels
  out <- mergeCloseModules(x, labels, cutHeight = 0.25, relabel = TRUE, verbose = 0)$colors
}
cat(sprintf("%.6f\\n", proc.time()[["elapsed"]] - begin))
writeBin(as.double(out), a[5])
"""


def run(command, environment):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stderr}")
    return [float(line) for line in done.stdout.split() if line.replace(".", "").isdigit()]


def table(kind, genes, samples):
    random = np.random.default_rng(11)
    if kind in ("tmm", "voom"):
        mean = np.exp(random.normal(3, 2, genes))[:, None] * random.uniform(0.4, 2.5, samples)
        return random.negative_binomial(3, 3 / (3 + mean)).astype(float).ravel()
    # Genes of ten modules, those of which are more like its pattern than others.
    patterns = random.normal(size=(10, samples))
    strength = np.where(random.uniform(size=genes) < 0.6, random.uniform(0.3, 0.95, genes), 0.0)[:, None]
    values = strength * patterns[random.integers(0, 10, genes)] + np.sqrt(1 - strength**2) * random.normal(size=(genes, samples))
    risk = np.exp(0.5 * patterns[0])
    time, event = np.ceil(random.exponential(500 / risk)), (random.uniform(size=samples) < 0.5).astype(float)
    return np.concatenate([values.ravel(), time, event])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--radsurv", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    threads = str(options.threads)
    environment = {**os.environ, "RAYON_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    print(f"{platform.machine()}, {options.threads} threads, fastest of {options.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        path, script, ours, theirs = (os.path.join(folder, n) for n in ("values", "peer.R", "ours", "theirs"))
        with open(script, "w") as f:
            f.write(R)
        for title, kind, genes, samples in KINDS:
            table(kind, genes, samples).tofile(path)
            size = [path, str(genes), str(samples), kind]
            seconds = {"radsurv": [], "R": []}
            for _ in range(options.runs):
                # The first of two runs in a process warms up, as reading its table does for R.
                seconds["radsurv"] += run([options.radsurv, *size, "2", ours], environment)
                # What packages print comes before.
                seconds["R"] += run(["Rscript", script, *size, theirs, threads], environment)[-1:]
            best = {name: min(list_) for name, list_ in seconds.items()}
            print(f"{title}, {genes} genes x {samples} samples")
            for name, value in best.items():
                ratio = "" if name == "radsurv" else f"   {value / best['radsurv']:.1f} x radsurv"
                print(f"  {name:<8} {value:9.4f} s{ratio}")
            a, b = np.fromfile(ours), np.fromfile(theirs)
            if kind == "network":
                print(f"  {int(a.max())} modules, {np.sum(a != b)} genes in another")
            else:
                print(f"  largest relative difference: {np.max(np.abs(a - b) / np.abs(b)):.1e}")


if __name__ == "__main__":
    main()
