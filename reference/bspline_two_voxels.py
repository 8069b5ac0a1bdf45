"""Shows that ITK's B-spline reads outside of the image along an axis of two voxels.

    python bspline_two_voxels.py

ITK mirrors an index once at each end. Beyond the centre of the second of two voxels the fourth coefficient has the index
3, which is mirrored to -1 and not further: `GetPixel` then reads in front of its line, and of the first lines in front of
the buffer. The same call, repeated while other memory is used and freed, gives other values; with three voxels it never
does. Prints, per size, how many voxels changed and by how much (the values are 0 to 99).
"""

import numpy as np
import SimpleITK as sitk


def resampled(size):
    """An image of this size on a grid of half its spacing."""
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 100, size=size[::-1]).astype(np.float64))
    resampler = sitk.ResampleImageFilter()
    resampler.SetInterpolator(sitk.sitkBSpline)
    resampler.SetOutputSpacing([0.5] * 3)
    resampler.SetOutputOrigin([-0.25] * 3)
    resampler.SetSize([2 * n for n in size])
    return sitk.GetArrayFromImage(resampler.Execute(image))


def main():
    for size in ([2, 2, 6], [6, 6, 2], [64, 64, 2], [3, 3, 3], [6, 6, 3], [64, 64, 3]):
        first, changed, largest = resampled(size), 0, 0.0
        for i in range(30):
            other = [np.full(n, 10.0 ** (i % 7)) for n in (4, 8, 12, 24, 48, 64, 96, 144, 288, 512, 4096, 8192) * 5]
            del other
            again = resampled(size)
            changed = max(changed, int((again != first).sum()))
            largest = max(largest, float(np.abs(again - first).max()))
        print("%s: %d of %d voxels changed, by up to %g" % (size, changed, first.size, largest))


if __name__ == "__main__":
    main()
