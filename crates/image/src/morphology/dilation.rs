//! Dilation and erosion by a ball of a radius in mm.

use super::near::{near, reach_of, set_region};
use crate::error::{Error, Result};
use crate::mask::Region;

/// The voxels whose centres lie within `mm` of the centre of a voxel of the region: dilation by a ball, cut off at the
/// image's border.
///
/// The distance is exact and in mm, whatever the spacing: that of [`signed_distance_mm`](super::signed_distance_mm), in
/// single precision, compared with `mm` rounded to single precision. The result equals `distance <= mm` on SimpleITK's
/// `SignedMaurerDistanceMap`. With 0 it is the region. Time is proportional to the voxels of the region's bounding box
/// grown by `mm`.
///
/// # Errors
/// [`Error::Setting`] if `mm` is not a finite number from 0.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::{dilate, erode}};
/// let grid = Geometry::new([7, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let region = Mask::from_bools(grid, &[false, false, true, true, true, false, false])?.region(1)?;
/// assert_eq!(dilate(&region, 2.0)?.voxel_count(), 5);
/// assert_eq!(dilate(&region, 1.9)?, region);
/// assert_eq!(erode(&region, 2.0)?.bounds().start, [3, 0, 0]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn dilate(region: &Region, mm: f64) -> Result<Region> {
    check("dilation", mm)?;
    if mm == 0.0 {
        return Ok(region.clone());
    }
    let part = reach_of(region, mm);
    let mut inside = near(region, &part, mm)?;
    set_region(&mut inside, region, &part, true);
    Region::new(region.geometry().clone(), region.label(), part, &inside)
}

/// The voxels of the region farther than `mm` from every voxel of the image outside of it, centre to centre: erosion by a
/// ball.
///
/// It is the dilation of the outside, with the same distances: what is left equals `distance > mm` on SimpleITK's
/// `SignedMaurerDistanceMap` of the inverted mask. Beyond the image's border there is nothing, so a region is not eroded
/// from there, and one that fills the image is not eroded at all; thus a dilation followed by an erosion of the same radius
/// (a closing) holds the region. With 0 it is the region.
///
/// # Errors
/// [`Error::Setting`] if `mm` is not a finite number from 0, [`Error::EmptyRegion`] if nothing is left.
pub fn erode(region: &Region, mm: f64) -> Result<Region> {
    check("erosion", mm)?;
    let geometry = region.geometry();
    // The outside voxel nearest to a voxel of the region lies in the bounding box or in the layer around it.
    let part = region.bounds().grow([1; 3], geometry.size());
    let mut outside = vec![true; part.voxel_count()];
    set_region(&mut outside, region, &part, false);
    if mm == 0.0 || !outside.contains(&true) {
        return Ok(region.clone());
    }
    let outside = Region::new(geometry.clone(), region.label(), part, &outside)?;
    let mut inside = near(&outside, &part, mm)?;
    set_region(&mut inside, &outside, &part, true);
    inside.iter_mut().for_each(|v| *v = !*v);
    if !inside.contains(&true) {
        return Err(Error::EmptyRegion(format!(
            "nothing is left of label {} ({} voxels) after an erosion by {mm} mm (spacing {:?} mm); give a smaller radius",
            region.label(),
            region.voxel_count(),
            geometry.spacing_mm()
        )));
    }
    Region::new(geometry.clone(), region.label(), part, &inside)
}

fn check(what: &str, mm: f64) -> Result<()> {
    if mm.is_finite() && mm >= 0.0 {
        return Ok(());
    }
    Err(Error::Setting(format!("{what} by {mm} mm is impossible: give a radius in mm from 0")))
}
