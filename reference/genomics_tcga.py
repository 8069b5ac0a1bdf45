"""gseapy beside `cargo run --release --example cervical_genomics_study -- --out FOLDER`, on what it wrote: python genomics_tcga.py FOLDER HALLMARK.gmt

Prints scores and counts beside ours; docs/studies.md has them. gseapy 1.3.1.
"""

import sys

import gseapy
import pandas as pd

folder, gmt = sys.argv[1:3]
print("gseapy", gseapy.__version__)
for endpoint in ["os", "pfi"]:
    genes = pd.read_csv(f"{folder}/genes-{endpoint}.csv", index_col=0)
    ours = pd.read_csv(f"{folder}/gsea-{endpoint}.csv", index_col="set")
    found = gseapy.prerank(rnk=genes["t"].sort_values(ascending=False), gene_sets=gmt, min_size=10, max_size=500, permutation_num=10000, seed=1, threads=2, outdir=None)
    theirs = found.res2d.set_index("Term")
    both = ours.index.intersection(theirs.index)
    es = (ours.loc[both, "es"] - theirs.loc[both, "ES"].astype(float)).abs().max()
    nes = (ours.loc[both, "nes"] - theirs.loc[both, "NES"].astype(float)).abs().max()
    p = (ours.loc[both, "p_value"] - theirs.loc[both, "NOM p-val"].astype(float)).abs().max()
    print(f"{endpoint}: {len(both)} of {len(ours)} and {len(theirs)} sets; largest differences: ES {es:.1e}, NES {nes:.3f}, p {p:.4f}")
    up = genes.index[(genes.p_value < 0.05) & (genes.log_fc > 1)].tolist()
    if up:
        enr = gseapy.enrich(gene_list=up, gene_sets=gmt, background=genes.index.tolist(), outdir=None).results.set_index("Term")
        print(f"  {len(up)} genes up; smallest p of gseapy.enrich (background: all tested genes): {enr['P-value'].min():.3e} ({enr['P-value'].idxmin()})")
