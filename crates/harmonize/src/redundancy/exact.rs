//! `findCorrelation(exact = TRUE)` of the R package caret.
//!
//! The features are put in descending order of their mean absolute correlation with the others. For each pair *i* before
//! *j* that is left and redundant, *m₁* is the mean of row *i* of the matrix of absolute correlations of what is left,
//! and *m₂* the mean of that matrix without row *j*: *i* goes if *m₁* > *m₂*, else *j*. (That *m₂* is a mean over the
//! matrix and not over row *j* is as caret has it, contrary to its description.)
//!
//! caret adds the matrix up anew for each pair, O(p⁴) at worst. Here the sums of rows and of the matrix are kept up to
//! date as features go, O(p²) in all. They are kept as integers, so that they are new ones to the bit, and a mean is rounded
//! once: two means that are equal must be found so.

use radsurv_stats::correlation::CorrelationMatrix;

use super::{Removed, mean_absolute};

/// A sum of correlations as an integer, in which nothing is rounded: of multiples of 2^-96, exact for correlations from
/// 2^-44 on; 2^31 of them fit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum(i128);

impl Sum {
    const UNIT: f64 = 79_228_162_514_264_337_593_543_950_336.0;

    pub(super) fn add(&mut self, value: f64) {
        self.0 += (value * Self::UNIT) as i128;
    }

    fn join(&mut self, other: Self) {
        self.0 += other.0;
    }

    fn subtract(&mut self, other: Self) {
        self.0 -= other.0;
    }

    /// The sum over a count, rounded once, as R's mean of 80-bit numbers is; NaN over nothing.
    pub(super) fn over(self, count: usize) -> f64 {
        if count == 0 {
            return f64::NAN;
        }
        let count = count as i128;
        // The last bit says that there is more: it decides between numbers that are equally near.
        ((self.0 / count) | i128::from(self.0 % count != 0)) as f64 / Self::UNIT
    }
}

/// Of each column, why it goes.
pub(super) fn remove(matrix: &CorrelationMatrix, threshold: f64) -> Vec<Option<Removed>> {
    let size = matrix.size();
    let mut removed = vec![None; size];
    let others = |i: usize| matrix.row(i).iter().enumerate().filter(move |&(j, v)| j != i && !v.is_nan());
    let means: Vec<f64> = (0..size).map(|i| mean_absolute(others(i).map(|(_, v)| *v))).collect();
    let mut order: Vec<usize> = (0..size).collect();
    // As R's order: ties stay in order, what has no mean comes last.
    order.sort_by(|&a, &b| match (means[a].is_nan(), means[b].is_nan()) {
        (false, false) => means[b].total_cmp(&means[a]),
        (a, b) => a.cmp(&b),
    });

    let mut sums = vec![Sum::default(); size];
    let mut counts = vec![0usize; size];
    let mut total = Sum::default();
    for i in 0..size {
        for (_, value) in others(i) {
            sums[i].add(value.abs());
            counts[i] += 1;
        }
        total.join(sums[i]);
    }
    let mut count: usize = counts.iter().sum();
    for (place, &i) in order.iter().enumerate() {
        for &j in &order[place + 1..] {
            if removed[i].is_some() {
                break;
            }
            let correlation = matrix.get(i, j);
            // A pair without a correlation (NaN) is not redundant.
            if removed[j].is_some() || correlation.abs() <= threshold || correlation.is_nan() {
                continue;
            }
            let mut without = total;
            without.subtract(sums[j]);
            let goes = if sums[i].over(counts[i]) > without.over(count - counts[j]) { i } else { j };
            removed[goes] = Some(Removed { because_of: i + j - goes, correlation });
            // Row and column go: what was in both directions is taken off twice.
            total.subtract(sums[goes]);
            total.subtract(sums[goes]);
            count -= 2 * counts[goes];
            for (other, value) in others(goes) {
                if removed[other].is_none() {
                    sums[other].add(-value.abs());
                    counts[other] -= 1;
                }
            }
            // The row of what goes is empty from now on; its entries in rows that went before are gone already.
            sums[goes] = Sum::default();
            counts[goes] = 0;
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// caret's programme as it is written, on plain arrays.
    fn naive(x: &[Vec<f64>], threshold: f64) -> Vec<bool> {
        let n = x.len();
        let mean = |values: Vec<f64>| mean_absolute(values.into_iter());
        let off = |i: usize| (0..n).filter(|&j| j != i).map(|j| x[i][j]).collect::<Vec<_>>();
        let means: Vec<f64> = (0..n).map(|i| mean(off(i))).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| means[b].total_cmp(&means[a]));
        let mut gone = vec![false; n];
        for a in 0..n {
            for b in a + 1..n {
                let (i, j) = (order[a], order[b]);
                if gone[i] || gone[j] || x[i][j].abs() <= threshold {
                    continue;
                }
                let left = |r: usize| (0..n).filter(move |&c| c != r).collect::<Vec<_>>();
                let entries = |r: usize| {
                    left(r).into_iter().filter(|&c| !gone[r] && !gone[c]).map(|c| x[r][c]).collect::<Vec<f64>>()
                };
                let first = mean(entries(i));
                let second = mean((0..n).filter(|&r| r != j).flat_map(entries).collect());
                gone[if first > second { i } else { j }] = true;
            }
        }
        gone
    }

    proptest! {
        #[test]
        fn the_sums_that_are_kept_decide_as_new_ones_do(
            size in 2usize..12,
            // Few different values, so that means are often equal.
            values in prop::collection::vec(0u8..8, 144),
            threshold in 0u8..8,
        ) {
            let at = |i: usize, j: usize| match i.cmp(&j) {
                std::cmp::Ordering::Equal => 1.0,
                std::cmp::Ordering::Less => f64::from(values[i * 12 + j]) / 7.0,
                std::cmp::Ordering::Greater => f64::from(values[j * 12 + i]) / 7.0,
            };
            let x: Vec<Vec<f64>> = (0..size).map(|i| (0..size).map(|j| at(i, j)).collect()).collect();
            let matrix = CorrelationMatrix::from_values(size, x.concat()).unwrap();
            let threshold = f64::from(threshold) / 7.0;
            let removed = remove(&matrix, threshold);
            prop_assert_eq!(removed.iter().map(Option::is_some).collect::<Vec<_>>(), naive(&x, threshold));
            // No redundant pair is left, and each that went was redundant with another.
            for (i, r) in removed.iter().enumerate() {
                match r {
                    Some(r) => prop_assert!(x[i][r.because_of] > threshold),
                    None => for j in (0..size).filter(|&j| j != i && removed[j].is_none()) {
                        prop_assert!(x[i][j] <= threshold);
                    }
                }
            }
        }
    }
}
