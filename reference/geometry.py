"""Golden conversions between index and physical point.

    python geometry.py ../crates/image/tests/golden
"""

import sys

import SimpleITK as sitk
from image_cases import SPACINGS, rotation, write
from splitmix import SplitMix64


def case(seed):
    rng = SplitMix64(seed)
    spacing = [rng.pick(SPACINGS) for _ in range(3)]
    if seed % 3 == 0:
        spacing = [rng.between(1, 10**9) * 1e-8 for _ in range(3)]
    direction = rotation(rng)
    if seed % 5 == 1:  # rounded as file headers have it
        direction = [[round(v, 6) for v in row] for row in direction]
    if seed % 5 == 2:  # columns that are not at right angles
        direction = [[v + 0.001 * rng.between(0, 300) for v in row] for row in direction]
    if seed % 5 == 3:  # a permutation of axes with signs
        order = [0, 1, 2]
        for i in (2, 1):
            j = rng.below(i + 1)
            order[i], order[j] = order[j], order[i]
        direction = [[(1.0 - 2.0 * rng.below(2)) * (order[r] == c) for c in range(3)] for r in range(3)]
    two = seed % 10 == 9
    n = 2 if two else 3
    if two:
        cosine, sine = rng.pick([(0.6, 0.8), (1.0, 0.0), (0.0, -1.0), (-0.8, 0.6), (0.28, 0.96)])
        direction = [[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]
    origin = [rng.between(0, 10**6) * 1e-3 - 500.0 for _ in range(3)]
    image = sitk.Image([8, 9, 1 if not two else 7][: n], sitk.sitkUInt8)
    image.SetSpacing(spacing[:n])
    image.SetDirection([direction[r][c] for r in range(n) for c in range(n)])
    # The columns of the inverse, one by one, are exact when the origin is 0.
    inverse = [
        list(image.TransformPhysicalPointToContinuousIndex([float(i == j) for i in range(n)])) for j in range(n)
    ]
    image.SetOrigin(origin[:n])
    index = [rng.between(0, 400) - 100 for _ in range(n)]
    continuous = [rng.between(0, 10**9) * 1e-6 - 300.0 for _ in range(n)]
    return {
        "seed": seed,
        "dimension": n,
        "spacing": spacing,
        "direction": direction,
        "origin": origin,
        "inverse_columns": inverse,
        "index": index,
        "voxel_to_point": image.TransformIndexToPhysicalPoint(index),
        "continuous": continuous,
        "index_to_point": image.TransformContinuousIndexToPhysicalPoint(continuous),
        "point_to_index": image.TransformPhysicalPointToContinuousIndex(continuous),
    }


write(sys.argv[1], "geometry", "geometry.py", [case(seed) for seed in range(200)])
