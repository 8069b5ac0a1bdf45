//! What is minimised.

use radsurv_data::Survival;
use radsurv_stats::cox::Ties;
use serde::{Deserialize, Serialize};

use super::accelerated::{AcceleratedLoss, Distribution};
use crate::boosting::partial::PartialLikelihood;

/// What the trees predict, and what they are fitted by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Objective {
    /// The log hazard, by the partial likelihood (`survival:cox`).
    Cox {
        /// How events of the same time are counted.
        #[serde(default)]
        ties: BoostingTies,
    },
    /// The logarithm of the time, by the likelihood of accelerated failure times (`survival:aft`).
    AcceleratedFailure {
        /// The distribution around the prediction.
        distribution: Distribution,
        /// Its scale *sigma*.
        scale: f64,
    },
}

/// How events of the same time are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoostingTies {
    /// By Breslow's rule.
    #[default]
    Breslow,
    /// By Efron's rule.
    Efron,
    /// As XGBoost does: of the events of its time a case sees those that stand before it in the table only, and itself, so that
    /// its derivatives are those of no likelihood, and depend on the order of rows. Weights are not in its risk sets. To have its
    /// trees where there are ties; rounds are judged by Breslow's rule.
    AsXgboost,
}

impl BoostingTies {
    fn rule(self) -> Ties {
        if self == Self::Efron { Ties::Efron } else { Ties::Breslow }
    }
}

impl Default for Objective {
    fn default() -> Self {
        Self::Cox { ties: BoostingTies::default() }
    }
}

/// An objective with the outcomes of some cases.
pub(super) enum Loss {
    Cox(PartialLikelihood),
    /// The cases in the order of their times, with the weights of cases.
    AsXgboost(Vec<InOrder>, Vec<f64>),
    Accelerated(AcceleratedLoss),
}

/// A case among those in the order of their times.
pub(super) struct InOrder {
    case: usize,
    time: f32,
    event: bool,
}

impl Objective {
    pub(super) fn loss(self, outcome: &Survival) -> Loss {
        match self {
            Self::Cox { ties: BoostingTies::AsXgboost } => {
                let (times, event) = (outcome.times(), outcome.event());
                let in_order = |case: usize| InOrder { case, time: times[case] as f32, event: event[case] };
                let mut order: Vec<InOrder> = (0..outcome.len()).map(in_order).collect();
                order.sort_by(|a, b| a.time.total_cmp(&b.time));
                Loss::AsXgboost(order, (0..outcome.len()).map(|i| outcome.weight(i)).collect())
            }
            Self::Cox { ties } => Loss::Cox(PartialLikelihood::new(outcome, ties.rule())),
            Self::AcceleratedFailure { distribution, scale } => {
                Loss::Accelerated(AcceleratedLoss::new(outcome, distribution, scale))
            }
        }
    }

    /// The risk of a prediction: higher is worse.
    pub(super) fn risk(self, prediction: f32) -> f64 {
        match self {
            Self::Cox { .. } => f64::from(prediction),
            Self::AcceleratedFailure { .. } => -f64::from(prediction),
        }
    }
}

impl Loss {
    /// First and second derivatives by the prediction of each case.
    pub(super) fn derivatives(&self, predictions: &[f32], out: &mut [[f32; 2]]) {
        let each = |case: usize, first: f64, second: f64| out[case] = [first as f32, second as f32];
        match self {
            Self::Cox(likelihood) => likelihood.derivatives(|case| f64::from(predictions[case]), each),
            Self::AsXgboost(order, weights) => as_xgboost(order, weights, predictions, each),
            Self::Accelerated(loss) => loss.derivatives(predictions, each),
        }
    }

    /// The prediction that all cases start with.
    pub(super) fn start(&self) -> f64 {
        match self {
            // Its derivatives may not add up to 0 there: a step without penalty.
            Self::AsXgboost(order, weights) => {
                let (mut first, mut second) = (0.0, 0.0);
                as_xgboost(order, weights, &vec![0.0; weights.len()], |_, g, h| {
                    first += f64::from(g as f32);
                    second += f64::from(h as f32);
                });
                f64::from((-first / second.max(1e-6)) as f32)
            }
            Self::Cox(_) => 0.0,
            Self::Accelerated(loss) => loss.constant(),
        }
    }
}

/// As in XGBoost: the risk set is the sum of all exponentials, in single precision, less those of earlier times.
fn as_xgboost(order: &[InOrder], weights: &[f64], predictions: &[f32], mut each: impl FnMut(usize, f64, f64)) {
    let exponential = |case: usize| f64::from(predictions[case]).exp();
    let mut at_risk: f64 = order.iter().map(|o| f64::from(exponential(o.case) as f32)).sum();
    let (mut hazard, mut squares, mut leaving, mut latest) = (0.0, 0.0, 0.0, 0.0);
    let mut previous = 0.0;
    for InOrder { case, time, event } in order {
        let risk = exponential(*case);
        leaving += previous;
        if latest < *time {
            at_risk -= leaving;
            leaving = 0.0;
        }
        if *event {
            hazard += 1.0 / at_risk;
            squares += 1.0 / (at_risk * at_risk);
        }
        let happened = if *event { 1.0 } else { 0.0 };
        let (first, second) = (risk * hazard - happened, risk * hazard - risk * risk * squares);
        each(*case, first * weights[*case], second * weights[*case]);
        (latest, previous) = (*time, risk);
    }
}

/// What a model loses on cases that it was not fitted to.
pub(super) enum Judge {
    /// Minus what the likelihood of all cases has more than that of the fitted ones, by the weight of events: cases alone would
    /// be too few to have risk sets (Verweij and van Houwelingen, Statistics in Medicine 12 (1993), p. 2307).
    Cox {
        all: PartialLikelihood,
        fitted: PartialLikelihood,
    },
    Accelerated(AcceleratedLoss),
}

impl Judge {
    /// `kept` and `fitted` are cases of `outcome`, together all.
    pub(super) fn new(objective: Objective, outcome: &Survival, fitted: &[usize], kept: &[usize]) -> Self {
        match objective.loss(&outcome.rows(kept)) {
            Loss::Accelerated(loss) => Self::Accelerated(loss),
            Loss::Cox(_) | Loss::AsXgboost(..) => {
                let ties = match objective {
                    Objective::Cox { ties } => ties.rule(),
                    Objective::AcceleratedFailure { .. } => Ties::Breslow,
                };
                let together: Vec<usize> = fitted.iter().chain(kept).copied().collect();
                let likelihood = |cases: &[usize]| PartialLikelihood::new(&outcome.rows(cases), ties);
                Self::Cox { all: likelihood(&together), fitted: likelihood(fitted) }
            }
        }
    }

    /// The loss, with predictions of the fitted cases and of those kept out. It adds up over folds.
    pub(super) fn loss(&self, fitted: &[f32], kept: &[f32]) -> f64 {
        match self {
            Self::Cox { all, fitted: of_fitted } => {
                let score = |i: usize| f64::from(if i < fitted.len() { fitted[i] } else { kept[i - fitted.len()] });
                of_fitted.log_likelihood(score) - all.log_likelihood(score)
            }
            Self::Accelerated(loss) => loss.loss(|i| f64::from(kept[i])) * kept.len() as f64,
        }
    }
}
