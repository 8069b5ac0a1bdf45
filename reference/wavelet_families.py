"""Writes crates/features/src/filter/wavelet/families.txt: the filters of every discrete wavelet of PyWavelets.

    python reference/wavelet_families.py      (PyWavelets 1.9.0, whose own version string says 1.8.0; numpy < 2)

A line per wavelet: its name, the low-pass decomposition filter and, where it is not the first one reversed, `|` and
the low-pass reconstruction filter. Everything else follows from these two: the high-pass filters by alternating signs,
haar from db1 and the rbio from the bior. The numbers are the shortest that give the same double.
PyWavelets keeps coiflets without their factor sqrt(2) and applies it in the precision of the transform, so that their
single-precision filters are not the rounded double ones: here, too, they stand without it.
The script checks these statements against PyWavelets' filters and, by transforming an impulse, its float32 filters.
"""
import os

import numpy as np
import pywt

PATH = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "crates/features/src/filter/wavelet/families.txt"
)
SQRT2 = np.sqrt(2.0)


def single_precision_filters(wavelet):
    """The taps of PyWavelets' float32 filters: what an impulse becomes."""
    taps = wavelet.dec_len
    impulse = np.zeros(2 * taps, np.float32)
    impulse[0] = 1
    bands = pywt.swt(impulse, wavelet, level=1)[0]
    return [np.roll(band, taps // 2)[:taps] for band in bands]


def check(name, lo, rec_lo):
    """That all filters follow from the two that are stored."""
    wavelet = pywt.Wavelet(name)
    sign = np.where((len(lo) - 1 - np.arange(len(lo))) % 2, -1.0, 1.0)
    scale = name.startswith("coif")
    double = [v * SQRT2 if scale else v for v in (lo, sign * rec_lo)]
    single = [v.astype(np.float32) * (np.float32(SQRT2) if scale else np.float32(1)) for v in (lo, sign * rec_lo)]
    for ours, theirs in zip(double, (wavelet.dec_lo, wavelet.dec_hi)):
        assert np.array_equal(ours, np.array(theirs)), name
    for ours, theirs in zip(single, single_precision_filters(wavelet)):
        assert ours.dtype == np.float32 and np.array_equal(ours, theirs), name


def text(values):
    return " ".join(repr(float(v)).removesuffix(".0") for v in values)


def main():
    lines = []
    for family in ("db", "sym", "coif", "bior", "dmey"):
        for name in pywt.wavelist(family) if family != "dmey" else ["dmey"]:
            wavelet = pywt.Wavelet(name)
            lo, rec_lo = np.array(wavelet.dec_lo), np.array(wavelet.rec_lo)
            if family == "coif":
                lo, rec_lo = lo / SQRT2, rec_lo / SQRT2
            check(name, lo, rec_lo)
            if family == "bior":
                check(name.replace("bior", "rbio"), rec_lo[::-1], lo[::-1])
            line = f"{name} {text(lo)}"
            if not np.array_equal(rec_lo, lo[::-1]):
                line += f" | {text(rec_lo)}"
            lines.append(line)
    check("haar", np.array(pywt.Wavelet("db1").dec_lo), np.array(pywt.Wavelet("db1").rec_lo))
    with open(PATH, "w") as f:
        f.write("\n".join(lines) + "\n")
    print(PATH, len(lines), "lines", os.path.getsize(PATH), "bytes", "PyWavelets", pywt.__version__)


if __name__ == "__main__":
    main()
