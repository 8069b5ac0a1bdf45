//! Counting dependent neighbours.
//!
//! Source: Sun and Wee 1983; IBSI reference manual section 3.11; PyRadiomics 3.0.1 `gldm.py` and `cmatrices.c`.

use super::super::angles::{FixedAxis, both_ways};
use super::super::levels::Levels;
use super::super::neighbours;
use super::super::size_matrix::{SizeCounter, SizeMatrix};
use crate::grid::RegionGrid;

/// The dependence matrix of a region: how many voxels of grey level `i` have `j - 1` neighbours in the region whose level
/// differs by at most `α` from theirs.
#[derive(Debug, Clone)]
pub struct Gldm {
    /// The matrix; the size is the number of dependent neighbours plus 1 for the centre.
    pub matrix: SizeMatrix,
}

impl Gldm {
    /// Counts dependent neighbours at the offsets of `distances`, with levels that differ by at most `alpha`.
    ///
    /// # Panics
    /// If `levels` are not those of the region that `grid` was laid out for.
    pub fn count(grid: &RegionGrid, levels: &Levels, distances: &[u32], fixed_axis: FixedAxis, alpha: u32) -> Self {
        let grid = &*grid.reaching(distances);
        let offsets: Vec<isize> =
            both_ways(grid.size, distances, fixed_axis).into_iter().map(|s| grid.offset(s)).collect();
        let mut counter = SizeCounter::new(levels.level_count());
        let width = offsets.len() + 1;
        for (level, row) in neighbours::count_dependent(grid, levels, &offsets, alpha).chunks_exact(width).enumerate() {
            row.iter().zip(1..).for_each(|(&n, size)| counter.add_many(level, size, n));
        }
        Self { matrix: counter.finish(&levels.values) }
    }
}
