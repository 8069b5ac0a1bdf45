//! Counting runs.
//!
//! Source: Galloway 1975; IBSI reference manual section 3.7; PyRadiomics 3.0.1 `glrlm.py` and `cmatrices.c`.

use super::super::angles::{FixedAxis, one_way};
use super::super::levels::{Level, Levels, with_levels};
use super::super::size_matrix::{SizeCounter, SizeEntry, SizeMatrix};
use crate::grid::RegionGrid;
use crate::settings::WeightingNorm;

/// The run length matrices of a region, one per angle (or one for all when they are weighted).
///
/// An angle along which no line of the region has two voxels is left out: a flat region has no runs across its plane.
#[derive(Debug, Clone)]
pub struct Glrlm {
    /// The matrices that have runs.
    pub angles: Vec<SizeMatrix>,
}

impl Glrlm {
    /// Counts the runs of a region along the 13 angles (or the 4 in the plane across a fixed axis).
    ///
    /// `weighting` (a norm and the spacing x, y, z in mm) sums the angles with the norm of their offset in mm as weights.
    ///
    /// # Panics
    /// If `levels` are not those of the region that `grid` was laid out for.
    pub fn count(
        grid: &RegionGrid,
        levels: &Levels,
        fixed_axis: FixedAxis,
        weighting: Option<(WeightingNorm, [f64; 3])>,
    ) -> Self {
        let steps = one_way(grid.size, &[1], fixed_axis);
        let volume = levels.volume(grid);
        let count = |step: &[i32; 3]| {
            let offset = grid.offset(*step);
            with_levels!(&volume, v => {
                if has_pair_on_a_line(grid, v, *step, offset) {
                    count_runs(grid, v, offset, &levels.values)
                } else {
                    SizeMatrix::default()
                }
            })
        };
        let mut angles: Vec<SizeMatrix> = steps.iter().map(count).collect();
        if let Some((norm, spacing_mm)) = weighting {
            angles = vec![weighted_sum(&angles, steps.iter().map(|&s| norm.length_mm(s, spacing_mm)))];
        }
        angles.retain(|m| m.total() > 0.0);
        Self { angles }
    }
}

/// Whether two voxels of the region lie on a line in this direction, beside each other or apart.
fn has_pair_on_a_line<L: Level>(grid: &RegionGrid, volume: &[L], step: [i32; 3], offset: isize) -> bool {
    let inside = |at: usize| volume[at].index() != 0;
    let mut voxels = grid.spans.iter().flat_map(|s| s.at..s.at + s.len);
    if voxels.any(|at| inside(at.wrapping_add_signed(offset))) {
        return true;
    }
    // Rare: only voxels that do not touch in this direction. Walk along each line until it leaves the box.
    let origin = (grid.len - grid.stride[2] * grid.size[2]) / 2;
    grid.spans.iter().flat_map(|s| s.at..s.at + s.len).any(|at| {
        let from = at - origin;
        let mut index = [from % grid.stride[1], from % grid.stride[2] / grid.stride[1], from / grid.stride[2]];
        let mut here = at;
        loop {
            for a in 0..3 {
                index[a] = index[a].wrapping_add_signed(step[a] as isize);
                if index[a] >= grid.size[a] {
                    return false;
                }
            }
            here = here.wrapping_add_signed(offset);
            if inside(here) {
                return true;
            }
        }
    })
}

/// Counts the runs of one direction: each voxel knows the length of the run up to it from its predecessor, and the last
/// of a run is counted. O(voxels).
fn count_runs<L: Level>(grid: &RegionGrid, volume: &[L], offset: isize, values: &[u32]) -> SizeMatrix {
    let mut counter = SizeCounter::new(values.len());
    let mut length = vec![0u32; volume.len()];
    for span in &grid.spans {
        for at in span.at..span.at + span.len {
            let level = volume[at];
            let before = at.wrapping_add_signed(-offset);
            let run = if volume[before] == level { length[before] + 1 } else { 1 };
            length[at] = run;
            if volume[at.wrapping_add_signed(offset)] != level {
                counter.add(level.index() - 1, run);
            }
        }
    }
    counter.finish(values)
}

fn weighted_sum(angles: &[SizeMatrix], weights: impl Iterator<Item = f64>) -> SizeMatrix {
    let mut all: Vec<SizeEntry> = Vec::new();
    for (angle, w) in angles.iter().zip(weights) {
        all.extend(angle.entries.iter().map(|e| SizeEntry { count: e.count * w, ..*e }));
    }
    // A stable sort keeps the order of the angles, so the sum does not depend on anything else.
    all.sort_by_key(|e| (e.level, e.size));
    let entries = all
        .chunk_by(|a, b| (a.level, a.size) == (b.level, b.size))
        .map(|same| SizeEntry { count: same.iter().map(|e| e.count).sum(), ..same[0] })
        .filter(|e| e.count > 0.0)
        .collect();
    SizeMatrix { entries }
}
