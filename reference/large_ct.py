"""A made-up CT of 512 x 512 x 300 voxels (int16) with a lesion of 5 cm, to measure peak memory with.

    python large_ct.py FOLDER                # writes ct.nii.gz and lesion.nii.gz

The voxels are integers of SplitMix64, so every run makes the same files. `benches/peers/extract.py --case` then measures
time and peak memory of radsurv and PyRadiomics on them.
"""

import os
import sys

import numpy
import SimpleITK as sitk

SIZE = (300, 512, 512)  # z, y, x
SPACING = (0.8, 0.8, 1.0)
CENTRE_MM = (-30.0, 20.0, 10.0)
RADIUS_MM = 25.0


def splitmix(seed, count):
    """The first `count` numbers of SplitMix64, at once."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype="uint64") * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def make(folder):
    nz, ny, nx = SIZE
    y, x = numpy.meshgrid(numpy.arange(ny), numpy.arange(nx), indexing="ij")
    volume = numpy.empty(SIZE, dtype="int16")
    mask = numpy.zeros(SIZE, dtype="uint8")
    for z in range(nz):
        noise = (splitmix(z, ny * nx) % numpy.uint64(61)).astype("int16").reshape(ny, nx) - 30
        px, py, pz = (x - nx / 2) * SPACING[0], (y - ny / 2) * SPACING[1], (z - nz / 2) * SPACING[2]
        body = (px / 180) ** 2 + (py / 130) ** 2 < 1
        distance2 = (px - CENTRE_MM[0]) ** 2 + (py - CENTRE_MM[1]) ** 2 + (pz - CENTRE_MM[2]) ** 2
        lesion = distance2 <= RADIUS_MM ** 2
        volume[z] = numpy.where(lesion, 80, numpy.where(body, 40, -1000)) + noise
        mask[z] = lesion
    for name, array in (("ct", volume), ("lesion", mask)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing(SPACING)
        path = os.path.join(folder, name + ".nii.gz")
        sitk.WriteImage(image, path)
        print(path, array.dtype, array.shape[::-1], int(array.sum()) if name == "lesion" else "")


if __name__ == "__main__":
    make(*sys.argv[1:])
