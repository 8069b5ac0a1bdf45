//! What GLRLM, GLSZM and GLDM have in common: a matrix of counts by grey level and size, and the features of it.
//!
//! The three classes ask the same sixteen questions of a matrix `P(i, j)` whose columns are run lengths, zone sizes or
//! numbers of dependent neighbours. The formulas are here once; each class names those it has.

use crate::sparse_sum::SparseSum;

/// A matrix of counts by grey level `i` and size `j`, as its entries that are not 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SizeMatrix {
    /// The entries, each pair of level and size once.
    pub entries: Vec<SizeEntry>,
}

/// One entry of a [`SizeMatrix`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeEntry {
    /// Grey level `i`.
    pub level: u32,
    /// Size `j`: run length, zone size, or number of dependent voxels including the centre.
    pub size: u32,
    /// `P(i, j)`: how often it occurs (a whole number unless angles are weighted).
    pub count: f64,
}

/// The features of a [`SizeMatrix`]. With `N = ΣΣ P(i,j)` and `p = P/N`; names of the GLRLM in brackets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeFeatures {
    /// `ΣΣ P / j² / N` (ShortRunEmphasis).
    pub small_emphasis: f64,
    /// `ΣΣ P j² / N` (LongRunEmphasis).
    pub large_emphasis: f64,
    /// `Σ_i (Σ_j P)² / N` (GrayLevelNonUniformity).
    pub level_non_uniformity: f64,
    /// `Σ_i (Σ_j P)² / N²` (GrayLevelNonUniformityNormalized).
    pub level_non_uniformity_normalized: f64,
    /// `Σ_j (Σ_i P)² / N` (RunLengthNonUniformity).
    pub size_non_uniformity: f64,
    /// `Σ_j (Σ_i P)² / N²` (RunLengthNonUniformityNormalized).
    pub size_non_uniformity_normalized: f64,
    /// `N / ΣΣ P j` (RunPercentage).
    pub percentage: f64,
    /// `ΣΣ p (i - μ)²`, `μ = ΣΣ p i` (GrayLevelVariance).
    pub level_variance: f64,
    /// `ΣΣ p (j - μ)²`, `μ = ΣΣ p j` (RunVariance).
    pub size_variance: f64,
    /// `-ΣΣ p log2(p + ε)` (RunEntropy), ε = 2.2e-16.
    pub entropy: f64,
    /// `ΣΣ P / i² / N` (LowGrayLevelRunEmphasis).
    pub low_level_emphasis: f64,
    /// `ΣΣ P i² / N` (HighGrayLevelRunEmphasis).
    pub high_level_emphasis: f64,
    /// `ΣΣ P / (i² j²) / N` (ShortRunLowGrayLevelEmphasis).
    pub small_low_emphasis: f64,
    /// `ΣΣ P i² / j² / N` (ShortRunHighGrayLevelEmphasis).
    pub small_high_emphasis: f64,
    /// `ΣΣ P j² / i² / N` (LongRunLowGrayLevelEmphasis).
    pub large_low_emphasis: f64,
    /// `ΣΣ P i² j² / N` (LongRunHighGrayLevelEmphasis).
    pub large_high_emphasis: f64,
}

impl SizeMatrix {
    /// Sum of all counts: the number of runs, zones or voxels.
    pub fn total(&self) -> f64 {
        self.entries.iter().map(|e| e.count).sum()
    }

    /// The features, or `None` for a matrix without counts, for which they are undefined.
    pub fn features(&self) -> Option<SizeFeatures> {
        let total = self.total();
        if total <= 0.0 {
            return None;
        }
        let highest = |index: fn(&SizeEntry) -> u32| self.entries.iter().map(index).max().unwrap_or(0) as usize;
        let mut by_level = SparseSum::new(highest(|e| e.level));
        let mut by_size = SparseSum::new(highest(|e| e.size));
        let mut entropy = 0.0;
        let (mut small, mut large, mut low, mut high) = (0.0, 0.0, 0.0, 0.0);
        let (mut small_low, mut small_high, mut large_low, mut large_high) = (0.0, 0.0, 0.0, 0.0);
        for e in &self.entries {
            let i2 = f64::from(e.level) * f64::from(e.level);
            let j2 = f64::from(e.size) * f64::from(e.size);
            by_level.add(e.level, e.count);
            by_size.add(e.size, e.count);
            let p = e.count / total;
            entropy -= p * (p + f64::EPSILON).log2();
            small += e.count / j2;
            large += e.count * j2;
            low += e.count / i2;
            high += e.count * i2;
            small_low += e.count / (i2 * j2);
            small_high += e.count * i2 / j2;
            large_low += e.count * j2 / i2;
            large_high += e.count * (i2 * j2);
        }
        let level_squares = sum_of_squares(&by_level);
        let size_squares = sum_of_squares(&by_size);
        Some(SizeFeatures {
            small_emphasis: small / total,
            large_emphasis: large / total,
            level_non_uniformity: level_squares / total,
            level_non_uniformity_normalized: level_squares / (total * total),
            size_non_uniformity: size_squares / total,
            size_non_uniformity_normalized: size_squares / (total * total),
            percentage: total / first_moment(&by_size),
            level_variance: variance(&by_level, total),
            size_variance: variance(&by_size, total),
            entropy,
            low_level_emphasis: low / total,
            high_level_emphasis: high / total,
            small_low_emphasis: small_low / total,
            small_high_emphasis: small_high / total,
            large_low_emphasis: large_low / total,
            large_high_emphasis: large_high / total,
        })
    }
}

/// `Σ n²` of a marginal.
fn sum_of_squares(marginal: &SparseSum) -> f64 {
    marginal.iter().map(|(_, n)| n * n).sum()
}

/// `Σ n i` of a marginal.
fn first_moment(marginal: &SparseSum) -> f64 {
    marginal.iter().map(|(i, n)| i * n).sum()
}

/// `Σ n/N (i - μ)²` of a marginal with the sum `N`.
fn variance(marginal: &SparseSum, total: f64) -> f64 {
    let mean = first_moment(marginal) / total;
    marginal.iter().map(|(i, n)| n / total * ((i - mean) * (i - mean))).sum()
}

/// Counts (level index, size) pairs: a dense table for small sizes, a sorted list for the few large ones.
pub(crate) struct SizeCounter {
    /// `dense[level * SMALL + size - 1]`, levels from 0.
    dense: Vec<u32>,
    large: Vec<(u32, u32)>,
}

impl SizeCounter {
    const SMALL: usize = 32;

    pub fn new(levels: usize) -> Self {
        Self { dense: vec![0; levels * Self::SMALL], large: Vec::new() }
    }

    /// Counts one object of a level index (from 0) and a size (from 1).
    #[inline]
    pub fn add(&mut self, level: usize, size: u32) {
        if size as usize <= Self::SMALL {
            self.dense[level * Self::SMALL + size as usize - 1] += 1;
        } else {
            self.large.push((level as u32, size));
        }
    }

    /// Counts `n` objects of a level index (from 0) and a size (from 1).
    pub fn add_many(&mut self, level: usize, size: u32, n: u32) {
        if size as usize <= Self::SMALL {
            self.dense[level * Self::SMALL + size as usize - 1] += n;
        } else {
            self.large.extend(std::iter::repeat_n((level as u32, size), n as usize));
        }
    }

    /// For each level index, how many objects were counted and the sum of their sizes.
    pub fn totals(&self) -> Vec<(u64, u64)> {
        let mut totals: Vec<(u64, u64)> = self
            .dense
            .chunks_exact(Self::SMALL)
            .map(|row| {
                let sized = row.iter().zip(1u64..).map(|(&n, size)| (u64::from(n), u64::from(n) * size));
                sized.fold((0, 0), |(n, s), (dn, ds)| (n + dn, s + ds))
            })
            .collect();
        for &(level, size) in &self.large {
            totals[level as usize].0 += 1;
            totals[level as usize].1 += u64::from(size);
        }
        totals
    }

    /// The matrix, with the grey level of each level index.
    pub fn finish(mut self, values: &[u32]) -> SizeMatrix {
        self.large.sort_unstable();
        let mut entries = Vec::new();
        for (row, &level) in self.dense.chunks_exact(Self::SMALL).zip(values) {
            let present = row.iter().enumerate().filter(|(_, n)| **n > 0);
            entries.extend(present.map(|(j, &n)| SizeEntry { level, size: j as u32 + 1, count: f64::from(n) }));
        }
        for run in self.large.chunk_by(|a, b| a == b) {
            let (level, size) = run[0];
            entries.push(SizeEntry { level: values[level as usize], size, count: run.len() as f64 });
        }
        SizeMatrix { entries }
    }
}
