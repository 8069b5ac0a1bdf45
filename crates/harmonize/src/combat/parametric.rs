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

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(means: &[f64]) -> Vec<Moments> {
        let one = |(k, &mean): (usize, &f64)| Moments { n: 6, mean, squares: 2.0 + k as f64 };
        means.iter().enumerate().map(one).collect()
    }

    fn prior(mean: f64) -> Prior {
        Prior { mean, variance: 0.3, inverse_gamma: None, iterations: 0 }
    }

    #[test]
    fn shifts_that_stay_0_do_not_keep_it_going() {
        let (gamma, delta, iterations) = posterior(&moments(&[0.0, 0.0, 0.0]), &prior(0.0), 4.0, 2.0).unwrap();
        assert_eq!(gamma, [0.0; 3]);
        assert!(delta.iter().all(|d| *d > 0.0) && iterations < 20);
    }

    /// R: sva:::it.sol on data of these moments, with postvar counted; see reference/combat_sva.R.
    #[test]
    fn negative_shifts_do_not_keep_it_going_either() {
        let (up, _, long) = posterior(&moments(&[0.9, 1.4, 0.1]), &prior(-0.5), 9.0, 30.0).unwrap();
        let (down, _, short) = posterior(&moments(&[-0.9, -1.4, -0.1]), &prior(0.5), 9.0, 30.0).unwrap();
        // Mirrored data are not mirrored results: the signs decide when it stops.
        assert!(short <= long, "{short} {long}");
        assert!(up.iter().zip(&down).all(|(a, b)| (a + b).abs() < 1e-3));
    }
}
