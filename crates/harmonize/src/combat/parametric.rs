//! Parametric empirical Bayes: normal prior of the shifts, inverse gamma prior of the variances.
//!
//! Of one batch with *n* values of a feature, mean shift *g* = `gamma_hat`, variance *d* = `delta_hat` (Johnson 2007,
//! p. 122 f.):
//!
//! - *gamma* ~ N(*g̅*, *t²*), with mean and variance of *g* over features,
//! - *delta* ~ InverseGamma(*a*, *b*), with *a* = (2 *s²* + *m²*) / *s²* and *b* = (*m s²* + *m³*) / *s²* for mean *m*
//!   and variance *s²* of *d* over features,
//! - *gamma\** = (*t² n g* + *delta\* g̅*) / (*t² n* + *delta\**),
//! - *delta\** = (½ Σ (*s* - *gamma\**)² + *b*) / (½ *n* + *a* - 1).
//!
//! The last two are iterated from *g*, *d*, for all features of the batch at once, until no feature changes by more than
//! 1e-4 *of its signed value*. That is sva's rule: a negative shift never keeps the iteration going. Any other rule gives
//! other digits, from about the fifth on.

use super::shrink::{Moments, Prior};

/// The change below which sva stops.
const CONVERGED: f64 = 1e-4;

/// No data needs as many; sva would go on for ever.
const MOST_ITERATIONS: usize = 100_000;

/// The shrunken shift and variance of every feature in one batch, and the number of iterations; `None` if it does not
/// end.
pub(super) fn posterior(moments: &[Moments], prior: &Prior, a: f64, b: f64) -> Option<(Vec<f64>, Vec<f64>, usize)> {
    let mut gamma: Vec<f64> = moments.iter().map(|m| m.mean).collect();
    let mut delta: Vec<f64> = moments.iter().map(Moments::variance).collect();
    for iteration in 1..=MOST_ITERATIONS {
        let mut change = f64::NEG_INFINITY;
        for ((moments, gamma), delta) in moments.iter().zip(&mut gamma).zip(&mut delta) {
            let n = moments.n as f64;
            let g = shift(moments.mean, prior.mean, n, *delta, prior.variance);
            let d = (0.5 * moments.about(g) + b) / (n / 2.0 + a - 1.0);
            // f64::max leaves out NaN: the change of a value that is and stays 0, at which sva stops with an error.
            change = change.max((g - *gamma).abs() / *gamma).max((d - *delta).abs() / *delta);
            (*gamma, *delta) = (g, d);
        }
        if change <= CONVERGED {
            return Some((gamma, delta, iteration));
        }
    }
    None
}

/// The posterior mean of a shift.
pub(super) fn shift(estimate: f64, prior_mean: f64, n: f64, delta: f64, prior_variance: f64) -> f64 {
    (prior_variance * n * estimate + delta * prior_mean) / (prior_variance * n + delta)
}
