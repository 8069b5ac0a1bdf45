//! Interpolation on a grid parallel to the image's: one pass per axis with weights computed once per axis.
//!
//! A point needs 4 + 4 + 4 multiplications with a cubic spline instead of 64. The additions are in another order than
//! ITK's, so values differ in their last bits. That is harmless in a float image, but an integer image truncates:
//! a value of 100 that comes out as 99.999999999999986 becomes 99. So wherever the value of an integer image lies as
//! near to a whole number as rounding could matter, it is computed again in ITK's order.

use rayon::prelude::*;

use super::cast::Cast;
use super::kernel::{Kernel, Source, Taps};
use super::mapping::{Axes, Mapping, is_inside, is_inside_axis};

/// Taps of every target voxel along one axis, `N` per voxel.
struct Axis<const N: usize> {
    index: Vec<[usize; N]>,
    weight: Vec<[f64; N]>,
    inside: Vec<bool>,
    /// Range of indices that occur.
    first: usize,
    last: usize,
}

impl<const N: usize> Axis<N> {
    /// `start` is subtracted from every index. Points outside the image get no weight.
    fn new(points: &[f64], size: usize, start: usize, normalise: bool, taps: impl Fn(f64) -> Taps) -> Self {
        let mut axis = Self { index: Vec::new(), weight: Vec::new(), inside: Vec::new(), first: usize::MAX, last: 0 };
        for &point in points {
            let mut index = [0; N];
            let mut weight = [0.0; N];
            // A little beyond the border too, because the exact test may let such a point in.
            let near = point >= -0.5 - 1e-6 && point < size as f64 - 0.5 + 1e-6;
            if near {
                let taps = taps(point.clamp(-0.5, size as f64 - 0.5));
                let total: f64 = if normalise { taps.weight[..taps.count].iter().sum() } else { 1.0 };
                for k in 0..N {
                    // Fewer taps than N: the last one again, without weight.
                    let tap = k.min(taps.count - 1);
                    index[k] = taps.index[tap] - start;
                    weight[k] = if k < taps.count { taps.weight[k] / total } else { 0.0 };
                    axis.first = axis.first.min(index[k]);
                    axis.last = axis.last.max(index[k]);
                }
            }
            axis.index.push(index);
            axis.weight.push(weight);
            axis.inside.push(is_inside_axis(point, size));
        }
        // Points outside must look at something that is computed.
        for (index, weight) in axis.index.iter_mut().zip(&axis.weight) {
            if weight.iter().all(|&w| w == 0.0) {
                *index = [axis.first.min(axis.last); N];
            }
        }
        axis
    }
}

/// Interpolates on the whole target.
///
/// `N` is the largest number of taps of the kernel along an axis.
pub(super) fn separable<T: Cast, K: Kernel, const N: usize>(
    kernel: &K,
    mapping: &Mapping<'_>,
    source: &Source,
    image_size: [usize; 3],
    dimension: usize,
    target_size: [usize; 3],
) -> Vec<T> {
    let points = mapping.along_axes();
    let axis = |a: usize| {
        Axis::<N>::new(&points[a], image_size[a], source.part.start[a], K::NORMALISED, |point| {
            let mut index = [0.0; 3];
            index[a] = point;
            kernel.all_taps(index, image_size, dimension)[a]
        })
    };
    let [x_axis, y_axis, z_axis] = [axis(0), axis(1), axis(2)];
    let [nx, ny, _] = target_size;
    let mut out = vec![T::default(); target_size.iter().product()];
    if [&x_axis, &y_axis, &z_axis].iter().any(|axis| axis.first == usize::MAX) {
        return out;
    }
    let (y_first, z_first) = (y_axis.first, z_axis.first);
    let (rows, planes) = (y_axis.last - y_first + 1, z_axis.last - z_first + 1);

    // Along x, for every row of the source that is looked at.
    let mut along_x = vec![0.0f64; nx * rows * planes];
    along_x.par_chunks_mut(nx).enumerate().for_each(|(row, out)| {
        let from = (y_first + row % rows) * source.stride_y + (z_first + row / rows) * source.stride_z;
        let values = &source.values[from..from + source.part.size[0]];
        for ((out, index), weight) in out.iter_mut().zip(&x_axis.index).zip(&x_axis.weight) {
            *out = (0..N).fold(0.0, |sum, k| sum + weight[k] * values[index[k]]);
        }
    });

    // How near to a whole number the order of additions could matter: many units in the last place of the largest
    // value that goes in, and what the inexact coordinates of parallel grids make of it.
    let inexact = if let Axes::Parallel(voxels) = mapping.axes { voxels } else { 0.0 };
    let largest = source.values.par_iter().map(|v| v.abs()).reduce(|| 0.0, f64::max);
    let unsure = largest * (1e-12 + 32.0 * inexact);

    // Along z, then y, one slice of the target at a time.
    out.par_chunks_mut(nx * ny).enumerate().for_each_init(
        || (vec![0.0; nx * rows], vec![0.0; nx]),
        |(plane, line), (z, out)| {
            let z_weight = &z_axis.weight[z];
            let sources: [&[f64]; N] =
                std::array::from_fn(|k| &along_x[(z_axis.index[z][k] - z_first) * nx * rows..][..nx * rows]);
            combine(plane, &sources, z_weight);
            for (y, out) in out.chunks_exact_mut(nx).enumerate() {
                let sources: [&[f64]; N] = std::array::from_fn(|k| &plane[(y_axis.index[y][k] - y_first) * nx..][..nx]);
                combine(line, &sources, &y_axis.weight[y]);
                let exact = mapping.row(y, z);
                for x in 0..nx {
                    let inside = match mapping.axes {
                        Axes::Aligned => x_axis.inside[x] && y_axis.inside[y] && z_axis.inside[z],
                        _ => is_inside(exact.at(x), image_size),
                    };
                    if !inside {
                        continue;
                    }
                    let mut value = line[x];
                    if T::IS_INTEGER && is_near_integer(value, unsure) {
                        value = kernel.sum(&kernel.all_taps(exact.at(x), image_size, dimension), source);
                    }
                    out[x] = T::cast(value);
                }
            }
        },
    );
    out
}

/// Whether truncation could go either way. Around 0 it cannot.
#[inline]
fn is_near_integer(value: f64, unsure: f64) -> bool {
    let fraction = (value - value as i64 as f64).abs(); // the cast truncates; far beyond i64 it is clamped anyway
    (fraction <= unsure || fraction >= 1.0 - unsure) && value.abs() > 0.5
}

/// `out = sum_k weight_k source_k`, element by element.
#[inline]
fn combine<const N: usize>(out: &mut [f64], sources: &[&[f64]; N], weight: &[f64; N]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = (0..N).fold(0.0, |sum, k| sum + weight[k] * sources[k][i]);
    }
}
