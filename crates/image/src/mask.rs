//! Label maps ([`Mask`]) and the set of voxels of one region ([`Region`]).

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::geometry::{Geometry, IndexBox};
use crate::volume::{Volume, VoxelType, Voxels};
use crate::with_voxels;

/// A label map: a whole number for each voxel, 0 outside every region.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    volume: Volume,
}

impl Mask {
    /// A label map from an image. Floating point labels are truncated as ITK's cast to uint32 does; whole numbers are
    /// kept in the type they have, so that a mask of bytes stays one byte per voxel.
    ///
    /// # Errors
    /// [`Error::Setting`] if a label is negative, not finite or above 2^32 - 1.
    pub fn new(volume: Volume) -> Result<Self> {
        let bad = |v: f64| !(v > -1.0 && v < 4294967296.0);
        let first_bad = with_voxels!(volume.voxels(), values => values.iter().position(|&v| bad(v as f64)));
        if let Some(at) = first_bad {
            let [nx, ny, _] = volume.geometry().size();
            return Err(Error::Setting(format!(
                "the mask has the value {} at voxel (x, y, z) = {:?}: labels must be whole numbers from 0 to 2^32 - 1",
                volume.voxels().get(at),
                [at % nx, at / nx % ny, at / nx / ny]
            )));
        }
        if !volume.voxel_type().is_float() {
            return Ok(Self { volume });
        }
        let (geometry, voxels) = volume.into_parts();
        let labels: Vec<u32> = with_voxels!(&voxels, values => values.iter().map(|&v| v as u32).collect());
        Ok(Self { volume: Volume::new(geometry, labels)? })
    }

    /// A mask of one label, 1, where `inside` is true.
    ///
    /// # Errors
    /// [`Error::VoxelCount`] if there are not as many values as the grid has voxels.
    pub fn from_bools(geometry: Geometry, inside: &[bool]) -> Result<Self> {
        let labels: Vec<u8> = inside.iter().map(|&b| u8::from(b)).collect();
        Ok(Self { volume: Volume::new(geometry, labels)? })
    }

    /// The grid.
    pub fn geometry(&self) -> &Geometry {
        self.volume.geometry()
    }

    /// The labels as an image, for writing or for a diagnostic of its values.
    pub fn as_volume(&self) -> &Volume {
        &self.volume
    }

    /// The label at an index (x, y, z).
    ///
    /// # Panics
    /// If the index is not inside the mask.
    pub fn get(&self, index: [usize; 3]) -> u32 {
        self.volume.get(index) as u32
    }

    /// The same labels on a grid that differs by rounding only, as that of a DICOM series from the grid that NIfTI makes of it
    /// in single precision. `tolerance` is as for [`Geometry::check_same`].
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the grids differ by more.
    pub fn on_grid(self, grid: &Geometry, tolerance: f64) -> Result<Self> {
        grid.check_same(self.geometry(), tolerance)?;
        let (_, voxels) = self.volume.into_parts();
        Ok(Self { volume: Volume::new(grid.clone(), voxels)? })
    }

    /// The labels in the mask with their numbers of voxels, ascending, without 0.
    pub fn labels(&self) -> BTreeMap<u32, usize> {
        let mut counts = BTreeMap::new();
        with_voxels!(self.volume.voxels(), values => {
            // Labels come in long runs along x: count runs, not voxels.
            for run in values.chunk_by(|a, b| a == b) {
                *counts.entry(run[0] as u32).or_insert(0) += run.len();
            }
        });
        counts.remove(&0);
        counts
    }

    /// The voxels of one label.
    ///
    /// # Errors
    /// [`Error::LabelMissing`] with the labels that are there.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Mask, Volume};
    /// let grid = Geometry::new([3, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let mask = Mask::new(Volume::new(grid, vec![0u8, 2, 2])?)?;
    /// assert_eq!(mask.region(2)?.voxel_count(), 2);
    /// assert_eq!(mask.region(1).unwrap_err().to_string(), "label 1 is not in the mask; choose from 2");
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn region(&self, label: u32) -> Result<Region> {
        self.select(label, |l| l == label)
            .ok_or_else(|| Error::LabelMissing { label, present: self.labels().into_keys().collect() })
    }

    /// The voxels of all labels together. Its label is 1.
    ///
    /// # Errors
    /// [`Error::LabelMissing`] if the mask is empty.
    pub fn union(&self) -> Result<Region> {
        self.select(1, |l| l != 0).ok_or_else(|| Error::LabelMissing { label: 1, present: Vec::new() })
    }

    fn select(&self, label: u32, wanted: impl Fn(u32) -> bool) -> Option<Region> {
        let size = self.geometry().size();
        with_voxels!(self.volume.voxels(), values => {
            let wanted = |v| wanted(v as u32);
            let bounds = bounding_box(values.as_slice(), size, |&v| wanted(v))?;
            let end = bounds.end();
            let mut inside = Vec::with_capacity(bounds.voxel_count());
            for z in bounds.start[2]..end[2] {
                for y in bounds.start[1]..end[1] {
                    let row = (z * size[1] + y) * size[0];
                    inside.extend(values[row + bounds.start[0]..row + end[0]].iter().map(|&v| wanted(v)));
                }
            }
            let voxel_count = inside.iter().filter(|&&b| b).count();
            Some(Region { geometry: self.geometry().clone(), label, bounds, inside, voxel_count })
        })
    }

    /// The type the labels are stored in.
    pub fn voxel_type(&self) -> VoxelType {
        self.volume.voxel_type()
    }
}

/// The smallest box with every wanted voxel.
fn bounding_box<T>(values: &[T], size: [usize; 3], wanted: impl Fn(&T) -> bool) -> Option<IndexBox> {
    let mut lower = [usize::MAX; 3];
    let mut upper = [0; 3];
    for (row, line) in values.chunks_exact(size[0]).enumerate() {
        let Some(first) = line.iter().position(&wanted) else { continue };
        let last = line.iter().rposition(&wanted).unwrap_or(first);
        let (y, z) = (row % size[1], row / size[1]);
        lower = [lower[0].min(first), lower[1].min(y), lower[2].min(z)];
        upper = [upper[0].max(last), upper[1].max(y), upper[2].max(z)];
    }
    (lower[0] != usize::MAX).then(|| IndexBox { start: lower, size: [0, 1, 2].map(|a| upper[a] - lower[a] + 1) })
}

/// The voxels of one region of interest: its bounding box in the image, and which voxels of the box belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    geometry: Geometry,
    label: u32,
    bounds: IndexBox,
    inside: Vec<bool>,
    voxel_count: usize,
}

impl Region {
    /// A region on a grid: `inside` has a value for each voxel of `part`, x fastest. The box is tightened.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] or [`Error::VoxelCount`] if the box does not fit, [`Error::LabelMissing`] if no voxel is
    /// inside.
    pub fn new(geometry: Geometry, label: u32, part: IndexBox, inside: &[bool]) -> Result<Self> {
        geometry.check_box(&part)?;
        if inside.len() != part.voxel_count() {
            return Err(Error::VoxelCount { size: part.size, expected: part.voxel_count(), found: inside.len() });
        }
        let tight =
            bounding_box(inside, part.size, |&b| b).ok_or(Error::LabelMissing { label, present: Vec::new() })?;
        let mut kept = Vec::with_capacity(tight.voxel_count());
        let end = tight.end();
        for z in tight.start[2]..end[2] {
            for y in tight.start[1]..end[1] {
                let row = (z * part.size[1] + y) * part.size[0];
                kept.extend_from_slice(&inside[row + tight.start[0]..row + end[0]]);
            }
        }
        let voxel_count = kept.iter().filter(|&&b| b).count();
        let start = [0, 1, 2].map(|a| part.start[a] + tight.start[a]);
        Ok(Self { geometry, label, bounds: IndexBox { start, size: tight.size }, inside: kept, voxel_count })
    }

    /// The grid of the whole image.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The label this region had in its mask.
    pub fn label(&self) -> u32 {
        self.label
    }

    /// The bounding box.
    pub fn bounds(&self) -> &IndexBox {
        &self.bounds
    }

    /// For each voxel of the bounding box, x fastest, whether it belongs to the region.
    pub fn inside(&self) -> &[bool] {
        &self.inside
    }

    /// Number of voxels in the region.
    pub fn voxel_count(&self) -> usize {
        self.voxel_count
    }

    /// Whether the voxel with this index in the whole image belongs to the region.
    pub fn contains(&self, index: [usize; 3]) -> bool {
        let end = self.bounds.end();
        if (0..3).any(|a| index[a] < self.bounds.start[a] || index[a] >= end[a]) {
            return false;
        }
        let i = [0, 1, 2].map(|a| index[a] - self.bounds.start[a]);
        self.inside[(i[2] * self.bounds.size[1] + i[1]) * self.bounds.size[0] + i[0]]
    }

    /// The region on the grid of a part of the image that holds its bounding box.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if the bounding box is not inside `part`.
    pub fn within(&self, part: &IndexBox) -> Result<Self> {
        let holds = (0..3).all(|a| self.bounds.start[a] >= part.start[a] && self.bounds.end()[a] <= part.end()[a]);
        if !holds {
            return Err(Error::OutOfBounds { start: self.bounds.start, size: self.bounds.size, image: part.size });
        }
        Ok(Self { geometry: self.geometry.crop(part)?, bounds: self.bounds.relative_to(part), ..self.clone() })
    }

    /// The region as a label map of the whole grid, with its label (1 if that does not fit a byte).
    ///
    /// # Errors
    /// None in practice: the region fits its grid by construction.
    pub fn to_mask(&self) -> Result<Mask> {
        let value = u8::try_from(self.label).unwrap_or(1);
        let mut labels = vec![0u8; self.geometry.voxel_count()];
        let [bx, by, bz] = self.bounds.size;
        for z in 0..bz {
            for y in 0..by {
                let from = (z * by + y) * bx;
                let [x0, y0, z0] = self.bounds.start;
                let to = self.geometry.offset([x0, y0 + y, z0 + z]);
                for (label, &inside) in labels[to..to + bx].iter_mut().zip(&self.inside[from..from + bx]) {
                    *label = if inside { value } else { 0 };
                }
            }
        }
        Mask::new(Volume::new(self.geometry.clone(), Voxels::U8(labels))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        let grid = Geometry::new([4, 3, 2], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let mut labels = vec![0u16; 24];
        labels[grid.offset([1, 1, 0])] = 7;
        labels[grid.offset([2, 1, 1])] = 7;
        labels[grid.offset([3, 2, 1])] = 9;
        Mask::new(Volume::new(grid, labels).unwrap()).unwrap()
    }

    #[test]
    fn a_region_is_its_label_in_a_tight_box() {
        let region = mask().region(7).unwrap();
        assert_eq!(*region.bounds(), IndexBox { start: [1, 1, 0], size: [2, 1, 2] });
        assert_eq!(region.inside(), [true, false, false, true]);
        assert!(region.contains([2, 1, 1]) && !region.contains([3, 2, 1]) && !region.contains([0, 0, 0]));
        assert_eq!(mask().labels(), BTreeMap::from([(7, 2), (9, 1)]));
        assert_eq!(mask().union().unwrap().voxel_count(), 3);
        assert_eq!(region.to_mask().unwrap().region(7).unwrap(), region);
        let same = Region::new(
            region.geometry().clone(),
            7,
            region.geometry().full_box(),
            &(0..24).map(|i| region.contains([i % 4, i / 4 % 3, i / 12])).collect::<Vec<_>>(),
        );
        assert_eq!(same.unwrap(), region);
    }

    #[test]
    fn a_grid_is_replaced_within_the_tolerance_only() {
        let near = Geometry::new([4, 3, 2], [1.0, 1.0, 1.00001], [2e-5, 0.0, 0.0], Geometry::IDENTITY).unwrap();
        let moved = mask().on_grid(&near, 1e-4).unwrap();
        assert_eq!((moved.geometry(), moved.labels()), (&near, mask().labels()));
        assert!(matches!(mask().on_grid(&near, 1e-6), Err(Error::Mismatch(_))));
    }

    #[test]
    fn labels_that_are_no_labels_are_refused() {
        let grid = Geometry::new([2, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        for bad in [-1.0, f64::NAN, f64::INFINITY, 5e9] {
            let volume = Volume::new(grid.clone(), vec![0.0, bad]).unwrap();
            assert!(Mask::new(volume).unwrap_err().to_string().contains("[1, 0, 0]"));
        }
        assert_eq!(Mask::new(Volume::new(grid, vec![0.0, 2.7]).unwrap()).unwrap().get([1, 0, 0]), 2);
    }
}
