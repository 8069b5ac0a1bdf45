//! Regions painted into one label map.

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Mask;
use crate::volume::{Volume, Voxels};

/// A label map under construction.
pub(super) struct Labels {
    values: Vec<u16>,
    separate: bool,
    /// Whether each region has a voxel.
    used: Vec<bool>,
    /// The first two regions that were found to overlap, by label, and in how many voxels.
    overlap: Option<(u16, u16, usize)>,
}

impl Labels {
    pub fn new(geometry: &Geometry, regions: usize, separate: bool) -> Result<Self> {
        if separate && regions > u16::MAX.into() {
            return Err(Error::Setting(format!(
                "{regions} regions are more than a mask can have labels: take their union"
            )));
        }
        Ok(Self { values: vec![0; geometry.voxel_count()], separate, used: vec![false; regions], overlap: None })
    }

    /// Adds a voxel, by its position in the array, to a region.
    pub fn put(&mut self, at: usize, region: usize) {
        self.used[region] = true;
        let label = if self.separate { region as u16 + 1 } else { 1 };
        let value = &mut self.values[at];
        if *value == 0 || *value == label {
            *value = label;
            return;
        }
        let (first, second, voxels) = self.overlap.get_or_insert((*value, label, 0));
        if (*first, *second) == (*value, label) {
            *voxels += 1;
        }
    }

    /// Two regions that overlap, and in how many voxels.
    pub fn overlap(&self) -> Option<(usize, usize, usize)> {
        self.overlap.map(|(first, second, voxels)| (usize::from(first) - 1, usize::from(second) - 1, voxels))
    }

    pub fn is_empty(&self) -> bool {
        !self.used.contains(&true)
    }

    /// Regions without a voxel.
    pub fn unused(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.used.len()).filter(|&i| !self.used[i])
    }

    pub fn into_mask(self, geometry: Geometry) -> Result<Mask> {
        let bytes = !self.separate || self.used.len() <= u8::MAX.into();
        let voxels: Voxels =
            if bytes { self.values.iter().map(|&v| v as u8).collect::<Vec<u8>>().into() } else { self.values.into() };
        Mask::new(Volume::new(geometry, voxels)?)
    }
}
