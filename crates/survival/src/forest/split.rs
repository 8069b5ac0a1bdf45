//! The best split of a node.
//!
//! The cases of the node are put in the order of a feature: by a bit for each place of the sorted column, or, where the node is
//! much smaller than the column, by sorting the places. Then one pass over them has the statistic of every cut point
//! ([`log_rank`](super::log_rank)).
//!
//! Categories are ordered by the mean of their log-rank scores in the node; splits of this order are looked at, *k - 1* of *k*
//! categories instead of *2^(k-1) - 1*. Cases without a value are tried on both sides, and against all others.

use radsurv_data::simd::Kernel;

use super::log_rank::{Left, Moves, NodeTerms};
use super::settings::{CutPoints, ForestSettings, NodeCount, SplitRule};
use super::training::Training;
use crate::random::Random;
use crate::tree::{Ranked, RankedColumn};

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

/// Buffers that are used for one node after the other.
#[derive(Default)]
pub(super) struct Buffers {
    /// A bit per place of a column.
    bits: Vec<u64>,
    keys: Vec<u64>,
    /// The cases of the node in the order of a feature; of categories the values are their places in their order.
    sorted: Vec<Ranked>,
    /// The number of cases before each cut point.
    cuts: Vec<u32>,
    /// The cut points, if they are not between values.
    thresholds: Vec<f64>,
    levels: Vec<Level>,
    moves: Moves,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    value: u32,
    score: f64,
    count: f64,
}

/// Cases up to which each is compared with all others; measured: from 16 to 80 it is nearly the same.
const FEW: usize = 48;
/// Comparisons that are made at once.
const LANES: usize = 16;

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
            let floor = best.map_or(0.0, |b| b.statistic);
            let found = buffers.pass(settings, node, present, missing_left, floor);
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

impl Buffers {
    /// The place of the best cut, its statistic, and how many drawn cases are left of it, if it exceeds a statistic. Cases behind
    /// the `present` ones have no value.
    #[inline(always)]
    fn pass(
        &mut self,
        settings: &ForestSettings,
        node: &NodeTerms,
        present: usize,
        missing_left: bool,
        floor: f64,
    ) -> Option<(usize, f64, f64)> {
        let (values, missing) = self.sorted.split_at(present);
        let before = if missing_left { missing } else { &[] };
        let behind = &values[..self.cuts.last().map_or(0, |cut| *cut as usize)];
        self.moves.begin(node, [before, behind], &self.cuts, settings.split_rule);
        let least = settings.min_leaf as f64;
        let distinct = settings.node_count == NodeCount::Distinct;
        let all = if distinct { self.sorted.len() as f64 } else { f64::from(node.drawn) };
        let rounding = 1e-12 * f64::from(node.events);
        let (mut found, mut best, mut left, mut at) = (None, floor, Left::default(), 0);
        for (place, &cut) in self.cuts.iter().enumerate() {
            let number = before.len() + cut as usize;
            self.moves.go(&mut left, at..number);
            at = number;
            let variance = match settings.split_rule {
                SplitRule::LogRank => self.moves.log_rank(&left, place),
                SplitRule::LogRankScore => left.of_scores(node),
            };
            let size = if distinct { number as f64 } else { left.drawn };
            let square = left.score * left.score;
            // The statistic is square / variance.
            if square > best * BETTER * variance && variance > rounding && size >= least && all - size >= least {
                best = square / variance;
                found = Some((place, best, left.drawn));
            }
        }
        found
    }

    /// The cases in the order of their values.
    #[inline(always)]
    fn by_place(&mut self, column: &RankedColumn, cases: &[u32]) {
        let (all, number) = (column.order.len(), cases.len());
        let words = all.div_ceil(64);
        self.sorted.resize(number, Ranked::default());
        if number <= FEW {
            // The place in the node is the number of cases before: no comparison decides what is done next.
            let mut places = [u32::MAX; FEW];
            places.iter_mut().zip(cases).for_each(|(place, case)| *place = column.place[*case as usize]);
            let wide = number.next_multiple_of(LANES);
            for &place in &places[..number] {
                let before: u32 = places[..wide].iter().map(|other| u32::from(*other < place)).sum();
                self.sorted[before as usize] = column.order[place as usize];
            }
        } else if words > 8 * number {
            self.keys.clear();
            self.keys.extend(cases.iter().map(|case| u64::from(column.place[*case as usize])));
            self.keys.sort_unstable();
            self.sorted.iter_mut().zip(&self.keys).for_each(|(out, place)| *out = column.order[*place as usize]);
        } else {
            self.bits.resize(words, 0);
            for case in cases {
                let place = column.place[*case as usize] as usize;
                self.bits[place / 64] |= 1 << (place % 64);
            }
            let mut out = self.sorted.iter_mut();
            for (bits, order) in self.bits.iter_mut().zip(column.order.chunks(64)) {
                while *bits != 0 {
                    if let Some(out) = out.next() {
                        *out = order[bits.trailing_zeros() as usize];
                    }
                    *bits &= *bits - 1;
                }
            }
        }
    }

    /// The cases in the order of the mean scores of their categories; `levels` are in this order.
    fn by_level(&mut self, column: &RankedColumn, cases: &[u32], node: &NodeTerms) {
        let value = |case: u32| column.value(case);
        self.levels.clear();
        self.levels.extend((0..column.values.len() as u32).map(|value| Level { value, score: 0.0, count: 0.0 }));
        for case in cases {
            if let Some(level) = self.levels.get_mut(value(*case) as usize) {
                level.score += node.terms[*case as usize].score;
                level.count += node.terms[*case as usize].count();
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
        self.sorted.extend(self.keys.iter().map(|key| Ranked { case: *key as u32, value: (key >> 32) as u32 }));
    }

    /// The cut points of the cases that have a value; `column` is that of numbers.
    #[inline(always)]
    fn choose_cuts(&mut self, how: CutPoints, column: Option<&RankedColumn>, present: usize, random: &mut Random) {
        self.cuts.clear();
        self.thresholds.clear();
        if let (CutPoints::Uniform(count), Some(column)) = (how, column) {
            return self.uniform_cuts(count, column, present, random);
        }
        // A place for each, of which those between equal values are written again.
        self.cuts.resize(present, 0);
        let mut number = 0;
        for before in 1..present {
            self.cuts[number] = before as u32;
            number += usize::from(self.sorted[before - 1].value != self.sorted[before].value);
        }
        self.cuts.truncate(number);
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
        let value = |s: &Ranked| column.values[s.value as usize];
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
