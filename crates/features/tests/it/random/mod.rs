//! Random regions for property tests, as plain arrays for the naive references and laid out for the engine.

// Each test file uses its part.
#![allow(dead_code)]

use proptest::prelude::*;
use radsurv_features::grid::RegionGrid;
use radsurv_features::settings::WeightingNorm;
use radsurv_features::texture::Levels;
use radsurv_image::{Geometry, IndexBox, Region};
use radsurv_testkit::naive::{Norm, index, voxels};
use radsurv_testkit::splitmix::SplitMix64;

/// A discretised region in its bounding box, and settings.
#[derive(Debug, Clone)]
pub struct Case {
    pub size: [usize; 3],
    pub spacing: [f64; 3],
    /// Grey level of each voxel of the box, 0 outside the region; every face of the box has a voxel of the region.
    pub levels: Vec<u32>,
    pub distances: Vec<u32>,
    pub plane: Option<usize>,
    pub symmetric: bool,
    pub weighting: Option<WeightingNorm>,
    pub alpha: u32,
}

/// How the levels of a case are drawn.
#[derive(Debug, Clone, Copy)]
struct Texture {
    /// Side of the blocks of one level.
    block: usize,
    /// Tenths of voxels that leave their block's level.
    noise: u64,
    /// Levels are multiples of this (plus one), so that some do not occur.
    gap: u32,
}

/// Regions in boxes of up to `max_size` voxels per axis with up to `max_level` times 7 levels.
pub fn cases(max_size: usize, levels: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = Case> {
    let axis = || 1..=max_size;
    let texture = (prop::sample::select(vec![1, 1, 2, 4]), 0..=4_u64, prop::sample::select(vec![1, 1, 1, 7]))
        .prop_map(|(block, noise, gap)| Texture { block, noise, gap });
    let spacing = prop::array::uniform3(prop::sample::select(vec![0.5, 0.75, 1.0, 1.25, 2.0]));
    let weighting = prop::sample::select(vec![
        None,
        None,
        None,
        Some(WeightingNorm::Manhattan),
        Some(WeightingNorm::Euclidean),
        Some(WeightingNorm::Infinity),
        Some(WeightingNorm::NoWeighting),
    ]);
    let distances = prop::sample::select(vec![vec![1], vec![1], vec![2], vec![1, 2], vec![2, 1], vec![1, 4], vec![20]]);
    let plane = prop::sample::select(vec![None, None, None, Some(0), Some(1), Some(2)]);
    let shape = (axis(), axis(), axis(), any::<u64>(), levels, 1..=10_u64, texture);
    (shape, spacing, distances, plane, any::<bool>(), weighting, 0..=3_u32).prop_map(
        |((nx, ny, nz, seed, highest, fill, texture), spacing, distances, plane, symmetric, weighting, alpha)| {
            let (size, levels) = draw([nx, ny, nz], seed, highest, fill, texture);
            Case { size, spacing, levels, distances, plane, symmetric, weighting, alpha }
        },
    )
}

fn draw(size: [usize; 3], seed: u64, highest: u32, fill: u64, texture: Texture) -> ([usize; 3], Vec<u32>) {
    let mut rng = SplitMix64::new(seed);
    let mut levels = Vec::new();
    for at in voxels(size) {
        let [x, y, z] = at.map(|c| (c / texture.block) as u64);
        let mut own = SplitMix64::new(seed ^ (x << 40 | y << 20 | z));
        let noisy = rng.below(10) < texture.noise;
        let level = 1 + texture.gap * (if noisy { &mut rng } else { &mut own }).below(u64::from(highest)) as u32;
        levels.push(if rng.below(10) < fill { level } else { 0 });
    }
    // At least two voxels, at opposite corners, so that the box is the drawn one.
    let last = levels.len() - 1;
    for corner in [0, last] {
        levels[corner] = levels[corner].max(1);
    }
    (size, levels)
}

impl Case {
    pub fn mask(&self) -> Vec<bool> {
        self.levels.iter().map(|&l| l > 0).collect()
    }

    pub fn region_levels(&self) -> Vec<u32> {
        self.levels.iter().copied().filter(|&l| l > 0).collect()
    }

    pub fn voxel_count(&self) -> usize {
        self.levels.iter().filter(|l| **l > 0).count()
    }

    pub fn region(&self) -> Region {
        region(self.size, self.spacing, &self.mask())
    }

    pub fn grid(&self) -> RegionGrid {
        RegionGrid::new(&self.region(), &self.distances)
    }

    pub fn engine_levels(&self) -> Levels {
        Levels::from_bins(self.region_levels()).unwrap()
    }

    pub fn engine_weighting(&self) -> Option<(WeightingNorm, [f64; 3])> {
        self.weighting.map(|norm| (norm, self.spacing))
    }

    pub fn naive_weighting(&self) -> Option<(Norm, [f64; 3])> {
        let norm = self.weighting.map(|norm| match norm {
            WeightingNorm::Manhattan => Norm::Manhattan,
            WeightingNorm::Euclidean => Norm::Euclidean,
            WeightingNorm::Infinity => Norm::Infinity,
            WeightingNorm::NoWeighting => Norm::NoWeighting,
        });
        norm.map(|norm| (norm, self.spacing))
    }

    /// The case with its axes in another order and some of them reversed: new axis `a` is old axis `order[a]`.
    pub fn turned(&self, order: [usize; 3], reversed: [bool; 3]) -> Self {
        let size = order.map(|a| self.size[a]);
        let levels = voxels(size).map(|at| {
            let mut old = [0; 3];
            for a in 0..3 {
                old[order[a]] = if reversed[a] { size[a] - 1 - at[a] } else { at[a] };
            }
            self.levels[index(self.size, old)]
        });
        Self {
            size,
            spacing: order.map(|a| self.spacing[a]),
            levels: levels.collect(),
            plane: self.plane.and_then(|axis| order.iter().position(|&a| a == axis)),
            ..self.clone()
        }
    }
}

/// A region whose box is the whole grid.
pub fn region(size: [usize; 3], spacing: [f64; 3], mask: &[bool]) -> Region {
    let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
    Region::new(grid, 1, IndexBox { start: [0; 3], size }, mask).unwrap()
}

/// So many cases, or more in proportion if the environment's PROPTEST_CASES is above its default of 256. Failures are not
/// kept in files: the message has the whole input.
pub fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: (cases * default.cases / 256).max(1), failure_persistence: None, ..default }
}

/// Orders of three axes.
pub fn orders() -> impl Strategy<Value = [usize; 3]> {
    prop::sample::select(vec![[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
}

/// Whether two values are the same number to 1e-9 of it, or to 1e-12 of the feature's natural scale, or both are NaN.
pub fn same(value: f64, expected: f64, scale: f64) -> bool {
    let difference = (value - expected).abs();
    difference <= 1e-9 * expected.abs() || difference <= 1e-12 * scale || value.is_nan() && expected.is_nan()
}
