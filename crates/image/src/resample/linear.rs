//! Trilinear interpolation with the arithmetic of ITK's `LinearInterpolateImageFunction`: along x, then y, then z, as
//! `a + (b - a) d`.

use rayon::prelude::*;

use super::cast::Cast;
use super::kernel::{MAX_TAPS, Source, Taps};
use super::mapping::{Mapping, is_inside_axis};
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

/// Interpolates on a target whose axes are the image's: the same operations, each done once.
pub(super) fn aligned<T: Cast>(mapping: &Mapping<'_>, source: &Source, size: [usize; 3], target: [usize; 3]) -> Vec<T> {
    let points = mapping.along_axes();
    let [x_axis, y_axis, z_axis] = [0, 1, 2].map(|a| -> Vec<Option<Step>> {
        let step = |&p: &f64| is_inside_axis(p, size[a]).then(|| Step::new(&linear_taps(p, size[a])));
        points[a].iter().map(step).collect()
    });
    let [nx, ny, nz] = target;
    let [_, rows, planes] = source.part.size;
    let start = source.part.start;
    let mut along_x = vec![0.0f64; nx * rows * planes];
    along_x.par_chunks_mut(nx).enumerate().for_each(|(row, out)| {
        let values = source.row(start[1] + row % rows, start[2] + row / rows);
        for (out, step) in out.iter_mut().zip(&x_axis) {
            if let Some(step) = step {
                let (lower, upper) = (values[step.lower - start[0]], values[step.upper - start[0]]);
                *out = lower + (upper - lower) * step.fraction;
            }
        }
    });
    let mut out = vec![T::default(); nx * ny * nz];
    out.par_chunks_mut(nx).enumerate().for_each(|(line, out)| {
        let (Some(y), Some(z)) = (&y_axis[line % ny], &z_axis[line / ny]) else { return };
        let row = |y: usize, z: usize| &along_x[((z - start[2]) * rows + y - start[1]) * nx..][..nx];
        let corners = [row(y.lower, z.lower), row(y.upper, z.lower), row(y.lower, z.upper), row(y.upper, z.upper)];
        for (x, out) in out.iter_mut().enumerate() {
            if x_axis[x].is_some() {
                let [a, b, c, d] = corners.map(|corner| corner[x]);
                let (lower, upper) = (a + (b - a) * y.fraction, c + (d - c) * y.fraction);
                *out = T::cast(lower + (upper - lower) * z.fraction);
            }
        }
    });
    out
}

/// Between which voxels of an axis a point lies. Where there is no upper neighbour the fraction is 0: since the values
/// are finite, that gives the lower one as it is.
struct Step {
    lower: usize,
    upper: usize,
    fraction: f64,
}

impl Step {
    fn new(taps: &Taps) -> Self {
        let upper = if taps.count == 2 { taps.index[1] } else { taps.index[0] };
        Self { lower: taps.index[0], upper, fraction: taps.weight[1] }
    }
}
