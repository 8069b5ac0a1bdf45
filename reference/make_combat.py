"""Golden values of sva's ComBat, in every mode.

    python make_combat.py ../crates/harmonize/tests/golden     (needs Rscript with sva 3.46)

The tables are made from integers (combat_inputs.py). A row has the recipe of the table, the settings, the adjusted values
and the number of iterations per batch (of the parametric prior).
"""

import csv
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile

from combat_inputs import cohort, write_csv

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = ["age", "sex", "stage"]


def jobs():
    """Every mode on a complete and an incomplete table, then the special cases."""
    complete = {"seed": 1, "sizes": [12, 9, 6], "features": 20}
    missing = {"seed": 2, "sizes": [13, 9, 7], "features": 20, "missing": 6}
    modes = itertools.product(["parametric", "non-parametric", "no-eb"], [False, True], [None, "B"], [[], ALL])
    for method, mean_only, reference, covariates in modes:
        settings = {"method": method, "mean_only": mean_only, "reference": reference, "covariates": covariates}
        yield {"input": complete, **settings}
        yield {"input": missing, **settings}
    special = {
        "two batches": {"seed": 3, "sizes": [10, 8], "features": 25},
        "batches of two": {"seed": 4, "sizes": [2, 2, 20, 3], "features": 15},
        "a batch of one": {"seed": 5, "sizes": [11, 1, 9], "features": 15},
        "constant in a batch": {"seed": 6, "sizes": [8, 9, 5], "features": 16, "constant": [[3, 0], [3, 2], [7, 1]]},
        "constant and missing": {"seed": 7, "sizes": [8, 9, 6], "features": 16, "missing": 5, "constant": [[0, 0], [15, 2]]},
        "missing only where constant": {"seed": 8, "sizes": [8, 9, 6], "features": 12, "holes": 4, "constant": [[4, 1]]},
        "many batches": {"seed": 9, "sizes": [4, 5, 3, 6, 4, 7, 3, 5], "features": 12},
        "large batches": {"seed": 10, "sizes": [80, 60], "features": 12},
    }
    for name, recipe in special.items():
        for method, covariates, reference in itertools.product(["parametric", "non-parametric"], [[], ALL], [None, "A"]):
            if name == "batches of two" and covariates:
                covariates = ["age"]
            if reference and name not in ("two batches", "constant in a batch", "a batch of one"):
                continue
            yield {"case": name, "input": recipe, "method": method, "mean_only": False, "reference": reference,
                   "covariates": covariates}


def table_of(recipe):
    """The table; `holes` makes one feature, which is constant in a batch and so passes, the only one with missing values."""
    table = cohort(recipe)
    if "holes" in recipe:
        column = table["values"][recipe["holes"]]
        outside = [case for case, b in enumerate(table["batch"]) if b != "B"]
        for case in outside[:2]:
            column[case] = None
    return table


def number(text):
    return {"NA": "nan", "NaN": "nan", "Inf": "inf", "-Inf": "-inf"}.get(text) or float(text)


def main(out):
    todo = list(jobs())
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        with open(os.path.join(folder, "jobs.csv"), "w") as listing:
            writer = csv.writer(listing)
            writer.writerow(["name", "input", "method", "mean_only", "reference", "covariates"])
            for i, job in enumerate(todo):
                key = json.dumps(job["input"], sort_keys=True)
                if key not in names:
                    names[key] = f"input{len(names)}.csv"
                    write_csv(os.path.join(folder, names[key]), table_of(job["input"]))
                writer.writerow([f"job{i}", names[key], job["method"], str(job["mean_only"]).upper(),
                                 job["reference"] or "", "+".join(job["covariates"])])
        run = subprocess.run(["Rscript", os.path.join(HERE, "combat_sva.R"), folder], check=True, stdout=subprocess.PIPE, text=True)
        version = run.stdout.strip().splitlines()[-1]
        rows = []
        for i, job in enumerate(todo):
            lines = [line.split(",") for line in open(os.path.join(folder, f"job{i}.out.csv")).read().splitlines()]
            iterations = [int(n) for n in lines.pop()[1:]]
            rows.append({**job, "values": [[number(v) for v in line] for line in lines], "iterations": iterations})
    header = {"made_by": "reference/make_combat.py", "versions": version}
    text = "".join(json.dumps(line) + "\n" for line in [header, *rows])
    with open(os.path.join(out, "combat.jsonl.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(text.encode())
    print(f"{len(rows)} rows, {version}")


if __name__ == "__main__":
    main(sys.argv[1])
