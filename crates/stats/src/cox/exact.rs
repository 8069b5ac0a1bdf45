//! Tied events by the exact partial likelihood of discrete times.

use super::Ties;
use super::likelihood::{Evaluation, Likelihood};

/// Adds what the tied events of [`Ties::Exact`] say.
///
/// The probability that of those at risk just these *d* have events is *Π_events r / e_d(r)*, with the elementary symmetric
/// polynomial *e_d*: the sum over all subsets of *d* of the products of their *r = exp(η)*. It and its derivatives come
/// from *e_k(r, r_i) = e_k(r) + r_i e_{k-1}(r)*, in *O(at risk x d x p²)* (Gail, Lubin and Rubinstein: Likelihood
/// calculations for matched case-control studies and survival studies with tied death times, Biometrika 68 (1981) 703-707).
pub(super) fn add(likelihood: &Likelihood, eta: &[f64], found: &mut Evaluation) {
    let sets = &likelihood.sets;
    if sets.ties != Ties::Exact {
        return;
    }
    let p = likelihood.columns.len();
    // e_k, its p first and p (p + 1) / 2 second derivatives.
    let width = 1 + p + p * (p + 1) / 2;
    let mut x = vec![0.0; p];
    for stratum in &sets.strata {
        for g in stratum.groups.clone().filter(|&g| sets.groups[g].events() > 1) {
            let d = sets.groups[g].events();
            let total: f64 = sets.at_risk(stratum, g).map(|at| eta[at].exp()).sum();
            // So scaled that e_d is at most d^d / d!, and does not leave the range of numbers.
            let scale = d as f64 / total;
            let mut sums = vec![0.0; (d + 1) * width];
            sums[0] = 1.0;
            for (seen, at) in sets.at_risk(stratum, g).enumerate() {
                let r = scale * eta[at].exp();
                x.iter_mut().zip(&likelihood.columns).for_each(|(x, column)| *x = column[at]);
                for k in (1..=d.min(seen + 1)).rev() {
                    let (before, here) = sums[(k - 1) * width..].split_at_mut(width);
                    include(before, &mut here[..width], r, &x);
                }
            }
            let last = &sums[d * width..];
            found.log_likelihood -= last[0].ln() - d as f64 * scale.ln();
            let mut place = 1 + p;
            for j in 0..p {
                found.gradient[j] -= last[1 + j] / last[0];
                for k in 0..=j {
                    let value = last[place] / last[0] - (last[1 + j] / last[0]) * (last[1 + k] / last[0]);
                    found.information[j * p + k] += value;
                    if k < j {
                        found.information[k * p + j] += value;
                    }
                    place += 1;
                }
            }
        }
    }
}

/// `here += r exp(x' b) before`, with derivatives by `b`.
fn include(before: &[f64], here: &mut [f64], r: f64, x: &[f64]) {
    let p = x.len();
    let (b0, b1, b2) = (before[0], &before[1..=p], &before[1 + p..]);
    here[0] += r * b0;
    for j in 0..p {
        here[1 + j] += r * (b1[j] + x[j] * b0);
    }
    let mut place = 0;
    for j in 0..p {
        for k in 0..=j {
            here[1 + p + place] += r * (b2[place] + x[j] * b1[k] + x[k] * b1[j] + x[j] * x[k] * b0);
            place += 1;
        }
    }
}
