//! Narrowing a region to a range of intensities.
//!
//! Source: PyRadiomics 3.0.1 `imageoperations.resegmentMask`.

use radsurv_image::{Region, Volume, VoxelType};

use super::compute::region_values;
use crate::error::{Error, Result};
use crate::grid::RegionGrid;
use crate::pairwise::pairwise_sum_by;
use crate::settings::{ResegmentMode, Settings};

/// The voxels of a region whose intensity is at least the lower of `resegmentRange`'s thresholds and, with two, at most
/// the higher. Thresholds are intensities, fractions of the region's maximum, or standard deviations (with `1/N`) from
/// its mean.
///
/// NumPy computes mean and standard deviation of a float32 image in single precision and compares in single precision:
/// so does this.
pub(super) fn resegment(image: &Volume, region: &Region, settings: &Settings) -> Result<Region> {
    let Some(range) = &settings.resegment_range else { return Ok(region.clone()) };
    let single = image.voxel_type() == VoxelType::F32;
    let values = region_values(image, &image.geometry().full_box(), region, &RegionGrid::new(region, &[]))?;
    let mut thresholds = range.clone();
    thresholds.sort_unstable_by(f64::total_cmp);
    match settings.resegment_mode {
        ResegmentMode::Absolute => {}
        ResegmentMode::Relative => {
            let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            thresholds.iter_mut().for_each(|t| *t *= max);
        }
        ResegmentMode::Sigma => {
            let (mean, sd) = if single { mean_sd_f32(&values) } else { mean_sd_f64(&values) };
            thresholds.iter_mut().for_each(|t| *t = mean + sd * *t);
        }
    }
    if single {
        thresholds.iter_mut().for_each(|t| *t = f64::from(*t as f32));
    }
    let (low, high) = (thresholds[0], thresholds.get(1).copied().unwrap_or(f64::INFINITY));
    let mut values = values.into_iter();
    let inside: Vec<bool> =
        region.inside().iter().map(|&inside| inside && values.next().is_some_and(|v| low <= v && v <= high)).collect();
    let kept = inside.iter().filter(|&&b| b).count();
    if kept <= 1 {
        return Err(Error::Resegmentation { kept, of: region.voxel_count() });
    }
    Ok(Region::new(region.geometry().clone(), region.label(), *region.bounds(), &inside)?)
}

/// Mean and standard deviation as `numpy.mean` and `numpy.std` of a float64 array.
fn mean_sd_f64(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = pairwise_sum_by(values, &|v: f64| v) / n;
    let variance = pairwise_sum_by(values, &|v: f64| (v - mean) * (v - mean)) / n;
    (mean, variance.sqrt())
}

/// The same of a float32 array, in single precision throughout.
fn mean_sd_f32(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f32;
    let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
    let mean = pairwise_sum_by(&values, &|v: f32| v) / n;
    let variance = pairwise_sum_by(&values, &|v: f32| (v - mean) * (v - mean)) / n;
    (f64::from(mean), f64::from(variance.sqrt()))
}
