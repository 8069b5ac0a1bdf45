"""Over-representation and pre-ranked GSEA by gseapy, of the inputs of reference/genomics_enrichment.R.

Sets that are drawn at random are paths of hits and misses. With weight 0 the paths that reach a score are counted: the p-value of the
highest (and lowest) value, exactly.

    python reference/genomics_enrichment.py crates/genomics/tests/golden/enrichment.jsonl.gz crates/genomics/tests/golden/enrichment_gseapy.jsonl.gz
"""

import gzip
import json
import math
import sys
from fractions import Fraction

import gseapy
import numpy
import pandas

source, target = sys.argv[1:]
rows = [json.loads(line) for line in gzip.open(source, "rt")]
given = next(row for row in rows if row.get("kind") == "input")
ora = next(row for row in rows if row.get("kind") == "ora")
as_list = lambda genes: genes if isinstance(genes, list) else [genes]  # noqa: E731
sets = {name: as_list(genes) for name, genes in given["sets"].items()}
out = [{"made_by": "genomics_enrichment.py", "versions": f"gseapy {gseapy.__version__}, numpy {numpy.__version__}, pandas {pandas.__version__}"}]
for universe, background in (("tested", given["genes"]), ("collection", None)):
    r = gseapy.enrich(gene_list=ora["listed"], gene_sets=sets, background=background, outdir=None, no_plot=True, cutoff=1).results
    r = r.sort_values("Term")
    out.append({"kind": "ora", "universe": universe, "set": list(r["Term"]), "p": list(r["P-value"]), "adjusted": list(r["Adjusted P-value"]),
                "overlap": list(r["Overlap"])})


def paths(hits, n):
    """log2 of the probability that the highest value of an unweighted running score is as high as that of these hits."""
    k, m = len(hits), n - len(hits)
    top = max(Fraction(i + 1, k) - Fraction(hit - i, m) for i, hit in enumerate(hits)) * k * m
    below = [0] * (m + 1)  # by misses: how many paths with j hits have always been below
    for j in range(k + 1):
        now = [0] * (m + 1)
        for i in range(m + 1):
            if j * m - i * k < top:
                now[i] = int(i == j == 0) + (now[i - 1] if i else 0) + (below[i] if j else 0)
        below = now
    reached = math.comb(n, k) - below[m]
    return math.log2(reached) - math.log2(math.comb(n, k))


place = {gene: i for i, gene in enumerate(given["genes"])}
row = {"kind": "paths", "set": [], "positive": [], "negative": []}
for name, genes in sets.items():
    hits = sorted(place[gene] for gene in genes if gene in place)
    if len(hits) <= 200:
        row["set"].append(name)
        row["positive"].append(paths(hits, len(place)))
        row["negative"].append(paths([len(place) - 1 - hit for hit in reversed(hits)], len(place)))
out.append(row)
ranking = pandas.Series(given["stats"], index=given["genes"])
for weight in (0.0, 1.0, 1.5, 2.0):
    permutations = 20000 if weight == 1.0 else 100
    r = gseapy.prerank(rnk=ranking, gene_sets=sets, min_size=2, max_size=500, permutation_num=permutations, weight=weight, seed=7, threads=2, outdir=None,
                       no_plot=True).res2d.sort_values("Term")
    row = {"kind": "score", "weight": weight, "permutations": permutations, "set": list(r["Term"]), "es": list(r["ES"]), "edge": [e.split(";") for e in r["Lead_genes"]]}
    if weight == 1.0:
        row |= {"nes": list(r["NES"]), "p": list(r["NOM p-val"]), "q": list(r["FDR q-val"])}
    out.append(row)
with gzip.GzipFile(target, "wb", mtime=0) as file:
    for row in out:
        file.write((json.dumps(row) + "\n").encode())
