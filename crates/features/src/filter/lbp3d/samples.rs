//! Samples of the image around the voxels of a row, at all vertices.

use radsurv_image::{IndexBox, Volume};

use super::super::Result;
use super::moments::{Scratch, kurtosis_f32};
use super::spline::{Coefficients, Tap, tap};

/// A voxel type with the rules by which scipy stores interpolated values in it.
pub(super) trait Sample: Copy + Default + PartialOrd + Send + Sync {
    /// An interpolated value in this type: integers are rounded, halves away from 0, and kept in range.
    fn from_spline(value: f64) -> Self;
    /// The kurtosis of samples of this type.
    fn kurtosis(samples: &[Self], scratch: &mut Scratch) -> f64;
}

macro_rules! signed {
    ($($t:ty),+) => {$(impl Sample for $t {
        fn from_spline(value: f64) -> Self {
            // A Rust cast truncates and stops at the ends of the range.
            (if value > 0.0 { value + 0.5 } else { value - 0.5 }) as Self
        }
        fn kurtosis(samples: &[Self], scratch: &mut Scratch) -> f64 {
            scratch.kurtosis_of(samples.iter().map(|&v| v as f64))
        }
    })+};
}
macro_rules! unsigned {
    ($($t:ty),+) => {$(impl Sample for $t {
        fn from_spline(value: f64) -> Self {
            (if value > 0.0 { value + 0.5 } else { 0.0 }) as Self
        }
        fn kurtosis(samples: &[Self], scratch: &mut Scratch) -> f64 {
            scratch.kurtosis_of(samples.iter().map(|&v| v as f64))
        }
    })+};
}
signed!(i8, i16, i32, i64);
unsigned!(u8, u16, u32, u64);

impl Sample for f32 {
    fn from_spline(value: f64) -> Self {
        value as f32
    }
    fn kurtosis(samples: &[Self], scratch: &mut Scratch) -> f64 {
        kurtosis_f32(samples, scratch)
    }
}

impl Sample for f64 {
    fn from_spline(value: f64) -> Self {
        value
    }
    fn kurtosis(samples: &[Self], scratch: &mut Scratch) -> f64 {
        scratch.kurtosis(samples)
    }
}

/// Number of voxels that are interpolated side by side.
const LANES: usize = 8;

/// The taps of all vertices at all indices of a box.
pub(super) struct Sampler {
    coefficients: Coefficients,
    part: IndexBox,
    vertices: usize,
    /// Per axis x, y, z: taps by index, then vertex.
    taps: [Vec<Option<Tap>>; 3],
}

impl Sampler {
    pub fn new(image: &Volume, part: &IndexBox, vertices: &[[f64; 3]]) -> Result<Self> {
        let size = image.geometry().size();
        let reach = vertices.as_flattened().iter().fold(0.0f64, |most, c| most.max(c.abs())).ceil() as usize;
        let taps = [0, 1, 2].map(|axis| {
            let indices = part.start[axis]..part.end()[axis];
            // Upstream adds (x, y, z) of the vertex to the index (z, y, x).
            let positions = indices.flat_map(|i| vertices.iter().map(move |v| i as f64 + v[2 - axis]));
            positions.map(|p| tap(p, size[axis])).collect()
        });
        Ok(Self { coefficients: Coefficients::new(image, part, reach)?, part: *part, vertices: vertices.len(), taps })
    }

    fn tap(&self, axis: usize, index: usize, vertex: usize) -> Option<Tap> {
        self.taps[axis][(index - self.part.start[axis]) * self.vertices + vertex]
    }

    /// The samples of `count` voxels of a row from `x` on, inside the box: all vertices of the first, of the second, ...
    pub fn sample<T: Sample>(&self, z: usize, y: usize, x: usize, count: usize, out: &mut [T]) {
        for vertex in 0..self.vertices {
            let (Some(tz), Some(ty)) = (self.tap(2, z, vertex), self.tap(1, y, vertex)) else {
                // Outside the image samples are 0.
                (0..count).for_each(|i| out[i * self.vertices + vertex] = T::from_spline(0.0));
                continue;
            };
            let mut done = 0;
            while done < count {
                let lanes = (count - done).min(LANES);
                let taps: [Option<Tap>; LANES] =
                    std::array::from_fn(|k| self.tap(0, x + done + k.min(lanes - 1), vertex));
                let values = self.interpolate(&tz, &ty, &taps, lanes);
                for (k, &value) in values[..lanes].iter().enumerate() {
                    out[(done + k) * self.vertices + vertex] = T::from_spline(value);
                }
                done += lanes;
            }
        }
    }

    /// Up to `LANES` neighbours along x at once, in scipy's order of multiplications and additions.
    fn interpolate(&self, tz: &Tap, ty: &Tap, tx: &[Option<Tap>; LANES], lanes: usize) -> [f64; LANES] {
        let c = &self.coefficients;
        let rows: [[usize; 4]; 4] = std::array::from_fn(|kz| {
            std::array::from_fn(|ky| {
                let z = (tz.start - c.start[2]) as usize + kz;
                let y = (ty.start - c.start[1]) as usize + ky;
                (z * c.size[1] + y) * c.size[0]
            })
        });
        // Usually the neighbours' taps are neighbours too, and all are inside the image.
        let first = tx[0].map_or(0, |t| (t.start - c.start[0]) as usize);
        let regular = (0..lanes).all(|k| tx[k].is_some_and(|t| (t.start - c.start[0]) as usize == first + k));
        let mut sum = [0.0; LANES];
        if regular && lanes == LANES {
            let weights: [[f64; LANES]; 4] =
                std::array::from_fn(|kx| std::array::from_fn(|k| tx[k].map_or(0.0, |t| t.weights[kx])));
            for kz in 0..4 {
                for ky in 0..4 {
                    let row = &c.values[rows[kz][ky] + first..][..LANES + 3];
                    for kx in 0..4 {
                        for k in 0..LANES {
                            sum[k] += row[kx + k] * tz.weights[kz] * ty.weights[ky] * weights[kx][k];
                        }
                    }
                }
            }
            return sum;
        }
        for (sum, tap) in sum.iter_mut().zip(&tx[..lanes]) {
            let Some(t) = tap else { continue };
            let at = (t.start - c.start[0]) as usize;
            for kz in 0..4 {
                for ky in 0..4 {
                    let row = &c.values[rows[kz][ky] + at..][..4];
                    for kx in 0..4 {
                        *sum += row[kx] * tz.weights[kz] * ty.weights[ky] * t.weights[kx];
                    }
                }
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_halves_away_from_zero_and_stay_in_range() {
        assert_eq!([2.5, -2.5, 2.4, 1e9].map(i16::from_spline), [3, -3, 2, i16::MAX]);
        assert_eq!([2.5, -2.5, 0.4, 1e9].map(u8::from_spline), [3, 0, 0, u8::MAX]);
    }
}
