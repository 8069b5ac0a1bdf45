//! The best split of a node.
//!
//! The cases of the node are put in the order of a feature: by a bit for each place of the sorted column, or, where the node is
//! much smaller than the column, by sorting the places. Then one pass over them has the statistic of every cut point
//! ([`log_rank`](super::log_rank)).
//!
//! Categories are ordered by the mean of their log-rank scores in the node; splits of this order are looked at, *k - 1* of *k*
//! categories instead of *2^(k-1) - 1*. Cases without a value are tried on both sides, and against all others.

use radsurv_data::simd::Kernel;

use super::log_rank::{Blocks, Dense, Drawn, NodeTerms, Spread};
use super::settings::{CutPoints, ForestSettings, NodeCount, SplitRule};
use super::training::Training;
use crate::random::Random;
use crate::tree::RankedColumn;

/// Which values go to the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// Those that are not above a number.
    AtMost(f64),
    /// Categories, by bits of their places among the values of the feature.
    Among(u64),
}

/// A split of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) feature: u32,
    pub(super) rule: Rule,
    /// Whether cases without a value go to the left.
    pub(super) missing_left: bool,
    /// The statistic, as chi-squared.
    pub(super) statistic: f64,
}

/// A case of the node in the order of a feature.
#[derive(Debug, Clone, Copy)]
struct Sorted {
    case: u32,
    /// Which value it has (of categories their place in the order); the number of values if it has none.
    value: u32,
}

/// Buffers that are used for one node after the other.
#[derive(Default)]
pub(super) struct Buffers {
    /// A bit per place of a column.
    bits: Vec<u64>,
    keys: Vec<u64>,
    sorted: Vec<Sorted>,
    /// The number of cases before each cut point.
    cuts: Vec<u32>,
    /// The cut points, if they are not between values.
    thresholds: Vec<f64>,
    levels: Vec<Level>,
    dense: Dense,
    blocks: Blocks,
    drawn: Drawn,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    value: u32,
    score: f64,
    count: f64,
}

/// Slots up to which all are summed each time; measured.
const DENSE: usize = 96;

/// Another split is better only if it is so by more than rounding: of equal ones the first is taken, whatever the order of cases.
const BETTER: f64 = 1.0 + 1e-10;

/// A search for the best split.
pub(super) struct Search<'a> {
    pub(super) settings: &'a ForestSettings,
    pub(super) training: &'a Training,
    pub(super) node: &'a NodeTerms,
    /// The cases of the node.
    pub(super) cases: &'a [u32],
    /// All features; those that are tried are moved to the front.
    pub(super) features: &'a mut [u32],
    /// How many are tried.
    pub(super) tried: usize,
    pub(super) random: &'a mut Random,
    pub(super) buffers: &'a mut Buffers,
}

impl Kernel for Search<'_> {
    type Output = Option<Found>;

    #[inline(always)]
    fn run(mut self) -> Option<Found> {
        let (mut best, mut tried) = (None, 0);
        for place in 0..self.features.len() {
            if tried == self.tried {
                break;
            }
            if self.tried < self.features.len() {
                let other = place + self.random.below(self.features.len() - place);
                self.features.swap(place, other);
            }
            tried += usize::from(self.look_at(self.features[place], &mut best));
        }
        best
    }
}

impl Search<'_> {
    /// Looks at the cut points of a feature; whether it varies in the node.
    #[inline(always)]
    fn look_at(&mut self, feature: u32, best: &mut Option<Found>) -> bool {
        let Self { settings, training, node, cases, random, buffers, .. } = self;
        let column = &training.columns[feature as usize];
        let categorical = training.categorical[feature as usize];
        if categorical {
            buffers.by_level(column, cases, node)
        } else {
            buffers.by_place(column, cases)
        };
        let all = buffers.sorted.len();
        let present = buffers.sorted.partition_point(|s| (s.value as usize) < column.values.len());
        if present == 0 || (present == all && buffers.sorted[0].value == buffers.sorted[all - 1].value) {
            return false;
        }
        buffers.choose_cuts(settings.cut_points, if categorical { None } else { Some(column) }, present, random);
        let between = buffers.cuts.len();
        if present < all {
            buffers.cuts.push(present as u32);
        }
        for missing_left in [false, true] {
            if missing_left {
                if present == all {
                    break;
                }
                buffers.cuts.truncate(between);
            }
            let Buffers { sorted, cuts, dense, blocks, drawn, .. } = &mut **buffers;
            let floor = best.map_or(0.0, |b| b.statistic);
            let pass = Pass { settings, node, sorted, cuts, present, missing_left, floor };
            let found = match (settings.split_rule, node.slots() <= DENSE) {
                (SplitRule::LogRank, true) => pass.run(dense),
                (SplitRule::LogRank, false) => pass.run(blocks),
                (SplitRule::LogRankScore, _) => pass.run(drawn),
            };
            if let Some((cut, statistic, left)) = found {
                let larger_left = 2.0 * left > f64::from(node.drawn);
                let missing_left = if present == all { larger_left } else { missing_left };
                let rule = match categorical {
                    true => buffers.among(cut, column.values.len(), larger_left),
                    false => Rule::AtMost(buffers.threshold(cut, column, present)),
                };
                *best = Some(Found { feature, rule, missing_left, statistic });
            }
        }
        true
    }
}

/// A pass over the cases of a node in the order of a feature.
struct Pass<'a> {
    settings: &'a ForestSettings,
    node: &'a NodeTerms,
    sorted: &'a [Sorted],
    cuts: &'a [u32],
    /// The number of cases with a value.
    present: usize,
    /// Whether those without one are on the left.
    missing_left: bool,
    /// The statistic that must be exceeded.
    floor: f64,
}

impl Pass<'_> {
    /// The place of the best cut, its statistic, and how many drawn cases are left of it.
    #[inline(always)]
    fn run<S: Spread>(&self, spread: &mut S) -> Option<(usize, f64, f64)> {
        let Self { settings, node, sorted, cuts, present, missing_left, floor } = *self;
        let least = settings.min_leaf as f64;
        let distinct = settings.node_count == NodeCount::Distinct;
        let all = if distinct { sorted.len() as f64 } else { f64::from(node.drawn) };
        let rounding = 1e-12 * f64::from(node.events);
        let (mut score, mut drawn, mut number) = (0.0, 0.0, 0.0);
        let mut add = |spread: &mut S, case: u32| {
            let terms = node.terms[case as usize];
            score += terms.score;
            drawn += terms.count;
            number += 1.0;
            spread.add(node, case);
            (score, drawn, if distinct { number } else { drawn })
        };
        spread.clear(node);
        let mut left = (0.0, 0.0, 0.0);
        if missing_left {
            sorted[present..].iter().for_each(|s| left = add(spread, s.case));
        }
        let (mut found, mut best, mut at) = (None, floor, 0);
        for (place, &cut) in cuts.iter().enumerate() {
            for s in &sorted[at..cut as usize] {
                left = add(spread, s.case);
            }
            at = cut as usize;
            let (score, drawn, size) = left;
            if size < least || all - size < least {
                continue;
            }
            let variance = spread.variance(node);
            let statistic = score * score / variance;
            if variance > rounding && statistic > best * BETTER {
                best = statistic;
                found = Some((place, statistic, drawn));
            }
        }
        found
    }
}

impl Buffers {
    /// The cases in the order of their values.
    #[inline(always)]
    fn by_place(&mut self, column: &RankedColumn, cases: &[u32]) {
        let words = column.order.len().div_ceil(64);
        self.sorted.clear();
        let at = |place: usize| Sorted { case: column.order[place], value: column.value[place] };
        if words > 8 * cases.len() {
            self.keys.clear();
            self.keys.extend(cases.iter().map(|case| u64::from(column.place[*case as usize])));
            self.keys.sort_unstable();
            self.sorted.extend(self.keys.iter().map(|place| at(*place as usize)));
            return;
        }
        self.bits.resize(words, 0);
        for case in cases {
            let place = column.place[*case as usize] as usize;
            self.bits[place / 64] |= 1 << (place % 64);
        }
        for (word, bits) in self.bits.iter_mut().enumerate() {
            while *bits != 0 {
                self.sorted.push(at(64 * word + bits.trailing_zeros() as usize));
                *bits &= *bits - 1;
            }
        }
    }

    /// The cases in the order of the mean scores of their categories; `levels` are in this order.
    fn by_level(&mut self, column: &RankedColumn, cases: &[u32], node: &NodeTerms) {
        let value = |case: u32| column.value[column.place[case as usize] as usize];
        self.levels.clear();
        self.levels.extend((0..column.values.len() as u32).map(|value| Level { value, score: 0.0, count: 0.0 }));
        for case in cases {
            if let Some(level) = self.levels.get_mut(value(*case) as usize) {
                level.score += node.terms[*case as usize].score;
                level.count += node.terms[*case as usize].count;
            }
        }
        self.levels.retain(|level| level.count > 0.0);
        self.levels.sort_by(|a, b| (a.score / a.count).total_cmp(&(b.score / b.count)).then(a.value.cmp(&b.value)));
        let mut order = [column.values.len() as u64; 65];
        self.levels.iter().zip(0..).for_each(|(level, place)| order[level.value as usize] = place);
        self.keys.clear();
        self.keys.extend(cases.iter().map(|case| order[value(*case) as usize] << 32 | u64::from(*case)));
        self.keys.sort_unstable();
        self.sorted.clear();
        self.sorted.extend(self.keys.iter().map(|key| Sorted { case: *key as u32, value: (key >> 32) as u32 }));
    }

    /// The cut points of the cases that have a value; `column` is that of numbers.
    #[inline(always)]
    fn choose_cuts(&mut self, how: CutPoints, column: Option<&RankedColumn>, present: usize, random: &mut Random) {
        self.cuts.clear();
        self.thresholds.clear();
        if let (CutPoints::Uniform(count), Some(column)) = (how, column) {
            return self.uniform_cuts(count, column, present, random);
        }
        let pairs = self.sorted[..present].windows(2).zip(1..);
        self.cuts.extend(pairs.filter(|(pair, _)| pair[0].value != pair[1].value).map(|(_, before)| before));
        if let CutPoints::Random(count) | CutPoints::Uniform(count) = how
            && count < self.cuts.len()
        {
            for place in 0..count {
                let other = place + random.below(self.cuts.len() - place);
                self.cuts.swap(place, other);
            }
            self.cuts.truncate(count);
            self.cuts.sort_unstable();
        }
    }

    fn uniform_cuts(&mut self, count: usize, column: &RankedColumn, present: usize, random: &mut Random) {
        let sorted = &self.sorted[..present];
        let value = |s: &Sorted| column.values[s.value as usize];
        let (Some(least), Some(largest)) = (sorted.first().map(value), sorted.last().map(value)) else { return };
        if least == largest {
            return;
        }
        let mut drawn: Vec<(u32, f64)> = (0..count)
            .map(|_| {
                let part = random.uniform();
                // Not largest - least, which may be too large for a number.
                let at = least * (1.0 - part) + largest * part;
                let at = if at >= least && at < largest { at } else { least };
                (sorted.partition_point(|s| value(s) <= at) as u32, at)
            })
            .collect();
        drawn.sort_by_key(|(before, _)| *before);
        drawn.dedup_by_key(|(before, _)| *before);
        self.cuts.extend(drawn.iter().map(|(before, _)| before));
        self.thresholds.extend(drawn.iter().map(|(_, at)| at));
    }

    /// The number of a cut: the middle of the values beside it, if none was drawn.
    fn threshold(&self, cut: usize, column: &RankedColumn, present: usize) -> f64 {
        let before = self.cuts[cut] as usize;
        if before == present {
            // All values against those that are missing.
            return f64::MAX;
        }
        if let Some(&drawn) = self.thresholds.get(cut) {
            return drawn;
        }
        let value = |place: usize| column.values[self.sorted[place].value as usize];
        let (low, high) = (value(before - 1), value(before));
        let middle = low / 2.0 + high / 2.0;
        // Of numbers that are next to each other there is no middle.
        if middle >= low && middle < high { middle } else { low }
    }

    /// The categories left of a cut; those that are not in the node are with the larger part.
    fn among(&self, cut: usize, levels: usize, larger_left: bool) -> Rule {
        let bits = |from: &[Level]| from.iter().fold(0u64, |bits, level| bits | 1 << level.value);
        // The value of a case with one is the place of its category.
        let last = self.sorted[self.cuts[cut] as usize - 1].value as usize;
        let (left, here) = (bits(&self.levels[..=last]), bits(&self.levels));
        let all = if levels == 64 { u64::MAX } else { (1 << levels) - 1 };
        Rule::Among(if larger_left { left | (all & !here) } else { left })
    }
}
