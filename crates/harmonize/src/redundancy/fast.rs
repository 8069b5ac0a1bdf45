//! `findCorrelation(exact = FALSE)` of the R package caret.
//!
//! Of every redundant pair *i* < *j*, *j* goes if the mean of its column of the matrix of absolute correlations (the 1 of
//! the diagonal included) is higher than that of *i*, else *i*; whether the other one is still there is not asked. More
//! goes than needs to.
//!
//! R compares the means by way of a factor, hence by their first 15 digits: means that agree in these are equal, and the last
//! bit of a mean between two such texts decides which it is.

use radsurv_stats::correlation::CorrelationMatrix;

use super::{Removed, mean_absolute};

/// Of each column, why it goes.
pub(super) fn remove(matrix: &CorrelationMatrix, threshold: f64) -> Vec<Option<Removed>> {
    let size = matrix.size();
    let means: Vec<f64> = (0..size).map(|i| fifteen_digits(mean_absolute(matrix.row(i).iter().copied()))).collect();
    let mut removed: Vec<Option<Removed>> = vec![None; size];
    for j in 0..size {
        for i in 0..j {
            let correlation = matrix.get(i, j);
            if correlation.is_nan() || correlation.abs() <= threshold {
                continue;
            }
            let goes = if means[j] > means[i] { j } else { i };
            removed[goes].get_or_insert(Removed { because_of: i + j - goes, correlation });
        }
    }
    removed
}

fn fifteen_digits(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}
