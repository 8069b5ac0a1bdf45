"""Feature values of real images in the 1037-feature configuration.

    python make_real.py DATA_FOLDER OUT_FOLDER

DATA_FOLDER has `pyradiomics/` (the images PyRadiomics tests itself with, and its prostate phantom) and `sts/` (TCIA
Soft-tissue-Sarcoma, T1 MRI). Only numbers are written. The ring is 0 < distance <= 50 mm outside the tumour by
SimpleITK's SignedMaurerDistanceMap, clipped to the image.
"""

import hashlib
import os
import sys

import SimpleITK as sitk

import oracle

PARAMS = """setting:
  binWidth: 25
  label: 1
imageType:
  Original: {}
  LoG:
    sigma: [3, 5]
  Wavelet: {}
featureClass:
  shape:
  firstorder:
  glcm:
  glrlm:
  glszm:
  gldm:
  ngtdm:
"""
RING_MM = 50.0
PATIENTS = ["STS_%03d" % i for i in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15)]
OTHERS = ["brain1", "brain2", "breast1", "prostate"]


def ring(mask):
    distance = sitk.SignedMaurerDistanceMap(mask == 1, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    d = sitk.GetArrayFromImage(distance)
    inside = (d > 0) & (d <= RING_MM)
    out = sitk.GetImageFromArray(inside.astype("uint8"))
    out.CopyInformation(mask)
    return out


def row(case, region, files, image, mask):
    near, single = {}, []

    def on_image(name, filtered, cropped, settings):
        close = oracle.near_edges(name, filtered, cropped, settings)
        if close is not None:
            near[name] = close
            if oracle.is_single(filtered):
                single.append(name)

    result = oracle.extract(PARAMS, "yaml", image, mask, on_image)
    labels = (sitk.GetArrayFromImage(mask) == 1).astype("uint8")
    out = {
        "id": "%s_%s" % (case, region), "image": files[0], "mask": files[1], "region": region,
        "voxels": int(labels.sum()), "region_sha1": hashlib.sha1(labels.tobytes()).hexdigest(),
        "near": near, "single": single,
    }
    out.update(result)
    print(out["id"], out["voxels"], len(out.get("features", {})), out.get("error", ""),
          {k: len(v) for k, v in near.items()}, flush=True)
    return out


def main(data, folder):
    header = {"made_by": "reference/make_real.py", "versions": oracle.versions(), "params": PARAMS, "ring_mm": RING_MM}
    rows = []
    for name in OTHERS:
        stem = "prostate_phantom_subvolume" if name == "prostate" else name
        files = (("pyradiomics/%s.nrrd" % stem, "pyradiomics/%s-label.nrrd" % stem) if name == "prostate" else
                 ("pyradiomics/%s_image.nrrd" % stem, "pyradiomics/%s_label.nrrd" % stem))
        image, mask = (sitk.ReadImage(os.path.join(data, f)) for f in files)
        rows.append(row(name, "mask", files, image, mask))
    oracle.write_lines(os.path.join(folder, "real_pyradiomics.jsonl.gz"), header, rows)
    rows = []
    for name in PATIENTS:
        files = ("sts/%s/MR_T1_image.nii.gz" % name, "sts/%s/MR_T1_mask.nii.gz" % name)
        image, mask = (sitk.ReadImage(os.path.join(data, f)) for f in files)
        rows.append(row(name, "mask", files, image, mask))
        rows.append(row(name, "ring", files, image, ring(mask)))
        oracle.write_lines(os.path.join(folder, "real_sts.jsonl.gz"), header, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
