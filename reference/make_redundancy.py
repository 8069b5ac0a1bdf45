"""Golden sets of redundant features: caret's findCorrelation and nearZeroVar, hclust and cutree.

    python make_redundancy.py ../crates/harmonize/tests/golden [DATA]     (needs Rscript with caret)

The tables are made from integers; with DATA, the folder of real data, the features of LUNG1 too, of which places alone
are written.
"""

import csv
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile

from splitmix import SplitMix64

HERE = os.path.dirname(os.path.abspath(__file__))


def table(seed, cases, features, factors, levels):
    """Features that share factors; some are copies of others, some constant or nearly so. `levels` makes ties."""
    rng = SplitMix64(seed)
    common = [[rng.below(4096) for _ in range(cases)] for _ in range(factors)]
    columns = []
    for f in range(features):
        kind = rng.below(16)
        if kind == 0 and columns:
            columns.append(list(columns[rng.below(len(columns))]))
        elif kind == 1:
            rare = rng.below(cases)
            columns.append([1 if case == rare and rng.below(4) else 0 for case in range(cases)])
        else:
            factor, sign, noise = rng.below(factors), 1 - 2 * rng.below(2), 1 + rng.below(4096)
            values = [sign * common[factor][case] + rng.below(noise) for case in range(cases)]
            columns.append([v // levels for v in values])
    return columns


def recipes():
    for seed, (cases, features, factors, levels) in enumerate(
            [(40, 12, 3, 1), (60, 60, 8, 1), (50, 130, 10, 1), (30, 40, 4, 256), (25, 90, 2, 512), (80, 200, 30, 16)]):
        for correlation, threshold in itertools.product(["pearson", "spearman", "kendall"], [0.5, 0.8, 0.9]):
            yield {"seed": seed + 1, "cases": cases, "features": features, "factors": factors, "levels": levels,
                   "correlation": correlation, "threshold": threshold}


def run(jobs, write_input):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "jobs.csv"), "w") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "input", "correlation", "threshold"])
            for i, job in enumerate(jobs):
                write_input(job, os.path.join(folder, f"input{i}.csv"))
                writer.writerow([f"job{i}", f"input{i}.csv", job["correlation"], job["threshold"]])
        done = subprocess.run(["Rscript", os.path.join(HERE, "redundancy_caret.R"), folder], check=True,
                              stdout=subprocess.PIPE, text=True)
        answers = [json.load(open(os.path.join(folder, f"job{i}.json"))) for i in range(len(jobs))]
        return [{**job, **answer} for job, answer in zip(jobs, answers)], done.stdout.strip()


def write(path, versions, rows):
    header = {"made_by": "reference/make_redundancy.py", "versions": versions}
    text = "".join(json.dumps(line) + "\n" for line in [header, *rows])
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(text.encode())
    print(f"{path}: {len(rows)} rows, {versions}")


def synthetic(job, path):
    columns = table(*(job[k] for k in ("seed", "cases", "features", "factors", "levels")))
    with open(path, "w") as file:
        writer = csv.writer(file)
        writer.writerow([f"f{f}" for f in range(len(columns))])
        writer.writerows(zip(*columns))


def main(out, data=None):
    rows, versions = run(list(recipes()), synthetic)
    write(os.path.join(out, "redundancy.jsonl.gz"), versions, rows)
    if data:
        def real(job, path):
            with gzip.open(os.path.join(data, "tables", "lung1_rdr_features.csv.gz"), "rt") as source, \
                    open(path, "w") as file:
                csv.writer(file).writerows(row[1:] for row in csv.reader(source))
        jobs = [{"correlation": c, "threshold": t} for c, t in [("spearman", 0.9), ("spearman", 0.8), ("pearson", 0.9)]]
        rows, versions = run(jobs, real)
        write(os.path.join(out, "redundancy_lung1.jsonl.gz"), versions, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
