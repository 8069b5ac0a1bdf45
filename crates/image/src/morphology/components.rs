//! Connected components of a region.

use super::runs::{Connectivity, Links, Runs};
use crate::error::{Error, Result};
use crate::mask::{Mask, Region};
use crate::volume::Volume;

/// Number of 26-connected components of a region: sets of voxels joined through faces, edges or corners.
///
/// It is PyRadiomics' diagnostic `VolumeNum`. The time is linear in the size of the bounding box.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::component_count};
/// let grid = Geometry::new([3, 2, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let corner_to_corner = Mask::from_bools(grid.clone(), &[true, false, false, false, true, false])?;
/// assert_eq!(component_count(&corner_to_corner.region(1)?), 1);
/// let apart = Mask::from_bools(grid, &[true, false, true, true, false, true])?;
/// assert_eq!(component_count(&apart.region(1)?), 2);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn component_count(region: &Region) -> usize {
    components(region, Connectivity::Corners).len()
}

/// The connected components of a region, numbered from 0 in the order of their first voxels (x fastest, then y, then
/// z), as ITK's `ConnectedComponentImageFilter` numbers them from 1.
///
/// Runs of voxels along x are joined with the runs of the rows before them (in y and z) that touch them, in a union-find
/// forest; the time is linear in the size of the bounding box.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Mask, morphology::{Connectivity, components}};
/// let grid = Geometry::new([4, 2, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let mask = Mask::from_bools(grid, &[true, false, false, true, false, true, true, false])?;
/// let region = mask.region(1)?;
/// assert_eq!(components(&region, Connectivity::Corners).len(), 1);
/// let parts = components(&region, Connectivity::Faces);
/// assert_eq!(parts.voxel_counts(), [1, 1, 2]);
/// assert_eq!(parts.largest()?.voxel_count(), 2);
/// assert_eq!(parts.at([3, 0, 0])?.voxel_count(), 1);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn components(region: &Region, connectivity: Connectivity) -> Components<'_> {
    let runs = Runs::new(region.inside(), region.bounds().size, true, Links::volume(connectivity));
    Components { region, runs }
}

/// The connected components of a region: what [`components`] gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Components<'a> {
    region: &'a Region,
    runs: Runs,
}

impl Components<'_> {
    /// Number of components.
    pub fn len(&self) -> usize {
        self.runs.voxels.len()
    }

    /// Whether there is none, which no region has.
    pub fn is_empty(&self) -> bool {
        self.runs.voxels.is_empty()
    }

    /// Number of voxels of each component.
    pub fn voxel_counts(&self) -> &[usize] {
        &self.runs.voxels
    }

    /// The component with the most voxels; the first of several.
    ///
    /// # Errors
    /// None in practice: a region has a voxel, and so a component.
    pub fn largest(&self) -> Result<Region> {
        let most = self.voxel_counts().iter().copied().max().unwrap_or(0);
        let largest = self.voxel_counts().iter().position(|&n| n == most);
        self.select(|component| Some(component) == largest)
    }

    /// The components of at least this volume, together.
    ///
    /// # Errors
    /// [`Error::Setting`] if the volume is not a finite number from 0, [`Error::EmptyRegion`] if all are smaller.
    pub fn at_least_mm3(&self, mm3: f64) -> Result<Region> {
        if !(mm3.is_finite() && mm3 >= 0.0) {
            return Err(Error::Setting(format!(
                "components of at least {mm3} mm³ are impossible: give a volume in mm³ from 0"
            )));
        }
        let voxel = self.region.geometry().voxel_volume_mm3();
        let volume = |n: usize| n as f64 * voxel;
        if !self.voxel_counts().iter().any(|&n| volume(n) >= mm3) {
            let most = self.voxel_counts().iter().copied().max().unwrap_or(0);
            return Err(Error::EmptyRegion(format!(
                "none of the {} components of label {} has {mm3} mm³: the largest has {} ({most} voxels); give a smaller \
                 volume",
                self.len(),
                self.region.label(),
                volume(most)
            )));
        }
        self.select(|component| volume(self.voxel_counts()[component]) >= mm3)
    }

    /// The component that a voxel with this index (x, y, z) in the whole image belongs to.
    ///
    /// # Errors
    /// [`Error::EmptyRegion`] if the voxel is not in the region.
    pub fn at(&self, index: [usize; 3]) -> Result<Region> {
        let component = self.component_at(index).ok_or_else(|| {
            let bounds = self.region.bounds();
            Error::EmptyRegion(format!(
                "voxel (x, y, z) = {index:?} is not in label {}, which lies within {:?} to {:?}; choose a voxel of it",
                self.region.label(),
                bounds.start,
                bounds.end().map(|e| e - 1)
            ))
        })?;
        self.select(|c| c == component)
    }

    /// The number of the component that a voxel with this index (x, y, z) in the whole image belongs to; `None` if it is
    /// not in the region.
    pub fn component_at(&self, index: [usize; 3]) -> Option<usize> {
        if !self.region.contains(index) {
            return None;
        }
        let bounds = self.region.bounds();
        let [x, y, z] = [0, 1, 2].map(|a| index[a] - bounds.start[a]);
        let row = self.runs.rows[z * bounds.size[1] + y].clone();
        row.into_iter().find(|&run| self.runs.runs[run].contains(&x)).map(|run| self.runs.set[run])
    }

    /// The components for which `wanted` holds, together, with the region's label.
    ///
    /// # Errors
    /// [`Error::EmptyRegion`] if there is none.
    pub fn select(&self, wanted: impl Fn(usize) -> bool) -> Result<Region> {
        let bounds = *self.region.bounds();
        let mut inside = vec![false; self.region.inside().len()];
        let mut any = false;
        self.runs.for_each(bounds.size[0], |offset, length, component| {
            if wanted(component) {
                inside[offset..offset + length].fill(true);
                any = true;
            }
        });
        if !any {
            return Err(Error::EmptyRegion(format!(
                "none of the {} components of label {} was chosen",
                self.len(),
                self.region.label()
            )));
        }
        Region::new(self.region.geometry().clone(), self.region.label(), bounds, &inside)
    }

    /// A label map of the whole grid: component `k` has label `k + 1`.
    ///
    /// # Errors
    /// [`Error::Setting`] if there are more than 2³² - 1 components.
    pub fn to_mask(&self) -> Result<Mask> {
        if u32::try_from(self.len()).is_err() {
            return Err(Error::Setting(format!("{} components are too many for a label map", self.len())));
        }
        let geometry = self.region.geometry();
        let bounds = self.region.bounds();
        let mut labels = vec![0u32; geometry.voxel_count()];
        self.runs.for_each(bounds.size[0], |offset, length, component| {
            let [bx, by, _] = bounds.size;
            let within = [offset % bx, offset / bx % by, offset / bx / by];
            let at = geometry.offset([0, 1, 2].map(|a| bounds.start[a] + within[a]));
            labels[at..at + length].fill(component as u32 + 1);
        });
        Mask::new(Volume::new(geometry.clone(), labels)?)
    }
}
