//! Regions as sets of voxels: union, intersection, differences.

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Region;

/// Set operations on regions of the same grid. The result has the label and the grid of the first.
impl Region {
    /// The voxels that are in either region.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the regions are not on the same grid (within [`Geometry::TOLERANCE`]).
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Mask};
    /// let grid = Geometry::new([4, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let a = Mask::from_bools(grid.clone(), &[true, true, false, false])?.region(1)?;
    /// let b = Mask::from_bools(grid, &[false, true, true, false])?.region(1)?;
    /// assert_eq!(a.union(&b)?.voxel_count(), 3);
    /// assert_eq!(a.intersection(&b)?.voxel_count(), 1);
    /// assert_eq!(a.difference(&b)?.bounds().start, [0, 0, 0]);
    /// assert_eq!(a.symmetric_difference(&b)?.inside(), [true, false, true]);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn union(&self, other: &Region) -> Result<Region> {
        self.combine(other, "union", |a, b| a | b)
    }

    /// The voxels that are in both regions.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the regions are not on the same grid, [`Error::EmptyRegion`] if they have no voxel in common.
    pub fn intersection(&self, other: &Region) -> Result<Region> {
        self.combine(other, "intersection", |a, b| a & b)
    }

    /// The voxels of this region that are not in the other.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the regions are not on the same grid, [`Error::EmptyRegion`] if the other holds all of this one.
    pub fn difference(&self, other: &Region) -> Result<Region> {
        self.combine(other, "difference", |a, b| a & !b)
    }

    /// The voxels that are in one of the regions, but not in both.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the regions are not on the same grid, [`Error::EmptyRegion`] if they are equal.
    pub fn symmetric_difference(&self, other: &Region) -> Result<Region> {
        self.combine(other, "symmetric difference", |a, b| a ^ b)
    }

    fn combine(&self, other: &Region, name: &str, f: impl Fn(bool, bool) -> bool) -> Result<Region> {
        self.geometry().check_same(other.geometry(), Geometry::TOLERANCE)?;
        let part = self.bounds().union(other.bounds());
        let [nx, ny, _] = part.size;
        let mut inside = vec![false; part.voxel_count()];
        // First this region is put into the box, then the other is combined row by row: rows it does not reach meet false.
        for (row, out) in inside.chunks_exact_mut(nx).enumerate() {
            let (y, z) = (part.start[1] + row % ny, part.start[2] + row / ny);
            let mut put = |region: &Region, f: &dyn Fn(bool, bool) -> bool| {
                let own = region.row(y, z);
                let from = if own.is_empty() { 0 } else { region.bounds().start[0] - part.start[0] };
                for (x, out) in out.iter_mut().enumerate() {
                    let b = x.checked_sub(from).and_then(|x| own.get(x)).copied().unwrap_or(false);
                    *out = f(*out, b);
                }
            };
            put(self, &|_, own| own);
            put(other, &f);
        }
        if !inside.contains(&true) {
            return Err(Error::EmptyRegion(format!(
                "the {name} of label {} ({} voxels) and label {} ({} voxels) has no voxel",
                self.label(),
                self.voxel_count(),
                other.label(),
                other.voxel_count()
            )));
        }
        Region::new(self.geometry().clone(), self.label(), part, &inside)
    }

    /// The row of the bounding box with these y and z in the whole image; empty if the box does not reach there.
    fn row(&self, y: usize, z: usize) -> &[bool] {
        let bounds = self.bounds();
        let (Some(y), Some(z)) = (y.checked_sub(bounds.start[1]), z.checked_sub(bounds.start[2])) else { return &[] };
        if y >= bounds.size[1] || z >= bounds.size[2] {
            return &[];
        }
        &self.inside()[(z * bounds.size[1] + y) * bounds.size[0]..][..bounds.size[0]]
    }
}
