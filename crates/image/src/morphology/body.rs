//! The patient's body in an image.

use serde::{Deserialize, Serialize};

use super::components::components;
use super::holes::{Holes, fill_holes};
use super::runs::Connectivity;
use crate::error::{Error, Result};
use crate::intensity::otsu_threshold;
use crate::mask::Region;
use crate::volume::Volume;
use crate::with_voxels;

/// How the body is found in an image: the voxels above a threshold, of these the largest connected component, with its
/// holes filled.
///
/// The defaults suit CT and most MR images of a trunk or a limb: air is dark, the table is not connected to the patient,
/// and lungs or bowel gas are holes of their slices. What is dark at the skin, such as cortical bone next to air or a
/// region far from a surface coil, is lost: look at the mask.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, morphology::BodyMask};
/// let grid = Geometry::new([6, 5, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = Volume::new(grid, vec![
///     0i16, 0, 0, 0, 0, 0,
///     0, 90, 95, 80, 0, 70, // a piece of the table
///     0, 85, 1, 90, 0, 70, // a lung
///     0, 80, 85, 99, 0, 0,
///     0, 0, 0, 0, 0, 0,
/// ])?;
/// assert_eq!(BodyMask::default().of(&image)?.voxel_count(), 9);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BodyMask {
    /// Voxels above this intensity are tissue. Default `None`: [`otsu_threshold`] of the image.
    pub threshold: Option<f64>,
    /// Bins of the histogram of Otsu's threshold. Default 128, as in SimpleITK's `OtsuThreshold`.
    pub bins: usize,
    /// Which voxels are connected. Default [`Connectivity::Faces`].
    pub connectivity: Connectivity,
    /// Which holes are filled. Default [`Holes::Z`], the holes of each axial slice: in space the airways open the lungs to
    /// the outside.
    pub holes: Holes,
}

impl Default for BodyMask {
    fn default() -> Self {
        Self { threshold: None, bins: 128, connectivity: Connectivity::Faces, holes: Holes::Z }
    }
}

impl BodyMask {
    /// The body in an image, as a region of label 1. Paths through holes run between faces of voxels.
    ///
    /// # Errors
    /// [`Error::Setting`] if the threshold is NaN, a voxel is NaN or infinite, or the image has no Otsu threshold (see
    /// [`otsu_threshold`]); [`Error::EmptyRegion`] if no voxel is above the threshold.
    pub fn of(&self, image: &Volume) -> Result<Region> {
        if let Some((at, value)) = image.first_non_finite() {
            return Err(Error::Setting(format!(
                "the image has the value {value} at voxel (x, y, z) = {at:?}: no body is looked for in it; replace such \
                 voxels"
            )));
        }
        let inside: Vec<bool> = match self.threshold {
            Some(t) if t.is_nan() => {
                return Err(Error::Setting("the body's threshold is not a number: give an intensity".to_string()));
            }
            Some(t) => with_voxels!(image.voxels(), values => values.iter().map(|&v| v as f64 > t).collect()),
            // Otsu's threshold is one of single precision, as is the comparison.
            None => {
                let t = otsu_threshold(image, self.bins)? as f32;
                with_voxels!(image.voxels(), values => values.iter().map(|&v| v as f32 > t).collect())
            }
        };
        if !inside.contains(&true) {
            return Err(Error::EmptyRegion(format!(
                "no voxel is above the body's threshold {}; give a lower one",
                self.threshold.map_or("(Otsu's)".to_string(), |t| t.to_string())
            )));
        }
        let geometry = image.geometry();
        let tissue = Region::new(geometry.clone(), 1, geometry.full_box(), &inside)?;
        let largest = components(&tissue, self.connectivity).largest()?;
        fill_holes(&largest, self.holes, Connectivity::Faces)
    }
}
