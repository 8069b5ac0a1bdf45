//! From what a batch shows to what is taken out of it: the step that is done batch by batch.

use radsurv_stats::summary;
use serde::{Deserialize, Serialize};

use super::{Method, nonparametric, parametric};
use crate::error::{Error, Result};

/// The standardised values of one feature in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Moments {
    /// How many there are.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// The sum of their squared distances from the mean.
    pub squares: f64,
}

impl Moments {
    /// The variance, *n* - 1 in its denominator.
    pub fn variance(&self) -> f64 {
        self.squares / (self.n as f64 - 1.0)
    }

    /// The sum of squared distances from another value. Both terms are positive: nothing cancels, so no pass over the
    /// values is needed.
    pub fn about(&self, centre: f64) -> f64 {
        let off = self.mean - centre;
        self.squares + self.n as f64 * off * off
    }
}

/// The hyperparameters of one batch, over the features.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// The mean of the shifts (`gamma.bar` in sva).
    pub mean: f64,
    /// The variance of the shifts (`t2`).
    pub variance: f64,
    /// The distribution of the variances; none with mean-only and non-parametric priors.
    pub inverse_gamma: Option<InverseGamma>,
    /// The number of iterations; 0 where none are needed.
    pub iterations: usize,
}

/// An inverse gamma distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseGamma {
    /// Its shape (`a.prior` in sva).
    pub shape: f64,
    /// Its scale (`b.prior`).
    pub scale: f64,
}

/// What is taken out of one batch: a shift and a variance per feature, in units of the standardised features.
pub(super) struct Effect {
    pub gamma: Vec<f64>,
    pub delta: Vec<f64>,
    pub prior: Option<Prior>,
}

/// The effect of a batch on every feature.
pub(super) fn effect(method: Method, mean_only: bool, moments: &[Moments], batch: &str) -> Result<Effect> {
    let effect = unchecked(method, mean_only, moments, batch)?;
    let sound = effect.gamma.iter().all(|g| g.is_finite()) && effect.delta.iter().all(|d| d.is_finite() && *d > 0.0);
    if sound {
        return Ok(effect);
    }
    Err(Error::Prior { batch: batch.to_string(), what: "its features give no finite shifts and positive variances" })
}

fn unchecked(method: Method, mean_only: bool, moments: &[Moments], batch: &str) -> Result<Effect> {
    let gamma: Vec<f64> = moments.iter().map(|m| m.mean).collect();
    if method == Method::NoEb {
        // A variance of 0 is left over from missing values (a feature that is plainly constant passes unchanged); as in
        // neuroCombat it is not divided by.
        let scale = |m: &Moments| Some(m.variance()).filter(|d| !mean_only && *d != 0.0).unwrap_or(1.0);
        return Ok(Effect { gamma, delta: moments.iter().map(scale).collect(), prior: None });
    }
    let unfit = |what: &'static str| Error::Prior { batch: batch.to_string(), what };
    if moments.len() < 2 {
        return Err(unfit("there are fewer than two features to learn a prior from"));
    }
    let mut prior =
        Prior { mean: summary::mean(&gamma), variance: summary::variance(&gamma), inverse_gamma: None, iterations: 0 };
    let ones = vec![1.0; moments.len()];
    match (method, mean_only) {
        (Method::Parametric, true) => {
            let shift = |g: &f64| parametric::shift(*g, prior.mean, 1.0, 1.0, prior.variance);
            let gamma = gamma.iter().map(shift).collect();
            Ok(Effect { gamma, delta: ones, prior: Some(prior) })
        }
        (Method::Parametric, false) => {
            let delta: Vec<f64> = moments.iter().map(Moments::variance).collect();
            let (m, s2) = (summary::mean(&delta), summary::variance(&delta));
            let (a, b) = ((2.0 * s2 + m * m) / s2, (m * s2 + m * m * m) / s2);
            if !(a.is_finite() && b.is_finite()) {
                return Err(unfit(
                    "all features have the same variance in it, which leaves nothing to learn a prior from",
                ));
            }
            let (gamma, delta, iterations) = parametric::posterior(moments, &prior, a, b)
                .ok_or_else(|| unfit("the iteration for its shifts and variances does not end"))?;
            prior.inverse_gamma = Some(InverseGamma { shape: a, scale: b });
            prior.iterations = iterations;
            Ok(Effect { gamma, delta, prior: Some(prior) })
        }
        _ => {
            let delta = if mean_only { ones } else { moments.iter().map(Moments::variance).collect() };
            let (gamma, delta) = nonparametric::posterior(moments, &delta)
                .ok_or_else(|| unfit("all features but one are constant in it where they are not missing"))?;
            Ok(Effect { gamma, delta, prior: Some(prior) })
        }
    }
}
