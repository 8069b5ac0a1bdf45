//! The filters of PyRadiomics that look at one voxel at a time: square, square root, logarithm, exponential.

use std::fmt;

use radsurv_image::{IndexBox, Volume, with_voxels};
use rayon::prelude::*;

use super::{FilterError, Result, numpy_math};

/// A function that is applied to each voxel, scaled so that the largest magnitude `m = max |x|` of the image is kept.
///
/// The values are PyRadiomics' to the bit, where NumPy runs on a processor with AVX-512; elsewhere NumPy takes `ln` and
/// `exp` from the C library, and its logarithm and exponential images differ from these by an ulp here and there.
///
/// # Example
/// ```
/// use radsurv_features::filter::pointwise::Pointwise;
/// use radsurv_image::{Geometry, Volume, Voxels};
/// let grid = Geometry::new([3, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid, vec![-4i16, 1, 16])?;
/// let roots = Pointwise::SquareRoot.apply(&image, &image.geometry().full_box())?;
/// assert_eq!(roots.voxels(), &Voxels::F64(vec![-8.0, 4.0, 16.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pointwise {
    /// `(c x)²` with `c = 1 / sqrt(m)`: never negative.
    Square,
    /// `sqrt(m x)`, and `-sqrt(-m x)` for negative `x`.
    SquareRoot,
    /// `c ln(x + 1)`, and `-c ln(-x + 1)` for negative `x`, with `c = m / ln(m + 1)`.
    Logarithm,
    /// `exp(c x)` with `c = ln(m) / m`: never negative.
    Exponential,
}

impl fmt::Display for Pointwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The largest magnitude of an image: what the scale of [`Pointwise`] comes from.
///
/// # Errors
/// [`FilterError::NotFinite`] if a voxel is NaN or infinite.
pub fn largest_magnitude(image: &Volume) -> Result<f64> {
    if let Some((index, value)) = image.first_non_finite() {
        return Err(FilterError::NotFinite { index, value });
    }
    // A maximum is the same in any order, hence with any number of threads.
    Ok(with_voxels!(image.voxels(), v => {
        v.par_chunks(1 << 16)
            .map(|part| part.iter().fold(0.0f64, |m, &x| m.max((x as f64).abs())))
            .reduce(|| 0.0, f64::max)
    }))
}

impl Pointwise {
    /// The filtered image inside the window, in `float64`; the scale comes from the whole image.
    ///
    /// # Errors
    /// [`FilterError::NotFinite`] if a voxel of the image is NaN or infinite, [`FilterError::Image`] if the window is not
    /// inside the image, [`FilterError::Undefined`] where PyRadiomics' formula gives NaN or infinity: all but the square
    /// root of an image that is 0 everywhere, and magnitudes near the limits of the type.
    pub fn apply(self, image: &Volume, window: &IndexBox) -> Result<Volume> {
        self.apply_scaled(image, window, largest_magnitude(image)?)
    }

    /// The same with the image's [`largest_magnitude`] already known, for several filters of one image.
    ///
    /// # Errors
    /// As for [`Pointwise::apply`].
    pub fn apply_scaled(self, image: &Volume, window: &IndexBox, largest: f64) -> Result<Volume> {
        let geometry = image.geometry().crop(window)?;
        let mut values = image.values_f64(window)?;
        let scale = self.scale(largest);
        let defined = scale.is_finite() && (largest > 0.0 || self == Self::SquareRoot);
        if defined {
            values.par_chunks_mut(1 << 14).for_each(|part| self.filter(part, scale));
        }
        let response = Volume::new(geometry, values)?;
        if !defined || response.first_non_finite().is_some() {
            let cause = if largest == 0.0 {
                "an image that is 0 everywhere".to_string()
            } else {
                format!("an image with the largest magnitude {largest:e}")
            };
            return Err(FilterError::Undefined(format!(
                "{self} is not defined for {cause} (PyRadiomics gives NaN or infinity); leave out the image type {self} or \
                 rescale the image"
            )));
        }
        Ok(response)
    }

    /// The factor of the formula.
    fn scale(self, largest: f64) -> f64 {
        let ln = |x: f64| {
            let mut value = [x];
            numpy_math::ln(&mut value);
            value[0]
        };
        match self {
            Self::Square => 1.0 / largest.sqrt(),
            Self::SquareRoot => largest,
            Self::Logarithm => largest / ln(largest + 1.0),
            Self::Exponential => ln(largest) / largest,
        }
    }

    fn filter(self, values: &mut [f64], scale: f64) {
        match self {
            Self::Square => values.iter_mut().for_each(|v| {
                let scaled = scale * *v;
                *v = scaled * scaled;
            }),
            Self::SquareRoot => values.iter_mut().for_each(|v| *v = (v.abs() * scale).sqrt().copysign(*v)),
            Self::Logarithm => {
                let mut logarithms: Vec<f64> = values.iter().map(|v| v.abs() + 1.0).collect();
                numpy_math::ln(&mut logarithms);
                values.iter_mut().zip(logarithms).for_each(|(v, l)| *v = l.copysign(*v) * scale);
            }
            Self::Exponential => {
                values.iter_mut().for_each(|v| *v *= scale);
                numpy_math::exp(values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use radsurv_image::{Geometry, VoxelType, Voxels};

    use super::super::testing::{f64_bits, golden, image, window};
    use super::*;

    const ALL: [Pointwise; 4] =
        [Pointwise::Square, Pointwise::SquareRoot, Pointwise::Logarithm, Pointwise::Exponential];

    fn values(volume: &Volume) -> &[f64] {
        let Voxels::F64(values) = volume.voxels() else { panic!("not float64") };
        values
    }

    fn row(values: Vec<f64>) -> Volume {
        let grid = Geometry::new([values.len(), 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        Volume::new(grid, values).unwrap()
    }

    #[test]
    fn the_bits_are_those_of_pyradiomics() {
        let cases = golden("pointwise");
        assert_eq!(cases.len(), 48);
        for case in cases {
            let filter = ALL.into_iter().find(|f| f.to_string() == case.text("filter")).unwrap();
            let image = case.image();
            let ours = filter.apply(&image, &image.geometry().full_box()).unwrap();
            assert_eq!(f64_bits(values(&ours)), f64_bits(&case.f64s("response")), "{}", case.name());
        }
    }

    #[test]
    fn a_window_is_a_crop_of_the_whole() {
        let image = image(3, [9, 7, 5], [1.0, 2.0, 3.0], VoxelType::I16);
        for filter in ALL {
            let whole = filter.apply(&image, &image.geometry().full_box()).unwrap();
            for seed in 0..10 {
                let window = window(seed, image.geometry().size());
                assert_eq!(filter.apply(&image, &window).unwrap(), whole.crop(&window).unwrap());
            }
            assert!(filter.apply(&image, &IndexBox { start: [8, 0, 0], size: [2, 1, 1] }).is_err());
        }
    }

    #[test]
    fn the_largest_magnitude_and_the_signs_stay() {
        let image = row(vec![-1000.0, -3.0, 0.0, 8.0, 640.0]);
        let full = image.geometry().full_box();
        for filter in [Pointwise::SquareRoot, Pointwise::Logarithm] {
            let ours = filter.apply(&image, &full).unwrap();
            assert!((values(&ours)[0] + 1000.0).abs() < 1e-9);
            let signs: Vec<f64> = values(&ours).iter().map(|v| if *v == 0.0 { 0.0 } else { v.signum() }).collect();
            assert_eq!(signs, [-1.0, -1.0, 0.0, 1.0, 1.0]);
        }
        let square = Pointwise::Square.apply(&image, &full).unwrap();
        assert!((values(&square)[0] - 1000.0).abs() < 1e-9 && (values(&square)[4] - 409.6).abs() < 1e-9);
        let power = Pointwise::Exponential.apply(&image, &full).unwrap();
        assert!((values(&power)[0] - 1e-3).abs() < 1e-12 && values(&power)[2] == 1.0);
    }

    #[test]
    fn no_nan_gets_out() {
        let dark = row(vec![0.0; 4]);
        let full = dark.geometry().full_box();
        for filter in ALL {
            match filter.apply(&dark, &full) {
                Ok(roots) => assert!(filter == Pointwise::SquareRoot && values(&roots) == [0.0; 4]),
                Err(e) => {
                    assert!(matches!(e, FilterError::Undefined(_)) && filter != Pointwise::SquareRoot);
                    assert!(e.to_string().contains(&format!("{filter} is not defined for an image that is 0")), "{e}");
                }
            }
            for bad in [f64::NAN, f64::NEG_INFINITY] {
                let image = row(vec![1.0, bad]);
                let inside = IndexBox { start: [0; 3], size: [1, 1, 1] };
                let error = filter.apply(&image, &inside).unwrap_err();
                assert!(matches!(error, FilterError::NotFinite { index: [1, 0, 0], .. }), "{error}");
            }
            for extreme in [5e-324, 1e-320, 1e-17, 1e-5, 1.0, 1e200, f64::MAX] {
                let image = row(vec![extreme, extreme / 2.0, 0.0, -extreme]);
                if let Ok(ours) = filter.apply(&image, &image.geometry().full_box()) {
                    assert!(values(&ours).iter().all(|v| v.is_finite()), "{filter} {extreme}");
                }
            }
        }
        // Smaller than half an ulp of 1: its logarithm is 0.
        let tiny = row(vec![1e-17]);
        assert!(Pointwise::Logarithm.apply(&tiny, &tiny.geometry().full_box()).is_err());
    }
}
