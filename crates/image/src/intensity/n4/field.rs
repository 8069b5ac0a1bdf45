//! Evaluation of the field at the voxels: the update of the image, and the measure of convergence.

use rayon::prelude::*;

use super::axis::Axis;
use super::lattice::Lattice;
use super::real::Real;
use super::samples::{Block, Run, Samples};
use crate::simd::{Kernel, dispatch};

/// What a pass over the voxels found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Update<T> {
    /// Smallest corrected log intensity.
    pub minimum: T,
    /// Largest corrected log intensity.
    pub maximum: T,
    /// Coefficient of variation of `exp(change of the field)`.
    pub convergence: f64,
}

/// The smallest and the largest of values; infinities if there is none.
pub(super) fn range<T: Real>(values: &[T]) -> (T, T) {
    let mut range = Range::new();
    range.add(values);
    range.finish()
}

/// Corrects the log intensities by the new field, `u = v - b`, and measures the change since the last field.
///
/// Convergence is the coefficient of variation of `exp(b' - b)` over the voxels that take part, with `b'` the field
/// before (Tustison et al. 2010, section II-C): standard deviation over N - 1, divided by the mean. These exponentials are
/// put into `ratios` if it has room for them (else it is empty).
pub(super) fn update<T: Real>(
    samples: &Samples<T>,
    axes: &[Axis; 3],
    [total, change]: [&Lattice; 2],
    corrected: &mut [T],
    ratios: &mut [f32],
) -> Update<T> {
    let weights: Vec<T> = axes[1].weights.iter().map(|&w| T::of(w)).collect();
    let ratios = if ratios.is_empty() {
        samples.blocks.iter().map(|_| Default::default()).collect()
    } else {
        samples.split(ratios)
    };
    let parts: Vec<(Range<T>, Moments)> = samples
        .blocks
        .par_iter()
        .zip(samples.split(corrected))
        .zip(ratios)
        .map(|((block, corrected), ratios)| {
            let [total, change] = [total, change].map(|lattice| Lines::new(lattice, axes, block.z, block.y.clone()));
            dispatch(UpdateBlock {
                samples,
                block,
                width: axes[1].width,
                weights: &weights,
                total,
                change,
                corrected,
                ratios,
            })
        })
        .collect();
    let (mut range, mut moments) = (Range::new(), Moments::default());
    for (r, m) in &parts {
        range.merge(r);
        moments.merge(m);
    }
    let (minimum, maximum) = range.finish();
    Update { minimum, maximum, convergence: moments.coefficient_of_variation() }
}

struct UpdateBlock<'a, T> {
    samples: &'a Samples<T>,
    block: &'a Block,
    /// Weights of the rows along y: so many for each.
    width: usize,
    weights: &'a [T],
    total: Lines<T>,
    change: Lines<T>,
    corrected: &'a mut [T],
    ratios: &'a mut [f32],
}

impl<T: Real> Kernel for UpdateBlock<'_, T> {
    type Output = (Range<T>, Moments);

    #[inline(always)]
    fn run(self) -> (Range<T>, Moments) {
        let nx = self.samples.size[0];
        let (mut field, mut step) = (vec![T::default(); nx], vec![T::default(); nx]);
        let (mut range, mut moments) = (Range::new(), Moments::default());
        let log_image = &self.samples.log_image[self.block.values.clone()];
        for (row, runs) in self.samples.rows_of(self.block) {
            let (Some(first), Some(last)) = (runs.first(), runs.last()) else { continue };
            let (start, end) = (first.x, last.x + last.len);
            let weights = &self.weights[row.y * self.width..][..self.width];
            self.total.row(row.y, weights, start, &mut field[start..end]);
            self.change.row(row.y, weights, start, &mut step[start..end]);
            let mut position = row.start;
            for &Run { x, len } in runs {
                let corrected = &mut self.corrected[position..position + len];
                let log_image = &log_image[position..position + len];
                for ((u, &v), &b) in corrected.iter_mut().zip(log_image).zip(&field[x..x + len]) {
                    *u = v - b;
                }
                range.add(corrected);
                moments.add(&mut step[x..x + len]);
                if let Some(ratios) = self.ratios.get_mut(position..position + len) {
                    for (ratio, &q) in ratios.iter_mut().zip(&step[x..x + len]) {
                        *ratio = (T::of(1.0) + q).f64() as f32;
                    }
                }
                position += len;
            }
        }
        (range, moments.folded())
    }
}

/// A lattice summed over z and x: what is left is a sum over y.
struct Lines<T> {
    voxels: usize,
    first: usize,
    of_row: Vec<usize>,
    lines: Vec<T>,
}

impl<T: Real> Lines<T> {
    fn new(lattice: &Lattice, axes: &[Axis; 3], z: usize, rows: std::ops::Range<usize>) -> Self {
        let y = &axes[1];
        let first = y.first[rows.start];
        let end = y.first[rows.end - 1] + y.width;
        let lines = lattice.lines([&axes[0], y, &axes[2]], z, first..end);
        Self {
            voxels: axes[0].first.len(),
            first,
            of_row: y.first.clone(),
            lines: lines.into_iter().map(T::of).collect(),
        }
    }

    /// The field of a row from `start` on.
    #[inline(always)]
    fn row(&self, y: usize, weights: &[T], start: usize, out: &mut [T]) {
        let at = (self.of_row[y] - self.first) * self.voxels;
        let end = start + out.len();
        let mut lines = self.lines[at..].chunks_exact(self.voxels).map(|line| &line[start..end]);
        if let [w0, w1, w2, w3] = *weights
            && let (Some(a), Some(b), Some(c), Some(d)) = (lines.next(), lines.next(), lines.next(), lines.next())
        {
            for ((((out, &a), &b), &c), &d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *out = (w0 * a + w1 * b) + (w2 * c + w3 * d);
            }
            return;
        }
        out.fill(T::default());
        for (line, &weight) in lines.zip(weights) {
            for (out, &value) in out.iter_mut().zip(line) {
                *out += weight * value;
            }
        }
    }
}

/// The field of a lattice at every voxel of a grid, x fastest.
pub(super) fn evaluate<T: Real>(lattice: &Lattice, axes: &[Axis; 3]) -> Vec<T> {
    let [nx, ny, nz] = [0, 1, 2].map(|a| axes[a].first.len());
    let weights: Vec<T> = axes[1].weights.iter().map(|&w| T::of(w)).collect();
    let mut out = vec![T::default(); nx * ny * nz];
    out.par_chunks_mut(nx * ny).enumerate().for_each(|(z, slice)| {
        let lines = Lines::new(lattice, axes, z, 0..ny);
        for (y, row) in slice.chunks_exact_mut(nx).enumerate() {
            lines.row(y, &weights[y * axes[1].width..][..axes[1].width], 0, row);
        }
    });
    out
}

const LANES: usize = 16;

/// The smallest and the largest of values, in lanes so that it is vectorised.
#[derive(Debug, Clone, Copy)]
struct Range<T> {
    low: [T; LANES],
    high: [T; LANES],
}

impl<T: Real> Range<T> {
    fn new() -> Self {
        let negative = T::default() - T::infinity();
        Self { low: [T::infinity(); LANES], high: [negative; LANES] }
    }

    #[inline(always)]
    fn add(&mut self, values: &[T]) {
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for lane in 0..LANES {
                let v = chunk[lane];
                self.low[lane] = if v < self.low[lane] { v } else { self.low[lane] };
                self.high[lane] = if v > self.high[lane] { v } else { self.high[lane] };
            }
        }
        for (lane, &v) in rest.iter().enumerate() {
            self.low[lane] = if v < self.low[lane] { v } else { self.low[lane] };
            self.high[lane] = if v > self.high[lane] { v } else { self.high[lane] };
        }
    }

    fn merge(&mut self, other: &Self) {
        // Lanes that no value came to hold infinities: lows and highs must not mix.
        for lane in 0..LANES {
            let (low, high) = (other.low[lane], other.high[lane]);
            self.low[lane] = if low < self.low[lane] { low } else { self.low[lane] };
            self.high[lane] = if high > self.high[lane] { high } else { self.high[lane] };
        }
    }

    fn finish(&self) -> (T, T) {
        let low = self.low.iter().fold(T::infinity(), |a, &b| if b < a { b } else { a });
        let high = self.high.iter().fold(T::default() - T::infinity(), |a, &b| if b > a { b } else { a });
        (low, high)
    }
}

/// Number, sum and sum of squares of `exp(-d) - 1` for changes `d`.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: usize,
    sum: [f64; LANES],
    squares: [f64; LANES],
}

impl Moments {
    /// Takes in changes, which are overwritten.
    #[inline(always)]
    fn add<T: Real>(&mut self, changes: &mut [T]) {
        let mut range = Range::new();
        range.add(changes);
        let (low, high) = range.finish();
        if low.f64() < -0.25 || high.f64() > 0.25 {
            for d in changes.iter_mut() {
                *d = T::of((-d.f64()).exp_m1());
            }
        } else {
            // The series of e^x - 1 up to x^9: the rest is below 1e-12 of it.
            let inverse = [9, 8, 7, 6, 5, 4, 3, 2].map(|n| T::of(1.0 / f64::from(n)));
            let one = T::of(1.0);
            for d in changes.iter_mut() {
                let x = T::default() - *d;
                *d = x * inverse.iter().fold(one, |tail, &inverse| one + x * inverse * tail);
            }
        }
        self.count += changes.len();
        let (chunks, rest) = changes.as_chunks::<LANES>();
        for chunk in chunks {
            for lane in 0..LANES {
                let q = chunk[lane].f64();
                self.sum[lane] += q;
                self.squares[lane] += q * q;
            }
        }
        for (lane, q) in rest.iter().enumerate() {
            let q = q.f64();
            self.sum[lane] += q;
            self.squares[lane] += q * q;
        }
    }

    /// The same sums in the first lane.
    fn folded(&self) -> Self {
        let mut out = Self { count: self.count, ..Self::default() };
        out.sum[0] = self.sum.iter().sum();
        out.squares[0] = self.squares.iter().sum();
        out
    }

    fn merge(&mut self, folded: &Self) {
        self.count += folded.count;
        self.sum[0] += folded.sum[0];
        self.squares[0] += folded.squares[0];
    }

    /// Standard deviation of `exp(-d)` over N - 1, divided by its mean; 0 for less than two voxels.
    fn coefficient_of_variation(&self) -> f64 {
        if self.count < 2 {
            return 0.0;
        }
        let n = self.count as f64;
        let mean = self.sum[0] / n;
        let variance = ((self.squares[0] - self.sum[0] * mean) / (n - 1.0)).max(0.0);
        variance.sqrt() / (1.0 + mean)
    }
}

/// The coefficient of variation of `ratios` as ITK computes it, by a running mean and a running sum of squares that are
/// rounded to single precision at every voxel: `m ← m (1 - 1/N) + r/N` and, with the mean before, `s ← s + (r - m)² (N - 1)/N`.
/// The counter `N` is a `float` too.
pub(super) fn convergence_as_itk(ratios: &[f32]) -> f64 {
    let (mut mean, mut squares, mut n) = (0.0f32, 0.0f32, 0.0f32);
    for &ratio in ratios {
        n += 1.0;
        let count = f64::from(n);
        if n > 1.0 {
            let off = ratio - mean;
            squares = (f64::from(squares) + f64::from(off * off) * (count - 1.0) / count) as f32;
        }
        mean = (f64::from(mean) * (1.0 - 1.0 / count) + f64::from(ratio / n)) as f32;
    }
    if n < 2.0 {
        return 0.0;
    }
    let deviation = (f64::from(squares) / (f64::from(n) - 1.0)).sqrt() as f32;
    f64::from(deviation / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_few_values_merge() {
        let mut range = Range::new();
        range.add(&[2.0f32, 1.0]);
        let mut other = Range::new();
        other.add(&[3.0f32]);
        range.merge(&other);
        range.merge(&Range::new());
        assert_eq!(range.finish(), (1.0, 3.0));
    }

    #[test]
    fn with_its_rounding_it_is_nearly_the_same() {
        let ratios: Vec<f32> = (0..1000).map(|i| 1.0 + 0.01 * ((i * 7919 % 1009) as f32 / 1009.0 - 0.5)).collect();
        let mean = ratios.iter().map(|&r| f64::from(r)).sum::<f64>() / 1000.0;
        let variance = ratios.iter().map(|&r| (f64::from(r) - mean).powi(2)).sum::<f64>() / 999.0;
        assert!((convergence_as_itk(&ratios) / (variance.sqrt() / mean) - 1.0).abs() < 1e-4);
        assert_eq!((convergence_as_itk(&[]), convergence_as_itk(&[1.0])), (0.0, 0.0));
    }

    #[test]
    fn moments_are_those_of_the_exponential() {
        for scale in [1e-5, 0.1, 0.3, 2.0] {
            let changes: Vec<f64> = (0..37).map(|i| scale * f64::from(i * 7 % 11 - 5) / 5.0).collect();
            let values: Vec<f64> = changes.iter().map(|d| (-d).exp()).collect();
            let mean = values.iter().sum::<f64>() / 37.0;
            let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 36.0).sqrt();
            let mut moments = Moments::default();
            moments.add(&mut changes.clone());
            let found = moments.folded().coefficient_of_variation();
            assert!((found / (deviation / mean) - 1.0).abs() < 1e-9, "{scale}: {found} {}", deviation / mean);
        }
    }
}
