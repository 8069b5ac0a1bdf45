//! From an image and a region to what the filters see: normalised, resampled or cropped, checked and resegmented.
//!
//! The order is PyRadiomics' (`featureextractor.execute` and `loadImage`): normalise, then resample or crop, then check
//! the region, then resegment and check again.

use std::borrow::Cow;

use radsurv_image::{Mask, Region, Volume, resample};

use super::resegment::resegment;
use crate::error::{Error, Result};
use crate::settings::{ExtractorSettings, Fix, Settings};

/// An image and a region on its grid, ready for the filters.
pub(super) struct Prepared<'a> {
    /// The whole input of the filters.
    pub image: Cow<'a, Volume>,
    /// The region of the intensity and texture features.
    pub region: Region,
    /// The region of the shape features.
    pub shape: Region,
    /// The region before resegmentation.
    pub checked: Region,
}

/// Prepares a region that lies on the image's grid, or on a mask's own grid when the image is resampled anyway.
pub(super) fn prepare<'a>(image: &'a Volume, region: &Region, all: &ExtractorSettings) -> Result<Prepared<'a>> {
    let s = &all.settings;
    let (image, region) = resample_or_crop(image, region, s)?;
    check_size(&region, s)?;
    if s.resegment_range.is_none() {
        return Ok(Prepared { image, shape: region.clone(), checked: region.clone(), region });
    }
    let narrowed = resegment(&image, &region, s)?;
    check_size(&narrowed, s)?;
    let checked = region.clone();
    let shape = if s.resegment_shape {
        narrowed.clone()
    } else if all.fixes(Fix::ResegmentShapeCrop) {
        region
    } else {
        // PyRadiomics crops the unresegmented mask to the bounding box of the resegmented one.
        let part = *narrowed.bounds();
        let inside: Vec<bool> = part.indices().map(|index| region.contains(index)).collect();
        Region::new(region.geometry().clone(), region.label(), part, &inside)?
    };
    Ok(Prepared { image, region: narrowed, shape, checked })
}

fn resample_or_crop<'a>(image: &'a Volume, region: &Region, s: &Settings) -> Result<(Cow<'a, Volume>, Region)> {
    if let (Some(spacing), Some(interpolator)) = (&s.resampled_pixel_spacing, s.interpolator) {
        let roi = resample::resample_roi(image, region, spacing, interpolator, s.pad_distance)?;
        return Ok((Cow::Owned(roi.image), roi.region));
    }
    if s.pre_crop {
        check_size(region, s)?;
        let size = image.geometry().size();
        let part = region.bounds().grow([s.pad_distance; 3], size);
        return Ok((Cow::Owned(image.crop(&part)?), region.within(&part)?));
    }
    Ok((Cow::Borrowed(image), region.clone()))
}

/// The region with the label of the settings on a grid that fits the image.
///
/// # Errors
/// With both grids side by side if they differ and neither `correctMask` nor resampling is on.
pub(super) fn region_of(image: &Volume, mask: &Mask, label: u32, s: &Settings) -> Result<Region> {
    let region = mask.region(label)?;
    let resampling = s.resampled_pixel_spacing.is_some() && s.interpolator.is_some();
    let tolerance = s.geometry_tolerance.unwrap_or(radsurv_image::Geometry::TOLERANCE);
    match image.geometry().check_same(mask.geometry(), tolerance) {
        // Within the tolerance the grids count as equal; the mask's own is kept where PyRadiomics uses it.
        Ok(()) if resampling => Ok(region),
        Ok(()) => Ok(Region::new(image.geometry().clone(), label, *region.bounds(), region.inside())?),
        Err(_) if resampling => Ok(region),
        Err(_) if s.correct_mask => {
            resample::check_roi(image.geometry(), mask.geometry(), region.bounds())?;
            Ok(resample::resample_region(&region, image.geometry())?)
        }
        Err(mismatch) => Err(mismatch.into()),
    }
}

/// `minimumROIDimensions` and `minimumROISize`.
fn check_size(region: &Region, s: &Settings) -> Result<()> {
    let extended = region.bounds().size.iter().filter(|&&n| n > 1).count();
    let label = region.label();
    if extended == 0 {
        return Err(Error::RegionTooSmall(format!(
            "the region (label {label}) is a single voxel: no feature can be computed from it"
        )));
    }
    if extended < s.minimum_roi_dimensions.into() {
        return Err(Error::RegionTooSmall(format!(
            "the region (label {label}) extends along {extended} axes, but minimumROIDimensions asks for {}; its bounding box \
             is {:?} voxels (x, y, z)",
            s.minimum_roi_dimensions,
            region.bounds().size
        )));
    }
    if let Some(minimum) = s.minimum_roi_size
        && region.voxel_count() as u64 <= minimum
    {
        return Err(Error::RegionTooSmall(format!(
            "the region (label {label}) has {} voxels, but minimumROISize asks for more than {minimum}",
            region.voxel_count()
        )));
    }
    Ok(())
}
