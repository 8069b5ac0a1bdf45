//! Finding zones.
//!
//! Source: Thibault 2009; IBSI reference manual section 3.8; PyRadiomics 3.0.1 `glszm.py` and `cmatrices.c`.

use super::super::angles::{FixedAxis, both_ways};
use super::super::levels::{Level, Levels, with_levels};
use super::super::size_matrix::{SizeCounter, SizeMatrix};
use crate::grid::RegionGrid;

/// The size zone matrix of a region: voxels of one grey level that touch by a face, an edge or a corner (26 neighbours,
/// or the 8 in the plane when an axis is fixed) make a zone.
#[derive(Debug, Clone)]
pub struct Glszm {
    /// The matrix; sizes are numbers of voxels.
    pub matrix: SizeMatrix,
}

impl Glszm {
    /// Counts the zones of a region.
    ///
    /// # Panics
    /// If `levels` are not those of the region that `grid` was laid out for.
    pub fn count(grid: &RegionGrid, levels: &Levels, fixed_axis: FixedAxis) -> Self {
        let offsets: Vec<isize> = both_ways(grid.size, &[1], fixed_axis).into_iter().map(|s| grid.offset(s)).collect();
        let volume = levels.volume(grid);
        Self { matrix: with_levels!(volume, v => count_zones(grid, v, &offsets, &levels.values)) }
    }
}

/// Flood fill; a voxel is erased when it joins a zone.
fn count_zones<L: Level>(grid: &RegionGrid, mut volume: Vec<L>, offsets: &[isize], values: &[u32]) -> SizeMatrix {
    let mut counter = SizeCounter::new(values.len());
    let mut stack = Vec::new();
    for span in &grid.spans {
        for start in span.at..span.at + span.len {
            let level = volume[start];
            if level.index() == 0 {
                continue;
            }
            volume[start] = L::default();
            stack.push(start);
            let mut size = 0;
            while let Some(at) = stack.pop() {
                size += 1;
                for &offset in offsets {
                    let next = at.wrapping_add_signed(offset);
                    if volume[next] == level {
                        volume[next] = L::default();
                        stack.push(next);
                    }
                }
            }
            counter.add(level.index() - 1, size);
        }
    }
    counter.finish(values)
}
