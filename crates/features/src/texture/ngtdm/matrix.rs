//! Summing grey tone differences.
//!
//! Source: Amadasun and King 1989; IBSI reference manual section 3.10; PyRadiomics 3.0.1 `ngtdm.py` and `cmatrices.c`.

use super::super::angles::{FixedAxis, both_ways};
use super::super::levels::Levels;
use super::super::neighbours;
use crate::grid::RegionGrid;

/// The grey tone difference matrix of a region.
#[derive(Debug, Clone)]
pub struct Ngtdm {
    /// A row for each grey level that occurs.
    pub rows: Vec<NgtdmRow>,
}

/// One row of an [`Ngtdm`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NgtdmRow {
    /// Grey level `i`.
    pub level: u32,
    /// `n_i`: its number of voxels, those without neighbours included.
    pub count: u64,
    /// `s_i`: sum over its voxels of `|i - mean of the neighbours in the region|`, 0 for a voxel without neighbours.
    pub difference: f64,
}

impl Ngtdm {
    /// Sums differences from the mean of the neighbours at the offsets of `distances`.
    ///
    /// # Panics
    /// If `levels` are not those of the region that `grid` was laid out for.
    pub fn count(grid: &RegionGrid, levels: &Levels, distances: &[u32], fixed_axis: FixedAxis) -> Self {
        let grid = &*grid.reaching(distances);
        let offsets: Vec<isize> =
            both_ways(grid.size, distances, fixed_axis).into_iter().map(|s| grid.offset(s)).collect();
        // Whole numbers per level and number of neighbours: the division by it comes last.
        let sums = neighbours::sum_differences(grid, levels, &offsets);
        let rows = sums.chunks_exact(offsets.len() + 1).zip(&levels.values).zip(&levels.counts);
        Self {
            rows: rows
                .map(|((sums, &level), &count)| NgtdmRow {
                    level,
                    count,
                    difference: sums.iter().enumerate().skip(1).map(|(n, &s)| s as f64 / n as f64).sum(),
                })
                .collect(),
        }
    }
}
