//! Trilinear interpolation with the arithmetic of ITK's `LinearInterpolateImageFunction`: along x, then y, then z, as
//! `a + (b - a) d`.

use super::kernel::{MAX_TAPS, Source, Taps};
use super::nearest::floor;

/// The value at a continuous index.
pub(super) fn linear(index: [f64; 3], size: [usize; 3], source: &Source) -> f64 {
    interpolate(&[0, 1, 2].map(|a| linear_taps(index[a], size[a])), source, |v| v)
}

/// The lower neighbour, and unless the point lies on it or beyond the border the upper one; `weight[1]` is the
/// fraction of the way to the upper one.
pub(super) fn linear_taps(index: f64, size: usize) -> Taps {
    let base = floor(index).max(0);
    let distance = index - base as f64;
    let mut taps = Taps { index: [0; MAX_TAPS], weight: [0.0; MAX_TAPS], count: 1 };
    taps.index[0] = base as usize;
    // Without the upper neighbour ITK takes the lower one as it is, even if the upper one is not finite.
    if distance > 0.0 && base as usize + 1 < size {
        taps.index[1] = base as usize + 1;
        taps.weight[1] = distance;
        taps.count = 2;
    }
    taps
}

/// Interpolates a function of the voxel values.
#[inline]
pub(super) fn interpolate(taps: &[Taps; 3], source: &Source, value: impl Fn(f64) -> f64) -> f64 {
    let [tx, ty, tz] = taps;
    let along_x = |j: usize, k: usize| {
        let row = source.row(ty.index[j], tz.index[k]);
        let at = |i: usize| value(row[tx.index[i] - source.part.start[0]]);
        between(tx, at)
    };
    let along_y = |k: usize| between(ty, |j| along_x(j, k));
    between(tz, along_y)
}

#[inline]
fn between(taps: &Taps, at: impl Fn(usize) -> f64) -> f64 {
    let lower = at(0);
    if taps.count == 1 { lower } else { lower + (at(1) - lower) * taps.weight[1] }
}
