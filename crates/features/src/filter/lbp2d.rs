//! Local binary patterns, slice by slice, as scikit-image's `local_binary_pattern` under PyRadiomics.

use radsurv_image::{IndexBox, Volume, Voxels};
use rayon::prelude::*;

use super::{FilterError, Result};
use crate::settings::Lbp2dMethod;

/// Settings of [`local_binary_pattern`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbp2d {
    /// `lbp2DRadius` (1): distance of the samples from the pixel, in pixels; above 0, at most 1e6.
    pub radius: f64,
    /// `lbp2DSamples` (8): number of samples on the circle; 1 to 1000, at most 31 for the method `ror`.
    pub samples: u32,
    /// `lbp2DMethod` (uniform).
    pub method: Lbp2dMethod,
    /// `force2Ddimension` (0): the axis across the slices, 0 is z, 1 is y, 2 is x. A 2-D image is one slice.
    pub dimension: usize,
}

impl Default for Lbp2d {
    fn default() -> Self {
        Self { radius: 1.0, samples: 8, method: Lbp2dMethod::Uniform, dimension: 0 }
    }
}

/// The local binary pattern of each pixel inside the window.
///
/// Samples `t(p)`, `p = 0..P`, are taken on a circle around the pixel, at `(row, column) + (-R sin(2 pi p / P),
/// R cos(2 pi p / P))` (the offset rounded to 5 decimals), bilinear between pixels, 0 outside the image. With
/// `s(p) = 1` where `t(p) >= I(pixel)`, else 0, the methods give
///
/// - `Default`: `sum s(p) 2^p`,
/// - `Ror`: the smallest value that a rotation of those `P` bits has,
/// - `Uniform`: the number of ones if `s` changes at most twice along `p = 0..P`, else `P + 1`,
/// - `Var`: the variance of the samples, `(sum t² - (sum t)² / P) / P`, and NaN where that is 0 (equal samples, if
///   rounding allows).
///
/// In slices across z rows run along y and columns along x; across y, along z and x; across x, along y and z.
///
/// As in PyRadiomics the codes of a 3-D image are written in the image's own type: integers are cut off (a code of 300
/// in a `uint8` image becomes 44, `Var` loses its decimals, NaN becomes what a C cast makes of it, 0 in narrow types). A
/// 2-D image gives `float64`.
///
/// # Errors
/// [`FilterError::Setting`] for a setting outside its range, [`FilterError::Image`] if the window is not inside the
/// image, [`FilterError::NotFinite`] if a sample would be taken near a NaN or infinite voxel: comparisons would turn it
/// into an ordinary code.
///
/// # Example
/// ```
/// use radsurv_features::filter::lbp2d::{Lbp2d, local_binary_pattern};
/// use radsurv_image::{Geometry, Volume};
/// let grid = Geometry::new([3, 3, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid, vec![0i16, 0, 0, 0, 5, 9, 0, 9, 9])?;
/// let codes = local_binary_pattern(&image, &image.geometry().full_box(), &Lbp2d::default())?;
/// assert_eq!(codes.get([1, 1, 0]), 3.0); // three bright neighbours in a row
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn local_binary_pattern(image: &Volume, window: &IndexBox, settings: &Lbp2d) -> Result<Volume> {
    let circle = Circle::new(settings)?;
    let geometry = image.geometry();
    let cropped = geometry.crop(window)?;
    let flat = geometry.dimension() == 2;
    let [across, rows, columns] = match settings.dimension {
        _ if flat => [2, 1, 0],
        0 => [2, 1, 0],
        1 => [1, 2, 0],
        2 => [0, 1, 2],
        other => return Err(FilterError::Setting(format!("force2Ddimension is {other}, it must be 0, 1 or 2"))),
    };
    let size = geometry.size();
    let slices: Vec<Vec<f64>> = (0..window.size[across])
        .into_par_iter()
        .map(|i| {
            // The slice with a margin for the samples, as far as it is inside the image.
            let mut part = *window;
            part.start[across] += i;
            part.size[across] = 1;
            let mut margin = [circle.reach; 3];
            margin[across] = 0;
            let part = part.grow(margin, size);
            let values = image.values_f64(&part)?;
            if let Some((index, &value)) = part.indices().zip(&values).find(|(_, v)| !v.is_finite()) {
                return Err(FilterError::NotFinite { index, value });
            }
            let stride = [1, part.size[0], part.size[0] * part.size[1]];
            let lines: Vec<f64> = (0..part.size[rows])
                .flat_map(|r| (0..part.size[columns]).map(move |c| r * stride[rows] + c * stride[columns]))
                .map(|offset| values[offset])
                .collect();
            let plane = Plane { lines, start: [part.start[rows], part.start[columns]], width: part.size[columns] };
            let wanted = [(window.start[rows], window.size[rows]), (window.start[columns], window.size[columns])];
            Ok(circle.codes(&plane, wanted))
        })
        .collect::<Result<_>>()?;
    let mut codes = vec![0.0; window.voxel_count()];
    let stride = [1, window.size[0], window.size[0] * window.size[1]];
    for (i, slice) in slices.iter().enumerate() {
        for (r, line) in slice.chunks_exact(window.size[columns]).enumerate() {
            for (c, &code) in line.iter().enumerate() {
                codes[i * stride[across] + r * stride[rows] + c * stride[columns]] = code;
            }
        }
    }
    let voxels = if flat { Voxels::F64(codes) } else { cast(codes, image.voxels()) };
    Ok(Volume::new(cropped, voxels)?)
}

/// A part of a slice: rows of `width` values, the first of them at (row, column) `start` of the whole slice.
struct Plane {
    lines: Vec<f64>,
    start: [usize; 2],
    width: usize,
}

impl Plane {
    /// Copies pixels of a row from column `column` on, 0 where there is no pixel.
    fn read(&self, row: i64, column: i64, out: &mut [f64]) {
        out.fill(0.0);
        let row = row - self.start[0] as i64;
        let height = self.lines.len() / self.width;
        if row < 0 || row >= height as i64 {
            return;
        }
        let line = &self.lines[row as usize * self.width..][..self.width];
        let first = column - self.start[1] as i64;
        let (from, to) = (first.max(0) as usize, (-first).max(0) as usize);
        if from < line.len() && to < out.len() {
            let count = (line.len() - from).min(out.len() - to);
            out[to..to + count].copy_from_slice(&line[from..from + count]);
        }
    }
}

/// Where the samples lie, and what is made of them.
struct Circle {
    rows: Vec<f64>,
    columns: Vec<f64>,
    reach: usize,
    method: Lbp2dMethod,
}

impl Circle {
    fn new(settings: &Lbp2d) -> Result<Self> {
        let Lbp2d { radius, samples, method, .. } = *settings;
        if !(radius > 0.0 && radius <= 1e6) {
            return Err(FilterError::Setting(format!("lbp2DRadius is {radius}, it must be above 0 and at most 1e6")));
        }
        let most = if method == Lbp2dMethod::Ror { 31 } else { 1000 };
        if samples == 0 || samples > most {
            return Err(FilterError::Setting(format!(
                "lbp2DSamples is {samples}, it must be from 1 to {most} for this lbp2DMethod"
            )));
        }
        let angle = |p: u32| 2.0 * std::f64::consts::PI * f64::from(p) / f64::from(samples);
        let round = |v: f64| (v * 1e5).round_ties_even() / 1e5;
        let rows = (0..samples).map(|p| round(-radius * angle(p).sin())).collect();
        let columns = (0..samples).map(|p| round(radius * angle(p).cos())).collect();
        Ok(Self { rows, columns, reach: radius.ceil() as usize + 1, method })
    }

    /// The codes of a part of the plane, given as (first, number) of its rows and of its columns.
    fn codes(&self, plane: &Plane, wanted: [(usize, usize); 2]) -> Vec<f64> {
        let [(first_row, height), (first_column, width)] = wanted;
        let samples = self.rows.len();
        let mut out = Vec::with_capacity(height * width);
        let mut texture = vec![0.0; samples * width];
        let mut corners: [Vec<f64>; 4] = std::array::from_fn(|_| vec![0.0; width]);
        let mut centre = vec![0.0; width];
        // Shares of the right column, per sample: they depend on the column in their last bits, as the position does.
        let shares: Vec<f64> = self
            .columns
            .iter()
            .flat_map(|offset| (first_column..first_column + width).map(move |c| fraction(c as f64 + offset)))
            .collect();
        for r in first_row..first_row + height {
            plane.read(r as i64, first_column as i64, &mut centre);
            for (p, sample) in texture.chunks_exact_mut(width).enumerate() {
                let row = r as f64 + self.rows[p];
                let column = first_column as f64 + self.columns[p];
                let (top, bottom) = (row.floor() as i64, row.ceil() as i64);
                let (left, right) = (column.floor() as i64, column.ceil() as i64);
                for (corner, (row, column)) in
                    corners.iter_mut().zip([(top, left), (top, right), (bottom, left), (bottom, right)])
                {
                    plane.read(row, column, corner);
                }
                let [a, b, c, d] = &corners;
                let down = fraction(row);
                let shares = &shares[p * width..][..width];
                for x in 0..width {
                    let above = (1.0 - shares[x]) * a[x] + shares[x] * b[x];
                    let below = (1.0 - shares[x]) * c[x] + shares[x] * d[x];
                    sample[x] = (1.0 - down) * above + down * below;
                }
            }
            self.encode(&texture, &centre, &mut out);
        }
        out
    }

    /// The codes of one row, from its samples (all pixels of sample 0, of sample 1, ...).
    fn encode(&self, texture: &[f64], centre: &[f64], out: &mut Vec<f64>) {
        let (samples, width) = (self.rows.len(), centre.len());
        let sign = |p: usize, x: usize| texture[p * width + x] - centre[x] >= 0.0;
        for x in 0..width {
            let bits = || (0..samples).map(|p| sign(p, x));
            let code = match self.method {
                Lbp2dMethod::Default => weighted(bits()),
                Lbp2dMethod::Ror => {
                    let mut code = weighted(bits()) as u32;
                    let mut least = code;
                    for _ in 1..samples {
                        code = (code >> 1) | ((code & 1) << (samples - 1));
                        least = least.min(code);
                    }
                    f64::from(least)
                }
                Lbp2dMethod::Uniform => uniform(bits(), samples),
                Lbp2dMethod::Var => {
                    let (mut sum, mut squares) = (0.0, 0.0);
                    for p in 0..samples {
                        let t = texture[p * width + x];
                        sum += t;
                        squares += t * t;
                    }
                    let count = samples as f64;
                    let variance = (squares - (sum * sum) / count) / count;
                    if variance != 0.0 { variance } else { f64::NAN }
                }
            };
            out.push(code);
        }
    }
}

/// How far a position lies beyond the pixel before it.
fn fraction(position: f64) -> f64 {
    position - position.floor()
}

/// The bits as a number, with scikit-image's weights: 32-bit integers, so that bit 31 is negative and later ones are 0.
fn weighted(bits: impl Iterator<Item = bool>) -> f64 {
    let weight = |p: usize| if p < 32 { f64::from((1u32 << p) as i32) } else { 0.0 };
    bits.enumerate().filter(|&(_, bit)| bit).fold(0.0, |sum, (p, _)| sum + weight(p))
}

fn uniform(bits: impl Iterator<Item = bool>, samples: usize) -> f64 {
    let (mut ones, mut changes, mut before) = (0usize, 0usize, None);
    for bit in bits {
        ones += usize::from(bit);
        changes += usize::from(before.is_some_and(|b| b != bit));
        before = Some(bit);
    }
    if changes <= 2 { ones as f64 } else { (samples + 1) as f64 }
}

/// The codes in the type of an image, as numpy's assignment casts them.
fn cast(codes: Vec<f64>, like: &Voxels) -> Voxels {
    // Narrow integers go through a 32-bit cast, which gives its smallest value for NaN and what does not fit.
    let narrow = |v: f64| if v > -2147483649.0 && v < 2147483648.0 { v as i32 } else { i32::MIN };
    let wide = |v: f64| if (-9223372036854775808.0..9223372036854775808.0).contains(&v) { v as i64 } else { i64::MIN };
    // Unsigned types of 32 and 64 bits: values from half their range on are moved down before the cast and up after it.
    let unsigned_32 = |v: f64| {
        let half = 2147483648.0;
        if v >= half { narrow(v - half) as u32 ^ 0x8000_0000 } else { narrow(v) as u32 }
    };
    let unsigned_64 = |v: f64| {
        let half = 9223372036854775808.0;
        if v >= half { wide(v - half) as u64 ^ (1 << 63) } else { wide(v) as u64 }
    };
    fn each<T>(codes: Vec<f64>, f: impl Fn(f64) -> T) -> Vec<T> {
        codes.into_iter().map(f).collect()
    }
    match like {
        Voxels::U8(_) => Voxels::U8(each(codes, |v| narrow(v) as u8)),
        Voxels::I8(_) => Voxels::I8(each(codes, |v| narrow(v) as i8)),
        Voxels::U16(_) => Voxels::U16(each(codes, |v| narrow(v) as u16)),
        Voxels::I16(_) => Voxels::I16(each(codes, |v| narrow(v) as i16)),
        Voxels::U32(_) => Voxels::U32(each(codes, unsigned_32)),
        Voxels::I32(_) => Voxels::I32(each(codes, narrow)),
        Voxels::U64(_) => Voxels::U64(each(codes, unsigned_64)),
        Voxels::I64(_) => Voxels::I64(each(codes, wide)),
        Voxels::F32(_) => Voxels::F32(each(codes, |v| v as f32)),
        Voxels::F64(_) => Voxels::F64(codes),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{f64_bits, golden, image, window};
    use super::*;
    use radsurv_image::{Geometry, VoxelType};

    fn settings(case: &super::super::testing::Case) -> Lbp2d {
        let method = match case.text("method") {
            "default" => Lbp2dMethod::Default,
            "ror" => Lbp2dMethod::Ror,
            "uniform" => Lbp2dMethod::Uniform,
            "var" => Lbp2dMethod::Var,
            other => panic!("method {other}"),
        };
        Lbp2d {
            radius: case.number("radius"),
            samples: case.number("samples") as u32,
            method,
            dimension: case.number("dimension") as usize,
        }
    }

    #[test]
    fn the_codes_are_those_of_scikit_image() {
        for case in golden("lbp2d") {
            let image = case.image();
            let ours = local_binary_pattern(&image, &image.geometry().full_box(), &settings(&case)).unwrap();
            assert_eq!(ours.voxel_type().name(), case.text("response_type"), "{}", case.name());
            assert_eq!(f64_bits(&ours.to_f64()), f64_bits(&case.f64s("response")), "{}", case.name());
        }
    }

    #[test]
    fn a_window_is_a_crop_of_the_whole() {
        let image = image(3, [9, 7, 5], [1.0, 2.0, 3.0], VoxelType::I16);
        for dimension in 0..3 {
            let settings = Lbp2d { radius: 1.7, samples: 6, dimension, ..Lbp2d::default() };
            let whole = local_binary_pattern(&image, &image.geometry().full_box(), &settings).unwrap();
            for seed in 0..40 {
                let window = window(seed, image.geometry().size());
                assert_eq!(local_binary_pattern(&image, &window, &settings).unwrap(), whole.crop(&window).unwrap());
            }
        }
    }

    #[test]
    fn casts_are_those_of_numpy() {
        let values = vec![f64::NAN, 3e9, 1e30, -1e30, 300.7, 70000.2, 5e18, 1.5e19];
        let grid = Geometry::new([8, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let as_type = |kind: Voxels| {
            let cast = cast(values.clone(), &kind);
            Volume::new(grid.clone(), cast).unwrap().to_f64().into_owned()
        };
        assert_eq!(as_type(Voxels::U8(vec![])), [0.0, 0.0, 0.0, 0.0, 44.0, 112.0, 0.0, 0.0]);
        assert_eq!(as_type(Voxels::I16(vec![])), [0.0, 0.0, 0.0, 0.0, 300.0, 4464.0, 0.0, 0.0]);
        let (low, high) = (-2147483648.0, 2147483648.0);
        assert_eq!(as_type(Voxels::I32(vec![])), [low, low, low, low, 300.0, 70000.0, low, low]);
        assert_eq!(as_type(Voxels::U32(vec![])), [high, 3e9, 0.0, high, 300.0, 70000.0, 0.0, 0.0]);
        let (low, high) = (-9223372036854775808.0, 9223372036854775808.0);
        assert_eq!(as_type(Voxels::I64(vec![])), [low, 3e9, low, low, 300.0, 70000.0, 5e18, low]);
        assert_eq!(as_type(Voxels::U64(vec![])), [high, 3e9, 0.0, high, 300.0, 70000.0, 5e18, 1.5e19]);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let image = image(3, [4, 4, 2], [1.0; 3], VoxelType::U8);
        let refused = |settings: Lbp2d| {
            let result = local_binary_pattern(&image, &image.geometry().full_box(), &settings);
            matches!(result, Err(FilterError::Setting(_)))
        };
        let fine = Lbp2d::default();
        for radius in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
            assert!(refused(Lbp2d { radius, ..fine }));
        }
        assert!(refused(Lbp2d { samples: 0, ..fine }) && refused(Lbp2d { dimension: 3, ..fine }));
        assert!(refused(Lbp2d { samples: 32, method: Lbp2dMethod::Ror, ..fine }));
        assert!(!refused(Lbp2d { radius: 1e6, ..fine }) && !refused(Lbp2d { samples: 40, ..fine }));
    }
}
