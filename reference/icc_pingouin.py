"""pingouin's intraclass correlations of readings; imported by make_icc.py."""

import pandas as pd
import pingouin

# Limits are rounded to two digits unless told otherwise.
pingouin.options["round.column.CI95"] = None


def icc(columns):
    """The six rows (ICC, F, df1, df2, p, limits) of readings given as columns; cases with a missing reading are left out."""
    rows = [
        {"case": i, "reading": j, "value": value}
        for j, column in enumerate(columns)
        for i, value in enumerate(column)
    ]
    table = pingouin.intraclass_corr(pd.DataFrame(rows), "case", "reading", "value", nan_policy="omit")
    return [
        [float(v) for v in (r["ICC"], r["F"], r["df1"], r["df2"], r["pval"], *r["CI95"])]
        for _, r in table.iterrows()
    ]
