"""Exact probabilities in place of SuperExactTest's: of one design its value is 4e-5 off (and above the expected number of shared genes,
which a probability of one or more cannot be).

    python reference/genomics_overlap.py IN OUT

IN is the file of genomics_overlap.R for overlaps. By the factorial moments of the number X of genes in all lists,
E C(X, t) = C(N, t) prod_l (L_l)_t / (N)_t, the tail is P(X >= k) = sum_{t >= k} (-1)^(t - k) C(t - 1, k - 1) E C(X, t): an alternating
sum, taken in exact fractions of whole numbers.
"""

import gzip
import json
import sys
from fractions import Fraction
from math import comb, perm


def tail(universe, sizes, shared):
    """P(X >= shared)."""
    if shared == 0:
        return 1.0
    least, count = min(sizes), len(sizes)
    # All terms over the denominator of the last: prod_l (N)_least.
    moment = comb(universe, least)
    for size in sizes:
        moment *= perm(size, least)
    sum, t = 0, least
    chosen = comb(least - 1, shared - 1)
    while t >= shared:
        sum += (-1) ** (t - shared) * chosen * moment
        if t == shared:
            break
        # From t to t - 1.
        moment = moment * t // (universe - t + 1)
        for size in sizes:
            moment = moment // (size - t + 1)
        moment *= (universe - t + 1) ** count
        chosen = chosen * (t - shared) // (t - 1)
        t -= 1
    return float(Fraction(sum, perm(universe, least) ** count))


def main():
    rows = [json.loads(line) for line in gzip.open(sys.argv[1], "rt")]
    rows[0]["exact"] = "genomics_overlap.py, Python " + sys.version.split()[0]
    for row in rows[1:]:
        row["super_exact_test"] = row["p"]
        row["p"] = tail(row["universe"], row["sizes"], row["shared"])
    with open(sys.argv[2], "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as out:
        for row in rows:
            out.write((json.dumps(row) + "\n").encode())


main()
