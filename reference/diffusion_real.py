"""Mean ADC of a real DTI series, from its NIfTI conversion: printed for the test of the same series with the b-values of its DICOM files.

    python diffusion_real.py DATA/dicom_samples/dwi/uih_dti_AP_ref
"""

import sys

import numpy as np
import SimpleITK as sitk

name = sys.argv[1]
b = np.array([float(v) for v in open(name + ".bval").read().split()])
s = sitk.GetArrayFromImage(sitk.ReadImage(name + ".nii.gz")).astype(float)
low = s[b < 10][0]
with np.errstate(divide="ignore"):
    trace = np.exp(np.log(s[b > 10]).mean(axis=0))
use = (low > 300) & (trace > 0)
x = np.array([b[b < 10][0], b[b > 10][0]])
for label, x in (("b-values of the .bval file", x), ("b-values of the DICOM files", np.array([1.2519398052526836, 928.2885599370205]))):
    slope, intercept = np.polyfit(x, np.log([low[use], trace[use]]), 1)
    adc = -slope
    print(label, use.sum(), repr(adc.mean()), repr(np.median(adc)), repr(np.exp(intercept).mean()), (adc < 0).sum())
