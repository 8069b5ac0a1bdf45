//! Counting co-occurring pairs of grey levels.
//!
//! Source: Haralick 1973; IBSI reference manual section 3.6; PyRadiomics 3.0.1 `glcm.py` and `cmatrices.c`.

use super::super::angles::{FixedAxis, one_way};
use super::super::levels::{Level, Levels, with_levels};
use crate::grid::RegionGrid;
use crate::settings::WeightingNorm;

/// The co-occurrence matrices of a region, one per angle (or one for all when they are weighted).
#[derive(Debug, Clone)]
pub struct Glcm {
    /// The grey levels that the rows and columns stand for.
    pub levels: Vec<u32>,
    /// The matrices that have counts.
    pub angles: Vec<Cooccurrence>,
    /// The offsets (x, y, z) that were counted each for itself; none if the matrix is a weighted sum.
    pub steps: Vec<[i32; 3]>,
    /// Whether there was a single matrix, of one angle or of the weighted sum. PyRadiomics leaves out matrices without
    /// counts only beside others.
    pub lone: bool,
}

/// The co-occurrence matrix of one angle.
#[derive(Debug, Clone)]
pub struct Cooccurrence {
    /// The offset (x, y, z) in voxels; 0 if the matrix is a weighted sum over angles.
    pub step: [i32; 3],
    /// Its entries that are not 0. Of a symmetric matrix only those on and above the diagonal.
    pub pairs: Vec<Pair>,
    /// Sum of all entries, both halves of a symmetric matrix included.
    pub total: f64,
    /// Whether `pairs` is the upper half of a symmetric matrix.
    pub symmetric: bool,
}

/// An entry of a co-occurrence matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Row: position of the first voxel's level in [`Glcm::levels`].
    pub i: u32,
    /// Column: position of its neighbour's level.
    pub j: u32,
    /// How often they co-occur (a whole number unless angles are weighted).
    pub count: f64,
}

/// Above this many levels pairs are sorted instead of counted in tables: 13 tables of 512 x 512 are 14 MB.
const DENSE_LEVELS: usize = 512;

impl Glcm {
    /// Counts the pairs of a region's voxels at the offsets of [`one_way`]`(distances)`.
    ///
    /// `symmetric` counts each pair both ways; `weighting` (a norm and the spacing x, y, z in mm) sums the angles with the
    /// weights `exp(-d²)`, `d` the norm of the offset in mm. Angles without pairs are left out.
    ///
    /// # Panics
    /// If `levels` are not those of the region that `grid` was laid out for.
    pub fn count(
        grid: &RegionGrid,
        levels: &Levels,
        distances: &[u32],
        fixed_axis: FixedAxis,
        symmetric: bool,
        weighting: Option<(WeightingNorm, [f64; 3])>,
    ) -> Self {
        let grid = &*grid.reaching(distances);
        let steps = one_way(grid.size, distances, fixed_axis);
        let k = levels.level_count();
        let volume = levels.volume(grid);
        let mut angles: Vec<Cooccurrence> = if k <= DENSE_LEVELS {
            // Thirteen angles at a time, the usual number, whose loop then unrolls.
            let count = |part: &[[i32; 3]]| {
                let offsets: Vec<isize> = part.iter().map(|&s| grid.offset(s)).collect();
                let tables = with_levels!(&volume, v => match <[isize; 13]>::try_from(offsets.as_slice()) {
                    Ok(thirteen) => count_dense(grid, v, k, thirteen),
                    Err(_) => count_dense(grid, v, k, offsets),
                });
                let side = k + 1;
                let tables = tables.chunks_exact(side * side).zip(part);
                tables.map(|(table, &step)| from_table(table, side, step, symmetric)).collect::<Vec<_>>()
            };
            steps.chunks(13).flat_map(count).collect()
        } else {
            steps.iter().map(|&s| with_levels!(&volume, v => count_sparse(grid, v, s, symmetric))).collect()
        };
        let weighted = weighting.is_some();
        if let Some((norm, spacing_mm)) = weighting {
            let weights = steps.iter().map(|&s| weight(norm, s, spacing_mm));
            angles = vec![weighted_sum(&angles, weights, symmetric)];
        }
        let lone = angles.len() == 1;
        angles.retain(|a| a.total > 0.0);
        Self { levels: levels.values.clone(), angles, steps: if weighted { Vec::new() } else { steps }, lone }
    }

    /// How often each level is followed by itself at an offset; `None` if that offset was not counted for itself.
    pub(crate) fn repeats(&self, step: [i32; 3]) -> Option<Vec<u64>> {
        if !self.steps.contains(&step) {
            return None;
        }
        let mut repeats = vec![0; self.levels.len()];
        // An angle that was left out had no pairs at all.
        if let Some(angle) = self.angles.iter().find(|a| a.step == step) {
            for pair in angle.pairs.iter().filter(|p| p.i == p.j) {
                let both_ways = if angle.symmetric { 2 } else { 1 };
                repeats[pair.i as usize] = pair.count as u64 / both_ways;
            }
        }
        Some(repeats)
    }
}

/// Weight of an angle: `exp(-d²)` with the norm's length `d` of the offset in mm.
fn weight(norm: WeightingNorm, step: [i32; 3], spacing_mm: [f64; 3]) -> f64 {
    match norm {
        WeightingNorm::NoWeighting => 1.0,
        _ => {
            let d = norm.length_mm(step, spacing_mm);
            (-d * d).exp()
        }
    }
}

impl WeightingNorm {
    /// Length in mm of an offset (x, y, z) under this norm; 1 without weighting.
    pub(crate) fn length_mm(self, step: [i32; 3], spacing_mm: [f64; 3]) -> f64 {
        let d = [0, 1, 2].map(|a| f64::from(step[a].abs()) * spacing_mm[a]);
        match self {
            Self::Manhattan => d[2] + d[1] + d[0],
            Self::Euclidean => (d[2] * d[2] + d[1] * d[1] + d[0] * d[0]).sqrt(),
            Self::Infinity => d[0].max(d[1]).max(d[2]),
            Self::NoWeighting => 1.0,
        }
    }
}

/// Counts all pairs into one table per offset, of side `k + 1`: row and column 0 catch what lies outside.
///
/// O(voxels x offsets). The offsets are the inner loop so that consecutive increments go to different tables: in a
/// smooth image they would otherwise hit the same cell and wait for each other.
fn count_dense<L: Level, O: AsRef<[isize]>>(grid: &RegionGrid, volume: &[L], k: usize, offsets: O) -> Vec<u32> {
    let offsets = offsets.as_ref();
    let side = k + 1;
    let table = side * side;
    let mut counts = vec![0u32; offsets.len() * table];
    for span in &grid.spans {
        for at in span.at..span.at + span.len {
            let row = volume[at].index() * side;
            for (t, &offset) in offsets.iter().enumerate() {
                let neighbour = volume[at.wrapping_add_signed(offset)].index();
                counts[t * table + row + neighbour] += 1;
            }
        }
    }
    counts
}

fn from_table(table: &[u32], side: usize, step: [i32; 3], symmetric: bool) -> Cooccurrence {
    let mut pairs = Vec::new();
    let mut total = 0u64;
    for i in 1..side {
        let columns = if symmetric { i..side } else { 1..side };
        for j in columns {
            let count = if symmetric {
                // P + Pᵀ: the diagonal doubles as well.
                u64::from(table[i * side + j]) + u64::from(table[j * side + i])
            } else {
                u64::from(table[i * side + j])
            };
            if count > 0 {
                pairs.push(Pair { i: i as u32 - 1, j: j as u32 - 1, count: count as f64 });
                total += if symmetric && i != j { 2 * count } else { count };
            }
        }
    }
    Cooccurrence { step, pairs, total: total as f64, symmetric }
}

/// The pairs of one offset by sorting, for thousands of levels: O(n log n), no table.
fn count_sparse<L: Level>(grid: &RegionGrid, volume: &[L], step: [i32; 3], symmetric: bool) -> Cooccurrence {
    let offset = grid.offset(step);
    let mut found = Vec::new();
    for span in &grid.spans {
        for at in span.at..span.at + span.len {
            let (a, b) = (volume[at].index() as u64, volume[at.wrapping_add_signed(offset)].index() as u64);
            if b > 0 {
                let (i, j) = if symmetric && b < a { (b, a) } else { (a, b) };
                found.push((i - 1) << 32 | (j - 1));
            }
        }
    }
    found.sort_unstable();
    let mut total = 0.0;
    let pairs = found.chunk_by(|a, b| a == b).map(|run| {
        let (i, j) = ((run[0] >> 32) as u32, run[0] as u32);
        let doubled = symmetric && i == j;
        let count = if doubled { 2 * run.len() } else { run.len() } as f64;
        total += if symmetric && i != j { 2.0 * count } else { count };
        Pair { i, j, count }
    });
    let pairs = pairs.collect();
    Cooccurrence { step, pairs, total, symmetric }
}

fn weighted_sum(angles: &[Cooccurrence], weights: impl Iterator<Item = f64>, symmetric: bool) -> Cooccurrence {
    let mut all: Vec<Pair> = Vec::new();
    for (angle, w) in angles.iter().zip(weights) {
        all.extend(angle.pairs.iter().map(|p| Pair { count: p.count * w, ..*p }));
    }
    // A stable sort keeps the order of the angles, so the sum does not depend on anything else.
    all.sort_by_key(|p| (p.i, p.j));
    let pairs: Vec<Pair> = all
        .chunk_by(|a, b| (a.i, a.j) == (b.i, b.j))
        .map(|same| Pair { count: same.iter().map(|p| p.count).sum(), ..same[0] })
        .filter(|p| p.count > 0.0)
        .collect();
    let total = pairs.iter().map(|p| if symmetric && p.i != p.j { 2.0 * p.count } else { p.count }).sum();
    Cooccurrence { step: [0; 3], pairs, total, symmetric }
}
