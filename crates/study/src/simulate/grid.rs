//! The grid of an image, in mm from the middle of the field of view.

use std::ops::Range;

use radsurv_image::{Geometry, Mask, Volume};

use crate::error::Result;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    pub size: [usize; 3],
    pub spacing: [f64; 3],
    /// The centre of the first voxel.
    pub first: [f64; 3],
}

impl Grid {
    pub fn new(size: [usize; 3], spacing: [f64; 3]) -> Self {
        Self { size, spacing, first: [0, 1, 2].map(|a| -(size[a] as f64 - 1.0) / 2.0 * spacing[a]) }
    }

    /// Blocks of 2 x 2 voxels of each slice; an odd last row or column is left out.
    pub fn halved(&self) -> Self {
        let [x, y, z] = self.spacing;
        Self {
            size: [self.size[0] / 2, self.size[1] / 2, self.size[2]],
            spacing: [2.0 * x, 2.0 * y, z],
            first: [self.first[0] + x / 2.0, self.first[1] + y / 2.0, self.first[2]],
        }
    }

    pub fn voxels(&self) -> usize {
        self.size.iter().product()
    }

    pub fn offset(&self, index: [usize; 3]) -> usize {
        (index[2] * self.size[1] + index[1]) * self.size[0] + index[0]
    }

    /// The centre of a voxel along an axis.
    pub fn at(&self, axis: usize, index: usize) -> f64 {
        self.first[axis] + index as f64 * self.spacing[axis]
    }

    /// From a point to the centre of a voxel.
    pub fn between(&self, from: [f64; 3], index: [usize; 3]) -> [f64; 3] {
        [0, 1, 2].map(|a| self.at(a, index[a]) - from[a])
    }

    /// The centre of the voxel in which a point is.
    pub fn nearest(&self, point: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|a| {
            let index = ((point[a] - self.first[a]) / self.spacing[a]).round().max(0.0) as usize;
            self.at(a, index.min(self.size[a] - 1))
        })
    }

    /// The voxels along an axis whose centres are between two coordinates.
    pub fn range(&self, axis: usize, low: f64, high: f64) -> Range<usize> {
        let place = |at: f64| (at - self.first[axis]) / self.spacing[axis];
        let begin = place(low).ceil().max(0.0) as usize;
        let end = (place(high).floor() + 1.0).max(0.0) as usize;
        begin.min(self.size[axis])..end.min(self.size[axis])
    }

    /// The middle of the outermost voxels: between them is everything that has a value.
    pub fn last(&self) -> [f64; 3] {
        [0, 1, 2].map(|a| self.at(a, self.size[a] - 1))
    }

    fn geometry(&self) -> Result<Geometry> {
        Ok(Geometry::new(self.size, self.spacing, self.first, Geometry::IDENTITY)?)
    }

    pub fn image(&self, voxels: Vec<i16>) -> Result<Volume> {
        Ok(Volume::new(self.geometry()?, voxels)?)
    }

    pub fn mask(&self, inside: &[bool]) -> Result<Mask> {
        Ok(Mask::from_bools(self.geometry()?, inside)?)
    }
}
