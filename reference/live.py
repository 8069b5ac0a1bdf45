"""Random cases on the spot: what the live test compares with.

    python live.py SEED COUNT

Draws COUNT cases of each group from SEED and prints golden rows (see make_features.py) as JSON lines.
"""

import json
import sys

import draw
import make_features
import oracle
from splitmix import SplitMix64


def main(seed, count):
    r = SplitMix64(int(seed))
    header = {"made_by": "reference/live.py", "seed": int(seed), "versions": oracle.versions()}
    print(json.dumps(header), flush=True)
    for group in (draw.original, draw.preprocessed, draw.filtered, draw.flat):
        for case in group(r.next() >> 12, int(count), "live_%s_" % group.__name__):
            print(json.dumps(make_features.run(case), allow_nan=False), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
