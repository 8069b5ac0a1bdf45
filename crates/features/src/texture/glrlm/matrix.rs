//! Counting runs.
//!
//! Source: Galloway 1975; IBSI reference manual section 3.7; PyRadiomics 3.0.1 `glrlm.py` and `cmatrices.c`.

use radsurv_image::simd::{Kernel, dispatch};

use super::super::angles::{FixedAxis, one_way};
use super::super::glcm::Glcm;
use super::super::levels::{Level, Levels, with_levels};
use super::super::size_matrix::{SizeCounter, SizeEntry, SizeMatrix};
use crate::bit_mask::bit_mask;
use crate::grid::{BLOCK, RegionGrid};
use crate::settings::WeightingNorm;

/// The run length matrices of a region, one per angle (or one for all when they are weighted).
///
/// An angle along which no line of the region has two voxels is left out: a flat region has no runs across its plane.
#[derive(Debug, Clone)]
pub struct Glrlm {
    /// The matrices that have runs.
    pub angles: Vec<SizeMatrix>,
    /// Whether there was a single matrix, of one angle or of the weighted sum. PyRadiomics leaves out matrices without
    /// runs only beside others.
    pub lone: bool,
}

impl Glrlm {
    /// Counts the runs of a region along the 13 angles (or the 4 in the plane across a fixed axis).
    ///
    /// `weighting` (a norm and the spacing x, y, z in mm) sums the angles with the norm of their offset in mm as weights.
    /// `pairs`, the co-occurrence matrices of the same levels, saves work if it has the same angles unweighted: how often
    /// a level follows itself is on their diagonals.
    ///
    /// # Panics
    /// If `levels` are not those of the region that `grid` was laid out for.
    pub fn count(
        grid: &RegionGrid,
        levels: &Levels,
        fixed_axis: FixedAxis,
        weighting: Option<(WeightingNorm, [f64; 3])>,
        pairs: Option<&Glcm>,
    ) -> Self {
        let steps = one_way(grid.size, &[1], fixed_axis);
        let volume = levels.volume(grid);
        // Runs are rarely longer than a byte can tell, and four times as many lengths then fit a register.
        let short = grid.size.iter().all(|&n| n < 256);
        let mut long_u8 = vec![0u8; if short { grid.len } else { 0 }];
        let mut long_u32 = vec![0u32; if short { 0 } else { grid.len }];
        let mut count = |step: &[i32; 3]| {
            let offset = grid.offset(*step) as usize;
            with_levels!(&volume, v => {
                if !has_pair_on_a_line(grid, v, *step, offset) {
                    return SizeMatrix::default();
                }
                let repeats = match pairs.and_then(|p| p.repeats(*step)) {
                    Some(known) => known,
                    None => count_repeats(grid, v, offset, levels.level_count()),
                };
                if short {
                    count_runs(grid, v, offset, levels, &repeats, &mut long_u8)
                } else {
                    count_runs(grid, v, offset, levels, &repeats, &mut long_u32)
                }
            })
        };
        let mut angles: Vec<SizeMatrix> = steps.iter().map(&mut count).collect();
        if let Some((norm, spacing_mm)) = weighting {
            angles = vec![weighted_sum(&angles, steps.iter().map(|&s| norm.length_mm(s, spacing_mm)))];
        }
        let lone = angles.len() == 1;
        angles.retain(|m| m.total() > 0.0);
        Self { angles, lone }
    }
}

/// Whether two voxels of the region lie on a line in this direction, beside each other or apart.
fn has_pair_on_a_line<L: Level>(grid: &RegionGrid, volume: &[L], step: [i32; 3], offset: usize) -> bool {
    let inside = |at: usize| volume[at].index() != 0;
    let mut voxels = grid.spans.iter().flat_map(|s| s.at..s.at + s.len);
    if voxels.any(|at| inside(at + offset)) {
        return true;
    }
    // Rare: only voxels that do not touch in this direction. Walk along each line until it leaves the box.
    let origin = grid.pad * grid.stride.iter().sum::<usize>();
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
            here += offset;
            if inside(here) {
                return true;
            }
        }
    })
}

/// For each level, how often a voxel and its successor both have it.
fn count_repeats<L: Level>(grid: &RegionGrid, volume: &[L], offset: usize, levels: usize) -> Vec<u64> {
    let mut repeats = vec![0u64; levels + 1];
    for span in &grid.spans {
        let here = &volume[span.at..span.at + span.len];
        let next = &volume[span.at + offset..span.at + offset + span.len];
        for (a, b) in here.iter().zip(next) {
            // Level 0 catches the others.
            let level = if a == b { a.index() } else { 0 };
            repeats[level] += 1;
        }
    }
    repeats.split_off(1)
}

/// The type of a run's length.
trait Length: Copy + Default + PartialEq {
    fn after(self) -> Self;
    fn at_least_3(self) -> bool;
    fn value(self) -> u32;
}

macro_rules! length {
    ($($t:ty),+) => {
        $(impl Length for $t {
            #[inline(always)]
            fn after(self) -> Self {
                self.wrapping_add(1)
            }
            #[inline(always)]
            fn at_least_3(self) -> bool {
                self >= 3
            }
            #[inline(always)]
            fn value(self) -> u32 {
                self as u32
            }
        })+
    };
}
length!(u8, u32);

/// Counts the runs of one direction. O(voxels).
///
/// Only runs of three and more are looked at one by one. Of a level with `N` voxels, `E` of which follow another of the
/// same level, `N - E` runs start; with `R` long ones that hold `S` voxels, `r1 + r2 = N - E - R` and `r1 + 2 r2 = N - S`
/// give the number of short ones.
///
/// `length` is scratch space of the grid's length.
fn count_runs<L: Level, R: Length>(
    grid: &RegionGrid,
    volume: &[L],
    offset: usize,
    levels: &Levels,
    repeats: &[u64],
    length: &mut [R],
) -> SizeMatrix {
    let mut counter = SizeCounter::new(levels.level_count());
    // A voxel's run goes on from its predecessor's, so a vector must not be longer than the offset.
    match offset {
        64.. => dispatch(FindLong::<L, R, 64> { grid, volume, offset, length, counter: &mut counter }),
        32.. => dispatch(FindLong::<L, R, 32> { grid, volume, offset, length, counter: &mut counter }),
        16.. => dispatch(FindLong::<L, R, 16> { grid, volume, offset, length, counter: &mut counter }),
        1 => long_along_x(grid, volume, &mut counter),
        _ => FindLong::<L, R, 1> { grid, volume, offset, length, counter: &mut counter }.run(),
    }
    let long = counter.totals();
    for (level, (runs, voxels)) in long.into_iter().enumerate() {
        let short = levels.counts[level] - repeats[level] - runs;
        let twos = levels.counts[level] - voxels - short;
        counter.add_many(level, 1, (short - twos) as u32);
        counter.add_many(level, 2, twos as u32);
    }
    counter.finish(&levels.values)
}

/// Finds the runs of three and more voxels along x, which lie in the array as they are: a run of `n` voxels is one of
/// `n - 1` set bits, if a bit says that a voxel has the level of the next one.
fn long_along_x<L: Level>(grid: &RegionGrid, volume: &[L], counter: &mut SizeCounter) {
    // How many set bits end the block before. Rows are parted by padding, so they go on only into the block that follows.
    let mut before = 0;
    for &at in &grid.blocks {
        let mut bits = dispatch(SameAsNext { volume, at });
        if before > 0 {
            let more = bits.trailing_ones();
            if more == u64::BITS {
                before += more;
                continue;
            }
            if before + more >= 2 {
                counter.add(volume[at + more as usize].index() - 1, before + more + 1);
            }
            bits &= u64::MAX << more;
            before = 0;
        }
        // A bit alone is a run of two; the last one may go on in the next block.
        bits &= bits << 1 | bits >> 1 | 1 << 63;
        while bits != 0 {
            let start = bits.trailing_zeros();
            let end = start + (bits >> start).trailing_ones();
            if end == u64::BITS {
                before = end - start;
                break;
            }
            counter.add(volume[at + start as usize].index() - 1, end - start + 1);
            bits &= u64::MAX << end;
        }
    }
}

/// Which positions of a block have the level of the next one and are in the region.
struct SameAsNext<'a, L> {
    volume: &'a [L],
    at: usize,
}

impl<L: Level> Kernel for SameAsNext<'_, L> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        let here = &self.volume[self.at..self.at + BLOCK];
        let next = &self.volume[self.at + 1..self.at + 1 + BLOCK];
        bit_mask::<BLOCK>(std::array::from_fn(|k| (here[k] == next[k]) & (here[k] != L::default())))
    }
}

/// Finds the runs of three and more voxels of one direction.
struct FindLong<'a, L, R, const N: usize> {
    grid: &'a RegionGrid,
    volume: &'a [L],
    offset: usize,
    length: &'a mut [R],
    counter: &'a mut SizeCounter,
}

impl<L: Level, R: Length, const N: usize> Kernel for FindLong<'_, L, R, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { grid, volume, offset, length, counter } = self;
        for &block in &grid.blocks {
            let mut at = block;
            while at < block + BLOCK {
                // Arrays of known length: the compiler then knows that nothing overlaps and keeps them in registers.
                let (Some(here), Some(before), Some(after), Some(&earlier)) = (
                    volume[at..].first_chunk::<N>(),
                    volume[at - offset..].first_chunk::<N>(),
                    volume[at + offset..].first_chunk::<N>(),
                    length[at - offset..].first_chunk::<N>(),
                ) else {
                    return;
                };
                let one = R::default().after();
                let run: [R; N] = std::array::from_fn(|k| if here[k] == before[k] { earlier[k].after() } else { one });
                length[at..at + N].copy_from_slice(&run);
                // One loop over the bits of a block: ends come at random places, and a branch for each group of positions would
                // be guessed wrong more often than not.
                let mut bits = bit_mask::<N>(std::array::from_fn(|k| {
                    (here[k] != after[k]) & run[k].at_least_3() & (here[k] != L::default())
                }));
                while bits != 0 {
                    let k = bits.trailing_zeros() as usize;
                    counter.add(here[k].index() - 1, run[k].value());
                    bits &= bits - 1;
                }
                at += N;
            }
        }
    }
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
