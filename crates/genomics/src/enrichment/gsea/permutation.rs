//! Scores of sets that chance draws.
//!
//! All sets of one size have the same chance, and the first *k* genes of a random order are a random set of *k* genes for every
//! *k*: a single random order gives a score for each size, as in fgsea (Korotkevich et al., "Fast gene set enrichment analysis",
//! bioRxiv 060012 (2021), "cumulative gene set statistics"). There the hulls of blocks are kept; here the set grows in sorted
//! arrays of the sums of hits and of the misses before each, and each score is one pass over them that the processor does with
//! several numbers at a time: of 500 genes at the most that is faster.

use radsurv_data::simd::{Kernel, dispatch};
use radsurv_stats::random::Random;
use rayon::prelude::*;

use super::score::ScoreType;

/// Scores this close are equal: a tie counts as one as extreme.
const TIE: f64 = 1e-12;

/// A random set that grows.
struct Growing<'a> {
    weights: &'a [f64],
    /// All genes; the first ones are those drawn.
    order: Vec<u32>,
    swaps: Vec<u32>,
    hits: Vec<u32>,
    /// Genes that are not in the set before each hit.
    misses: Vec<f64>,
    /// Sums of weights before each hit, and of all.
    sums: Vec<f64>,
}

impl<'a> Growing<'a> {
    fn new(weights: &'a [f64], most: usize) -> Self {
        Self {
            weights,
            order: (0..weights.len() as u32).collect(),
            swaps: Vec::with_capacity(most),
            hits: Vec::with_capacity(most),
            misses: Vec::with_capacity(most),
            sums: Vec::with_capacity(most + 1),
        }
    }

    /// The scores of the sets of these sizes, ascending, of one random order.
    fn scores(&mut self, random: &mut Random, sizes: &[usize], score: ScoreType, out: &mut [f64]) {
        /// Up to so many genes are put in one by one.
        const FEW: usize = 12;
        self.hits.clear();
        self.misses.clear();
        self.sums.clear();
        self.sums.push(0.0);
        for (&size, out) in sizes.iter().zip(out) {
            let had = self.swaps.len();
            for at in had..size {
                let from = at + random.below(self.order.len() - at);
                self.order.swap(at, from);
                self.swaps.push(from as u32);
            }
            if size - had <= FEW {
                (had..size).for_each(|at| self.put_in(self.order[at]));
            } else {
                self.hits.extend_from_slice(&self.order[had..size]);
                self.hits.sort_unstable();
                self.sum_up();
            }
            let rest = (self.weights.len() - size) as f64;
            let per_hit = rest / self.sums[size];
            let (top, bottom) = dispatch(Scan { sums: &self.sums, misses: &self.misses, per_hit });
            *out = score.of(top, bottom) / rest;
        }
        // Each order starts from the same one, whatever was drawn before it on this thread.
        while let Some(from) = self.swaps.pop() {
            self.order.swap(self.swaps.len(), from as usize);
        }
    }

    fn put_in(&mut self, gene: u32) {
        let at = self.hits.partition_point(|&hit| hit < gene);
        self.hits.insert(at, gene);
        self.misses.insert(at, f64::from(gene) - at as f64);
        self.misses[at + 1..].iter_mut().for_each(|misses| *misses -= 1.0);
        let weight = self.weights[gene as usize];
        self.sums.insert(at + 1, self.sums[at]);
        self.sums[at + 1..].iter_mut().for_each(|sum| *sum += weight);
    }

    fn sum_up(&mut self) {
        let Self { weights, hits, misses, sums, .. } = self;
        misses.clear();
        misses.extend(hits.iter().enumerate().map(|(i, &hit)| f64::from(hit) - i as f64));
        sums.truncate(1);
        let mut sum = 0.0;
        sums.extend(hits.iter().map(|&hit| {
            sum += weights[hit as usize];
            sum
        }));
    }
}

/// The extremes of a running score, times the number of genes that are not in the set.
struct Scan<'a> {
    sums: &'a [f64],
    misses: &'a [f64],
    per_hit: f64,
}

impl Kernel for Scan<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn run(self) -> (f64, f64) {
        const LANES: usize = 16;
        let Self { sums, misses, per_hit } = self;
        let (before, at) = (&sums[..misses.len()], &sums[1..=misses.len()]);
        let (mut tops, mut bottoms) = ([f64::NEG_INFINITY; LANES], [f64::INFINITY; LANES]);
        let whole = misses.len() / LANES * LANES;
        for i in (0..whole).step_by(LANES) {
            let (m, b, a) = (&misses[i..i + LANES], &before[i..i + LANES], &at[i..i + LANES]);
            for lane in 0..LANES {
                let top = a[lane] * per_hit - m[lane];
                let bottom = b[lane] * per_hit - m[lane];
                tops[lane] = if top > tops[lane] { top } else { tops[lane] };
                bottoms[lane] = if bottom < bottoms[lane] { bottom } else { bottoms[lane] };
            }
        }
        for i in whole..misses.len() {
            tops[0] = tops[0].max(at[i] * per_hit - misses[i]);
            bottoms[0] = bottoms[0].min(before[i] * per_hit - misses[i]);
        }
        let highest = tops.iter().fold(f64::NEG_INFINITY, |most, &top| most.max(top));
        (highest, bottoms.iter().fold(f64::INFINITY, |least, &bottom| least.min(bottom)))
    }
}

/// The sets that are tested, by size.
pub(super) struct Tested {
    /// The sizes there are, ascending.
    pub(super) sizes: Vec<usize>,
    /// For each size the places of its sets.
    pub(super) sets: Vec<Vec<usize>>,
    /// The score of each set.
    pub(super) scores: Vec<f64>,
}

impl Tested {
    pub(super) fn new(sizes: &[usize], scores: Vec<f64>) -> Self {
        let mut by_size = std::collections::BTreeMap::<usize, Vec<usize>>::new();
        sizes.iter().enumerate().for_each(|(set, &size)| by_size.entry(size).or_default().push(set));
        let (sizes, sets) = by_size.into_iter().unzip();
        Self { sizes, sets, scores }
    }
}

/// What chance gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Chance {
    /// For each set, the number of scores as extreme as its own.
    pub(super) more: Vec<u64>,
    /// For each size, the scores of at least 0 and of at most 0: how many there were, and their sums.
    pub(super) positive: Vec<Side>,
    pub(super) negative: Vec<Side>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Side {
    pub(super) count: u64,
    pub(super) sum: f64,
}

impl Side {
    /// The mean; none of no score, or of scores that are all 0.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0 && self.sum != 0.0).then(|| self.sum / self.count as f64)
    }
}

/// Calls `each` with the scores of every random order. Blocks of orders go to the threads; what they made comes back in order, so
/// that sums do not depend on the number of threads.
pub(super) fn visit<T: Send>(
    weights: &[f64],
    tested: &Tested,
    score: ScoreType,
    permutations: usize,
    seed: u64,
    start: impl Fn() -> T + Sync,
    each: impl Fn(&mut T, &[f64]) + Sync,
) -> Vec<T> {
    // By the number of permutations alone, not of threads; 256 blocks at the most bound the memory.
    let block = permutations.div_ceil(256).max(16);
    let most = tested.sizes.last().copied().unwrap_or(0);
    let of = |first: usize| {
        let mut growing = Growing::new(weights, most);
        let mut scores = vec![0.0; tested.sizes.len()];
        let mut out = start();
        for number in first..permutations.min(first + block) {
            growing.scores(&mut Random::new(seed, number as u64), &tested.sizes, score, &mut scores);
            each(&mut out, &scores);
        }
        out
    };
    let firsts: Vec<usize> = (0..permutations).step_by(block).collect();
    firsts.into_par_iter().map(of).collect()
}

/// Counts what chance gives as extreme as each set, and its means.
pub(super) fn chance(weights: &[f64], tested: &Tested, score: ScoreType, permutations: usize, seed: u64) -> Chance {
    let sizes = tested.sizes.len();
    // In the order of sizes, so that the comparisons of one size follow each other.
    let order: Vec<usize> = tested.sets.iter().flatten().copied().collect();
    let bounds: Vec<f64> = order.iter().map(|&set| tested.scores[set]).collect();
    let ends: Vec<usize> = tested
        .sets
        .iter()
        .scan(0, |end, sets| {
            *end += sets.len();
            Some(*end)
        })
        .collect();
    let start = || (vec![0u32; order.len()], vec![Side::default(); sizes], vec![Side::default(); sizes]);
    let blocks = visit(weights, tested, score, permutations, seed, start, |(more, positive, negative), scores| {
        let mut from = 0;
        for (size, &random) in scores.iter().enumerate() {
            if random >= 0.0 {
                positive[size].count += 1;
                positive[size].sum += random;
            }
            if random <= 0.0 {
                negative[size].count += 1;
                negative[size].sum += random;
            }
            for (more, &bound) in more[from..ends[size]].iter_mut().zip(&bounds[from..ends[size]]) {
                let above = random >= bound - TIE;
                let below = random <= bound + TIE;
                *more += u32::from(if score.upper(bound) { above } else { below });
            }
            from = ends[size];
        }
    });
    let mut out = Chance {
        more: vec![0; order.len()],
        positive: vec![Side::default(); sizes],
        negative: vec![Side::default(); sizes],
    };
    let add = |to: &mut Vec<Side>, from: Vec<Side>| {
        for (to, from) in to.iter_mut().zip(from) {
            to.count += from.count;
            to.sum += from.sum;
        }
    };
    for (more, positive, negative) in blocks {
        order.iter().zip(more).for_each(|(&set, more)| out.more[set] += u64::from(more));
        add(&mut out.positive, positive);
        add(&mut out.negative, negative);
    }
    out
}

/// The false discovery rate of each set by what chance gives of all sets: Subramanian et al. (2005), page 15549.
///
/// Of a positive score it is the share of chance's positive normalised scores, of all sets, that are as high, over the same share
/// of the sets' own; at most 1. Of a negative one likewise. The random orders are those of [`chance`] again.
pub(super) fn false_discovery(
    weights: &[f64],
    tested: &Tested,
    score: ScoreType,
    permutations: usize,
    seed: u64,
    chance: &Chance,
    normalised: &[Option<f64>],
) -> Vec<Option<f64>> {
    let sorted = |positive: bool| {
        let of_sign = |&nes: &f64| if positive { nes >= 0.0 } else { nes < 0.0 };
        let mut sizes: Vec<f64> = normalised.iter().flatten().copied().filter(of_sign).map(f64::abs).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        sizes
    };
    let own = [sorted(true), sorted(false)];
    // By how many of the sets' own scores a random one is as extreme as.
    let start = || [vec![0u64; own[0].len() + 1], vec![0u64; own[1].len() + 1]];
    let blocks = visit(weights, tested, score, permutations, seed, start, |counts, scores| {
        for (size, &random) in scores.iter().enumerate() {
            let side = usize::from(random < 0.0);
            let mean = if side == 0 { chance.positive[size].mean() } else { chance.negative[size].mean() };
            let Some(mean) = mean else { continue };
            let extreme = (random / mean).abs();
            let at = own[side].partition_point(|&nes| nes <= extreme + TIE);
            counts[side][at] += tested.sets[size].len() as u64;
        }
    });
    // For each of the sets' own scores, how many random ones are as extreme: sums from the end.
    let as_extreme: Vec<Vec<u64>> = (0..2)
        .map(|side| {
            let mut sums = vec![0u64; own[side].len() + 1];
            blocks.iter().for_each(|block| sums.iter_mut().zip(&block[side]).for_each(|(sum, count)| *sum += count));
            (0..own[side].len()).rev().for_each(|at| sums[at] += sums[at + 1]);
            sums
        })
        .collect();
    let q = |nes: f64| {
        let side = usize::from(nes < 0.0);
        let at = own[side].partition_point(|&other| other < nes.abs());
        let all = as_extreme[side][0] as f64;
        if all == 0.0 {
            return None;
        }
        let random = as_extreme[side][at + 1] as f64 / all;
        let found = (own[side].len() - at) as f64 / own[side].len() as f64;
        Some((random / found).min(1.0))
    };
    normalised.iter().map(|nes| nes.and_then(q)).collect()
}
