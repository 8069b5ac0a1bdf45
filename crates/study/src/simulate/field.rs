//! Smooth random functions of space.

use super::draw::Noise;

/// Random numbers on a lattice, blended by cubic B-splines: a random function that changes over the step of the lattice, with
/// mean 0 and (on the average over places) variance 1.
pub(super) struct Field {
    low: [f64; 3],
    step: f64,
    size: [usize; 3],
    values: Vec<f32>,
}

/// The integral of the square of a cubic B-spline, to the power 3/2: the standard deviation of a blend of standard normal numbers.
const DEVIATION: f64 = 0.331_7;

impl Field {
    /// A field over a box.
    pub fn new(noise: Noise, low: [f64; 3], high: [f64; 3], step: f64) -> Self {
        let size = [0, 1, 2].map(|a| ((high[a] - low[a]) / step).ceil().max(0.0) as usize + 4);
        let scale = (1.0 / DEVIATION) as f32;
        let values = (0..size.iter().product()).map(|i| scale * noise.at(i)).collect();
        Self { low, step, size, values }
    }

    /// The first of the four lattice points along an axis that matter at a coordinate, and their weights.
    fn taps(&self, axis: usize, at: f64) -> (usize, [f32; 4]) {
        let last = (self.size[axis] - 4) as f64;
        let place = ((at - self.low[axis]) / self.step).clamp(0.0, last);
        let first = place.floor().min(last - 1.0).max(0.0);
        let t = place - first;
        let s = 1.0 - t;
        let weights = [s * s * s, 4.0 - 6.0 * t * t + 3.0 * t * t * t, 4.0 - 6.0 * s * s + 3.0 * s * s * s, t * t * t];
        (first as usize, weights.map(|w| (w / 6.0) as f32))
    }

    /// The field at a point of its box.
    pub fn at(&self, point: [f64; 3]) -> f64 {
        let [x, y, z] = [0, 1, 2].map(|a| self.taps(a, point[a]));
        let mut sum = 0.0;
        for (k, wz) in z.1.iter().enumerate() {
            for (j, wy) in y.1.iter().enumerate() {
                let row = ((z.0 + k) * self.size[1] + y.0 + j) * self.size[0] + x.0;
                let along: f32 = x.1.iter().zip(&self.values[row..row + 4]).map(|(w, v)| w * v).sum();
                sum += wz * wy * along;
            }
        }
        f64::from(sum)
    }

    /// The field on a grid of points within its box, x fastest, one axis after the other.
    pub fn on_grid(&self, first: [f64; 3], spacing: [f64; 3], size: [usize; 3]) -> Vec<f32> {
        let taps = |axis: usize| (0..size[axis]).map(move |i| self.taps(axis, first[axis] + i as f64 * spacing[axis]));
        let [lx, ly, lz] = self.size;
        let [nx, ny, nz] = size;
        let along_x: Vec<_> = taps(0).collect();
        let mut rows = Vec::with_capacity(nx * ly * lz);
        for row in self.values.chunks_exact(lx) {
            rows.extend(
                along_x.iter().map(|(at, w)| w.iter().zip(&row[*at..*at + 4]).map(|(w, v)| w * v).sum::<f32>()),
            );
        }
        let mut planes = vec![0.0; nx * ny * lz];
        for (rows, plane) in rows.chunks_exact(nx * ly).zip(planes.chunks_exact_mut(nx * ny)) {
            for ((at, w), out) in taps(1).zip(plane.chunks_exact_mut(nx)) {
                blend(out, &rows[at * nx..(at + 4) * nx], w);
            }
        }
        let mut values = vec![0.0; nx * ny * nz];
        for ((at, w), out) in taps(2).zip(values.chunks_exact_mut(nx * ny)) {
            blend(out, &planes[at * nx * ny..(at + 4) * nx * ny], w);
        }
        values
    }
}

/// The weighted sum of four pieces that follow each other.
fn blend(out: &mut [f32], pieces: &[f32], w: [f32; 4]) {
    let n = out.len();
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| &pieces[k * n..(k + 1) * n]);
    for i in 0..n {
        out[i] = w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i];
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Draw, Part};
    use super::*;

    #[test]
    fn grids_and_points_agree_and_the_variance_is_one() {
        let mut draw = Draw::new(3, 0, Part::Images);
        let (low, high) = ([-50.0, -40.0, 0.0], [50.0, 40.0, 90.0]);
        let field = Field::new(draw.noise(), low, high, 4.0);
        let size = [51, 41, 19];
        let values = field.on_grid(low, [2.0, 2.0, 5.0], size);
        for [x, y, z] in [[0, 0, 0], [50, 40, 18], [7, 30, 11]] {
            let value = field.at([-50.0 + 2.0 * x as f64, -40.0 + 2.0 * y as f64, 5.0 * z as f64]);
            assert!((value - f64::from(values[(z * 41 + y) * 51 + x])).abs() < 1e-5);
        }
        let n = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let variance = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / n - mean * mean;
        // Some 12 000 lattice points.
        assert!(mean.abs() < 0.06 && (variance - 1.0).abs() < 0.06, "{mean} {variance}");
        let next: f64 = values.windows(2).map(|w| f64::from(w[0] * w[1])).sum::<f64>() / n;
        assert!(next > 0.7, "neighbours at half a step are alike: {next}");
    }
}
