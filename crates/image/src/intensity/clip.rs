//! Intensities limited to a range between two percentiles.

use std::borrow::Borrow;

use super::model::{map, pooled};
use crate::error::{Error, Result};
use crate::mask::Region;
use crate::statistics::percentile;
use crate::volume::Volume;

/// Limits intensities to the range between two percentiles of the training intensities, so that single bright or dark
/// voxels do not stretch the scale. Percentiles are interpolated as numpy's are by default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PercentileClip {
    lower: f64,
    upper: f64,
}

impl PercentileClip {
    /// Fits to training images, each with the region whose voxels count (`None::<&Region>`: all of them). `percents` are the
    /// lower and the upper percentile, such as `[0.5, 99.5]`. The voxels of all images count together.
    ///
    /// # Errors
    /// [`Error::Setting`] if the percentiles are not ascending within 0 to 100, there is no image, a voxel that counts is NaN
    /// or infinite, or both percentiles have the same intensity; [`Error::Mismatch`] if an image and its region are not on
    /// the same grid.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Region, Volume, intensity::PercentileClip};
    /// let grid = Geometry::new([5, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let image = Volume::new(grid, vec![0i16, 10, 20, 30, 9000])?;
    /// let model = PercentileClip::fit([(&image, None::<&Region>)], [25.0, 75.0])?;
    /// assert_eq!(model.apply(&image)?.to_f64().as_ref(), [10.0, 10.0, 20.0, 30.0, 30.0]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn fit<V: Borrow<Volume>, R: Borrow<Region>>(
        images: impl IntoIterator<Item = (V, Option<R>)>,
        percents: [f64; 2],
    ) -> Result<Self> {
        let [low, high] = percents;
        if !(0.0 <= low && low < high && high <= 100.0) {
            return Err(Error::Setting(format!(
                "intensities cannot be clipped to the percentiles {low} and {high}: give two ascending numbers from 0 to 100"
            )));
        }
        let sorted = pooled(images)?;
        Self::new(percentile(&sorted, low), percentile(&sorted, high))
    }

    pub(super) fn new(lower: f64, upper: f64) -> Result<Self> {
        if lower.is_finite() && upper.is_finite() && lower < upper {
            return Ok(Self { lower, upper });
        }
        Err(Error::Setting(format!(
            "clipping to the range from {lower} to {upper} leaves a constant image; give other percentiles or a region"
        )))
    }

    /// Lowest intensity of the range.
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// Highest intensity of the range.
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// The image limited to the range, in float64.
    ///
    /// # Errors
    /// [`Error::Setting`] if a voxel is NaN or infinite.
    pub fn apply(&self, image: &Volume) -> Result<Volume> {
        map(image, |v| v.clamp(self.lower, self.upper))
    }
}
