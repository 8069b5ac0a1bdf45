//! Every n-th voxel of a grid.

use crate::error::{Error, Result};
use crate::geometry::Geometry;

/// Which voxels of a grid ITK's `ShrinkImageFilter` keeps: along each axis `size` of them from `offset` on, every
/// `factor`-th. The grids have the same centre, to the voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shrink {
    pub size: [usize; 3],
    full: [usize; 3],
    offset: [usize; 3],
    factor: [usize; 3],
}

impl Shrink {
    /// Along an axis of a single voxel the factor is ignored.
    ///
    /// # Errors
    /// [`Error::Setting`] if an axis would be left with a single voxel, along which no field can be fitted.
    pub fn new(grid: &Geometry, factor: [usize; 3]) -> Result<Self> {
        let full = grid.size();
        let factor = [0, 1, 2].map(|a| if full[a] == 1 { 1 } else { factor[a] });
        let size = [0, 1, 2].map(|a| full[a] / factor[a]);
        if let Some(axis) = (0..3).find(|&a| full[a] > 1 && size[a] < 2) {
            return Err(Error::Setting(format!(
                "N4: a shrink factor of {} leaves {} of the {} voxels along {}: give at most {} for this axis",
                factor[axis],
                size[axis],
                full[axis],
                ["x", "y", "z"][axis],
                full[axis] / 2
            )));
        }
        // By way of physical points, as ITK goes: its rounding decides where the centre falls between two voxels.
        let spacing_mm = [0, 1, 2].map(|a| grid.spacing_mm()[a] * factor[a] as f64);
        let small = |origin| Geometry::new(size, spacing_mm, origin, *grid.direction());
        let centre = |size: [usize; 3]| size.map(|n| (n - 1) as f64 / 2.0);
        let there = grid.index_to_point(centre(full));
        let here = small(grid.origin_mm())?.index_to_point(centre(size));
        let origin = [0, 1, 2].map(|a| grid.origin_mm()[a] + (there[a] - here[a]));
        let first = grid.point_to_index(small(origin)?.voxel_to_point([0; 3]));
        let offset = [0, 1, 2].map(|a| {
            let last = full[a] - 1 - (size[a] - 1) * factor[a];
            // A float to integer cast saturates at 0.
            ((first[a] + 0.5).floor() as usize).min(last)
        });
        Ok(Self { size, full, offset, factor })
    }

    /// The position in the full array, x fastest, of a voxel of the small one.
    #[inline]
    pub fn offset(&self, small: usize) -> usize {
        let [nx, ny, _] = self.size;
        let at = [small % nx, small / nx % ny, small / nx / ny];
        let [x, y, z] = [0, 1, 2].map(|a| self.offset[a] + at[a] * self.factor[a]);
        (z * self.full[1] + y) * self.full[0] + x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_kept() {
        let grid = Geometry::new([9, 8, 1], [1.0, 2.0, 3.0], [5.0, -3.0, 2.0], Geometry::IDENTITY).unwrap();
        let shrink = Shrink::new(&grid, [2, 4, 4]).unwrap();
        assert_eq!((shrink.size, shrink.offset), ([4, 2, 1], [1, 2, 0]));
        assert_eq!(shrink.offset(0), 2 * 9 + 1);
        assert_eq!(shrink.offset(5), 6 * 9 + 3);
        assert_eq!(Shrink::new(&grid, [1; 3]).unwrap().offset(40), 40);
    }

    #[test]
    fn too_large_a_factor_is_an_error() {
        let grid = Geometry::new([9, 7, 5], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let message = Shrink::new(&grid, [4; 3]).unwrap_err().to_string();
        assert!(message.contains("leaves 1 of the 7 voxels along y: give at most 3"), "{message}");
        assert!(Shrink::new(&grid, [usize::MAX; 3]).is_err());
        assert!(Shrink::new(&grid, [4, 3, 2]).is_ok());
    }
}
