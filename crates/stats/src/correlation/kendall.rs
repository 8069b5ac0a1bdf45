//! Kendall's tau-b in O(n log n).
//!
//! Knight: A computer method for calculating Kendall's tau with ungrouped data, Journal of the American Statistical
//! Association 61 (1966) 436-439: with the cases in the order of *x*, the discordant pairs are the exchanges a merge sort
//! makes to bring them into the order of *y*.

use crate::rank;

/// What of one column all its pairs share.
pub(super) struct Ranked {
    /// The cases in ascending order.
    order: Vec<u32>,
    /// The rank of each case, counting equal values once.
    dense: Vec<u32>,
    /// Where runs of equal values end in `order`; empty if there are none.
    run_ends: Vec<u32>,
    /// Sums over runs of equal values of length t.
    pub(super) ties: TieSums,
}

/// Sums over the runs of equal values, of length t.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct TieSums {
    /// `t (t - 1) / 2`: tied pairs.
    pub pairs: f64,
    /// `t (t - 1) (t - 2)`.
    pub triples: f64,
    /// `t (t - 1) (2 t + 5)`.
    pub variance: f64,
}

impl Ranked {
    pub(super) fn new(values: &[f64]) -> Self {
        let order = rank::ascending(values);
        let mut dense = vec![0; values.len()];
        let mut ties = TieSums::default();
        let mut run_ends = Vec::new();
        for (number, tie) in (0..).zip(rank::ties(values, &order)) {
            tie.rows.iter().for_each(|&row| dense[row as usize] = number);
            let t = tie.rows.len() as f64;
            ties.pairs += t * (t - 1.0) / 2.0;
            ties.triples += t * (t - 1.0) * (t - 2.0);
            ties.variance += t * (t - 1.0) * (2.0 * t + 5.0);
            run_ends.push((tie.first + tie.rows.len()) as u32);
        }
        if run_ends.len() == values.len() {
            run_ends.clear();
        }
        Self { order, dense, run_ends, ties }
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether all values are equal.
    pub(super) fn is_constant(&self) -> bool {
        self.run_ends.len() == 1 || self.len() < 2
    }
}

/// Room that pairs use one after the other.
#[derive(Default)]
pub(super) struct Room {
    sequence: Vec<u32>,
    other: Vec<u32>,
}

/// Concordant less discordant pairs, and tau-b: that number over `sqrt((n0 - n1) (n0 - n2))`, with `n0` all pairs, `n1` and
/// `n2` those tied in `x` and in `y`. NaN if either is constant.
pub(super) fn tau(x: &Ranked, y: &Ranked, room: &mut Room) -> (f64, f64) {
    let n = x.len() as f64;
    let all = n * (n - 1.0) / 2.0;
    let Room { sequence, other } = room;
    sequence.clear();
    sequence.extend(x.order.iter().map(|&row| y.dense[row as usize]));
    // Within ties of x the order of y is free: ascending, it adds no exchange. What is equal in both is counted there.
    let mut tied_in_both = 0.0;
    let mut start = 0;
    for &end in &x.run_ends {
        let run = &mut sequence[start..end as usize];
        start = end as usize;
        if run.len() > 1 {
            run.sort_unstable();
            for same in run.chunk_by(|a, b| a == b) {
                let t = same.len() as f64;
                tied_in_both += t * (t - 1.0) / 2.0;
            }
        }
    }
    let discordant = exchanges(sequence, other) as f64;
    let score = all - x.ties.pairs - y.ties.pairs + tied_in_both - 2.0 * discordant;
    let tau = score / ((all - x.ties.pairs).sqrt() * (all - y.ties.pairs).sqrt());
    (score, tau.clamp(-1.0, 1.0))
}

/// The number of pairs in falling order. `values` ends in ascending order or not: it is used up.
fn exchanges(values: &mut Vec<u32>, other: &mut Vec<u32>) -> u64 {
    const RUN: usize = 16;
    let n = values.len();
    let mut count = 0;
    for run in values.chunks_mut(RUN) {
        for i in 1..run.len() {
            let value = run[i];
            let mut j = i;
            while j > 0 && run[j - 1] > value {
                run[j] = run[j - 1];
                j -= 1;
            }
            run[j] = value;
            count += (i - j) as u64;
        }
    }
    other.clear();
    other.resize(n, 0);
    let mut width = RUN;
    while width < n {
        for (from, to) in values.chunks(2 * width).zip(other.chunks_mut(2 * width)) {
            let (left, right) = from.split_at(width.min(from.len()));
            count += merge(left, right, to);
        }
        std::mem::swap(values, other);
        width *= 2;
    }
    count
}

/// Merges two ascending runs; each value of the right one passes those of the left one that are larger.
fn merge(left: &[u32], right: &[u32], to: &mut [u32]) -> u64 {
    let (mut i, mut j, mut count) = (0, 0, 0);
    for slot in to {
        // Without a branch on the data, which the processor could not foresee.
        let (a, b) = (left.get(i), right.get(j));
        let (Some(&a), Some(&b)) = (a, b) else {
            *slot = a.or(b).copied().unwrap_or_default();
            i += usize::from(a.is_some());
            j += usize::from(a.is_none());
            continue;
        };
        let take_right = b < a;
        *slot = if take_right { b } else { a };
        count += if take_right { (left.len() - i) as u64 } else { 0 };
        i += usize::from(!take_right);
        j += usize::from(take_right);
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Kendall's definition, pair by pair.
    fn naive(x: &[f64], y: &[f64]) -> (f64, f64) {
        let (mut score, mut in_x, mut in_y) = (0.0, 0.0f64, 0.0f64);
        for i in 0..x.len() {
            for j in 0..i {
                let sign = |v: &[f64]| if v[i] == v[j] { 0.0 } else { (v[i] - v[j]).signum() };
                score += sign(x) * sign(y);
                in_x += sign(x).abs();
                in_y += sign(y).abs();
            }
        }
        (score, score / (in_x * in_y).sqrt())
    }

    proptest! {
        #[test]
        fn as_by_definition(pairs in prop::collection::vec((0i32..40, 0i32..40), 2..150), levels in 1i32..40) {
            let x: Vec<f64> = pairs.iter().map(|p| f64::from(p.0 % levels)).collect();
            let y: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
            let (score, expected) = naive(&x, &y);
            let found = tau(&Ranked::new(&x), &Ranked::new(&y), &mut Room::default());
            prop_assert_eq!(found.0, score);
            prop_assert!(found.1 == expected || (found.1 - expected).abs() < 1e-14 || expected.is_nan() && found.1.is_nan());
        }
    }
}
