"""PyRadiomics 3.0.1 as the oracle: one place that runs it, so that every golden value comes about in the same way.

Two things are changed, neither touches a number:

- `getMask` of 3.0.1 rejects a mask with a single value, so also one that fills the image; 3.1 accepts it. The check for
  an empty mask is 3.1's here.
- the extractor hands out each filtered image on its way to the features.
"""

import json
import logging
import os
import tempfile
import warnings

import numpy
import SimpleITK as sitk

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import pywt  # noqa: E402
import radiomics  # noqa: E402
import scipy  # noqa: E402
import skimage  # noqa: E402
import trimesh  # noqa: E402
from radiomics import featureextractor, glcm, imageoperations  # noqa: E402

DTYPES = {
    "uint8": sitk.sitkUInt8, "int8": sitk.sitkInt8, "uint16": sitk.sitkUInt16, "int16": sitk.sitkInt16,
    "uint32": sitk.sitkUInt32, "int32": sitk.sitkInt32, "uint64": sitk.sitkUInt64, "int64": sitk.sitkInt64,
    "float32": sitk.sitkFloat32, "float64": sitk.sitkFloat64,
}


def _get_mask(mask, **kwargs):
    """`imageoperations.getMask` with the empty-mask check of PyRadiomics 3.1."""
    label = kwargs.get("label", 1)
    channel = kwargs.get("label_channel", 0)
    if "vector" in mask.GetPixelIDTypeAsString().lower():
        assert channel < mask.GetNumberOfComponentsPerPixel(), "label_channel"
        selector = sitk.VectorIndexSelectionCastImageFilter()
        selector.SetIndex(channel)
        mask = selector.Execute(mask)
    mask = sitk.Cast(mask, sitk.sitkUInt32)
    labels = numpy.unique(sitk.GetArrayFromImage(mask))
    if len(labels) == 1 and labels[0] == 0:
        raise ValueError("No labels found in this mask (i.e. nothing is segmented)!")
    if label not in labels:
        raise ValueError("Label (%g) not present in mask. Choose from %s" % (label, labels[labels != 0]))
    return mask


imageoperations.getMask = _get_mask


def versions():
    """What the values depend on."""
    return {
        "pyradiomics": "3.0.1", "numpy": numpy.__version__, "scipy": scipy.__version__,
        "SimpleITK": sitk.Version.VersionString(), "PyWavelets": pywt.__version__,
        "scikit-image": skimage.__version__, "trimesh": trimesh.__version__,
        "note": "masks that fill the image are accepted, as in PyRadiomics 3.1",
    }


_dropped = []
_eigvals = numpy.linalg.eigvals


def _noticing_eigvals(matrices):
    """`numpy.linalg.eigvals`; notices the angles that MCC loses.

    MCC is the mean over angles of the square root of an eigenvalue. Where that is 0, rounding makes it a little less in
    some angles: their root is NaN, and the mean leaves them out. Which ones is up to LAPACK. The mean with 0 in their
    place is kept beside the value.
    """
    values = _eigvals(matrices)
    if values.ndim == 3 and values.shape[2] > 1 and not numpy.iscomplexobj(values):
        second = numpy.sort(values)[:, :, -2]
        if numpy.any((second < 0) & (second > -1e-9)):
            _dropped.append(float(numpy.nanmean(numpy.sqrt(numpy.maximum(second, 0)), 1)[0]))
    return values


numpy.linalg.eigvals = _noticing_eigvals

_noisy = []
_correlation = glcm.RadiomicsGLCM.getCorrelationFeatureValue


def _noticing_correlation(self):
    """`Correlation`; notices the angles that it gets wrong.

    Where a margin is constant its deviation is 0 and the correlation 1 by definition. Rounding of the mean can make the
    deviation some 1e-15, and then the quotient is 0 or noise. The mean over angles with 1 in their place is kept beside it.
    """
    value = _correlation(self)
    p, c = self.P_glcm, self.coefficients
    levels = self.coefficients["i"][None, :, :, None], self.coefficients["j"][None, :, :, None]
    sx, sy = (numpy.sum(p * (v - m) ** 2, (1, 2)) ** 0.5 for v, m in zip(levels, (c["ux"], c["uy"])))
    noise = (sx * sy > 0) & (numpy.minimum(sx, sy) < 1e-12)
    if numpy.any(noise):
        product = numpy.sum(p * (levels[0] - c["ux"]) * (levels[1] - c["uy"]), (1, 2))
        each = product / (sx * sy + numpy.spacing(1))
        each[(sx * sy == 0) | noise] = 1
        _noisy.append(float(numpy.nanmean(each, 1)[0]))
    return value


glcm.RadiomicsGLCM.getCorrelationFeatureValue = _noticing_correlation


class Extractor(featureextractor.RadiomicsFeatureExtractor):
    """PyRadiomics' extractor; `on_image(name, image, mask, settings)` sees each image that features are computed of."""

    def __init__(self, *args, on_image=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.on_image = on_image
        self.mcc_without_loss = {}

    def computeFeatures(self, image, mask, imageTypeName, **kwargs):
        if self.on_image is not None:
            self.on_image(imageTypeName, image, mask, kwargs)
        _dropped.clear()
        _noisy.clear()
        features = super().computeFeatures(image, mask, imageTypeName, **kwargs)
        if _dropped:
            self.mcc_without_loss["%s_glcm_MCC" % imageTypeName] = _dropped[0]
        if _noisy:
            self.mcc_without_loss["%s_glcm_Correlation" % imageTypeName] = _noisy[0]
        return features


def extractor(text, form="yaml", on_image=None):
    """An extractor of a parameter file given as text (`form` is yaml or json)."""
    # PyRadiomics keeps the tolerance of the last extractor in a global: each extraction must start from the default.
    featureextractor.geometryTolerance = None
    sitk.ProcessObject.SetGlobalDefaultCoordinateTolerance(1e-6)
    sitk.ProcessObject.SetGlobalDefaultDirectionTolerance(1e-6)
    handle, path = tempfile.mkstemp(suffix="." + form)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        return Extractor(path, on_image=on_image)
    finally:
        os.unlink(path)


def number(value):
    """A value for JSON: 17 digits by repr; NaN and infinities as text, which JSON has no numbers for."""
    value = numpy.asarray(value)
    if value.shape != ():
        raise ValueError("not a scalar: %r" % (value,))
    if numpy.iscomplexobj(value):
        raise ValueError("complex: %r" % (value,))
    value = float(value)
    return value if numpy.isfinite(value) else repr(value)


def extract(text, form, image, mask, on_image=None):
    """`{"features": {...}, "diagnostics": {...}}`, or `{"error": "<type>: <message>"}` where PyRadiomics raises."""
    try:
        own = extractor(text, form, on_image)
        result = own.execute(image, mask)
    except Exception as error:  # whatever it raises is what a user of it sees
        return {"error": "%s: %s" % (type(error).__name__, str(error).strip().split("\n")[-1][:200])}
    features, diagnostics = {}, {}
    for key, value in result.items():
        if not key.startswith("diagnostics_"):
            features[key] = number(value)
        elif "_Versions_" not in key:
            diagnostics[key] = str(value)  # as the command line of PyRadiomics writes it
    out = {"features": features}
    if diagnostics:
        out["diagnostics"] = diagnostics
    if own.mcc_without_loss:
        out["mcc_without_loss"] = own.mcc_without_loss
    return out


def near_edges(name, image, mask, settings):
    """Voxels of the region whose last bits can decide a feature, if the image is one of which the last bits may differ.

    Those images are: float32 ones; the higher levels of LBP3D, for which numpy's own bits depend on the processor; and
    images resampled to a float type, where sums may go in another order. For others the result is None.

    A voxel is listed as [position, value] if its value lies near a bin edge, or near the 10th or 90th percentile (which
    RobustMeanAbsoluteDeviation cuts off at). The position counts the voxels of the cropped image, x fastest. Near is
    within 4 units of the last place, of a float32 as large as the edge (for the edge 0 as the bin's width), or within 64
    of a float64 as large as the largest value. Values that are exactly 0 (an empty background) are not listed.
    """
    values = sitk.GetArrayFromImage(image)
    single = values.dtype == numpy.float32
    resampled = settings.get("resampledPixelSpacing") is not None and settings.get("interpolator") is not None
    harmonics = name.startswith("lbp-3D-m") and name != "lbp-3D-m1"
    if not (single or harmonics or (resampled and values.dtype == numpy.float64)):
        return None
    if name == "original" and not resampled:
        return None
    inside = sitk.GetArrayFromImage(mask) == settings.get("label", 1)
    where = numpy.flatnonzero(inside.ravel())
    v = values.ravel()[where].astype("float64")
    edges = numpy.asarray(imageoperations.getBinEdges(values[inside], **settings), dtype="float64")
    width = abs(edges[1] - edges[0])
    edges = numpy.sort(numpy.concatenate([edges, numpy.percentile(v, [10, 90])]))
    at = numpy.clip(numpy.searchsorted(edges, v), 1, len(edges) - 1)
    nearest = numpy.where(numpy.abs(v - edges[at - 1]) < numpy.abs(v - edges[at]), edges[at - 1], edges[at])
    if single:
        near = 4 * numpy.spacing(numpy.maximum(numpy.abs(nearest), width).astype("float32")).astype("float64")
    else:
        near = 64 * numpy.spacing(numpy.max(numpy.abs(v)))
    close = (numpy.abs(v - nearest) <= near) & (v != 0)
    return [[int(p), float(x)] for p, x in zip(where[close], v[close])]


def is_single(image):
    """Whether an image is of single precision."""
    return image.GetPixelID() == sitk.sitkFloat32


def write_lines(path, header, rows):
    """A golden file: gzipped JSON lines, the first says where the values come from. The bytes depend on nothing else."""
    import gzip
    import io

    raw = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as file:
        for row in [header] + list(rows):
            file.write((json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n").encode())
    with open(path, "wb") as file:
        file.write(raw.getvalue())
