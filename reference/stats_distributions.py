"""The exact values beside R's: tails and quantiles of the points that stats_distributions.R wrote, with 40 digits.

    Rscript reference/stats_distributions.R FILE && python reference/stats_distributions.py FILE crates/stats/tests/golden/distributions.jsonl.gz

R is not exact to 1e-12 everywhere (its qf takes 1 / qbeta - 1, its pf loses digits far out), so the golden value is the exact one, and R's is
kept as r_* where it differs from it by more than 5e-13. Needs mpmath 1.4.1.
"""

import gzip
import json
import sys

import mpmath
from mpmath import mpf

mpmath.mp.dps = 40


def lower_of_beta(a, b, x, y):
    """I_x(a, b) by its series of positive terms; x and y = 1 - x."""
    term = total = mpf(1)
    n = 0
    tiny = mpf(10) ** -mpmath.mp.dps
    while term > total * tiny:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    ln = a * mpmath.log(x) + b * mpmath.log(y) + mpmath.loggamma(a + b) - mpmath.loggamma(a + 1) - mpmath.loggamma(b)
    return mpmath.exp(ln) * total


def lower_of_gamma(a, x):
    """P(a, x) by its series of positive terms."""
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -38:
        n += 1
        term *= x / (a + n)
        total += term
    return mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a + 1)) * total


def upper_of_gamma(a, x):
    """Q(a, x) by Legendre's continued fraction, from its far end, with as many terms as leave it unchanged."""
    count, last = 50, None
    while True:
        value = x + 2 * count + 1 - a
        for n in range(count, 0, -1):
            value = x + 2 * n - 1 - a + n * (a - n) / value
        if last is not None and abs(value - last) <= abs(last) * mpf(10) ** -36:
            return mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a)) / value
        count, last = 2 * count, value


def tails_of_f(a, b, f):
    """Both tails of F with 2a and 2b degrees of freedom. The series is short for small x; the other tail is what is left, in 400 digits."""
    if f == 0:
        return mpf(0), mpf(1)
    with mpmath.workdps(400):
        x, y = a * f / (a * f + b), b / (a * f + b)
        if x < y:
            lower = lower_of_beta(a, b, x, y)
            return lower, 1 - lower
        upper = lower_of_beta(b, a, y, x)
        return 1 - upper, upper


def tails(of, df, x):
    x = mpf(x)
    if of == "normal":
        return mpmath.erfc(-x / mpmath.sqrt(2)) / 2, mpmath.erfc(x / mpmath.sqrt(2)) / 2
    if of == "t":
        inside, beyond = tails_of_f(mpf(1) / 2, mpf(df[0]) / 2, x * x)
        far = beyond / 2
        near = mpf(1) / 2 + inside / 2
        return (near, far) if x >= 0 else (far, near)
    if of == "chi_squared":
        a, x = mpf(df[0]) / 2, x / 2
        if x > a + 1:
            upper = upper_of_gamma(a, x)
            return 1 - upper, upper
        lower = lower_of_gamma(a, x)
        return lower, 1 - lower
    return tails_of_f(mpf(df[0]) / 2, mpf(df[1]) / 2, x)


def quantile(of, df, p, upper, start):
    """Newton's method on the logarithm of the tail, which is concave in the logarithm of the point."""
    goal = mpmath.log(mpf(p))
    signed = of in ("normal", "t")
    if signed and p == 0.5:
        return mpf(0)
    sign = (1 if upper else -1) if signed else 1
    value = lambda z: mpmath.log(max(tails(of, df, sign * mpmath.exp(z))[upper], mpf(10) ** -390)) - goal
    z = mpmath.log(abs(mpf(start))) if 1e-100 < abs(start) < 1e100 else mpf(0)
    h = mpf(10) ** -15
    for _ in range(500):
        at = value(z)
        step = -at / ((value(z + h) - at) / h)
        limit = (1 + abs(z)) / 2
        step = max(-limit, min(limit, step)) if mpmath.isfinite(step) else -limit
        z += step
        if abs(step) < mpf(10) ** -19:
            return sign * mpmath.exp(z)
    raise ValueError((of, df, p, upper))


def number(value):
    return value if not isinstance(value, str) else float(value)


def main():
    rows = [json.loads(line) for line in gzip.open(sys.argv[1], "rt")]
    header = rows.pop(0)
    header["mpmath"] = mpmath.__version__
    header["exact_by"] = "stats_distributions.py"
    out = [header]
    for row in rows:
        if "x" in row:
            exact = dict(zip(("lower", "upper"), tails(row["of"], row["df"], row["x"])))
        else:
            exact = {}
            for name, upper in (("quantile", False), ("upper_quantile", True)):
                exact[name] = quantile(row["of"], row["df"], row["p"], upper, number(row[name]))
        new = {k: row[k] for k in ("of", "df", "x", "p") if k in row}
        for name, value in exact.items():
            theirs = number(row[name])
            rounded = float(value)
            new[name] = rounded if abs(rounded) < float("inf") else ("inf" if rounded > 0 else "-inf")
            if theirs != rounded and not abs(theirs - rounded) <= 5e-13 * abs(rounded):
                new["r_" + name] = row[name]
        out.append(new)
    with open(sys.argv[2], "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        file.write("".join(json.dumps(r, separators=(",", ":")) + "\n" for r in out).encode())
    print(len(out) - 1, "rows,", sum(any(k.startswith("r_") for k in r) for r in out), "where R differs by more than 5e-13")


main()
