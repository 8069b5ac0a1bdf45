//! Finding zones.
//!
//! Source: Thibault 2009; IBSI reference manual section 3.8; PyRadiomics 3.0.1 `glszm.py` and `cmatrices.c`.

use std::sync::OnceLock;

use radsurv_image::simd::{Kernel, dispatch};

use super::super::angles::{FixedAxis, one_way};
use super::super::levels::{Level, Levels, with_levels};
use super::super::size_matrix::{SizeCounter, SizeMatrix};
use crate::grid::{BLOCK, RegionGrid};

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
        // The neighbours before a voxel in array order; at most 13.
        let steps: Vec<[i32; 3]> = one_way(grid.size, &[1], fixed_axis).into_iter().map(|s| s.map(|c| -c)).collect();
        let zones = with_levels!(levels.volume(grid), v => Zones::find(grid, &v, &steps));
        let mut counter = SizeCounter::new(levels.level_count());
        for (&level, &size) in zones.level.iter().zip(&zones.size) {
            // Labels that were joined to another one have handed over their voxels.
            if size > 0 {
                counter.add(level as usize - 1, size);
            }
        }
        Self { matrix: counter.finish(&levels.values) }
    }
}

/// Provisional zones: a forest in which each label points towards the root of its zone.
#[derive(Default)]
struct Zones {
    parent: Vec<u32>,
    level: Vec<u32>,
    /// Number of voxels at a root, 0 elsewhere.
    size: Vec<u32>,
}

impl Zones {
    /// One pass in array order. Each voxel compares itself with its 13 preceding neighbours; the ones with its level
    /// fall into groups that already are one zone because they touch each other, and one of each group is enough to
    /// join. Which ones these are depends only on the 13 comparisons: a table of 8192 entries.
    ///
    /// Sizes are counted on the way and added when zones join, so there is no second pass. O(voxels · α).
    fn find<L: Level>(grid: &RegionGrid, volume: &[L], steps: &[[i32; 3]]) -> Self {
        let offsets: Vec<usize> = steps.iter().map(|&s| grid.offset(s).unsigned_abs()).collect();
        // All regions with an extent along each axis share one table.
        static FULL: OnceLock<Vec<u16>> = OnceLock::new();
        let own;
        let representatives = if steps.len() == 13 {
            FULL.get_or_init(|| representatives(steps))
        } else {
            own = representatives(steps);
            &own
        };
        let mut zones = Self::default();
        let mut label = vec![0u32; grid.len];
        for &block in &grid.blocks {
            let equal = dispatch(Equal { volume, offsets: &offsets, at: block });
            for (k, &equal) in equal.iter().enumerate() {
                let at = block + k;
                let level = volume[at].index() as u32;
                if level == 0 {
                    continue;
                }
                let mut groups = representatives[equal as usize];
                label[at] = if groups == 0 {
                    zones.new_zone(level)
                } else {
                    let first = groups.trailing_zeros() as usize;
                    groups &= groups - 1;
                    let mut root = zones.root(label[at - offsets[first]]);
                    while groups != 0 {
                        let next = groups.trailing_zeros() as usize;
                        groups &= groups - 1;
                        root = zones.join(root, label[at - offsets[next]]);
                    }
                    zones.size[root as usize] += 1;
                    root
                };
            }
        }
        zones
    }

    fn new_zone(&mut self, level: u32) -> u32 {
        let label = self.parent.len() as u32;
        self.parent.push(label);
        self.level.push(level);
        self.size.push(1);
        label
    }

    fn root(&mut self, mut label: u32) -> u32 {
        while self.parent[label as usize] != label {
            // Halving the path on the way keeps trees flat.
            let above = self.parent[self.parent[label as usize] as usize];
            self.parent[label as usize] = above;
            label = above;
        }
        label
    }

    /// Joins two zones and gives the root, the older of both.
    fn join(&mut self, a: u32, b: u32) -> u32 {
        let b = self.root(b);
        if a == b {
            return a;
        }
        let (root, child) = if a < b { (a, b) } else { (b, a) };
        self.parent[child as usize] = root;
        self.size[root as usize] += std::mem::take(&mut self.size[child as usize]);
        root
    }
}

/// For each set of preceding neighbours, one of each group of neighbours that touch.
fn representatives(steps: &[[i32; 3]]) -> Vec<u16> {
    let touch = |a: usize, b: usize| (0..3).all(|k| (steps[a][k] - steps[b][k]).abs() <= 1);
    let touching: Vec<usize> =
        (0..steps.len()).map(|a| (0..steps.len()).filter(|&b| touch(a, b)).fold(0, |set, b| set | 1 << b)).collect();
    (0..1usize << steps.len())
        .map(|set| {
            let mut left = set;
            let mut chosen = 0u16;
            while left != 0 {
                let first = left & left.wrapping_neg();
                chosen |= first as u16;
                // Grow the group until nothing of the set touches it.
                let (mut group, mut fresh) = (first, first);
                while fresh != 0 {
                    let reached = touching[fresh.trailing_zeros() as usize] & set & !group;
                    group |= reached;
                    fresh = (fresh & (fresh - 1)) | reached;
                }
                left &= !group;
            }
            chosen
        })
        .collect()
}

/// For each position of a block, which preceding neighbours have its level.
struct Equal<'a, L> {
    volume: &'a [L],
    offsets: &'a [usize],
    at: usize,
}

impl<L: Level> Kernel for Equal<'_, L> {
    type Output = [u16; BLOCK];

    #[inline(always)]
    fn run(self) -> [u16; BLOCK] {
        let here: [L; BLOCK] = std::array::from_fn(|k| self.volume[self.at..self.at + BLOCK][k]);
        // Eight comparisons at a time in bytes: twice as many lanes as with the 13 of them in 16 bits.
        let mut halves = [[0u8; BLOCK]; 2];
        for (half, offsets) in halves.iter_mut().zip(self.offsets.chunks(8)) {
            for (bit, &offset) in offsets.iter().enumerate() {
                let before = &self.volume[self.at - offset..self.at - offset + BLOCK];
                for k in 0..BLOCK {
                    half[k] |= u8::from(here[k] == before[k]) << bit;
                }
            }
        }
        std::array::from_fn(|k| u16::from(halves[0][k]) | u16::from(halves[1][k]) << 8)
    }
}
