//! The loss of accelerated failure times.
//!
//! *ln T = f + sigma Z* with *Z* of a known distribution. With *z = (ln t - f) / sigma*, density *p* and distribution function *P*
//! of *Z*, an event has the likelihood *p(z) / (sigma t)* and a censored case *1 - P(z)*.
//!
//! Derivatives of minus the logarithm by *f* are kept between -15 and 15, second ones between 1e-16 and 15, and where a density
//! is too small for a number they take their limits: as in XGBoost, whose trees these are to be.
//!
//! Source: Barnwal, Cho and Hocking: Survival regression with accelerated failure time model in XGBoost, Journal of
//! Computational and Graphical Statistics 31 (2022) 1292-1302, table 1 (densities) and section 3.3 (limits).

use radsurv_data::Survival;
use radsurv_stats::distribution::Normal;
use serde::{Deserialize, Serialize};

/// The distribution of the logarithm of a time around its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Normal: times are log-normal.
    #[default]
    Normal,
    /// Logistic: times are log-logistic.
    Logistic,
    /// The smallest extreme value (Gumbel's): times are Weibull, and hazards proportional.
    Extreme,
}

/// Cases prepared for any predictions.
#[derive(Debug, Clone)]
pub(super) struct AcceleratedLoss {
    distribution: Distribution,
    sigma: f64,
    /// Time and its logarithm.
    times: Vec<[f64; 2]>,
    event: Vec<bool>,
    weight: Vec<f64>,
}

const GRADIENT: f64 = 15.0;
const SMALLEST_HESSIAN: f64 = 1e-16;
const LARGEST_HESSIAN: f64 = 15.0;
/// Of a denominator.
const SMALLEST: f64 = 1e-12;

/// Density, its first and second derivative, and the part above.
struct At {
    density: f64,
    slope: f64,
    curvature: f64,
    upper: f64,
}

impl Distribution {
    fn at(self, z: f64) -> At {
        match self {
            Self::Normal => {
                let density = Normal.density(z);
                At { density, slope: -z * density, curvature: (z * z - 1.0) * density, upper: Normal.upper(z) }
            }
            Self::Logistic => {
                let w = z.exp();
                let one = 1.0 + w;
                let density = if (w * w).is_infinite() { 0.0 } else { w / (one * one) };
                let (slope, curvature) = match (w * w).is_infinite() {
                    true => (0.0, 0.0),
                    false => (density * (1.0 - w) / one, density * (w * w - 4.0 * w + 1.0) / (one * one)),
                };
                At { density, slope, curvature, upper: 1.0 / one }
            }
            Self::Extreme => {
                let w = z.exp();
                let density = if w.is_infinite() { 0.0 } else { w * (-w).exp() };
                let slope = if w.is_infinite() { 0.0 } else { (1.0 - w) * density };
                let curvature = if (w * w).is_infinite() { 0.0 } else { (w * w - 3.0 * w + 1.0) * density };
                At { density, slope, curvature, upper: (-w).exp() }
            }
        }
    }

    /// First and second derivative where densities are too small for a number; `late` if the time is after its prediction.
    fn limits(self, event: bool, late: bool, sigma: f64) -> [f64; 2] {
        match (self, event, late) {
            (_, false, false) => [0.0, SMALLEST_HESSIAN],
            (Self::Normal, _, true) => [-GRADIENT, 1.0 / (sigma * sigma)],
            (Self::Normal, true, false) => [GRADIENT, 1.0 / (sigma * sigma)],
            (Self::Logistic, _, true) => [-1.0 / sigma, SMALLEST_HESSIAN],
            (Self::Logistic, true, false) => [1.0 / sigma, SMALLEST_HESSIAN],
            (Self::Extreme, _, true) => [-GRADIENT, LARGEST_HESSIAN],
            (Self::Extreme, true, false) => [1.0 / sigma, SMALLEST_HESSIAN],
        }
    }
}

impl AcceleratedLoss {
    /// Times of 0 are taken for half of the smallest one above it: their logarithm is needed.
    pub(super) fn new(outcome: &Survival, distribution: Distribution, sigma: f64) -> Self {
        let positive = outcome.times().iter().copied().filter(|t| *t > 0.0).fold(f64::INFINITY, f64::min);
        let floor = if positive.is_finite() { positive / 2.0 } else { 1.0 };
        // Single precision, as trees and their references have.
        let time = |t: &f64| f64::from((if *t > 0.0 { *t } else { floor }) as f32);
        Self {
            distribution,
            sigma: f64::from(sigma as f32),
            times: outcome.times().iter().map(|t| [time(t), time(t).ln()]).collect(),
            event: outcome.event().to_vec(),
            weight: (0..outcome.len()).map(|i| outcome.weight(i)).collect(),
        }
    }

    /// First and second derivative of the loss of a case, without its weight.
    fn derivatives_of(&self, case: usize, prediction: f64) -> [f64; 2] {
        let sigma = self.sigma;
        let z = (self.times[case][1] - prediction) / sigma;
        let At { density, slope, curvature, upper } = self.distribution.at(z);
        let (event, late) = (self.event[case], z > 0.0);
        let (first, denominator) = match event {
            true => (slope, sigma * density),
            false => (-density, sigma * upper),
        };
        let limits = self.distribution.limits(event, late, sigma);
        let mut first = first / denominator;
        if denominator < SMALLEST && !first.is_finite() {
            first = limits[0];
        }
        let (second, denominator) = match event {
            true => (slope * slope - density * curvature, denominator * denominator),
            false => (upper * slope + density * density, denominator * denominator),
        };
        let mut second = second / denominator;
        if denominator < SMALLEST && !second.is_finite() {
            second = limits[1];
        }
        [first.clamp(-GRADIENT, GRADIENT), second.clamp(SMALLEST_HESSIAN, LARGEST_HESSIAN)]
    }

    pub(super) fn derivatives(&self, predictions: &[f32], mut each: impl FnMut(usize, f64, f64)) {
        for (case, prediction) in predictions.iter().enumerate() {
            let [first, second] = self.derivatives_of(case, f64::from(*prediction));
            // Rounded before the weight, as in the reference.
            let (first, second, weight) = (f64::from(first as f32), f64::from(second as f32), self.weight[case]);
            each(case, first * weight, second * weight);
        }
    }

    /// Minus the logarithm of the likelihood, by weight of cases.
    pub(super) fn loss(&self, predictions: impl Fn(usize) -> f64) -> f64 {
        let total: f64 = self.weight.iter().sum();
        let of = |case: usize| {
            let [time, log] = self.times[case];
            let at = self.distribution.at((log - predictions(case)) / self.sigma);
            let likelihood = if self.event[case] { at.density / (self.sigma * time) } else { at.upper };
            -likelihood.max(SMALLEST).ln()
        };
        (0..self.event.len()).map(|case| self.weight[case] * of(case)).sum::<f64>() / total
    }

    /// The one prediction for all cases that has the smallest loss, about: the start of boosting.
    pub(super) fn constant(&self) -> f64 {
        let total: f64 = self.weight.iter().sum();
        let mut value = self.weight.iter().zip(&self.times).map(|(w, [_, log])| w * log).sum::<f64>() / total;
        // Newton's steps of a convex loss, none longer than a sigma.
        for _ in 0..50 {
            let (mut first, mut second) = (0.0, 0.0);
            for case in 0..self.event.len() {
                let [g, h] = self.derivatives_of(case, value);
                first += self.weight[case] * g;
                second += self.weight[case] * h;
            }
            let step = (first / second.max(SMALLEST)).clamp(-self.sigma, self.sigma);
            value -= step;
            if step.abs() < 1e-9 * (1.0 + value.abs()) {
                break;
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_differences_of_the_loss() {
        let outcome = Survival::new(vec![0.0, 0.5, 2.0, 3.0, 4.0], vec![true, false, true, false, true]).unwrap();
        for distribution in [Distribution::Normal, Distribution::Logistic, Distribution::Extreme] {
            let loss = AcceleratedLoss::new(&outcome, distribution, 0.8);
            for case in 0..5 {
                for prediction in [0.0, 0.3, 1.7] {
                    let at = |f: f64| 5.0 * loss.loss(|i| if i == case { f } else { 0.0 });
                    let [first, second] = loss.derivatives_of(case, prediction);
                    let (low, middle, high) = (at(prediction - 1e-4), at(prediction), at(prediction + 1e-4));
                    assert!(((high - low) / 2e-4 - first).abs() < 1e-6, "{distribution:?} {case} {first}");
                    assert!(
                        ((high - 2.0 * middle + low) / 1e-8 - second).abs() < 1e-5,
                        "{distribution:?} {case} {second}"
                    );
                }
            }
            let best = loss.constant();
            assert!(loss.loss(|_| best) <= loss.loss(|_| best + 1e-3).min(loss.loss(|_| best - 1e-3)));
            for extreme in [-1e6, 1e6] {
                assert!((0..5).all(|case| loss.derivatives_of(case, extreme).iter().all(|d| d.is_finite())));
            }
        }
    }
}
