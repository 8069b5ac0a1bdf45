//! Cubic spline interpolation with the arithmetic of scipy's `map_coordinates` (order 3, mode `constant`).

use radsurv_image::{IndexBox, Volume};

use super::super::Result;

/// The pole of the cubic B-spline, sqrt(3) - 2.
const POLE: f64 = -0.267_949_192_431_122_7;

/// How far outside a box voxels still matter for the coefficients inside, in voxels: each step takes a factor of 3.7,
/// so that 64 steps are 1e-36.
const REACH: usize = 64;

/// Spline coefficients over a box that may stick out of the image, where they are mirrored on the border voxels.
pub(super) struct Coefficients {
    /// First index (x, y, z) of the box in the image.
    pub start: [i64; 3],
    /// Size of the box.
    pub size: [usize; 3],
    /// Coefficients, x fastest.
    pub values: Vec<f64>,
}

impl Coefficients {
    /// The coefficients with which positions up to `reach` voxels away from the voxels of `part` are interpolated.
    pub fn new(image: &Volume, part: &IndexBox, reach: usize) -> Result<Self> {
        let size = image.geometry().size();
        let reach = reach.saturating_add(2);
        let inner = part.grow([reach.saturating_add(REACH); 3], size);
        let mut inside = image.values_f64(&inner)?;
        // scipy's order of the axes: z first.
        for axis in [2, 1, 0] {
            prefilter(&mut inside, inner.size, axis);
        }
        // The box: no further than two voxels outside the image, as no interpolated position lies outside.
        let first = [0, 1, 2].map(|a| (part.start[a] as i64 - reach.min(1 << 40) as i64).max(-2));
        let end = [0, 1, 2].map(|a| (part.end()[a] as i64 + reach.min(1 << 40) as i64).min(size[a] as i64 + 2));
        let box_size = [0, 1, 2].map(|a| (end[a] - first[a]) as usize);
        let sources = [0, 1, 2].map(|a| {
            (first[a]..end[a]).map(|i| mirror(i, size[a] as i64) as usize - inner.start[a]).collect::<Vec<usize>>()
        });
        let mut values = Vec::with_capacity(box_size.iter().product());
        for &z in &sources[2] {
            for &y in &sources[1] {
                let row = &inside[(z * inner.size[1] + y) * inner.size[0]..][..inner.size[0]];
                values.extend(sources[0].iter().map(|&x| row[x]));
            }
        }
        Ok(Self { start: first, size: box_size, values })
    }
}

/// Index inside an image for one up to two voxels outside, mirrored on the border voxels.
fn mirror(index: i64, length: i64) -> i64 {
    if length <= 1 {
        return 0;
    }
    let period = 2 * length - 2;
    let i = index.rem_euclid(period);
    if i >= length { period - i } else { i }
}

/// Turns samples into spline coefficients along one axis, in place.
fn prefilter(values: &mut [f64], size: [usize; 3], axis: usize) {
    let length = size[axis];
    if length <= 1 {
        return;
    }
    let stride: usize = size[..axis].iter().product();
    let mut line = vec![0.0; length];
    for block in values.chunks_exact_mut(stride * length) {
        for lane in 0..stride {
            for (v, from) in line.iter_mut().zip(block[lane..].iter().step_by(stride)) {
                *v = *from;
            }
            prefilter_line(&mut line);
            for (v, to) in line.iter().zip(block[lane..].iter_mut().step_by(stride)) {
                *to = *v;
            }
        }
    }
}

fn prefilter_line(c: &mut [f64]) {
    let n = c.len();
    let gain = 1.0 * ((1.0 - POLE) * (1.0 - 1.0 / POLE));
    for v in c.iter_mut() {
        *v *= gain;
    }
    let far = POLE.powf((n - 1) as f64);
    let mut power = POLE;
    c[0] += far * c[n - 1];
    for i in 1..n - 1 {
        c[0] += power * (c[i] + far * c[n - 1 - i]);
        power *= POLE;
    }
    c[0] /= 1.0 - far * far;
    for i in 1..n {
        c[i] += POLE * c[i - 1];
    }
    c[n - 1] = (POLE * c[n - 2] + c[n - 1]) * POLE / (POLE * POLE - 1.0);
    for i in (0..n - 1).rev() {
        c[i] = POLE * (c[i + 1] - c[i]);
    }
}

/// Where along one axis a sample lies: the first of its four coefficients and their weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tap {
    /// Index in the image of the first coefficient, -1 to length - 2.
    pub start: i64,
    /// Weights of the four.
    pub weights: [f64; 4],
}

/// The tap of a position along an axis of `length` voxels; `None` outside the image, where the sample is 0.
pub(super) fn tap(position: f64, length: usize) -> Option<Tap> {
    if !(position >= 0.0 && position <= (length - 1) as f64) {
        return None;
    }
    let floor = position.floor();
    let y = position - floor;
    let z = 1.0 - y;
    let w1 = (y * y * (y - 2.0) * 3.0 + 4.0) / 6.0;
    let w2 = (z * z * (z - 2.0) * 3.0 + 4.0) / 6.0;
    let w0 = z * z * z / 6.0;
    Some(Tap { start: floor as i64 - 1, weights: [w0, w1, w2, 1.0 - w0 - w1 - w2] })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::image;
    use super::*;
    use radsurv_image::VoxelType;

    fn at(c: &Coefficients, position: [f64; 3], size: [usize; 3]) -> Option<f64> {
        let mut taps = Vec::new();
        for a in 0..3 {
            taps.push(tap(position[a], size[a])?);
        }
        let mut sum = 0.0;
        for k in 0..64 {
            let step = [k % 4, k / 4 % 4, k / 16];
            let place = [0, 1, 2].map(|a| (taps[a].start + step[a] as i64 - c.start[a]) as usize);
            sum += c.values[(place[2] * c.size[1] + place[1]) * c.size[0] + place[0]]
                * taps[2].weights[step[2]]
                * taps[1].weights[step[1]]
                * taps[0].weights[step[0]];
        }
        Some(sum)
    }

    #[test]
    fn the_spline_goes_through_the_voxels() {
        for size in [[7, 6, 5], [2, 3, 1], [1, 1, 4]] {
            let image = image(4, size, [1.0; 3], VoxelType::F64);
            let c = Coefficients::new(&image, &image.geometry().full_box(), 1).unwrap();
            for z in 0..size[2] {
                for y in 0..size[1] {
                    for x in 0..size[0] {
                        let value = at(&c, [x, y, z].map(|i| i as f64), size).unwrap();
                        assert!((value - image.get([x, y, z])).abs() < 1e-11);
                    }
                }
            }
            assert!(at(&c, [-1e-9, 0.0, 0.0], size).is_none() && at(&c, [0.0, 0.0, size[2] as f64], size).is_none());
        }
    }

    #[test]
    fn mirrors_are_on_the_border_voxels() {
        assert_eq!([-2, -1, 0, 3, 4, 5].map(|i| mirror(i, 4)), [2, 1, 0, 3, 2, 1]);
        assert_eq!([-2, -1, 2, 3].map(|i| mirror(i, 2)), [0, 1, 0, 1]);
        assert_eq!([-1, 0, 1].map(|i| mirror(i, 1)), [0, 0, 0]);
    }

    #[test]
    fn a_part_has_the_coefficients_of_the_whole() {
        let size = [300, 4, 3];
        let image = image(4, size, [1.0; 3], VoxelType::I16);
        let whole = Coefficients::new(&image, &image.geometry().full_box(), 1).unwrap();
        let part = Coefficients::new(&image, &IndexBox { start: [140, 1, 1], size: [20, 2, 1] }, 1).unwrap();
        for z in 0..part.size[2] {
            for y in 0..part.size[1] {
                for x in 0..part.size[0] {
                    let at = [x, y, z];
                    let there = [0, 1, 2].map(|a| (part.start[a] + at[a] as i64 - whole.start[a]) as usize);
                    let ours = part.values[(z * part.size[1] + y) * part.size[0] + x];
                    let full = whole.values[(there[2] * whole.size[1] + there[1]) * whole.size[0] + there[0]];
                    assert_eq!(ours.to_bits(), full.to_bits());
                }
            }
        }
    }
}
