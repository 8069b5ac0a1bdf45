"""Stability of selected features by its authors' program: python selection_frequency.py STABILITY OUT

STABILITY is the folder python/ of the public repository nogueirs/JMLR2018 (commit e3a0566). Writes OUT/selection_frequency.jsonl.gz: for each case
the features that each resample has selected, the stability, its variance, and its limits of a confidence of 0.95.
"""

import gzip
import json
import os
import sys

import numpy as np
import scipy

from splitmix import SplitMix64

sys.path.insert(0, sys.argv[1])
import stability  # noqa: E402


def case(seed, resamples, chances):
    """Features that are selected in so many percent of the resamples."""
    random = SplitMix64(seed)
    selected = np.array([[int(random.chance(c)) for c in chances] for _ in range(resamples)])
    found = stability.getVarianceofStability(selected)
    limits = stability.confidenceIntervals(selected, alpha=0.05)
    return {"features": len(chances), "selected": [np.flatnonzero(row).tolist() for row in selected],
            "stability": found["stability"], "variance": found["variance"], "limits": [limits["lower"], limits["upper"]]}


def main():
    rows = [case(1, 5, [90, 80, 50, 20, 10, 5, 5]), case(2, 100, [90] * 5 + [10] * 45), case(3, 20, [50] * 12), case(4, 2, [60] * 9),
            case(5, 25, [100, 100, 0, 0, 0, 100]), case(6, 50, [97, 3] * 20 + [30])]
    header = {"made_by": "reference/selection_frequency.py", "versions": f"nogueirs/JMLR2018 e3a0566; numpy {np.__version__}; scipy {scipy.__version__}"}
    with gzip.GzipFile(os.path.join(sys.argv[2], "selection_frequency.jsonl.gz"), "w", mtime=0) as file:
        for row in [header, *rows]:
            file.write((json.dumps(row, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
