//! Standardisation to mean 0 and standard deviation 1.

use std::borrow::Borrow;

use super::model::{check_scale, standardising, training};
use crate::error::Result;
use crate::mask::Region;
use crate::statistics::mean;
use crate::volume::Volume;

/// `z = (x - m) / d` with mean `m` and standard deviation `d` (over N - 1) of training intensities.
///
/// Fitted to one image and applied to it, this is the usual standardisation of each image by itself, within a mask or the
/// whole image. Fitted to several, their voxels count together. PyRadiomics' own `normalize` is
/// [`normalize`](super::normalize).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZScore {
    mean: f64,
    standard_deviation: f64,
}

impl ZScore {
    /// Fits to training images, each with the region whose voxels count (`None::<&Region>`: all of them).
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if there is no image, a voxel that counts is NaN or infinite, or all are
    /// equal; [`Error::Mismatch`](crate::Error::Mismatch) if an image and its region are not on the same grid.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Mask, Volume, intensity::ZScore};
    /// let grid = Geometry::new([4, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let image = Volume::new(grid.clone(), vec![0i16, 10, 20, 30])?;
    /// let tissue = Mask::from_bools(grid, &[false, true, true, true])?.region(1)?;
    /// let model = ZScore::fit([(&image, Some(&tissue))])?;
    /// assert_eq!((model.mean(), model.standard_deviation()), (20.0, 10.0));
    /// assert_eq!(model.apply(&image)?.to_f64().as_ref(), [-2.0, -1.0, 0.0, 1.0]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn fit<V: Borrow<Volume>, R: Borrow<Region>>(images: impl IntoIterator<Item = (V, Option<R>)>) -> Result<Self> {
        // Count, mean and sum of squared deviations, put together image by image (Chan, Golub, LeVeque: Algorithms for
        // computing the sample variance. The American Statistician 37 (1983) 242-247), so that no two images need be
        // in memory at once.
        let (mut count, mut total_mean, mut squares) = (0.0, 0.0, 0.0);
        training(images, |values| {
            let (n, own) = (values.len() as f64, mean(&values));
            let own_squares: f64 = values.iter().map(|v| (v - own) * (v - own)).sum();
            let shift = own - total_mean;
            let sum = count + n;
            squares += own_squares + shift * shift * (count * n / sum);
            total_mean += shift * (n / sum);
            count = sum;
            Ok(())
        })?;
        Self::new(total_mean, (squares / (count - 1.0)).sqrt())
    }

    pub(super) fn new(mean: f64, standard_deviation: f64) -> Result<Self> {
        check_scale("z-score", mean, standard_deviation)?;
        Ok(Self { mean, standard_deviation })
    }
}

standardising!(ZScore, "the training intensities");
