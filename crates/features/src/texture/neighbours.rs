//! What lies around each voxel: the neighbourhood sums under the dependence and the grey tone difference matrix.
//!
//! A block of positions adds up its neighbours offset by offset, one lane per position; bytes while grey levels fit them,
//! 32 and 64 bits otherwise. O(voxels · offsets).

use radsurv_image::simd::{Kernel, dispatch};

use super::levels::Levels;
use crate::grid::{BLOCK, RegionGrid};

/// Whether grey levels and sums over these neighbours fit the vector kernels: 255 levels below 256 add up to 16 bits.
fn fit_bytes(levels: &Levels, offsets: &[isize]) -> bool {
    levels.highest() < 256 && offsets.len() < 256
}

/// The region as a padded array of grey levels, 0 outside.
fn level_bytes(grid: &RegionGrid, levels: &Levels) -> Vec<u8> {
    grid.scatter(&levels.index, |i| levels.values[i as usize - 1] as u8)
}

/// For each level index from 0 and number of neighbours whose level differs by at most `alpha`, from 0 to all of them:
/// how many voxels there are. `[index * (offsets + 1) + number]`.
pub(super) fn count_dependent(grid: &RegionGrid, levels: &Levels, offsets: &[isize], alpha: u32) -> Vec<u32> {
    let width = offsets.len() + 1;
    let cells = levels.level_count() * width;
    if !fit_bytes(levels, offsets) {
        let volume = grid.scatter(&levels.index, |i| levels.values[i as usize - 1]);
        let rank = levels.ranks();
        let mut counts = vec![0; cells];
        for at in grid.spans.iter().flat_map(|s| s.at..s.at + s.len) {
            let level = volume[at];
            let neighbours = offsets.iter().map(|&offset| volume[at.wrapping_add_signed(offset)]);
            let dependent = neighbours.filter(|&n| n != 0 && n.abs_diff(level) <= alpha).count();
            counts[rank(level) * width + dependent] += 1;
        }
        return counts;
    }
    let volume = level_bytes(grid, levels);
    let row = row_starts(levels, width);
    // Four tables, so that equal voxels in a row do not wait for each other.
    let mut counts = vec![0u32; 4 * cells];
    for &at in &grid.blocks {
        let dependent = match alpha {
            0 => dispatch(Equal { volume: &volume, offsets, at }),
            _ => dispatch(Near { volume: &volume, offsets, alpha: alpha.min(255) as u8, at }),
        };
        for (k, &level) in volume[at..at + BLOCK].iter().enumerate() {
            if level != 0 {
                counts[k % 4 * cells + row[usize::from(level)] as usize + usize::from(dependent[k])] += 1;
            }
        }
    }
    let (first, others) = counts.split_at_mut(cells);
    others.chunks_exact(cells).for_each(|table| first.iter_mut().zip(table).for_each(|(a, b)| *a += b));
    counts.truncate(cells);
    counts
}

/// For each level index from 0 and number of neighbours `n` in the region, from 0 to all of them: the sum over its voxels
/// of `|i n - sum of the neighbours' levels|`, `i` the grey level. `[index * (offsets + 1) + n]`.
///
/// Whole numbers: exact, whatever the order.
pub(super) fn sum_differences(grid: &RegionGrid, levels: &Levels, offsets: &[isize]) -> Vec<u64> {
    let width = offsets.len() + 1;
    let mut sums = vec![0u64; levels.level_count() * width];
    if !fit_bytes(levels, offsets) {
        let volume = grid.scatter(&levels.index, |i| levels.values[i as usize - 1]);
        let rank = levels.ranks();
        for at in grid.spans.iter().flat_map(|s| s.at..s.at + s.len) {
            let level = volume[at];
            let neighbours = offsets.iter().map(|&offset| volume[at.wrapping_add_signed(offset)]);
            let (n, sum) = neighbours.filter(|&n| n != 0).fold((0, 0), |(n, s), v| (n + 1, s + u64::from(v)));
            sums[rank(level) * width + n] += (u64::from(level) * n as u64).abs_diff(sum);
        }
        return sums;
    }
    let volume = level_bytes(grid, levels);
    let row = row_starts(levels, width);
    // So many levels add up to a byte.
    let at_once = (255 / levels.highest().max(1)) as usize;
    for &at in &grid.blocks {
        let around = dispatch(Differences { volume: &volume, offsets, at_once, at });
        for (k, &level) in volume[at..at + BLOCK].iter().enumerate() {
            if level != 0 {
                sums[row[usize::from(level)] as usize + usize::from(around.count[k])] +=
                    u64::from(around.difference[k]);
            }
        }
    }
    sums
}

/// Where the row of each grey level below 256 begins in a table of `width` columns.
fn row_starts(levels: &Levels, width: usize) -> [u32; 256] {
    let mut starts = [0; 256];
    for (i, &level) in levels.values.iter().enumerate() {
        starts[level as usize] = (i * width) as u32;
    }
    starts
}

/// How many neighbours have the level of the voxel. Of no meaning outside the region.
struct Equal<'a> {
    volume: &'a [u8],
    offsets: &'a [isize],
    at: usize,
}

impl Kernel for Equal<'_> {
    type Output = [u8; BLOCK];

    #[inline(always)]
    fn run(self) -> [u8; BLOCK] {
        let mut equal = [0u8; BLOCK];
        let here: [u8; BLOCK] = std::array::from_fn(|k| self.volume[self.at..self.at + BLOCK][k]);
        for &offset in self.offsets {
            let from = self.at.wrapping_add_signed(offset);
            let there = &self.volume[from..from + BLOCK];
            for k in 0..BLOCK {
                equal[k] += u8::from(there[k] == here[k]);
            }
        }
        equal
    }
}

/// How many neighbours in the region have a level that differs by at most `alpha` from the voxel's.
struct Near<'a> {
    volume: &'a [u8],
    offsets: &'a [isize],
    alpha: u8,
    at: usize,
}

impl Kernel for Near<'_> {
    type Output = [u8; BLOCK];

    #[inline(always)]
    fn run(self) -> [u8; BLOCK] {
        let mut near = [0u8; BLOCK];
        let here: [u8; BLOCK] = std::array::from_fn(|k| self.volume[self.at..self.at + BLOCK][k]);
        for &offset in self.offsets {
            let from = self.at.wrapping_add_signed(offset);
            let there = &self.volume[from..from + BLOCK];
            for k in 0..BLOCK {
                near[k] += u8::from((there[k] != 0) & (there[k].abs_diff(here[k]) <= self.alpha));
            }
        }
        near
    }
}

/// How many neighbours are in the region, and `|level · count - sum of their levels|`.
struct Differences<'a> {
    volume: &'a [u8],
    offsets: &'a [isize],
    at_once: usize,
    at: usize,
}

struct Around {
    count: [u8; BLOCK],
    difference: [u16; BLOCK],
}

impl Kernel for Differences<'_> {
    type Output = Around;

    #[inline(always)]
    fn run(self) -> Around {
        let mut count = [0u8; BLOCK];
        let mut sum = [0u16; BLOCK];
        for offsets in self.offsets.chunks(self.at_once) {
            // Bytes as long as they hold the sum: a wider lane would halve the number of voxels per instruction.
            let mut part = [0u8; BLOCK];
            for &offset in offsets {
                let from = self.at.wrapping_add_signed(offset);
                let there = &self.volume[from..from + BLOCK];
                for k in 0..BLOCK {
                    count[k] += u8::from(there[k] != 0);
                    part[k] = part[k].wrapping_add(there[k]);
                }
            }
            for k in 0..BLOCK {
                sum[k] += u16::from(part[k]);
            }
        }
        let here = &self.volume[self.at..self.at + BLOCK];
        let difference = std::array::from_fn(|k| (u16::from(here[k]) * u16::from(count[k])).abs_diff(sum[k]));
        Around { count, difference }
    }
}
