//! The ring around a region: everything outside of it up to a distance, such as the 5 cm around a tumour.

use serde::{Deserialize, Serialize};

use super::body::BodyMask;
use super::near::{near, reach_of, set_region};
use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};
use crate::mask::Region;
use crate::volume::Volume;

/// The voxels outside a region whose distance from its border is above 0 and at most `mm`, cut off at the image's
/// border. The ring keeps the region's label.
///
/// The distance is that of [`signed_distance_mm`](super::signed_distance_mm), in single precision like SimpleITK's, and
/// is compared with `mm` rounded to single precision: the ring equals thresholding SimpleITK's distance map, also at
/// voxels that lie at exactly `mm`.
///
/// Only the region's bounding box grown by `mm` is looked at, in time proportional to its voxels. For a gap, a body mask
/// or exclusions see [`peritumoural_ring`], which with its defaults gives the same voxels.
///
/// # Errors
/// [`Error::Setting`] if `mm` is not positive and finite; [`Error::EmptyRegion`] if no voxel is in the ring: the region
/// fills the image, or `mm` is less than the distance to the next voxel.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::ring};
/// let grid = Geometry::new([6, 1, 1], [2.0, 1.0, 1.0], [0.0; 3], Geometry::IDENTITY)?;
/// let tumour = Mask::from_bools(grid, &[false, true, true, false, false, false])?.region(1)?;
/// let ring = ring(&tumour, 4.0)?;
/// assert_eq!(ring.bounds().start, [0, 0, 0]);
/// assert_eq!(ring.inside(), [true, false, false, true, true]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn ring(region: &Region, mm: f64) -> Result<Region> {
    let (part, inside) = shell(region, 0.0, mm)?;
    Region::new(region.geometry().clone(), region.label(), part, &inside)
}

/// How a [`peritumoural_ring`] is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RingSettings {
    /// Distance in mm from the region's border at which the ring starts: voxels up to this are left out. Default 0.
    pub inner_gap_mm: f64,
    /// Width of the ring in mm: it ends at `inner_gap_mm + width_mm`. Default 50.
    pub width_mm: f64,
    /// How the body is found that the ring is clipped to. Default `None`: it is not clipped.
    pub body: Option<BodyMask>,
    /// Voxels with an intensity in one of these ranges are left out, such as air or bone. Default none.
    pub exclude: Vec<IntensityRange>,
}

impl Default for RingSettings {
    fn default() -> Self {
        Self { inner_gap_mm: 0.0, width_mm: 50.0, body: None, exclude: Vec::new() }
    }
}

/// A range of intensities with both its ends.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntensityRange {
    /// Lowest intensity of the range; `None` if it has no lower end.
    pub from: Option<f64>,
    /// Highest intensity of the range; `None` if it has no upper end.
    pub to: Option<f64>,
}

impl IntensityRange {
    /// Intensities up to this one, such as -500 HU for air.
    pub fn up_to(to: f64) -> Self {
        Self { from: None, to: Some(to) }
    }

    /// Intensities from this one on, such as 300 HU for bone.
    pub fn from(from: f64) -> Self {
        Self { from: Some(from), to: None }
    }

    /// Whether an intensity is in the range.
    pub fn contains(&self, value: f64) -> bool {
        self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| value <= to)
    }

    fn check(&self) -> Result<()> {
        let problem = match (self.from, self.to) {
            (None, None) => "has no end: it would hold every voxel",
            (from, to) if from.is_some_and(f64::is_nan) || to.is_some_and(f64::is_nan) => {
                "has an end that is no number"
            }
            (Some(from), Some(to)) if from > to => "is empty: its lower end is above the upper one",
            _ => return Ok(()),
        };
        Err(Error::Setting(format!("the intensity range {:?} to {:?} {problem}", self.from, self.to)))
    }
}

/// A ring, and how many voxels were taken from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// The ring, with the label of the region it surrounds.
    pub region: Region,
    /// Voxels at the right distance that lie outside of the body.
    pub outside_body: usize,
    /// Voxels at the right distance and in the body whose intensity is excluded.
    pub excluded: usize,
}

/// The voxels outside a region at a distance `d` from its border with `inner_gap_mm < d <= inner_gap_mm + width_mm`, in
/// the body, without excluded intensities.
///
/// Distances are compared as in [`ring`]. `image` is needed for the body and the exclusions only, and must be on the
/// region's grid. In CT a body with [`BodyMask`]'s defaults includes the lungs: exclude air by intensity as well.
///
/// # Errors
/// - [`Error::Setting`] if the gap is not a finite number from 0, the width is not positive and finite, a range of
///   intensities is empty or without ends, the image is needed and missing, has no body, or is NaN at a voxel of the ring;
/// - [`Error::Mismatch`] if image and region are not on the same grid;
/// - [`Error::EmptyRegion`] if no voxel is left, with what was taken away.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, Volume, morphology::{IntensityRange, RingSettings, peritumoural_ring}};
/// let grid = Geometry::new([8, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid.clone(), vec![40i16, 60, 50, 45, 55, 800, 40, -1000])?;
/// let tumour = Mask::from_bools(grid, &[false, true, false, false, false, false, false, false])?.region(1)?;
/// let settings = RingSettings {
///     inner_gap_mm: 1.0,
///     width_mm: 5.0,
///     exclude: vec![IntensityRange::up_to(-500.0), IntensityRange::from(300.0)],
///     ..RingSettings::default()
/// };
/// let ring = peritumoural_ring(&tumour, Some(&image), &settings)?;
/// assert_eq!(ring.region.bounds().start, [3, 0, 0]);
/// assert_eq!(ring.region.inside(), [true, true, false, true]);
/// assert_eq!((ring.outside_body, ring.excluded), (0, 2));
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn peritumoural_ring(region: &Region, image: Option<&Volume>, settings: &RingSettings) -> Result<Ring> {
    settings.exclude.iter().try_for_each(IntensityRange::check)?;
    let (part, mut inside) = shell(region, settings.inner_gap_mm, settings.width_mm)?;
    let all = inside.iter().filter(|&&b| b).count();
    let (mut outside_body, mut excluded) = (0, 0);
    if settings.body.is_some() || !settings.exclude.is_empty() {
        let image = image.ok_or_else(|| {
            Error::Setting(
                "a ring that is clipped to the body or leaves out intensities needs the image: give it".into(),
            )
        })?;
        image.geometry().check_same(region.geometry(), Geometry::TOLERANCE)?;
        if let Some(body) = &settings.body {
            let body = body.of(image)?;
            let outside = part.indices().zip(&mut inside).filter(|(at, inside)| **inside && !body.contains(*at));
            outside_body = outside.map(|(_, inside)| *inside = false).count();
        }
        if !settings.exclude.is_empty() {
            for (at, inside) in part.indices().zip(&mut inside).filter(|(_, inside)| **inside) {
                let value = image.get(at);
                if value.is_nan() {
                    return Err(Error::Setting(format!(
                        "the image is NaN at voxel (x, y, z) = {at:?} of the ring: whether to exclude it cannot be said; \
                         replace such voxels"
                    )));
                }
                if settings.exclude.iter().any(|range| range.contains(value)) {
                    *inside = false;
                    excluded += 1;
                }
            }
        }
    }
    if all == outside_body + excluded {
        return Err(Error::EmptyRegion(format!(
            "nothing is left of the ring of label {}: of its {all} voxels {outside_body} lie outside of the body and \
             {excluded} have excluded intensities",
            region.label()
        )));
    }
    let region = Region::new(region.geometry().clone(), region.label(), part, &inside)?;
    Ok(Ring { region, outside_body, excluded })
}

/// The voxels outside a region from `gap` (without) to `gap + width` mm (with) of its border, over a part of the image.
fn shell(region: &Region, gap: f64, width: f64) -> Result<(IndexBox, Vec<bool>)> {
    if !(width.is_finite() && width > 0.0) {
        return Err(Error::Setting(format!("a ring of {width} mm is impossible: give a positive width in mm")));
    }
    if !(gap.is_finite() && gap >= 0.0 && (gap + width).is_finite()) {
        return Err(Error::Setting(format!(
            "a ring that starts at {gap} mm is impossible: give a distance in mm from 0"
        )));
    }
    let to = gap + width;
    let part = reach_of(region, to);
    let mut inside = near(region, &part, to)?;
    set_region(&mut inside, region, &part, false);
    if gap > 0.0 {
        let inner = near(region, &part, gap)?;
        inside.iter_mut().zip(inner).for_each(|(inside, inner)| *inside &= !inner);
    }
    if !inside.contains(&true) {
        let geometry = region.geometry();
        let range = if gap > 0.0 { format!("{gap} to {to} mm") } else { format!("{to} mm") };
        return Err(Error::EmptyRegion(format!(
            "no voxel lies within {range} outside of label {}: its {} voxels fill the image of {:?}, or the ring is \
             thinner than a voxel (spacing {:?} mm)",
            region.label(),
            region.voxel_count(),
            geometry.size(),
            geometry.spacing_mm()
        )));
    }
    Ok((part, inside))
}
