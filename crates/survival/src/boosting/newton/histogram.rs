//! Splits between bins, from sums of derivatives by bin.
//!
//! Features are taken eight at a time: a histogram of such a panel has for each bin the sums of all eight side by side, so that
//! one case is eight additions that do not wait for each other, and candidates of eight features are compared in one vector. Of
//! two sides of a split the one with fewer cases is counted; the other is the difference to their node.
//!
//! A panel is worked on by one thread, its cases in their order: results do not depend on the number of threads.

use radsurv_data::simd::{Kernel, dispatch};
use rayon::prelude::*;

use super::quantiles::{self, MISSING};
use super::split::{Best, Candidate, Finder, Level, Sums, less};

const LANES: usize = 8;
/// What a bin can be: a table of so many needs no check of its places.
const BINS: usize = MISSING as usize + 1;
/// Sums by bin and lane.
type Histogram = Vec<[Sums; LANES]>;
/// Histograms are kept for differences while all of a level need less than this number of bytes.
const KEPT: usize = 1 << 29;

/// Features in bins.
pub(super) struct Histograms {
    panels: Vec<Panel>,
}

struct Panel {
    /// The first of its features, and their number.
    first: usize,
    features: usize,
    cuts: Vec<Vec<f32>>,
    missing: [bool; LANES],
    /// For each case the bin in each lane.
    bins: Vec<[u8; LANES]>,
    /// The number of bins of its histograms.
    size: usize,
    /// The histograms of the nodes of the level before, and ones to use again.
    level: Vec<Option<Histogram>>,
    spare: Vec<Histogram>,
}

impl Histograms {
    pub(super) fn new(columns: &[Vec<f32>], bins: usize) -> Self {
        let panel = |(number, columns): (usize, &[Vec<f32>])| {
            let mut panel = Panel {
                first: number * LANES,
                features: columns.len(),
                cuts: Vec::new(),
                missing: [false; LANES],
                bins: vec![[0; LANES]; columns[0].len()],
                size: 0,
                level: Vec::new(),
                spare: Vec::new(),
            };
            for (lane, column) in columns.iter().enumerate() {
                let missing = column.iter().any(|v| v.is_nan());
                // One bin is that of missing values.
                let cuts = quantiles::cuts(column, if missing { bins.min(MISSING as usize) } else { bins });
                for (row, bin) in panel.bins.iter_mut().zip(quantiles::bins(column, &cuts)) {
                    row[lane] = bin;
                }
                panel.size = panel.size.max(if missing { MISSING as usize + 1 } else { cuts.len() });
                panel.missing[lane] = missing;
                panel.cuts.push(cuts);
            }
            panel
        };
        Self { panels: columns.par_chunks(LANES).enumerate().map(panel).collect() }
    }
}

impl Finder for Histograms {
    fn find(&mut self, level: &Level) -> Vec<Best> {
        let bytes = self.panels.len() * BINS * size_of::<[Sums; LANES]>();
        let keep = !level.last && bytes * level.candidates.len() < KEPT;
        let found: Vec<Vec<Best>> = self.panels.par_iter_mut().map(|panel| panel.find(level, keep)).collect();
        let mut best = vec![Best::NONE; level.candidates.len()];
        for panel in found {
            best.iter_mut().zip(panel).for_each(|(best, other)| *best = best.or(other));
        }
        best
    }
}

impl Panel {
    fn find(&mut self, level: &Level, keep: bool) -> Vec<Best> {
        if level.first {
            self.spare.extend(self.level.drain(..).flatten());
        }
        let used = |node: usize| (self.first..self.first + self.features).any(|f| level.allows(node, f));
        let used: Vec<bool> = (0..level.candidates.len()).map(used).collect();
        let mut histograms: Vec<Option<Histogram>> = Vec::with_capacity(used.len());
        if level.first {
            histograms.push((used[0] || keep).then(|| self.count(level, &level.candidates[0])));
        } else {
            for (pair, used) in level.candidates.chunks_exact(2).zip(used.chunks_exact(2)) {
                let parent = self.level.get_mut(pair[0].parent).and_then(Option::take);
                histograms.extend(self.pair(level, pair, parent, [used[0] || keep, used[1] || keep]));
            }
        }
        let mut best = Vec::with_capacity(used.len());
        for (node, histogram) in histograms.iter().enumerate() {
            best.push(match histogram {
                Some(histogram) if used[node] => self.best(level, node, histogram),
                _ => Best::NONE,
            });
        }
        self.spare.extend(self.level.drain(..).flatten());
        if keep {
            self.level = histograms;
        } else {
            self.spare.extend(histograms.into_iter().flatten());
        }
        best
    }

    /// The histograms of both sides of a split.
    fn pair(
        &mut self,
        level: &Level,
        pair: &[Candidate],
        parent: Option<Histogram>,
        wanted: [bool; 2],
    ) -> [Option<Histogram>; 2] {
        let Some(mut parent) = parent.filter(|_| wanted[0] || wanted[1]) else {
            return [0, 1].map(|side| wanted[side].then(|| self.count(level, &pair[side])));
        };
        let right = pair[1].cases.len() < pair[0].cases.len();
        let small = self.count(level, &pair[usize::from(right)]);
        for (large, small) in parent.iter_mut().zip(&small).take(self.size) {
            large.iter_mut().zip(small).for_each(|(large, small)| *large = less(*large, *small));
        }
        if right { [Some(parent), Some(small)] } else { [Some(small), Some(parent)] }
    }

    fn count(&mut self, level: &Level, candidate: &Candidate) -> Histogram {
        let mut histogram = self.spare.pop().unwrap_or_default();
        histogram.resize(BINS, [[0.0; 2]; LANES]);
        let Some(table) = histogram.first_chunk_mut::<BINS>() else { return histogram };
        table[..self.size].fill([[0.0; 2]; LANES]);
        for &case in &level.cases[candidate.cases.clone()] {
            let [g, h] = level.derivatives[case as usize].map(f64::from);
            let bins = &self.bins[case as usize];
            for lane in 0..LANES {
                let sums = &mut table[bins[lane] as usize][lane];
                *sums = [sums[0] + g, sums[1] + h];
            }
        }
        histogram
    }

    /// The best split of a node in this panel.
    fn best(&self, level: &Level, node: usize, histogram: &Histogram) -> Best {
        let candidate = &level.candidates[node];
        let mut ends = [0u32; LANES];
        let mut rising = [0.0f32; LANES];
        for lane in (0..self.features).filter(|lane| level.allows(node, self.first + lane)) {
            // Behind the last bin are the missing values, if there are any.
            ends[lane] = self.cuts[lane].len() as u32 - u32::from(!self.missing[lane]);
            rising[lane] = level.rising.get(self.first + lane).copied().unwrap_or(0.0);
        }
        let scan = Scan { level, candidate, histogram, size: self.size, ends, rising };
        let (gains, places) = if level.penalties.plain() {
            dispatch(Kernels::<'_, true>(&scan))
        } else {
            dispatch(Kernels::<'_, false>(&scan))
        };
        let mut best = Best::NONE;
        let found = |lane: usize| {
            let place = places[lane] as usize;
            Best {
                gain: gains[lane],
                feature: self.first + lane,
                threshold: self.cuts[lane][place],
                missing_left: false,
                ..Best::NONE
            }
        };
        for lane in (0..self.features).filter(|&lane| ends[lane] > 0) {
            let mut of_lane = if gains[lane] > 0.0 { found(lane) } else { Best::NONE };
            if self.missing[lane] {
                of_lane = self.missing_left(&scan, lane, of_lane);
            }
            best = best.or(of_lane);
        }
        if best.feature != usize::MAX && !best.missing_left {
            // Of the best one only.
            let lane = best.feature - self.first;
            best.left = sum(&histogram[..=places[lane] as usize], lane);
            best.right = less(candidate.sums, best.left);
        }
        best
    }

    /// The best split with missing values on the left, if it is better than that with them on the right.
    fn missing_left(&self, scan: &Scan, lane: usize, mut best: Best) -> Best {
        let (penalties, total, bounds) = (scan.level.penalties, scan.candidate.sums, scan.candidate.bounds);
        let mut right = [0.0; 2];
        for place in (0..self.cuts[lane].len()).rev() {
            let [g, h] = scan.histogram[place][lane];
            right = [right[0] + g, right[1] + h];
            let left = less(total, right);
            let gain = penalties.gain_of_one(left, right, bounds, scan.rising[lane]);
            let gain = gain - scan.candidate.gain;
            if gain > best.gain {
                let threshold = if place == 0 { f32::MIN } else { self.cuts[lane][place - 1] };
                best = Best { gain, feature: self.first + lane, threshold, missing_left: true, left, right };
            }
        }
        best
    }
}

fn sum(histogram: &[[Sums; LANES]], lane: usize) -> Sums {
    histogram.iter().fold([0.0; 2], |[g, h], bin| [g + bin[lane][0], h + bin[lane][1]])
}

struct Scan<'a> {
    level: &'a Level<'a>,
    candidate: &'a Candidate,
    histogram: &'a Histogram,
    size: usize,
    /// Before which bin candidates end.
    ends: [u32; LANES],
    rising: [f32; LANES],
}

struct Kernels<'a, const PLAIN: bool>(&'a Scan<'a>);

impl<const PLAIN: bool> Kernel for Kernels<'_, PLAIN> {
    /// The largest gain of each lane (minus infinity if there is none), and the bin it ends with: the first one of equal ones.
    type Output = ([f32; LANES], [u32; LANES]);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Scan { level, candidate, histogram, size, ends, rising } = self.0;
        let (penalties, total, bounds) = (*level.penalties, candidate.sums, candidate.bounds);
        let (mut g, mut h) = ([0.0; LANES], [0.0; LANES]);
        let (mut best, mut places) = ([f32::NEG_INFINITY; LANES], [0u32; LANES]);
        for (place, bin) in histogram.iter().take(*size).enumerate() {
            let place = place as u32;
            let mut gains = [0.0f32; LANES];
            for lane in 0..LANES {
                g[lane] += bin[lane][0];
                h[lane] += bin[lane][1];
            }
            for lane in 0..LANES {
                let left = [g[lane], h[lane]];
                let gain = penalties.gain_of_split::<PLAIN>(left, less(total, left), bounds, rising[lane]);
                gains[lane] = if place < ends[lane] { gain - candidate.gain } else { f32::NEG_INFINITY };
            }
            for lane in 0..LANES {
                let better = gains[lane] > best[lane];
                best[lane] = if better { gains[lane] } else { best[lane] };
                places[lane] = if better { place } else { places[lane] };
            }
        }
        (best, places)
    }
}
