//! Statistics of regions: size, place, and the intensities in them.

use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};
use crate::mask::Region;
use crate::volume::Volume;

/// Size and place of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionStatistics {
    /// Label of the region.
    pub label: u32,
    /// Number of voxels.
    pub voxels: usize,
    /// Volume in mm³: voxels times the volume of one; in a 2-D image the area in mm².
    pub volume_mm3: f64,
    /// Bounding box in voxels.
    pub bounds: IndexBox,
    /// Mean of the voxels' indices (x, y, z).
    pub centroid_index: [f64; 3],
    /// Mean of the voxels' centres, in mm.
    pub centroid_mm: [f64; 3],
}

impl RegionStatistics {
    /// Measures a region.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Mask, RegionStatistics};
    /// let grid = Geometry::new([4, 1, 1], [2.0, 1.0, 1.0], [10.0, 0.0, 0.0], Geometry::IDENTITY)?;
    /// let region = Mask::from_bools(grid, &[false, true, true, false])?.region(1)?;
    /// let statistics = RegionStatistics::of(&region);
    /// assert_eq!((statistics.voxels, statistics.volume_mm3), (2, 4.0));
    /// assert_eq!(statistics.centroid_mm, [13.0, 0.0, 0.0]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn of(region: &Region) -> Self {
        // Sums of whole numbers do not round.
        let mut sums = [0u128; 3];
        for (at, _) in region.bounds().indices().zip(region.inside()).filter(|(_, inside)| **inside) {
            (0..3).for_each(|a| sums[a] += at[a] as u128);
        }
        let voxels = region.voxel_count();
        let centroid_index = sums.map(|s| s as f64 / voxels as f64);
        Self {
            label: region.label(),
            voxels,
            volume_mm3: voxels as f64 * region.geometry().voxel_volume_mm3(),
            bounds: *region.bounds(),
            centroid_index,
            centroid_mm: region.geometry().index_to_point(centroid_index),
        }
    }
}

/// The intensities of an image in a region, ascending: their statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct IntensityStatistics {
    sorted: Vec<f64>,
    mean: f64,
    standard_deviation: Option<f64>,
}

impl IntensityStatistics {
    /// Measures an image in a region; in all voxels without one.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if image and region are not on the same grid, [`Error::Setting`] if a voxel in the region is
    /// NaN or infinite, or the squares of the values overflow.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, IntensityStatistics, Mask, Volume};
    /// let grid = Geometry::new([4, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let image = Volume::new(grid.clone(), vec![9i16, 1, 2, 6])?;
    /// let region = Mask::from_bools(grid, &[false, true, true, true])?.region(1)?;
    /// let statistics = IntensityStatistics::of(&image, Some(&region))?;
    /// assert_eq!((statistics.mean(), statistics.minimum(), statistics.maximum()), (3.0, 1.0, 6.0));
    /// assert_eq!(statistics.standard_deviation(), Some(7.0f64.sqrt()));
    /// assert_eq!(statistics.percentile(75.0), Some(4.0));
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn of(image: &Volume, region: Option<&Region>) -> Result<Self> {
        let mut sorted = intensities(image, region)?;
        sorted.sort_unstable_by(f64::total_cmp);
        let count = sorted.len() as f64;
        let mean = mean(&sorted);
        let squares: f64 = sorted.iter().map(|v| (v - mean) * (v - mean)).sum();
        let standard_deviation = (sorted.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
        if !(mean.is_finite() && standard_deviation.is_none_or(f64::is_finite)) {
            return Err(Error::Setting(format!(
                "the intensities from {} to {} are too far apart for a mean and a standard deviation",
                sorted[0],
                sorted[sorted.len() - 1]
            )));
        }
        Ok(Self { sorted, mean, standard_deviation })
    }

    /// Number of voxels.
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// Mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation over N - 1, as in SimpleITK's `LabelStatistics`; `None` of a single voxel.
    pub fn standard_deviation(&self) -> Option<f64> {
        self.standard_deviation
    }

    /// Smallest intensity.
    pub fn minimum(&self) -> f64 {
        self.sorted[0]
    }

    /// Largest intensity.
    pub fn maximum(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    /// Median: the 50th percentile.
    pub fn median(&self) -> f64 {
        percentile(&self.sorted, 50.0)
    }

    /// A percentile (0 to 100), interpolated between the two nearest ranks as numpy's `percentile` does by default (Hyndman
    /// and Fan's type 7); `None` if `percent` is not from 0 to 100.
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        (0.0..=100.0).contains(&percent).then(|| percentile(&self.sorted, percent))
    }

    /// The intensities, ascending.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }
}

/// The intensities in a region, or of the whole image, in the order of the voxels; at least one, all finite.
pub(crate) fn intensities(image: &Volume, region: Option<&Region>) -> Result<Vec<f64>> {
    let values = match region {
        None => image.to_f64().into_owned(),
        Some(region) => {
            image.geometry().check_same(region.geometry(), Geometry::TOLERANCE)?;
            let box_values = image.values_f64(region.bounds())?;
            box_values.into_iter().zip(region.inside()).filter(|(_, inside)| **inside).map(|(v, _)| v).collect()
        }
    };
    let bad = values.iter().filter(|v| !v.is_finite()).count();
    if bad > 0 {
        let place = region.map_or("the image".to_string(), |r| format!("label {}", r.label()));
        return Err(Error::Setting(format!(
            "{bad} of the {} voxels of {place} are NaN or infinite: they have no mean; replace such voxels",
            values.len()
        )));
    }
    Ok(values)
}

/// The mean of finite values; of none, NaN. Values are shifted by the first, so that the sum neither overflows nor cancels.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or(f64::NAN);
    first + values.iter().map(|v| v - first).sum::<f64>() / values.len() as f64
}

/// A percentile of ascending values, of which there must be one at least, with numpy's arithmetic.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let at = percent / 100.0 * (sorted.len() - 1) as f64;
    let below = (at.floor() as usize).min(sorted.len() - 1);
    let (a, b) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    let t = at - below as f64;
    // numpy's _lerp: from the nearer end.
    if t >= 0.5 { b - (b - a) * (1.0 - t) } else { a + (b - a) * t }
}
