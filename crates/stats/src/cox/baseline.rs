//! Baseline hazards, and survival curves from them.

use radsurv_data::{StepFunction, Survival, SurvivalCurves};
use serde::{Deserialize, Serialize};

use super::Ties;
use super::hazard::State;
use super::risk_sets::RiskSets;
use crate::error::{Error, Result};
use crate::linear;

/// The cumulative baseline hazard of each stratum: that of a case whose linear predictor is 0.
///
/// At an event time it rises by *Σ_l W/d / D_l*, with the weight *W* of its *d* events and the sum *D* of *w exp(η)* over
/// those at risk: *W / D* with Breslow's rule (and [`Ties::Exact`]), and with Efron's *D_l = D - (l/d) E*, where *E* is the
/// part of the events. As R's `survfit.coxph`, whose curves are *S(t) = exp(-H(t) exp(η))*.
///
/// Sources: Breslow, discussion of Cox: Regression models and life-tables, Journal of the Royal Statistical Society B 34
/// (1972) 216-217; Therneau and Grambsch: Modeling Survival Data (2000) 266-267.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The strata, ascending.
    pub strata: Vec<StratumBaseline>,
}

/// The cumulative baseline hazard of one stratum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumBaseline {
    /// The number of the stratum; 0 if there is one only.
    pub stratum: usize,
    /// The cumulative hazard, which jumps at the times of its events.
    pub hazard: StepFunction,
}

impl Baseline {
    /// The baseline of linear predictors, one per case; strata as in [`Design`](super::Design). Add a constant to all, and
    /// the hazards are divided by its exponential.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Missing`], [`Error::Infinite`], [`Error::NoEvents`]; [`Error::Unsupported`] of weights
    /// with [`Ties::Exact`]; [`Error::Overflow`] if *exp(η)* leaves the range of numbers.
    pub fn new(eta: &[f64], outcome: &Survival, strata: Option<&[usize]>, ties: Ties) -> Result<Self> {
        linear::check(eta, 0, outcome.len())?;
        let mut sets = RiskSets::new(outcome, strata, ties)?;
        if ties == Ties::Exact {
            sets.ties = Ties::Breslow;
        }
        let state = State::new(&sets, &sets.sorted(eta));
        if !state.log_likelihood.is_finite() {
            return Err(Error::Overflow { name: "baseline hazard" });
        }
        let mut strata = Vec::new();
        for stratum in &sets.strata {
            let groups = || stratum.groups.clone().rev();
            let mut sum = 0.0;
            let mut add = |g: usize| {
                sum += state.hazards[g].all;
                sum
            };
            let values = groups().map(&mut add).collect();
            let times = groups().map(|g| sets.groups[g].time).collect();
            let hazard = StepFunction::new(0.0, times, values)?;
            strata.push(StratumBaseline { stratum: stratum.label, hazard });
        }
        Ok(Self { strata })
    }

    /// The cumulative hazard of a stratum, if cases of it were fitted.
    pub fn of(&self, stratum: usize) -> Option<&StepFunction> {
        self.strata.iter().find(|s| s.stratum == stratum).map(|s| &s.hazard)
    }
}

/// The Breslow step: a cumulative baseline hazard for scores of any kind, so that a model that gives only an order of risks
/// predicts curves *S(t) = exp(-H(t) exp(score))* as well.
///
/// The scores are taken as linear predictors: on another scale than the log hazard they should be the linear predictor of a
/// Cox model with the score as its one column. Scores of the cases that a model was fitted on are too good; take
/// out-of-fold scores.
///
/// # Errors
/// As [`Baseline::new`].
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{Ties, baseline};
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0], vec![true, true, false])?;
/// let hazard = baseline::of_scores(&[0.0; 3], &outcome, Ties::Breslow)?;
/// assert_eq!(hazard.values(), [1.0 / 3.0, 1.0 / 3.0 + 1.0 / 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn of_scores(scores: &[f64], outcome: &Survival, ties: Ties) -> Result<StepFunction> {
    let mut baseline = Baseline::new(scores, outcome, None, ties)?;
    // One stratum, and it has an event.
    baseline.strata.pop().map(|s| s.hazard).ok_or(Error::NoEvents { cases: outcome.len() })
}

/// The survival curves *exp(-H(t) exp(η))* of cases with these linear predictors, at these times.
///
/// # Errors
/// [`Error::Data`] if the times are not finite and ascending, or a linear predictor is missing.
///
/// # Example
/// ```
/// use radsurv_data::StepFunction;
/// use radsurv_stats::cox::baseline;
/// let hazard = StepFunction::new(0.0, vec![2.0, 4.0], vec![0.1, 0.3])?;
/// let curves = baseline::curves(&hazard, &[0.0, 2f64.ln()], &[1.0, 4.0])?;
/// assert_eq!(curves.of(0), [1.0, (-0.3f64).exp()]);
/// assert!((curves.of(1)[1] - (-0.6f64).exp()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn curves(hazard: &StepFunction, eta: &[f64], times: &[f64]) -> Result<SurvivalCurves> {
    let hazards: Vec<f64> = times.iter().map(|t| hazard.at(*t)).collect();
    let of = |eta: &f64| {
        let factor = eta.exp();
        // Not 0 times infinity: nobody has had an event yet.
        let at = |h: &f64| if *h == 0.0 && !eta.is_nan() { 1.0 } else { (-h * factor).exp() };
        hazards.iter().map(at).collect()
    };
    Ok(SurvivalCurves::new(times.to_vec(), eta.iter().map(of).collect())?)
}
