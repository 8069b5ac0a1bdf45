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
//! per slot. Few slots are summed as they are ([`Dense`]). Many are summed in blocks: in the block of the case as they are, and
//! the blocks before by a Fenwick tree ([`Blocks`]); those after it all add the *B* of the case. So a pass costs *O(n log T)*,
//! *T* being the number of event times, where *O(n T)* is usual.
//!
//! # Edge cases
//! - A time with one case at risk has *a = 0*: it says nothing.
//! - *V* of less than 1e-12 of the events is rounding, and no statistic.
//!
//! # Sources
//! Segal, *Biometrics* 44 (1988) 35-47 (log-rank splitting). Fenwick, *Software: Practice and Experience* 24 (1994) 327-336. Hothorn
//! and Lausen, *Computational Statistics and Data Analysis* 43 (2003) 121-137 (log-rank scores).

/// What a case of a node adds to the left part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms {
    /// *w (e - H)*.
    pub(super) score: f64,
    /// *w A*.
    linear: f64,
    /// *B*.
    reach: f64,
    /// *w*, how often it was drawn.
    pub(super) count: f64,
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
    /// The slot of each case.
    slots: Vec<u32>,
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
        Self { terms: vec![Terms::default(); cases], slots: vec![0; cases], ..Self::default() }
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
                let w = f64::from(count(case));
                let residual = f64::from(u8::from(event[*case as usize])) - hazard;
                squares += w * residual * residual;
                self.terms[*case as usize] = Terms { score: w * residual, linear: w * linear, reach, count: w };
                self.slots[*case as usize] = self.reach.len() as u32 - 1;
                at_risk -= count(case);
            }
        }
        self.used = self.reach.len();
        self.reach.resize(self.used.next_multiple_of(BLOCK), 0.0);
        // Scores add up to 0.
        self.score_variance = squares / (f64::from(self.drawn) - 1.0);
    }

    /// The number of slots.
    pub(super) fn slots(&self) -> usize {
        self.used
    }
}

/// The variance of the left part while cases move there, one at a time.
pub(super) trait Spread {
    /// Nothing is on the left.
    fn clear(&mut self, node: &NodeTerms);
    /// A case moves to the left.
    fn add(&mut self, node: &NodeTerms, case: u32);
    /// The variance of the sum of scores on the left.
    fn variance(&self, node: &NodeTerms) -> f64;
}

/// Numbers that are summed together; a whole number of these make a block.
const LANES: usize = 8;
/// The slots of a block.
const BLOCK: usize = 32;

/// *Σ count min(reach, b)* over slots.
#[inline(always)]
fn min_sum(counts: &[f64], reach: &[f64], b: f64) -> f64 {
    let mut sums = [0.0; LANES];
    for (counts, reach) in counts.as_chunks::<LANES>().0.iter().zip(reach.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            // Not `f64::min`, which looks for NaN.
            sums[lane] += counts[lane] * if reach[lane] < b { reach[lane] } else { b };
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The log-rank variance with all slots summed each time.
#[derive(Default)]
pub(super) struct Dense {
    counts: Vec<f64>,
    linear: f64,
    quadratic: f64,
}

impl Spread for Dense {
    #[inline(always)]
    fn clear(&mut self, node: &NodeTerms) {
        self.counts.clear();
        self.counts.resize(node.used.next_multiple_of(LANES), 0.0);
        (self.linear, self.quadratic) = (0.0, 0.0);
    }

    #[inline(always)]
    fn add(&mut self, node: &NodeTerms, case: u32) {
        let Terms { linear, reach, count, .. } = node.terms[case as usize];
        let shared = min_sum(&self.counts, &node.reach, reach);
        self.counts[node.slots[case as usize] as usize] += count;
        self.linear += linear;
        self.quadratic += count * (2.0 * shared + count * reach);
    }

    #[inline(always)]
    fn variance(&self, _: &NodeTerms) -> f64 {
        self.linear - self.quadratic
    }
}

/// The log-rank variance with the slots in blocks.
#[derive(Default)]
pub(super) struct Blocks {
    counts: Vec<f64>,
    /// The sum of counts of each block.
    block: Vec<f64>,
    /// Fenwick trees over the blocks, of counts and of counts times reach.
    trees: Vec<[f64; 2]>,
    total: f64,
    linear: f64,
    quadratic: f64,
}

impl Spread for Blocks {
    #[inline(always)]
    fn clear(&mut self, node: &NodeTerms) {
        let blocks = node.reach.len() / BLOCK;
        self.counts.clear();
        self.counts.resize(node.reach.len(), 0.0);
        self.block.clear();
        self.block.resize(blocks, 0.0);
        self.trees.clear();
        self.trees.resize(blocks + 1, [0.0; 2]);
        (self.total, self.linear, self.quadratic) = (0.0, 0.0, 0.0);
    }

    #[inline(always)]
    fn add(&mut self, node: &NodeTerms, case: u32) {
        let Terms { linear, reach, count, .. } = node.terms[case as usize];
        let slot = node.slots[case as usize] as usize;
        let block = slot / BLOCK;
        let own = block * BLOCK..(block + 1) * BLOCK;
        let mut shared = min_sum(&self.counts[own.clone()], &node.reach[own], reach);
        let mut before = 0.0;
        let mut at = block;
        while at > 0 {
            let [count, sum] = self.trees[at];
            before += count;
            shared += sum;
            at &= at - 1;
        }
        shared += reach * (self.total - before - self.block[block]);
        self.counts[slot] += count;
        self.block[block] += count;
        self.total += count;
        let mut at = block + 1;
        while at < self.trees.len() {
            let [counts, sum] = &mut self.trees[at];
            *counts += count;
            *sum += count * reach;
            at += at & at.wrapping_neg();
        }
        self.linear += linear;
        self.quadratic += count * (2.0 * shared + count * reach);
    }

    #[inline(always)]
    fn variance(&self, _: &NodeTerms) -> f64 {
        self.linear - self.quadratic
    }
}

/// The variance of a sum of scores drawn without replacement: *n' (1 - n' / n) s²*, *n'* of *n* cases being on the left.
#[derive(Default)]
pub(super) struct Drawn {
    count: f64,
}

impl Spread for Drawn {
    #[inline(always)]
    fn clear(&mut self, _: &NodeTerms) {
        self.count = 0.0;
    }

    #[inline(always)]
    fn add(&mut self, node: &NodeTerms, case: u32) {
        self.count += node.terms[case as usize].count;
    }

    #[inline(always)]
    fn variance(&self, node: &NodeTerms) -> f64 {
        self.count * (1.0 - self.count / f64::from(node.drawn)) * node.score_variance
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_cut_has_the_statistic_of_the_test_of_two_groups(rows in drawn(false)) {
            let node = terms(&rows);
            let (mut dense, mut blocks) = (Dense::default(), Blocks::default());
            dense.clear(&node);
            blocks.clear(&node);
            let order = order(&rows);
            let mut score = 0.0;
            for (place, case) in order.iter().enumerate() {
                dense.add(&node, *case);
                blocks.add(&node, *case);
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
                for found in [dense.variance(&node), blocks.variance(&node)] {
                    prop_assert!((found - v).abs() <= 1e-12 * scale, "{found} {v}");
                }
            }
        }

        #[test]
        fn blocks_sum_what_all_slots_do(rows in drawn(true)) {
            let node = terms(&rows);
            let (mut dense, mut blocks) = (Dense::default(), Blocks::default());
            dense.clear(&node);
            blocks.clear(&node);
            for case in order(&rows) {
                dense.add(&node, case);
                blocks.add(&node, case);
                let (a, b) = (dense.variance(&node), blocks.variance(&node));
                prop_assert!((a - b).abs() <= 1e-11 * f64::from(node.events), "{a} {b}");
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
            let mut part = Drawn::default();
            part.clear(&node);
            part.add(&node, 0);
            let (n, m) = (scores.len() as f64, f64::from(rows[0].2));
            prop_assert!((part.variance(&node) - m * (1.0 - m / n) * variance).abs() < 1e-12 * n);
        }
    }
}
