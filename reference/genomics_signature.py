"""ssGSEA by gseapy, of the continuous table of reference/genomics_signature.R.

    python reference/genomics_signature.py crates/genomics/tests/golden/signature.jsonl.gz crates/genomics/tests/golden/signature_gseapy.jsonl.gz
"""

import gzip
import json
import sys

import gseapy
import numpy
import pandas

source, target = sys.argv[1:]
rows = [json.loads(line) for line in gzip.open(source, "rt")]
table = next(row for row in rows if row.get("name") == "continuous")
values = numpy.array(table["values"]).reshape(len(table["genes"]), len(table["samples"]))
frame = pandas.DataFrame(values, index=table["genes"], columns=table["samples"])
sets = {name: genes if isinstance(genes, list) else [genes] for name, genes in table["sets"].items()}
found = gseapy.ssgsea(data=frame, gene_sets=sets, sample_norm_method="rank", min_size=1, max_size=500, weight=0.25, outdir=None, no_plot=True, threads=1).res2d
es = found.pivot(index="Term", columns="Name", values="ES").loc[:, table["samples"]]
nes = found.pivot(index="Term", columns="Name", values="NES").loc[:, table["samples"]]
out = [{"made_by": "genomics_signature.py", "versions": f"gseapy {gseapy.__version__}, numpy {numpy.__version__}, pandas {pandas.__version__}"},
       {"sets": list(es.index), "es": [float(v) for v in es.to_numpy().ravel()], "nes": [float(v) for v in nes.to_numpy().ravel()]}]
with gzip.GzipFile(target, "wb", mtime=0) as file:
    for row in out:
        file.write((json.dumps(row) + "\n").encode())
