"""Feature values of random small images under random settings.

    python make_features.py OUT_FOLDER [GROUP...]

A row per case: the recipe of the image (see volumes.py), the parameter file as text, and what PyRadiomics returns (or
the error it raises). `near` has the voxels whose last bits can decide a feature (oracle.near_edges) of the images where
they may, `single` names those images that are float32.
"""

import os
import sys

import draw
import oracle
import special
import volumes

GROUPS = {
    "original": lambda: draw.original(1000, 140),
    "preprocessed": lambda: draw.preprocessed(2000000, 120),
    "filtered": lambda: draw.filtered(4000000, 200),
    "flat": lambda: draw.flat(6000000, 70),
    "special": special.cases,
}


def run(case):
    """A case with its values."""
    image, mask = volumes.make(case["recipe"])
    near, single = {}, []

    def on_image(name, filtered, cropped, settings):
        close = oracle.near_edges(name, filtered, cropped, settings)
        if close is not None:
            near[name] = close
            if oracle.is_single(filtered):
                single.append(name)

    out = dict(case)
    out["checksum"] = volumes.checksum(case["recipe"])
    out.update(oracle.extract(case["params"], case["form"], image, mask, on_image))
    if near and "features" in out:
        out.update(near=near, single=single)
    return out


def main(folder, *groups):
    for group in groups or GROUPS:
        header = {"made_by": "reference/make_features.py", "group": group, "versions": oracle.versions()}
        rows = [run(case) for case in GROUPS[group]()]
        path = os.path.join(folder, "features_%s.jsonl.gz" % group)
        oracle.write_lines(path, header, rows)
        errors = [r["error"] for r in rows if "error" in r]
        values = sum(len(r.get("features", {})) for r in rows)
        print("%s: %d cases, %d of them errors, %d values, %d bytes"
              % (group, len(rows), len(errors), values, os.path.getsize(path)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
