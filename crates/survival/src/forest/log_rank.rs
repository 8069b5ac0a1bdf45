//! The log-rank statistic of all cut points of a sorted column in one pass.
//!
//! In a node with *Y_t* at risk and *d_t* events at each of its event times *t*, and with *Y'_t* at risk in the left part,
//! the statistic is *U² / V*,
//!
//! *U = Σ_left w_i (e_i - H(t_i))*, *H(t) = Σ_{s <= t} d_s / Y_s*,
//!
//! *V = Σ_t a_t Y'_t - Σ_t b_t Y'_t²*, *a_t = d_t (Y_t - d_t) / ((Y_t - 1) Y_t)*, *b_t = a_t / Y_t*,
//!
//! which is the test of `radsurv_stats::nonparametric::log_rank` for two groups, *w_i* being how often a case was drawn and *e_i*
//! whether its time *t_i* is that of an event. When a case moves to the left, *U* changes by its score. With *A* and *B* the
//! sums of *a* and *b* up to a time, the linear part of *V* changes by *w_i A(t_i)*, and the quadratic one by
//!
//! *w_i (2 Q_i + w_i B(t_i))*, *Q_i = Σ_{j left} w_j B(min(t_i, t_j)) = Σ_{j left} w_j min(B(t_i), B(t_j))*,
//!
//! because *B* does not fall. Cases between two event times have the same *B*: they share a slot, and the left part is a count
//! per slot. Few slots are summed as they are, for some cases at once (`dense`). Many are summed in blocks: in the block of the case
//! as they are, and the blocks before by a Fenwick tree (`blocks`); those after it all add the *B* of the case. So a pass costs
//! *O(n log T)*, *T* being the number of event times, where *O(n T)* is usual.
//!
//! # Edge cases
//! - A time with one case at risk has *a = 0*: it says nothing.
//! - *V* of less than 1e-12 of the events is rounding, and no statistic.
//!
//! # Sources
//! Segal, *Biometrics* 44 (1988) 35-47 (log-rank splitting). Fenwick, *Software: Practice and Experience* 24 (1994) 327-336. Hothorn
//! and Lausen, *Computational Statistics and Data Analysis* 43 (2003) 121-137 (log-rank scores).

use super::settings::SplitRule;
use crate::tree::Ranked;

/// What a case of a node adds to the left part: 32 bytes, since they are put in another order for every feature.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms {
    /// *w (e - H)*.
    pub(super) score: f64,
    /// *w A*.
    linear: f64,
    /// *B*.
    reach: f64,
    /// *w*, how often it was drawn.
    count: u32,
    /// The slot of its *B*.
    slot: u32,
}

impl Terms {
    /// How often it was drawn.
    #[inline(always)]
    pub(super) fn count(&self) -> f64 {
        f64::from(self.count)
    }
}

/// The cases of a node, by the number of event times of the whole data up to their time.
pub(super) struct NodeCases<'a> {
    /// The cases, ascending in time.
    pub(super) cases: &'a [u32],
    /// How often each case was drawn, for all cases.
    pub(super) counts: &'a [u32],
    /// The number of event times up to the time of each case, for all cases.
    pub(super) time: &'a [u32],
    /// Whether the time of each case is that of an event, for all cases.
    pub(super) event: &'a [bool],
}

/// The terms of the cases of one node; the buffers are used again for the next.
#[derive(Default)]
pub(super) struct NodeTerms {
    /// For all cases; those of the node are set.
    pub(super) terms: Vec<Terms>,
    /// *B* of each slot, ascending, filled up with zeros to whole blocks.
    reach: Vec<f64>,
    /// The number of slots without those filled up.
    used: usize,
    /// The number of events.
    pub(super) events: u32,
    /// The number of cases, as often as they were drawn.
    pub(super) drawn: u32,
    /// The variance of scores.
    score_variance: f64,
}

impl NodeTerms {
    pub(super) fn new(cases: usize) -> Self {
        Self { terms: vec![Terms::default(); cases], ..Self::default() }
    }

    /// Computes the terms of a node.
    pub(super) fn set(&mut self, node: &NodeCases) {
        let NodeCases { cases, counts, time, event } = *node;
        let count = |case: &u32| counts[*case as usize];
        self.drawn = cases.iter().map(count).sum();
        self.events = cases.iter().filter(|c| event[**c as usize]).map(count).sum();
        self.reach.clear();
        self.reach.push(0.0);
        let (mut hazard, mut linear, mut reach, mut squares) = (0.0, 0.0, 0.0, 0.0);
        let mut at_risk = self.drawn;
        for group in cases.chunk_by(|a, b| time[*a as usize] == time[*b as usize]) {
            let events: u32 = group.iter().filter(|c| event[**c as usize]).map(count).sum();
            if events > 0 {
                let (d, y) = (f64::from(events), f64::from(at_risk));
                hazard += d / y;
                if at_risk > 1 {
                    let a = d * (y - d) / ((y - 1.0) * y);
                    linear += a;
                    reach += a / y;
                }
                self.reach.push(reach);
            }
            for case in group {
                let count = count(case);
                let w = f64::from(count);
                let residual = f64::from(u8::from(event[*case as usize])) - hazard;
                squares += w * residual * residual;
                let slot = self.reach.len() as u32 - 1;
                self.terms[*case as usize] = Terms { score: w * residual, linear: w * linear, reach, count, slot };
                at_risk -= count;
            }
        }
        self.used = self.reach.len();
        self.reach.resize(self.used.next_multiple_of(BLOCK), 0.0);
        // Scores add up to 0.
        self.score_variance = squares / (f64::from(self.drawn) - 1.0);
    }
}

/// Cases in the order in which they move to the left.
#[derive(Default)]
pub(super) struct Moves {
    terms: Vec<Terms>,
    /// *Q* of each case.
    shared: Vec<f64>,
    /// Counts per slot, per block, and Fenwick trees over blocks of counts and of counts times *B*.
    counts: Vec<f64>,
    block: Vec<f64>,
    trees: Vec<[f64; 2]>,
    /// Counts per slot of the left parts of some cuts.
    table: Vec<[f64; FEW]>,
    /// The quadratic part of *V* at each of these cuts; empty if they are not few.
    quadratic: Vec<f64>,
}

/// The left part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Left {
    /// *U*.
    pub(super) score: f64,
    /// The number of drawn cases.
    pub(super) drawn: f64,
    linear: f64,
    quadratic: f64,
}

impl Left {
    /// The variance of a sum of scores drawn without replacement: *n' (1 - n' / n) s²*, *n'* of *n* cases being on the left.
    #[inline(always)]
    pub(super) fn of_scores(&self, node: &NodeTerms) -> f64 {
        self.drawn * (1.0 - self.drawn / f64::from(node.drawn)) * node.score_variance
    }
}

/// Numbers that are summed together.
const LANES: usize = 8;
/// The slots of a block.
const BLOCK: usize = 32;
/// Cases whose sums are made at once.
const BATCH: usize = 4;
/// Cuts that are few, and cases from which on that pays; measured: from 16 to 48 it is the same.
const FEW: usize = 16;
const MANY: usize = 24;
/// Slots up to which all are summed for each case; measured: from 64 to 128 it is the same.
const DENSE: usize = 96;

/// The smaller one; not `f64::min`, which looks for NaN.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline(always)]
fn sum(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

impl Moves {
    /// Begins anew with these cases, some before the cuts and some of which each cut has a number on the left.
    #[inline(always)]
    pub(super) fn begin(&mut self, node: &NodeTerms, [first, second]: [&[Ranked]; 2], cuts: &[u32], rule: SplitRule) {
        let all = first.len() + second.len();
        // Cases that are nothing fill the last batch.
        self.terms.resize(all.next_multiple_of(BATCH), Terms::default());
        let (filled, rest) = self.terms.split_at_mut(all);
        rest.fill(Terms::default());
        for (cases, terms) in [(first, 0), (second, first.len())] {
            for (terms, ranked) in filled[terms..].iter_mut().zip(cases) {
                *terms = node.terms[ranked.case as usize];
            }
        }
        self.shared.resize(self.terms.len(), 0.0);
        self.quadratic.clear();
        match rule {
            SplitRule::LogRank if cuts.len() <= FEW && all >= MANY => self.few(node, first.len(), cuts),
            SplitRule::LogRank if node.used <= DENSE => self.dense(node),
            SplitRule::LogRank => self.blocks(node),
            SplitRule::LogRankScore => {}
        }
    }

    /// *V*, the variance of the log-rank test, of the left part of a cut.
    #[inline(always)]
    pub(super) fn log_rank(&self, left: &Left, cut: usize) -> f64 {
        left.linear - self.quadratic.get(cut).unwrap_or(&left.quadratic)
    }

    /// Moves the cases of a range to the left.
    #[inline(always)]
    pub(super) fn go(&self, left: &mut Left, range: std::ops::Range<usize>) {
        for (terms, shared) in self.terms[range.clone()].iter().zip(&self.shared[range]) {
            let count = terms.count();
            left.score += terms.score;
            left.drawn += count;
            left.linear += terms.linear;
            left.quadratic += count * (2.0 * shared + count * terms.reach);
        }
    }

    /// *Σ_t b_t Y'_t²* of each cut.
    #[inline(always)]
    fn few(&mut self, node: &NodeTerms, before: usize, cuts: &[u32]) {
        self.table.clear();
        self.table.resize(node.used, [0.0; FEW]);
        let mut at = 0;
        for (place, &cut) in cuts.iter().enumerate() {
            let later: [f64; FEW] = std::array::from_fn(|other| f64::from(u8::from(other >= place)));
            let end = before + cut as usize;
            for terms in &self.terms[at..end] {
                let count = terms.count();
                for (sum, later) in self.table[terms.slot as usize].iter_mut().zip(later) {
                    *sum += count * later;
                }
            }
            at = end;
        }
        let (mut at_risk, mut sums) = ([0.0; FEW], [0.0; FEW]);
        // From the last event time back; in the first slot are those who are at risk at none.
        let steps = node.reach[..node.used].windows(2).map(|reach| reach[1] - reach[0]);
        for (counts, step) in self.table[1..].iter().zip(steps).rev() {
            for cut in 0..FEW {
                at_risk[cut] += counts[cut];
                sums[cut] += step * (at_risk[cut] * at_risk[cut]);
            }
        }
        self.quadratic.extend(&sums[..cuts.len()]);
    }

    /// *Q* of each case by summing all slots.
    #[inline(always)]
    fn dense(&mut self, node: &NodeTerms) {
        self.counts.clear();
        self.counts.resize(node.used.next_multiple_of(LANES), 0.0);
        let reach = node.reach.as_chunks::<LANES>().0;
        let batches = self.terms.as_chunks::<BATCH>().0.iter().zip(self.shared.as_chunks_mut::<BATCH>().0);
        for (batch, shared) in batches {
            let own: [f64; BATCH] = std::array::from_fn(|place| batch[place].reach);
            let number: [f64; BATCH] = std::array::from_fn(|place| batch[place].count());
            let mut sums = [[0.0; BATCH]; LANES];
            for (counts, reach) in self.counts.as_chunks::<LANES>().0.iter().zip(reach) {
                for lane in 0..LANES {
                    for place in 0..BATCH {
                        sums[lane][place] += counts[lane] * smaller(reach[lane], own[place]);
                    }
                }
            }
            for place in 0..BATCH {
                let mut sum = sum(std::array::from_fn(|lane| sums[lane][place]));
                for before in 0..place {
                    sum += number[before] * smaller(own[before], own[place]);
                }
                shared[place] = sum;
            }
            for (terms, number) in batch.iter().zip(number) {
                self.counts[terms.slot as usize] += number;
            }
        }
    }

    /// *Q* of each case by blocks of slots.
    #[inline(always)]
    fn blocks(&mut self, node: &NodeTerms) {
        let blocks = node.reach.len() / BLOCK;
        for (sums, length) in [(&mut self.counts, node.reach.len()), (&mut self.block, blocks)] {
            sums.clear();
            sums.resize(length, 0.0);
        }
        self.trees.clear();
        self.trees.resize(blocks + 1, [0.0; 2]);
        let mut total = 0.0;
        for (terms, out) in self.terms.iter().zip(&mut self.shared) {
            let (reach, count, slot) = (terms.reach, terms.count(), terms.slot as usize);
            let block = slot / BLOCK;
            let own = block * BLOCK..(block + 1) * BLOCK;
            let mut sums = [0.0; LANES];
            let slots =
                self.counts[own.clone()].as_chunks::<LANES>().0.iter().zip(node.reach[own].as_chunks::<LANES>().0);
            for (counts, all) in slots {
                for lane in 0..LANES {
                    sums[lane] += counts[lane] * smaller(all[lane], reach);
                }
            }
            let (mut shared, mut before, mut at) = (sum(sums), 0.0, block);
            while at > 0 {
                let [count, sum] = self.trees[at];
                before += count;
                shared += sum;
                at &= at - 1;
            }
            shared += reach * (total - before - self.block[block]);
            *out = shared;
            self.counts[slot] += count;
            self.block[block] += count;
            total += count;
            let mut at = block + 1;
            while at < self.trees.len() {
                let [counts, sum] = &mut self.trees[at];
                *counts += count;
                *sum += count * reach;
                at += at & at.wrapping_neg();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use radsurv_data::{Groups, Survival};
    use radsurv_stats::nonparametric::TestWeights;

    use super::*;

    /// Cases by their time with how often each was drawn, and the order in which they move to the left.
    fn drawn(long: bool) -> impl Strategy<Value = Vec<(u32, bool, u32, u64)>> {
        let times = if long { 2000 } else { 12 };
        prop::collection::vec((1u32..times, any::<bool>(), 1u32..4, any::<u64>()), 2..if long { 500 } else { 30 })
            .prop_map(|mut rows| {
                rows.sort_by_key(|row| (row.0, !row.1));
                rows
            })
    }

    fn terms(rows: &[(u32, bool, u32, u64)]) -> NodeTerms {
        let mut event_times: Vec<u32> = rows.iter().filter(|r| r.1).map(|r| r.0).collect();
        event_times.dedup();
        let time: Vec<u32> = rows.iter().map(|r| event_times.partition_point(|t| *t <= r.0) as u32).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let counts: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let cases: Vec<u32> = (0..rows.len() as u32).collect();
        let mut node = NodeTerms::new(rows.len());
        node.set(&NodeCases { cases: &cases, counts: &counts, time: &time, event: &event });
        node
    }

    fn order(rows: &[(u32, bool, u32, u64)]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_by_key(|case| (rows[*case as usize].3, *case));
        order
    }

    /// The left part after each case and its variance, in all three ways.
    fn ways(node: &NodeTerms, order: &[u32]) -> [Vec<(Left, f64)>; 3] {
        let cases: Vec<Ranked> = order.iter().map(|case| Ranked { case: *case, value: 0 }).collect();
        let mut moves = Moves::default();
        // The first case is on the left of all cuts.
        let mut way = |how: fn(&mut Moves, &NodeTerms, usize)| {
            moves.begin(node, [&cases[..1], &cases[1..]], &[], SplitRule::LogRankScore);
            let mut left = Left::default();
            let mut go = |place: usize| {
                how(&mut moves, node, place);
                moves.go(&mut left, place..place + 1);
                (left, moves.log_rank(&left, place % FEW))
            };
            (0..order.len()).map(&mut go).collect()
        };
        let few = |moves: &mut Moves, node: &NodeTerms, place: usize| {
            if place.is_multiple_of(FEW) {
                let end = (place + FEW).min(node.terms.len());
                moves.quadratic.clear();
                moves.few(node, 1, &(place as u32..end as u32).collect::<Vec<u32>>());
            }
        };
        let dense = |moves: &mut Moves, node: &NodeTerms, place: usize| {
            if place == 0 {
                moves.dense(node);
            }
        };
        let blocks = |moves: &mut Moves, node: &NodeTerms, place: usize| {
            if place == 0 {
                moves.blocks(node);
            }
        };
        [way(dense), way(blocks), way(few)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_cut_has_the_statistic_of_the_test_of_two_groups(rows in drawn(false)) {
            let node = terms(&rows);
            let order = order(&rows);
            let ways = ways(&node, &order);
            let mut score = 0.0;
            for (place, case) in order.iter().enumerate() {
                score += node.terms[*case as usize].score;
                // Each case as often as it was drawn.
                let repeated = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
                    (0..rows.len()).flat_map(|i| std::iter::repeat_n(value(i), rows[i].2 as usize)).collect()
                };
                let left = repeated(&|i| f64::from(u8::from(order[..=place].contains(&(i as u32)))));
                let event = repeated(&|i| f64::from(u8::from(rows[i].1))).iter().map(|e| *e > 0.0).collect();
                let outcome = Survival::new(repeated(&|i| f64::from(rows[i].0)), event).unwrap();
                let groups = Groups::new(left.iter().map(|l| Some(if *l > 0.0 { "left" } else { "right" })));
                let (u, v) = match TestWeights::LogRank.test(&outcome, &groups, None) {
                    Ok(test) => (test.groups[0].observed - test.groups[0].expected, test.covariance[0][0]),
                    // No variance.
                    Err(_) => (score, 0.0),
                };
                let scale = f64::from(node.drawn);
                prop_assert!((score - u).abs() <= 1e-12 * scale, "{score} {u}");
                for (left, variance) in ways.iter().map(|way| way[place]) {
                    prop_assert_eq!(left.score, score);
                    prop_assert!((variance - v).abs() <= 1e-12 * scale, "{variance} {v}");
                }
            }
        }

        #[test]
        fn all_ways_are_the_same(rows in drawn(true)) {
            let node = terms(&rows);
            let [dense, blocks, few] = ways(&node, &order(&rows));
            for ((a, b), c) in dense.iter().zip(&blocks).zip(&few) {
                let near = |other: f64| (a.1 - other).abs() <= 1e-11 * f64::from(node.events);
                prop_assert!(near(b.1) && near(c.1), "{a:?} {b:?} {c:?}");
            }
        }

        #[test]
        fn scores_add_up_to_nothing_and_have_their_variance(rows in drawn(false)) {
            let node = terms(&rows);
            let scores: Vec<f64> = rows.iter().enumerate()
                .flat_map(|(i, r)| std::iter::repeat_n(node.terms[i].score / f64::from(r.2), r.2 as usize)).collect();
            let sum: f64 = scores.iter().sum();
            prop_assert!(sum.abs() < 1e-12 * scores.len() as f64);
            let variance = scores.iter().map(|s| s * s).sum::<f64>() / (scores.len() as f64 - 1.0);
            let left = ways(&node, &order(&rows))[0][0].0;
            let first = order(&rows)[0] as usize;
            let (n, m) = (scores.len() as f64, f64::from(rows[first].2));
            prop_assert!((left.of_scores(&node) - m * (1.0 - m / n) * variance).abs() < 1e-12 * n);
        }
    }
}
