"""The tables of the ComBat golden values, made from integers: crates/harmonize/tests/support makes the same ones."""

from splitmix import SplitMix64


def cohort(recipe):
    """Cases by features: `batch`, `age`, `sex`, `stage` per case and `values[feature][case]`, None if missing.

    recipe: seed, sizes (cases per batch), features, missing (percent), constant ([feature, batch] pairs).
    All values are multiples of 1/256, so that they are the same on paper and in memory.
    """
    rng = SplitMix64(recipe["seed"])
    batch = [b for b, size in enumerate(recipe["sizes"]) for _ in range(size)]
    for i in range(len(batch) - 1, 0, -1):
        j = rng.below(i + 1)
        batch[i], batch[j] = batch[j], batch[i]
    age = [40 + rng.below(40) for _ in batch]
    sex = [rng.below(2) for _ in batch]
    stage = [rng.below(3) for _ in batch]
    values = []
    for _ in range(recipe["features"]):
        base, scale = rng.below(1000), 1 + rng.below(8)
        shift = [rng.below(65) - 32 for _ in recipe["sizes"]]
        spread = [4 + rng.below(9) for _ in recipe["sizes"]]
        slope, of_sex, of_stage = rng.below(9) - 4, rng.below(9) - 4, rng.below(9) - 4
        column = []
        for case, b in enumerate(batch):
            noise = sum(rng.below(256) for _ in range(4)) - 510
            known = slope * age[case] * 8 + of_sex * sex[case] * 300 + of_stage * stage[case] * 200
            value = base * 256 + scale * (shift[b] * 128 + spread[b] * noise + known)
            column.append(None if rng.chance(recipe.get("missing", 0)) else value / 256)
        values.append(column)
    for feature, b in recipe.get("constant", []):
        values[feature] = [0.1 if of == b else v for v, of in zip(values[feature], batch)]
    return {
        "batch": [chr(ord("A") + b) for b in batch],
        "age": age,
        "sex": ["fm"[s] for s in sex],
        "stage": [["I", "II", "III"][s] for s in stage],
        "values": values,
    }


def write_csv(path, table):
    """One row per case, NA where a value is missing; `repr` keeps every digit."""
    names = ["batch", "age", "sex", "stage"]
    with open(path, "w") as out:
        out.write(",".join(names + [f"f{f}" for f in range(len(table["values"]))]) + "\n")
        for case in range(len(table["batch"])):
            cells = [str(table[name][case]) for name in names]
            cells += ["NA" if column[case] is None else repr(column[case]) for column in table["values"]]
            out.write(",".join(cells) + "\n")
