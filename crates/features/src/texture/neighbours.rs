//! What lies around each voxel: the neighbourhood sums under the dependence and the grey tone difference matrix.

use super::levels::Levels;
use crate::grid::{BLOCK, RegionGrid};
use crate::simd::{Kernel, dispatch};

/// For a voxel: how many of its neighbours are in the region, the sum of their grey levels, and how many of them have
/// nearly its own.
#[derive(Clone, Copy)]
pub(super) struct Neighbours {
    /// Position of the voxel's level among the levels that occur, from 0.
    pub row: usize,
    /// Its grey level.
    pub level: u64,
    /// Number of neighbours in the region.
    pub count: u32,
    /// Sum of their grey levels.
    pub sum: u64,
    /// Number of them whose level differs by at most α.
    pub dependent: u32,
}

/// Visits the region's voxels in array order.
///
/// A block of positions adds up its neighbours offset by offset, one lane per position; bytes while grey levels fit them
/// (sums of up to 255 neighbours below 256 fit 16 bits), 32 and 64 bits otherwise. O(voxels · offsets).
pub(super) fn for_each(
    grid: &RegionGrid,
    levels: &Levels,
    offsets: &[isize],
    alpha: u32,
    mut visit: impl FnMut(Neighbours),
) {
    let rank = levels.ranks();
    if levels.highest() < 256 && offsets.len() < 256 {
        let volume = grid.scatter(&levels.index, |i| levels.values[i as usize - 1] as u8);
        let alpha = alpha.min(255) as u8;
        for &at in &grid.blocks {
            let sums = dispatch(Bytes { volume: &volume, offsets, alpha, at });
            for k in 0..BLOCK {
                let level = volume[at + k];
                if level != 0 {
                    visit(Neighbours {
                        row: rank(u32::from(level)),
                        level: u64::from(level),
                        count: u32::from(sums.count[k]),
                        sum: u64::from(sums.sum[k]),
                        dependent: u32::from(sums.dependent[k]),
                    });
                }
            }
        }
    } else {
        let volume = grid.scatter(&levels.index, |i| levels.values[i as usize - 1]);
        for at in grid.spans.iter().flat_map(|s| s.at..s.at + s.len) {
            let level = volume[at];
            let mut n = Neighbours { row: rank(level), level: u64::from(level), count: 0, sum: 0, dependent: 0 };
            for &offset in offsets {
                let neighbour = volume[at.wrapping_add_signed(offset)];
                n.count += u32::from(neighbour != 0);
                n.sum += u64::from(neighbour);
                n.dependent += u32::from(neighbour != 0 && neighbour.abs_diff(level) <= alpha);
            }
            visit(n);
        }
    }
}

struct Sums {
    count: [u8; BLOCK],
    sum: [u16; BLOCK],
    dependent: [u8; BLOCK],
}

struct Bytes<'a> {
    volume: &'a [u8],
    offsets: &'a [isize],
    alpha: u8,
    at: usize,
}

impl Kernel for Bytes<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run(self) -> Sums {
        let mut s = Sums { count: [0; BLOCK], sum: [0; BLOCK], dependent: [0; BLOCK] };
        let here: [u8; BLOCK] = std::array::from_fn(|k| self.volume[self.at..self.at + BLOCK][k]);
        for &offset in self.offsets {
            let from = self.at.wrapping_add_signed(offset);
            let there = &self.volume[from..from + BLOCK];
            for k in 0..BLOCK {
                let inside = u8::from(there[k] != 0);
                s.count[k] += inside;
                s.sum[k] += u16::from(there[k]);
                s.dependent[k] += inside & u8::from(there[k].abs_diff(here[k]) <= self.alpha);
            }
        }
        s
    }
}
