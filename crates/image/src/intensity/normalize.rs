//! Normalisation to mean 0 and standard deviation 1, as PyRadiomics' `normalizeImage`.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geometry::IndexBox;
use crate::volume::{Volume, Voxels};
use crate::with_voxels;

/// The image with mean 0 and standard deviation 1, without outliers, times a scale: [`Normalization`] of the whole
/// image, applied to all of it.
///
/// # Errors
/// As [`Normalization::of`].
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, Voxels, intensity::normalize};
/// let grid = Geometry::new([3, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid, vec![1i16, 2, 3])?;
/// let normalised = normalize(&image, None, 100.0)?;
/// assert_eq!(normalised.voxels(), &Voxels::F64(vec![-100.0, 0.0, 100.0]));
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn normalize(image: &Volume, remove_outliers: Option<f64>, scale: f64) -> Result<Volume> {
    let normalization = Normalization::of(image, remove_outliers, scale)?;
    normalization.apply(image, &image.geometry().full_box())
}

/// How an image is normalised: `f(x) = s clip((x - m) / d)`.
///
/// `m` is the mean of all voxels of the image (not only of a region), `d` their standard deviation over N - 1, `clip`
/// limits values to `[-n, n]` if outliers are removed at `n` standard deviations, `s` is the scale. The result is
/// float64 for every type of image, as SimpleITK's `Normalize` gives: a normalised float32 image is filtered in double
/// precision.
///
/// `m` and `d` come from the sum and the sum of squares in ITK's formulas, `d² = (Q - S²/N) / (N - 1)`, and the
/// reciprocal of `d` is multiplied, so that integer images agree with ITK to the bit. Sums of float images are rounded
/// once here; ITK's compensated sums depend in their last bit on how many threads it uses, so `m` and `d` may differ by
/// some units in the last place (times `m²/d²` for `d`, as the formula cancels).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalization {
    /// Mean of the image.
    pub mean: f64,
    /// Standard deviation of the image over N - 1.
    pub standard_deviation: f64,
    /// Limit in standard deviations (`removeOutliers`).
    pub remove_outliers: Option<f64>,
    /// Factor (`normalizeScale`).
    pub scale: f64,
}

impl Normalization {
    /// Measures an image.
    ///
    /// # Errors
    /// [`Error::Setting`] if a voxel is NaN or infinite, if all voxels are equal or there is one only, if the limit is
    /// negative or NaN, or if the scale is not finite.
    pub fn of(image: &Volume, remove_outliers: Option<f64>, scale: f64) -> Result<Self> {
        if let Some(limit) = remove_outliers.filter(|l| l.is_nan() || *l < 0.0) {
            return Err(Error::Setting(format!("removeOutliers is {limit}: give a positive number of deviations")));
        }
        if !scale.is_finite() {
            return Err(Error::Setting(format!("normalizeScale is {scale}: give a finite number")));
        }
        if let Some((at, value)) = image.first_non_finite() {
            return Err(Error::Setting(format!(
                "the image has the value {value} at voxel (x, y, z) = {at:?} ({} voxels are NaN or infinite): it has no \
                 mean; replace such voxels",
                image.non_finite_count()
            )));
        }
        let Sums { sum, squares } = match image.voxels() {
            Voxels::U8(v) => integer_sums(v),
            Voxels::I8(v) => integer_sums(v),
            Voxels::U16(v) => integer_sums(v),
            Voxels::I16(v) => integer_sums(v),
            Voxels::U32(v) => integer_sums(v),
            Voxels::I32(v) => integer_sums(v),
            Voxels::U64(v) => float_sums(v, |v| v as f64),
            Voxels::I64(v) => float_sums(v, |v| v as f64),
            Voxels::F32(v) => float_sums(v, f64::from),
            Voxels::F64(v) => float_sums(v, |v| v),
        };
        let count = image.voxels().len() as f64;
        let mean = sum / count;
        let variance = (squares - sum * sum / count) / (count - 1.0);
        let standard_deviation = variance.sqrt();
        if !(standard_deviation > 0.0 && standard_deviation.is_finite() && mean.is_finite()) {
            return Err(Error::Setting(format!(
                "the image cannot be normalised: the mean of its {count} voxels is {mean}, their variance {variance}; \
                 switch normalize off for it"
            )));
        }
        Ok(Self { mean, standard_deviation, remove_outliers, scale })
    }

    /// The normalised values of a part of the image.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the box is empty or not inside.
    pub fn apply(&self, image: &Volume, part: &IndexBox) -> Result<Volume> {
        let geometry = image.geometry().crop(part)?;
        let size = image.geometry().size();
        let (shift, factor) = (-self.mean, 1.0 / self.standard_deviation);
        let limit = self.remove_outliers.unwrap_or(f64::INFINITY);
        let [nx, ny, _] = part.size;
        let mut out = vec![0.0; part.voxel_count()];
        with_voxels!(image.voxels(), values => {
            out.par_chunks_mut(nx).enumerate().for_each(|(row, out)| {
                let (y, z) = (part.start[1] + row % ny, part.start[2] + row / ny);
                let from = (z * size[1] + y) * size[0] + part.start[0];
                for (out, &value) in out.iter_mut().zip(&values[from..from + nx]) {
                    let mut v = (value as f64 + shift) * factor;
                    if v > limit {
                        v = limit;
                    }
                    if v < -limit {
                        v = -limit;
                    }
                    *out = v * self.scale;
                }
            });
        });
        Volume::new(geometry, out)
    }
}

struct Sums {
    sum: f64,
    squares: f64,
}

/// Voxels per task: sums of tasks are put together in their order, whatever the number of threads.
const CHUNK: usize = 1 << 16;

/// Exact sums of integers of up to 32 bits. ITK's sums of doubles are exact too, below 2^53.
fn integer_sums<T: Copy + Sync + Into<i64>>(values: &[T]) -> Sums {
    let (sum, squares) = values
        .par_chunks(CHUNK)
        .map(|chunk| {
            chunk.iter().fold((0i128, 0i128), |(sum, squares), &v| {
                let v: i64 = v.into();
                (sum + i128::from(v), squares + i128::from(v) * i128::from(v))
            })
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    Sums { sum: sum as f64, squares: squares as f64 }
}

/// Sums in twice the precision of a double (Dekker: A floating-point technique for extending the available precision.
/// Numerische Mathematik 18 (1971) 224-242), rounded at the end. The square of a value is rounded first, as in ITK.
fn float_sums<T: Copy + Sync>(values: &[T], value: impl Fn(T) -> f64 + Sync) -> Sums {
    let parts: Vec<(Double, Double)> = values
        .par_chunks(CHUNK)
        .map(|chunk| {
            let (mut sum, mut squares) = (Double::default(), Double::default());
            for &v in chunk {
                let v = value(v);
                sum.add(v);
                squares.add(v * v);
            }
            (sum, squares)
        })
        .collect();
    let (mut sum, mut squares) = (Double::default(), Double::default());
    for (s, q) in parts {
        sum.add(s.low);
        sum.add(s.high);
        squares.add(q.low);
        squares.add(q.high);
    }
    Sums { sum: sum.high + sum.low, squares: squares.high + squares.low }
}

/// An unevaluated sum of two doubles.
#[derive(Default, Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    #[inline]
    fn add(&mut self, v: f64) {
        // Knuth's two-sum: `high + v` is exactly `sum + error`.
        let sum = self.high + v;
        let from_v = sum - self.high;
        let error = (self.high - (sum - from_v)) + (v - from_v);
        self.low += error;
        self.high = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;

    fn image(values: impl Into<Voxels>, n: usize) -> Volume {
        Volume::new(Geometry::new([n, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap(), values).unwrap()
    }

    #[test]
    fn outliers_are_limited_before_scaling() {
        let mut values = vec![0i32; 100];
        values[7] = 1000;
        let normalised = normalize(&image(values, 100), Some(3.0), 10.0).unwrap();
        assert_eq!(normalised.get([7, 0, 0]), 30.0);
        assert!((normalised.get([0, 0, 0]) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_part_has_the_values_of_the_whole() {
        let image = image((0..50).map(|v| v as f32 * 0.1).collect::<Vec<f32>>(), 50);
        let normalization = Normalization::of(&image, Some(1.5), 2.0).unwrap();
        let part = IndexBox { start: [20, 0, 0], size: [10, 1, 1] };
        let whole = normalize(&image, Some(1.5), 2.0).unwrap();
        assert_eq!(normalization.apply(&image, &part).unwrap(), whole.crop(&part).unwrap());
    }

    #[test]
    fn what_has_no_deviation_is_refused() {
        for bad in [vec![5.0; 4], vec![1.0, f64::NAN, 2.0, 3.0], vec![1e308, -1e308, 1e308, 1.0]] {
            assert!(normalize(&image(bad, 4), None, 1.0).is_err());
        }
        assert!(normalize(&image(vec![1u8], 1), None, 1.0).is_err());
        let good = image(vec![1u8, 2], 2);
        assert!(normalize(&good, Some(-1.0), 1.0).is_err() && normalize(&good, None, f64::NAN).is_err());
    }
}
