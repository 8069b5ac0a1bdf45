//! B-spline interpolation of orders 1 to 5 with mirrored borders.
//!
//! The image is written as a sum of B-splines centred on the voxels, `f(x) = sum_k c_k b(x - k)` along each axis; the
//! coefficients `c` that make it pass through the voxel values come from recursive filters, one causal and one
//! anticausal per pole of the spline. Unser, Aldroubi, Eden: B-spline signal processing, parts I and II. IEEE Trans.
//! Signal Processing 41 (1993) 821-848 (equation 2.5 and table I of part II); Unser: Splines, a perfect fit for signal
//! and image processing. IEEE Signal Processing Magazine 16 (1999) 22-38 (box 2).
//!
//! Operations and their order are those of ITK's `BSplineDecompositionImageFilter` (with its tolerance of 1e-10 for the
//! start of the causal filter) and `BSplineInterpolateImageFunction`.

use rayon::prelude::*;

use super::kernel::{Kernel, MAX_TAPS, Source, Taps};
use crate::geometry::IndexBox;

/// The weights of a B-spline of order 1 to 5.
pub(super) struct BSpline {
    /// The order.
    pub order: usize,
}

impl Kernel for BSpline {
    fn radius(&self) -> usize {
        self.order / 2 + 2
    }

    fn taps(&self, index: f64, size: usize) -> Taps {
        // ITK finds the first voxel in single precision: 2.99999999 counts as 3.
        let half = if self.order % 2 == 1 { 0.0f32 } else { 0.5 };
        let first = (index as f32 + half).floor() as i64 - (self.order / 2) as i64;
        let mut taps = Taps { index: [0; MAX_TAPS], weight: self.weights(index, first), count: self.order + 1 };
        for k in 0..taps.count {
            taps.index[k] = mirror(first + k as i64, size);
        }
        taps
    }

    fn sum(&self, taps: &[Taps; 3], source: &Source) -> f64 {
        let mut sum = 0.0;
        source.visit(taps, |value, [x, y, z]| sum += x * y * z * value);
        sum
    }
}

impl BSpline {
    /// The weights of the voxels from `first` on.
    fn weights(&self, index: f64, first: i64) -> [f64; MAX_TAPS] {
        let mut out = [0.0; MAX_TAPS];
        let from = |k: i64| index - (first + k) as f64;
        match self.order {
            1 => {
                let w = from(0);
                out[1] = w;
                out[0] = 1.0 - w;
            }
            2 => {
                let w = from(1);
                out[1] = 0.75 - w * w;
                out[2] = 0.5 * (w - out[1] + 1.0);
                out[0] = 1.0 - out[1] - out[2];
            }
            3 => {
                let w = from(1);
                out[3] = (1.0 / 6.0) * w * w * w;
                out[0] = (1.0 / 6.0) + 0.5 * w * (w - 1.0) - out[3];
                out[2] = w + out[0] - 2.0 * out[3];
                out[1] = 1.0 - out[0] - out[2] - out[3];
            }
            4 => {
                let w = from(2);
                let w2 = w * w;
                let t = (1.0 / 6.0) * w2;
                let w4 = (0.5 - w) * (0.5 - w);
                out[0] = w4 * ((1.0 / 24.0) * w4);
                let t0 = w * (t - 11.0 / 24.0);
                let t1 = 19.0 / 96.0 + w2 * (0.25 - t);
                out[1] = t1 + t0;
                out[3] = t1 - t0;
                out[4] = out[0] + t0 + 0.5 * w;
                out[2] = 1.0 - out[0] - out[1] - out[3] - out[4];
            }
            _ => {
                let mut w = from(2);
                let mut w2 = w * w;
                out[5] = (1.0 / 120.0) * w * w2 * w2;
                w2 -= w;
                let w4 = w2 * w2;
                w -= 0.5;
                let t = w2 * (w2 - 3.0);
                out[0] = (1.0 / 24.0) * (1.0 / 5.0 + w2 + w4) - out[5];
                let t0 = (1.0 / 24.0) * (w2 * (w2 - 5.0) + 46.0 / 5.0);
                let t1 = (-1.0 / 12.0) * w * (t + 4.0);
                out[2] = t0 + t1;
                out[3] = t0 - t1;
                let t0 = (1.0 / 16.0) * (9.0 / 5.0 - t);
                let t1 = (1.0 / 24.0) * w * (w4 - w2 - 5.0);
                out[1] = t0 + t1;
                out[4] = t0 - t1;
            }
        }
        out
    }

    /// The poles of the recursive filters: the roots of the spline's z-transform inside the unit circle.
    fn poles(&self) -> Vec<f64> {
        match self.order {
            2 => vec![8.0f64.sqrt() - 3.0],
            3 => vec![3.0f64.sqrt() - 2.0],
            4 => vec![
                (664.0 - 438976.0f64.sqrt()).sqrt() + 304.0f64.sqrt() - 19.0,
                (664.0 + 438976.0f64.sqrt()).sqrt() - 304.0f64.sqrt() - 19.0,
            ],
            5 => vec![
                (135.0 / 2.0 - (17745.0f64 / 4.0).sqrt()).sqrt() + (105.0f64 / 4.0).sqrt() - 13.0 / 2.0,
                (135.0 / 2.0 + (17745.0f64 / 4.0).sqrt()).sqrt() - (105.0f64 / 4.0).sqrt() - 13.0 / 2.0,
            ],
            _ => Vec::new(),
        }
    }

    /// How many voxels around a part must be decomposed with it so that its coefficients are those of the whole image.
    ///
    /// What happens beyond fades by the pole per voxel (0.268 for the cubic): after 28 voxels it is below the last bit
    /// of a double. As many again let the rounding errors of the two recursions meet, so that the bits agree.
    pub fn margin(&self) -> usize {
        let slowest = self.poles().into_iter().map(f64::abs).fold(0.0, f64::max);
        if slowest == 0.0 { 0 } else { (2.0 * 53.0 * 2.0f64.ln() / -slowest.ln()).ceil() as usize }
    }

    /// Turns voxel values (z, y, x) of a part of an image into coefficients.
    pub fn decompose(&self, mut values: Vec<f64>, part: IndexBox, size: [usize; 3]) -> Source {
        let poles = self.poles();
        if poles.is_empty() {
            return Source::new(values, part);
        }
        let [nx, ny, nz] = part.size;
        let line = |axis: usize| Line { poles: &poles, starts_image: part.start[axis] == 0, whole: size[axis] };
        // Along x: a few rows side by side, so that the recursions of different rows overlap.
        const ROWS: usize = 8;
        if size[0] > 1 {
            values.par_chunks_mut(nx * ROWS).for_each_init(Vec::new, |tile, rows| {
                let count = rows.len() / nx;
                tile.resize(nx * count, 0.0);
                for (r, row) in rows.chunks_exact(nx).enumerate() {
                    for (x, &value) in row.iter().enumerate() {
                        tile[x * count + r] = value;
                    }
                }
                line(0).filter(tile, nx, count);
                for (r, row) in rows.chunks_exact_mut(nx).enumerate() {
                    for (x, value) in row.iter_mut().enumerate() {
                        *value = tile[x * count + r];
                    }
                }
            });
        }
        // Along y: each plane is already a set of lines side by side.
        if size[1] > 1 {
            values.par_chunks_mut(nx * ny).for_each(|plane| line(1).filter(plane, ny, nx));
        }
        if size[2] == 1 {
            return Source::new(values, part);
        }
        // Along z: gathered by y, and left in the order (y, z, x).
        let mut gathered = vec![0.0; values.len()];
        gathered.par_chunks_mut(nx * nz).enumerate().for_each(|(y, block)| {
            for (z, row) in block.chunks_exact_mut(nx).enumerate() {
                row.copy_from_slice(&values[(z * ny + y) * nx..][..nx]);
            }
            line(2).filter(block, nz, nx);
        });
        Source { values: gathered, part, stride_y: nx * nz, stride_z: nx }
    }
}

/// The recursive filters along one axis.
struct Line<'a> {
    poles: &'a [f64],
    /// Whether the lines begin at the image's border; else they begin in the margin, where it does not matter how.
    starts_image: bool,
    /// Length of the axis in the whole image.
    whole: usize,
}

impl Line<'_> {
    /// Filters `width` lines of `n` values that lie side by side: value `i` of line `j` is `block[i * width + j]`.
    fn filter(&self, block: &mut [f64], n: usize, width: usize) {
        if n < 2 {
            return;
        }
        let gain = self.poles.iter().fold(1.0, |gain, pole| gain * (1.0 - pole) * (1.0 - 1.0 / pole));
        block.iter_mut().for_each(|v| *v *= gain);
        for &pole in self.poles {
            self.start(block, n, width, pole);
            for i in 1..n {
                let (before, here) = block[(i - 1) * width..(i + 1) * width].split_at_mut(width);
                here.iter_mut().zip(before).for_each(|(here, before)| *here += pole * *before);
            }
            let (before, last) = block[(n - 2) * width..].split_at_mut(width);
            let factor = pole / (pole * pole - 1.0);
            last.iter_mut().zip(before).for_each(|(last, before)| *last = factor * (pole * *before + *last));
            for i in (0..n - 1).rev() {
                let (here, after) = block[i * width..(i + 2) * width].split_at_mut(width);
                here.iter_mut().zip(after).for_each(|(here, after)| *here = pole * (*after - *here));
            }
        }
    }

    /// The first value of the causal filter, from the mirrored line.
    fn start(&self, block: &mut [f64], n: usize, width: usize, pole: f64) {
        let horizon = (1e-10f64.ln() / pole.abs().ln()).ceil() as usize;
        if !self.starts_image || horizon < self.whole {
            let mut power = pole;
            for i in 1..horizon.min(n) {
                let (first, rest) = block.split_at_mut(width);
                let here = &rest[(i - 1) * width..i * width];
                first.iter_mut().zip(here).for_each(|(first, here)| *first += power * *here);
                power *= pole;
            }
            return;
        }
        // A short line: the whole mirrored sum. The margin is wider than the horizon, so the line is all there.
        let inverse = 1.0 / pole;
        let mut power = pole;
        let mut back = pole.powf((n - 1) as f64);
        let (first, rest) = block.split_at_mut(width);
        first.iter_mut().zip(&rest[(n - 2) * width..]).for_each(|(first, last)| *first += back * *last);
        back = back * (back * inverse);
        for i in 1..n - 1 {
            let here = &rest[(i - 1) * width..i * width];
            first.iter_mut().zip(here).for_each(|(first, here)| *first += (power + back) * *here);
            power *= pole;
            back *= inverse;
        }
        first.iter_mut().for_each(|first| *first /= 1.0 - power * power);
    }
}

/// An index reflected at the centres of the first and last voxel.
///
/// ITK reflects once at each end. Beyond the centre of the last of 2 voxels (orders 4 and 5: also of 3) that ends at -1,
/// where it reads what lies there in memory, other values from call to call (`reference/bspline_two_voxels.py`). Here an
/// index is reflected until it is inside, which is the spline of the image mirrored for ever.
fn mirror(index: i64, size: usize) -> usize {
    let last = size as i64 - 1;
    if last <= 0 {
        return 0;
    }
    let mut index = index;
    while index < 0 || index > last {
        if index < 0 {
            index = -index;
        }
        if index > last {
            index = last - (index - last);
        }
    }
    index as usize
}
