//! What is minimised.

use radsurv_data::Survival;
use radsurv_stats::cox::Ties;
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, Side};
use serde::{Deserialize, Serialize};

use crate::boosting::partial::PartialLikelihood;
use crate::error::Result;

/// What is predicted, and by which loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum GradientLoss {
    /// The log hazard, by the partial likelihood.
    Cox {
        /// How events of the same time are counted. Exact ties are not possible.
        #[serde(default = "breslow")]
        ties: Ties,
    },
    /// The logarithm of the time, by squares of *ln t - f*; of censored cases where the time is predicted too short.
    CensoredSquares,
    /// The logarithm of the time, by squares of *ln t - f* of cases with an event, each of which stands for those that were
    /// censored before: its weight is 1 / *G(t-)*, *G* being the Kaplan-Meier estimate of not being censored.
    WeightedSquares,
}

fn breslow() -> Ties {
    Ties::Breslow
}

impl Default for GradientLoss {
    fn default() -> Self {
        Self::Cox { ties: Ties::Breslow }
    }
}

/// A loss with the outcomes of some cases.
pub(super) enum Loss {
    Cox(PartialLikelihood),
    Squares(Squares),
}

/// Squares of the logarithms of times.
pub(super) struct Squares {
    log: Vec<f64>,
    /// 0 where a case counts for nothing.
    weight: Vec<f64>,
    /// Whether it counts only if its time is predicted too short.
    censored: Vec<bool>,
}

impl GradientLoss {
    /// Times of 0 are taken for half of the smallest one above it: their logarithm is needed.
    pub(super) fn loss(self, outcome: &Survival) -> Result<Loss> {
        let cases = 0..outcome.len();
        let weight = |i: usize| outcome.weight(i);
        let weight: Vec<f64> = match self {
            Self::Cox { ties } => return Ok(Loss::Cox(PartialLikelihood::new(outcome, ties))),
            Self::CensoredSquares => cases.map(weight).collect(),
            Self::WeightedSquares => {
                let censoring = CensoringDistribution::of(outcome, CensoringTies::AfterEvents)?;
                let inverse = censoring.event_weights(outcome, Side::Left, None)?;
                cases.map(|i| weight(i) * inverse[i]).collect()
            }
        };
        let positive = outcome.times().iter().copied().filter(|t| *t > 0.0).fold(f64::INFINITY, f64::min);
        let floor = if positive.is_finite() { positive / 2.0 } else { 1.0 };
        let log = outcome.times().iter().map(|t| if *t > 0.0 { t.ln() } else { floor.ln() }).collect();
        Ok(Loss::Squares(Squares { log, weight, censored: outcome.event().iter().map(|event| !event).collect() }))
    }

    /// The risk of a prediction: higher is worse.
    pub(super) fn risk(self, prediction: f64) -> f64 {
        if matches!(self, Self::Cox { .. }) { prediction } else { -prediction }
    }
}

impl Squares {
    fn residual(&self, case: usize, prediction: f64) -> f64 {
        let residual = self.log[case] - prediction;
        if self.censored[case] && residual <= 0.0 { 0.0 } else { residual }
    }
}

impl Loss {
    /// The prediction that all cases start with.
    pub(super) fn start(&self) -> f64 {
        match self {
            Self::Cox(_) => 0.0,
            Self::Squares(squares) => {
                let total: f64 = squares.weight.iter().sum();
                squares.weight.iter().zip(&squares.log).map(|(w, log)| w * log).sum::<f64>() / total
            }
        }
    }

    /// How much each case counts in the trees; none if all count the same.
    pub(super) fn weights(&self, outcome: &Survival) -> Option<Vec<f64>> {
        match self {
            Self::Cox(_) => outcome.weights().map(<[f64]>::to_vec),
            Self::Squares(squares) => {
                let differ = squares.weight.iter().any(|w| *w != 1.0);
                differ.then(|| squares.weight.clone())
            }
        }
    }

    /// Minus the derivative by the prediction of each case, with its weight: of those in the sample only, and as if there were
    /// no others.
    pub(super) fn response(&self, predictions: &[f64], sample: Option<&[u32]>, out: &mut [f64]) {
        match (self, sample) {
            (Self::Cox(all), None) => all.derivatives(|i| predictions[i], |i, first, _| out[i] = -first),
            (Self::Cox(all), Some(sample)) => {
                let at = |i: usize| sample[i] as usize;
                all.of_cases(sample).derivatives(|i| predictions[at(i)], |i, first, _| out[at(i)] = -first);
            }
            (Self::Squares(squares), _) => {
                for (case, (out, prediction)) in out.iter_mut().zip(predictions).enumerate() {
                    *out = squares.weight[case] * squares.residual(case, *prediction);
                }
            }
        }
    }

    /// The loss of some cases, as if there were no others.
    pub(super) fn of(&self, cases: &[u32], prediction: impl Fn(usize) -> f64) -> f64 {
        match self {
            Self::Cox(all) => {
                let part = all.of_cases(cases);
                let weight = part.event_weight();
                let likelihood = part.log_likelihood(|i| prediction(cases[i] as usize));
                if weight > 0.0 { -likelihood / weight } else { 0.0 }
            }
            Self::Squares(squares) => {
                let square = |case: usize| squares.weight[case] * squares.residual(case, prediction(case)).powi(2);
                let total: f64 = cases.iter().map(|&case| squares.weight[case as usize]).sum();
                let sum: f64 = cases.iter().map(|&case| square(case as usize)).sum();
                if total > 0.0 { sum / total } else { 0.0 }
            }
        }
    }
}

/// What a model loses on cases that it was not fitted to.
pub(super) enum Judge {
    /// What the likelihood of all cases has less than that of the fitted ones: cases alone would be too few to have risk sets
    /// (Verweij and van Houwelingen, Statistics in Medicine 12 (1993), p. 2307).
    Cox {
        all: PartialLikelihood,
        fitted: PartialLikelihood,
    },
    Squares(Squares),
}

impl Judge {
    /// `kept` and `fitted` are cases of `outcome`, together all.
    pub(super) fn new(loss: GradientLoss, outcome: &Survival, fitted: &[usize], kept: &[usize]) -> Result<Self> {
        let GradientLoss::Cox { ties } = loss else {
            let Loss::Squares(squares) = loss.loss(&outcome.rows(kept))? else {
                return Self::new(GradientLoss::default(), outcome, fitted, kept);
            };
            return Ok(Self::Squares(squares));
        };
        let together: Vec<usize> = fitted.iter().chain(kept).copied().collect();
        let likelihood = |cases: &[usize]| PartialLikelihood::new(&outcome.rows(cases), ties);
        Ok(Self::Cox { all: likelihood(&together), fitted: likelihood(fitted) })
    }

    /// The loss, with predictions of the fitted cases and of those kept out. It adds up over folds.
    pub(super) fn loss(&self, fitted: &[f64], kept: &[f64]) -> f64 {
        match self {
            Self::Cox { all, fitted: of_fitted } => {
                let score = |i: usize| if i < fitted.len() { fitted[i] } else { kept[i - fitted.len()] };
                of_fitted.log_likelihood(score) - all.log_likelihood(score)
            }
            Self::Squares(squares) => {
                let of = |(i, f): (usize, &f64)| squares.weight[i] * squares.residual(i, *f).powi(2);
                kept.iter().enumerate().map(of).sum()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_differences_of_the_loss() {
        let times = (0..30).map(|i| f64::from(i * 17 % 29) / 3.0).collect();
        let outcome = Survival::new(times, (0..30).map(|i| i % 3 > 0).collect()).unwrap();
        let outcome = outcome.with_weights((0..30).map(|i| f64::from(i % 4) / 2.0).collect()).unwrap();
        let predictions: Vec<f64> = (0..30).map(|i| 1.5 * (f64::from(i) * 0.7).sin()).collect();
        let sample: Vec<u32> = (0..30).filter(|i| i % 5 != 2).collect();
        for loss in [GradientLoss::default(), GradientLoss::CensoredSquares, GradientLoss::WeightedSquares] {
            let cox = matches!(loss, GradientLoss::Cox { .. });
            let loss = loss.loss(&outcome).unwrap();
            let mut response = vec![0.0; 30];
            loss.response(&predictions, Some(&sample), &mut response);
            // What the loss is divided by: the weight of events, or of cases; and squares have twice the residual.
            let scale = match &loss {
                Loss::Cox(all) => all.of_cases(&sample).event_weight(),
                Loss::Squares(squares) => sample.iter().map(|i| squares.weight[*i as usize]).sum::<f64>() / 2.0,
            };
            for &case in &sample {
                let case = case as usize;
                let at = |by: f64| scale * loss.of(&sample, |i| predictions[i] + if i == case { by } else { 0.0 });
                let expected = (at(-1e-5) - at(1e-5)) / 2e-5;
                assert!((response[case] - expected).abs() < 1e-6, "{cox} {case}: {} {expected}", response[case]);
            }
        }
    }
}
