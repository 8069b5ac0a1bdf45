//! Non-parametric empirical Bayes: the other features of the batch are the prior.
//!
//! Of one batch, with the shift *g_k* and the variance *d_k* of feature *k*, the likelihood of the *n* values *x* of
//! feature *i* under those of another feature *k* is
//!
//! *L_ik* = (2π *d_k*)^(-*n*/2) exp(-Σ (*x* - *g_k*)² / (2 *d_k*))
//!
//! and the shrunken shift and variance of *i* are the means of *g_k* and *d_k* over all *k* ≠ *i*, weighted by *L_ik*
//! (Johnson 2007, p. 123 and its supplement). Σ (*x* - *g_k*)² is the sum of squares about the mean of *x* plus
//! *n* (mean - *g_k*)², so that a pair of features costs one exponential, whatever the number of cases.
//!
//! The two factors of *L* are computed one by one as in sva, and as there a product of infinity and 0 counts as 0. Where
//! the sum of *L* is below the range of normal numbers or not finite, which happens in batches of more than about 500
//! cases and makes sva's results NaN or imprecise, the weights are computed from logarithms instead.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use rayon::prelude::*;

use super::shrink::Moments;

/// Below this sum of likelihoods digits are lost to subnormal numbers.
const SMALLEST_SUM: f64 = 1e-290;

/// The shrunken shift and variance of every feature in one batch. `None` if a feature has no weight anywhere.
pub(super) fn posterior(moments: &[Moments], delta: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    // With missing values the number of cases is the feature's own; the first factor depends on it and on k alone.
    let mut factors: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for m in moments {
        let factor = |d: &f64| 1.0 / (2.0 * PI * d).powf(m.n as f64 / 2.0);
        factors.entry(m.n).or_insert_with(|| delta.iter().map(factor).collect());
    }
    let of_feature = |i: usize| weighted(moments, delta, i, &factors[&moments[i].n]);
    (0..moments.len())
        .into_par_iter()
        .map(of_feature)
        .collect::<Option<Vec<_>>>()
        .map(|pairs| pairs.into_iter().unzip())
}

fn weighted(moments: &[Moments], delta: &[f64], i: usize, factors: &[f64]) -> Option<(f64, f64)> {
    let x = &moments[i];
    let mut sums = Sums::default();
    let others = || moments.iter().zip(delta).enumerate().filter(|(k, _)| *k != i).map(|(k, (m, d))| (k, m.mean, *d));
    for (k, g, d) in others() {
        let likelihood = factors[k] * (-x.about(g) / (2.0 * d)).exp();
        sums.add(if likelihood.is_nan() { 0.0 } else { likelihood }, g, d);
    }
    if sums.weight >= SMALLEST_SUM && sums.weight.is_finite() {
        return Some(sums.means());
    }
    let log = |g: f64, d: f64| -0.5 * x.n as f64 * (2.0 * PI * d).ln() - x.about(g) / (2.0 * d);
    let possible = || others().filter(|(_, _, d)| *d > 0.0).map(|(_, g, d)| (log(g, d), g, d));
    let largest = possible().fold(f64::NEG_INFINITY, |largest, (l, _, _)| largest.max(l));
    let mut sums = Sums::default();
    possible().for_each(|(l, g, d)| sums.add((l - largest).exp(), g, d));
    (sums.weight > 0.0 && sums.weight.is_finite()).then(|| sums.means())
}

#[derive(Default)]
struct Sums {
    weight: f64,
    gamma: f64,
    delta: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, g: f64, d: f64) {
        self.weight += weight;
        self.gamma += weight * g;
        self.delta += weight * d;
    }

    fn means(&self) -> (f64, f64) {
        (self.gamma / self.weight, self.delta / self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(n: usize, values: &[(f64, f64)]) -> Vec<Moments> {
        values.iter().map(|&(mean, variance)| Moments { n, mean, squares: variance * (n as f64 - 1.0) }).collect()
    }

    #[test]
    fn large_batches_have_results_where_the_likelihood_underflows() {
        let values = [(0.1, 1.0), (0.12, 1.1), (0.3, 0.8), (-0.2, 1.3)];
        let delta = values.map(|v| v.1);
        for n in [50, 5000] {
            let (gamma, delta) = posterior(&moments(n, &values), &delta).unwrap();
            assert!(gamma.iter().chain(&delta).all(|v| v.is_finite()), "{n}");
        }
        // With 5000 cases the nearest feature has all the weight.
        let (gamma, _) = posterior(&moments(5000, &values), &delta).unwrap();
        assert!((gamma[0] - 0.12).abs() < 1e-9);
    }

    #[test]
    fn logarithms_give_what_the_product_gives() {
        let values = [(0.1, 1.0), (0.5, 1.1), (0.3, 0.8), (-0.2, 1.3), (0.0, 0.9)];
        let (m, delta) = (moments(40, &values), values.map(|v| v.1));
        let factor = |d: &f64| 1.0 / (2.0 * PI * d).powf(20.0);
        for i in 0..5 {
            let product = weighted(&m, &delta, i, &delta.iter().map(factor).collect::<Vec<_>>()).unwrap();
            let logarithm = weighted(&m, &delta, i, &[0.0; 5]).unwrap();
            assert!((product.0 - logarithm.0).abs() < 1e-13 && (product.1 - logarithm.1).abs() < 1e-13);
        }
    }

    #[test]
    fn without_any_variance_there_is_no_answer() {
        assert!(posterior(&moments(5, &[(0.0, 0.0), (1.0, 0.0)]), &[0.0, 0.0]).is_none());
    }
}
