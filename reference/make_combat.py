"""Golden values of sva's ComBat in every mode, of CovBat, and of the diagnostics of batch effects.

    python make_combat.py ../crates/harmonize/tests/golden COVBAT     (needs Rscript with sva 3.46 and matrixStats)

COVBAT is the folder R/R of https://github.com/andy1764/CovBat_Harmonization.

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


def apply_jobs():
    """Fitted on some cases, applied to others; batch D is unseen."""
    for recipe, covariates in itertools.product(
            [{"seed": 11, "sizes": [16, 12, 9, 13], "features": 15}, {"seed": 12, "sizes": [16, 13, 10, 12], "features": 15, "missing": 3}],
            [[], ALL]):
        for method, mean_only in itertools.product(["parametric", "non-parametric", "no-eb"], [False, True]):
            yield {"input": recipe, "method": method, "mean_only": mean_only, "reference": None, "covariates": covariates}


def number(text):
    return {"NA": "nan", "NaN": "nan", "Inf": "inf", "-Inf": "-inf"}.get(text) or float(text)


def covbat_jobs():
    """CovBat of its authors; more features than cases in the second table."""
    usual = {"method": "parametric", "covariates": [], "explained": 0.95, "components": None, "unit_variance": True}
    variants = [{}, {"covariates": ALL}, {"method": "no-eb"}, {"method": "non-parametric"}, {"explained": 0.6},
                {"components": 4}, {"unit_variance": False, "covariates": ["age"]}]
    for recipe in [{"seed": 61, "sizes": [16, 13, 11], "features": 12}, {"seed": 62, "sizes": [10, 12], "features": 40}]:
        for variant in variants:
            yield {"input": recipe, **usual, **variant}


def diagnostics_jobs():
    yield {"input": {"seed": 63, "sizes": [14, 9, 12], "features": 10}}
    yield {"input": {"seed": 64, "sizes": [15, 11, 7, 9], "features": 60, "missing": 1}}


def text_of(value):
    return "+".join(value) if isinstance(value, list) else "" if value is None else str(value).upper() if isinstance(value, bool) else str(value)


def list_jobs(todo, folder, listing):
    """Writes the inputs and the list of jobs."""
    kind = os.path.splitext(listing)[0]
    names = {}
    with open(os.path.join(folder, listing), "w") as file:
        writer = csv.writer(file)
        settings = [key for key in todo[0] if key not in ("input", "case")]
        writer.writerow(["name", "input", *settings])
        for i, job in enumerate(todo):
            key = json.dumps(job["input"], sort_keys=True)
            if key not in names:
                names[key] = f"{kind}_input{len(names)}.csv"
                write_csv(os.path.join(folder, names[key]), table_of(job["input"]))
            writer.writerow([f"{kind}{i}", names[key], *(text_of(job[key]) for key in settings)])


def run(folder, script, *rest):
    """Runs an R script; what it prints last is its versions."""
    command = ["Rscript", os.path.join(HERE, script), folder, *rest]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def answers(todo, folder, kind):
    files = (open(os.path.join(folder, f"{kind}{i}.out.csv")).read() for i in range(len(todo)))
    return [[line.split(",") for line in file.splitlines()] for file in files]


def write(path, versions, rows):
    header = {"made_by": "reference/make_combat.py", "versions": versions}
    text = "".join(json.dumps(line) + "\n" for line in [header, *rows])
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(text.encode())
    print(f"{path}: {len(rows)} rows, {versions}")


def main(out, covbat):
    values = lambda lines: [[number(v) for v in line] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        todo = list(jobs())
        list_jobs(todo, folder, "jobs.csv")
        versions = run(folder, "combat_sva.R")
        rows = [{**job, "values": values(lines[:-1]), "iterations": [int(n) for n in lines[-1][1:]]}
                for job, lines in zip(todo, answers(todo, folder, "jobs"))]
        write(os.path.join(out, "combat.jsonl.gz"), versions, rows)

        todo = list(apply_jobs())
        list_jobs(todo, folder, "apply.csv")
        run(folder, "combat_apply.R")
        rows = [{**job, "values": values(lines)} for job, lines in zip(todo, answers(todo, folder, "apply"))]
        write(os.path.join(out, "combat_apply.jsonl.gz"), versions, rows)

        todo, about = list(covbat_jobs()), list(diagnostics_jobs())
        list_jobs(todo, folder, "covbat.csv")
        list_jobs(about, folder, "diagnostics.csv")
        versions = run(folder, "combat_more.R", os.path.abspath(covbat))
        rows = [{**job, "values": values(lines[:-1]), "harmonised_components": int(lines[-1][1])}
                for job, lines in zip(todo, answers(todo, folder, "covbat"))]
        write(os.path.join(out, "covbat.jsonl.gz"), versions, rows)
        names = ["f", "f_p", "h", "h_p", "explained", "f_adjusted", "h_adjusted", "component_share", "component_r2",
                 "first_scores_magnitude", "complete"]
        rows = [{**job, **dict(zip(names, values(lines)))} for job, lines in zip(about, answers(about, folder, "diagnostics"))]
        write(os.path.join(out, "diagnostics.jsonl.gz"), versions, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
