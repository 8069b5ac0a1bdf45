//! What a scanner makes of tissue: blur, bias field, gain, noise.

use super::draw::{Draw, Noise};
use super::field::Field;
use super::grid::Grid;

/// The scanner of an acquisition period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner {
    /// Factor of all signals.
    gain: f64,
    /// Standard deviation in mm of the blur within slices.
    blur_mm: f64,
    /// Standard deviation of the noise, before the gain.
    noise: f64,
    /// Standard deviation of the logarithm of the bias field.
    bias: f64,
}

/// Standard deviation of the logarithm of the gain between examinations on one scanner.
const GAIN_VARIES: f64 = 0.05;
/// mm over which the bias field changes.
const BIAS_STEP: f64 = 90.0;

impl Scanner {
    pub fn of(period: char) -> Self {
        match period {
            'A' => Self { gain: 0.8, blur_mm: 1.1, noise: 24.0, bias: 0.16 },
            'B' => Self { gain: 1.0, blur_mm: 0.8, noise: 17.0, bias: 0.12 },
            'C' => Self { gain: 1.2, blur_mm: 0.6, noise: 12.0, bias: 0.10 },
            _ => Self { gain: 1.4, blur_mm: 0.9, noise: 20.0, bias: 0.14 },
        }
    }

    /// The magnitude image of a signal, in whole numbers. The signal is left blurred.
    pub fn acquire(self, draw: &mut Draw, grid: &Grid, signal: &mut [f32]) -> Vec<i16> {
        blur(signal, grid, self.blur_mm);
        let [last_x, last_y, last_z] = grid.last();
        let field = Field::new(draw.noise(), grid.first, [last_x, last_y, last_z], BIAS_STEP);
        let gain = self.gain * (GAIN_VARIES * draw.normal()).exp();
        // The logarithm is taken where it changes: on a coarse grid that is blended as a field is.
        let mut bias = field.on_grid(grid.first, grid.spacing, grid.size);
        bias.iter_mut().for_each(|v| *v = (gain * (self.bias * f64::from(*v)).exp()) as f32);
        let noise = (self.noise * gain) as f32;
        let [real, imaginary] = [draw.noise(), draw.noise()];
        let magnitude = |(at, (signal, bias)): (usize, (&f32, &f32))| rician(signal * bias, noise, real, imaginary, at);
        signal.iter().zip(&bias).enumerate().map(magnitude).collect()
    }
}

/// The magnitude of a signal with noise in both its parts, as it is stored.
#[inline]
pub(super) fn rician(signal: f32, sd: f32, real: Noise, imaginary: Noise, at: usize) -> i16 {
    let (a, b) = (signal + sd * real.at(at), sd * imaginary.at(at));
    (a * a + b * b).sqrt().round() as i16
}

/// Gaussian blur within slices; beyond the border there is air.
fn blur(values: &mut [f32], grid: &Grid, sd_mm: f64) {
    let [nx, ny, _] = grid.size;
    let [along_x, along_y] = [0, 1].map(|axis| kernel(sd_mm / grid.spacing[axis]));
    let mut rows = vec![0.0; nx * ny];
    for slice in values.chunks_exact_mut(nx * ny) {
        rows.fill(0.0);
        for (row, out) in slice.chunks_exact(nx).zip(rows.chunks_exact_mut(nx)) {
            for (k, weight) in along_x.iter().enumerate() {
                shifted(out, row, k, *weight);
                if k > 0 {
                    // The other side: from k voxels to the left.
                    let n = nx.saturating_sub(k);
                    out[nx - n..].iter_mut().zip(&row[..n]).for_each(|(out, v)| *out += weight * v);
                }
            }
        }
        slice.fill(0.0);
        for y in 0..ny {
            let out = &mut slice[y * nx..(y + 1) * nx];
            for (k, weight) in along_y.iter().enumerate() {
                let neighbours = [y.checked_sub(k), Some(y + k).filter(|&at| at < ny && k > 0)];
                for at in neighbours.into_iter().flatten() {
                    shifted(out, &rows[at * nx..(at + 1) * nx], 0, *weight);
                }
            }
        }
    }
}

/// Adds the values from `by` voxels to the right.
fn shifted(out: &mut [f32], values: &[f32], by: usize, weight: f32) {
    out.iter_mut().zip(values.iter().skip(by)).for_each(|(out, v)| *out += weight * v);
}

/// Half of a Gaussian kernel, from its middle on; both halves sum to 1.
fn kernel(sd: f64) -> Vec<f32> {
    let half: Vec<f64> = (0..=(3.0 * sd).ceil() as usize).map(|k| (-0.5 * (k as f64 / sd).powi(2)).exp()).collect();
    let sum = 2.0 * half.iter().sum::<f64>() - half[0];
    half.iter().map(|weight| (weight / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_spreads_and_keeps_the_sum() {
        let grid = Grid::new([21, 19, 2], [0.9, 0.9, 5.0]);
        let mut values = vec![0.0; grid.voxels()];
        values[grid.offset([10, 9, 1])] = 1.0;
        blur(&mut values, &grid, 1.1);
        let second = |axis: usize| {
            let part = |i: usize| {
                let index = [i % 21, i / 21 % 19][axis] as f64 - [10.0, 9.0][axis];
                f64::from(values[i]) * (0.9 * index).powi(2)
            };
            (0..values.len()).map(part).sum::<f64>().sqrt()
        };
        assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-5 && values[..21 * 19].iter().all(|v| *v == 0.0));
        assert!((second(0) - 1.1).abs() < 0.02 && (second(1) - 1.1).abs() < 0.02);
    }
}
