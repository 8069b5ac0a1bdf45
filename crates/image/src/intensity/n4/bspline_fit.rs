//! The least-squares spline of Lee, Wolberg and Shin on a regular grid, one axis at a time.

use rayon::prelude::*;

use super::axis::Axis;
use super::lattice::Lattice;
use super::real::Real;
use super::samples::{Block, Run, Samples};
use crate::simd::{Kernel, dispatch};

/// Where the values of voxels come from that are summed.
pub(super) trait Source<T>: Sync {
    /// Puts the values of the voxels from position `from` of the packed arrays on into `out`. `#[inline(always)]`.
    fn fill(&self, from: usize, out: &mut [T]);
}

/// The weights of the voxels.
struct Weights<'a, T>(Option<&'a [T]>);

impl<T: Real> Source<T> for Weights<'_, T> {
    #[inline(always)]
    fn fill(&self, from: usize, out: &mut [T]) {
        match self.0 {
            Some(weights) => out.copy_from_slice(&weights[from..from + out.len()]),
            None => out.fill(T::of(1.0)),
        }
    }
}

/// Sums over the voxels of every block, `Σ_c w_k(c) f_c`, for each control point `k`, where the weights of a voxel are the
/// product of those along the three axes.
///
/// The product lets the sums be taken along y, then x, then z, so that a voxel costs `order + 1` multiplications in place
/// of `(order + 1)³`. `fill` puts `f` of a stretch of a block's values, given by its position in the block, into a slice.
pub(super) fn contract<T: Real>(samples: &Samples<T>, axes: [&Axis; 3], source: &impl Source<T>) -> Lattice {
    let [x, y, z] = axes;
    let row_weights: Vec<T> = y.weights.iter().map(|&w| T::of(w)).collect();
    let parts: Vec<Part> = samples
        .blocks
        .par_iter()
        .map(|block| {
            let first = y.first[block.y.start];
            let lines = dispatch(SumRows { samples, block, y, weights: &row_weights, source });
            Part { z: block.z, first, points: sum_lines(&lines, x) }
        })
        .collect();
    let mut out = Lattice::zeros([x.points, y.points, z.points]);
    let slice = x.points * y.points;
    for part in &parts {
        for (kz, &weight) in z.at(part.z).iter().enumerate() {
            let from = (z.first[part.z] + kz) * slice + part.first * x.points;
            for (o, p) in out.values[from..].iter_mut().zip(&part.points) {
                *o += weight * p;
            }
        }
    }
    out
}

/// What a block adds to a slice of the lattice: control points from row `first` on, x fastest.
struct Part {
    z: usize,
    first: usize,
    points: Vec<f64>,
}

/// Sums over the rows of a block: a line of sums for each control point along y that they reach.
struct SumRows<'a, T, S> {
    samples: &'a Samples<T>,
    block: &'a Block,
    y: &'a Axis,
    weights: &'a [T],
    source: &'a S,
}

impl<T: Real, S: Source<T>> Kernel for SumRows<'_, T, S> {
    type Output = Vec<T>;

    #[inline(always)]
    fn run(self) -> Vec<T> {
        let Self { samples, block, y, weights, source } = self;
        let nx = samples.size[0];
        let first = y.first[block.y.start];
        let reached = y.first[block.y.end - 1] + y.width - first;
        let mut lines = vec![T::default(); reached * nx];
        let mut row_values = vec![T::default(); nx];
        for (row, runs) in samples.rows_of(block) {
            let mut from = block.values.start + row.start;
            let mut end = 0;
            for &Run { x, len } in runs {
                row_values[end..x].fill(T::default());
                source.fill(from, &mut row_values[x..x + len]);
                from += len;
                end = x + len;
            }
            let start = runs.first().map_or(0, |run| run.x);
            let row_values = &row_values[start..end];
            let at = y.first[row.y] - first;
            let weights = &weights[row.y * y.width..][..y.width];
            for (line, &weight) in lines[at * nx..].chunks_exact_mut(nx).zip(weights) {
                for (sum, &value) in line[start..end].iter_mut().zip(row_values) {
                    *sum += weight * value;
                }
            }
        }
        lines
    }
}

/// Sums along x: for each line as many numbers as there are control points along x.
fn sum_lines<T: Real>(lines: &[T], x: &Axis) -> Vec<f64> {
    let nx = x.first.len();
    let mut points = vec![0.0; lines.len() / nx * x.points];
    for (line, points) in lines.chunks_exact(nx).zip(points.chunks_exact_mut(x.points)) {
        for (voxel, value) in line.iter().enumerate() {
            let value = value.f64();
            for (point, weight) in points[x.first[voxel]..].iter_mut().zip(x.at(voxel)) {
                *point += weight * value;
            }
        }
    }
    points
}

/// Sums of squared weights below this are taken for 0, as ITK takes them: a tenth of the distance of a `float` from 1 to
/// the next.
const NOTHING: f64 = 0.1 * f32::EPSILON as f64;

/// The fit of one level: which control points have data, and how much.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    numerator: [Axis; 3],
    denominator: Lattice,
}

impl Fit {
    /// The lattice point `k` that fits values `f_c` at voxels `c` of weight `δ_c` best is
    /// `φ_k = Σ_c δ_c w_kc² φ_kc / Σ_c δ_c w_kc²` with `φ_kc = w_kc f_c / Σ_a w_ac²` (Lee, Wolberg and Shin 1997,
    /// equations 3 to 5; the weights `δ` are those of Tustison and Gee 2006).
    pub fn new<T: Real>(samples: &Samples<T>, axes: &[Axis; 3]) -> Self {
        let [x, y, z] = [0, 1, 2].map(|a| axes[a].denominator());
        let weights = Weights(samples.weights.as_deref());
        let denominator = contract(samples, [&x, &y, &z], &weights);
        Self { numerator: [0, 1, 2].map(|a| axes[a].numerator()), denominator }
    }

    /// The lattice of the values of a source, which are already multiplied by their weights.
    pub fn fit<T: Real>(&self, samples: &Samples<T>, source: &impl Source<T>) -> Lattice {
        let [x, y, z] = &self.numerator;
        let mut lattice = contract(samples, [x, y, z], source);
        for (value, &weight) in lattice.values.iter_mut().zip(&self.denominator.values) {
            *value = if weight > NOTHING { *value / weight } else { 0.0 };
        }
        lattice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equations 3 to 5 as they stand: every voxel spreads its value over its control points.
    fn naive(size: [usize; 3], axes: &[Axis; 3], values: &[f64], weights: &[f64]) -> Vec<f64> {
        let n = [0, 1, 2].map(|a| axes[a].points);
        let (mut delta, mut omega) = (vec![0.0; n[0] * n[1] * n[2]], vec![0.0; n[0] * n[1] * n[2]]);
        for (offset, (&value, &confidence)) in values.iter().zip(weights).enumerate() {
            let at = [offset % size[0], offset / size[0] % size[1], offset / size[0] / size[1]];
            let mut reached = Vec::new();
            for (c, wz) in axes[2].at(at[2]).iter().enumerate() {
                for (b, wy) in axes[1].at(at[1]).iter().enumerate() {
                    for (a, wx) in axes[0].at(at[0]).iter().enumerate() {
                        let k = [a + axes[0].first[at[0]], b + axes[1].first[at[1]], c + axes[2].first[at[2]]];
                        reached.push(((k[2] * n[1] + k[1]) * n[0] + k[0], wx * wy * wz));
                    }
                }
            }
            let squares: f64 = reached.iter().map(|(_, w)| w * w).sum();
            for (k, w) in reached {
                let phi = w * value / squares;
                delta[k] += confidence * w * w * phi;
                omega[k] += confidence * w * w;
            }
        }
        delta.iter().zip(omega).map(|(d, o)| if o > NOTHING { d / o } else { 0.0 }).collect()
    }

    #[test]
    fn the_separable_fit_is_that_of_the_definition() {
        // Numbers without a pattern that a grid could hide.
        let scatter = |i: usize, n: usize| (i * i * 7919 + i * 104_729) % 1009 % n;
        for (size, points, order) in [
            ([9, 8, 7], [4, 5, 6], 3),
            ([12, 5, 1], [3, 4, 9], 2),
            ([3, 70, 3], [7, 11, 4], 3),
            ([6, 6, 6], [2, 3, 2], 1),
        ] {
            let count = size.iter().product();
            let confidence: Vec<f64> = (0..count).map(|i| scatter(i, 5) as f64 / 4.0).collect();
            let values: Vec<f64> = (0..count).map(|i| scatter(i + 5, 1000) as f64 / 1000.0 - 0.4).collect();
            let weight = |offset: usize| confidence[offset];
            let samples = Samples::<f64>::pack(
                size,
                |offset| (confidence[offset] > 0.0).then_some(values[offset]),
                Some(&weight),
            );
            let axes = [0, 1, 2].map(|a| Axis::new(size[a], points[a], order));
            let weights = samples.weights.clone().unwrap();
            let weighted: Vec<f64> = samples.log_image.iter().zip(&weights).map(|(v, w)| v * w).collect();
            let found = Fit::new(&samples, &axes).fit(&samples, &Weights(Some(&weighted)));
            let expected = naive(size, &axes, &values, &confidence);
            assert_eq!(found.values.len(), expected.len());
            for (f, e) in found.values.iter().zip(&expected) {
                assert!((f - e).abs() <= 1e-12, "{size:?} {f} {e}");
            }
            // Single precision keeps voxels and sums over rows as float.
            let single =
                Samples::<f32>::pack(size, |offset| (confidence[offset] > 0.0).then_some(values[offset]), None);
            let masked: Vec<f64> = confidence.iter().map(|&c| if c > 0.0 { 1.0 } else { 0.0 }).collect();
            let found = Fit::new(&single, &axes).fit(&single, &Weights(Some(&single.log_image)));
            let expected = naive(size, &axes, &values, &masked);
            for (f, e) in found.values.iter().zip(&expected) {
                assert!((f - e).abs() <= 1e-5 * (1.0 + e.abs()), "{size:?} {f} {e}");
            }
        }
    }
}
