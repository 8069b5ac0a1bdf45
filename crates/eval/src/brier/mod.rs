//! The Brier score: the mean squared distance of predicted probabilities from what happened until a time.
//!
//! With the probability *p_i* of an event until *t*, the censoring distribution *G* (see
//! [`CensoringDistribution`]) and *n* cases,
//!
//! *BS(t) = (1/n) Σ_i w_i (y_i - p_i)²*, *y_i = 1(T_i <= t)*.
//!
//! | case | *w* by [`BrierRule::RiskRegression`] | by [`BrierRule::ScikitSurvival`] |
//! |---|---|---|
//! | had the event, *T <= t* | *1 / G(T-)* | *1 / G(T)* |
//! | followed for longer, *T > t* | *1 / G(t)* | *1 / G(t)* |
//! | censored, *T <= t* | 0 | 0 |
//!
//! 0 is perfect; 0.25 is what saying 0.5 of everybody gets. How good a value is depends on how many have the event: the
//! *index of prediction accuracy* compares it with the Kaplan-Meier estimate of all cases as the prediction of each,
//! *IPA(t) = 1 - BS(t) / BS_0(t)*: 0 is no better than knowing nothing of the cases, below 0 is worse.
//!
//! # Standard errors
//! The influence of case *k* is *w_k (y_k - p_k)² - BS + c_k*, where *c_k* is that of estimating *G* by Kaplan and Meier,
//! *c_k = (1/n) Σ_j w_j (y_j - p_j)² φ_k(s_j)*; *s_j* is the time at which *G* is taken for case *j*, and with *Y(u)* at risk
//! and *c(u)* censored at *u*, *φ_k(s) = n 1(k censored at T_k until s) / Y(T_k) - n Σ_{u <= min(T_k, s)} c(u) / Y(u)²*. The
//! standard error is the standard deviation of the influences over √n; limits are normal and kept within 0 and 1. Those of
//! the IPA are by the delta method from the influences of *BS* and *BS_0*. If *G* comes from other cases it is taken as
//! known: *c = 0*.
//!
//! # Integrated
//! | [`Integration`] | over times *t_1 < ... < t_m* |
//! |---|---|
//! | `Trapezoid` (scikit-survival; default) | *Σ_j (t_{j+1} - t_j) (BS(t_j) + BS(t_{j+1})) / 2 / (t_m - t_1)* |
//! | `Steps` (riskRegression) | *Σ_j (t_{j+1} - t_j) BS(t_j) / t_m*, with 0 before *t_1* |
//!
//! # Edge cases
//! - Ties: events come before censorings of the same time, also in *G*.
//! - Times before the first event or not before the end of follow-up are errors that say the usable range.
//! - Weights of cases and late entry are refused.
//!
//! # Sources
//! Graf, Schmoor, Sauerbrei, Schumacher: Assessment and comparison of prognostic classification schemes for survival data,
//! Statistics in Medicine 18 (1999) 2529-2545 (score p. 2533, weights p. 2537). Gerds and Schumacher: Consistent estimation of
//! the expected Brier score in general survival models with right-censored event times, Biometrical Journal 48 (2006)
//! 1029-1040. Kattan and Gerds: The index of prediction accuracy, Diagnostic and Prognostic Research 2 (2018) 7. Influences:
//! Blanche, Proust-Lima, Loubère, Berr, Dartigues, Jacqmin-Gadda, Biometrics 71 (2015) 102-113 (supplement). Numbers are
//! those of riskRegression 2022.11.28 and scikit-survival.

mod influence;
mod metric;

use radsurv_data::{Survival, SurvivalCurves};
use radsurv_stats::distribution::Normal;
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, KaplanMeier, Side};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::standard_errors;
use crate::input::{check_direction, check_plain, check_probabilities, check_time};
use influence::{Scored, standard_error};
pub use metric::{BrierMetric, IntegratedBrierMetric, IpaMetric};

/// How cases are weighted; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BrierRule {
    /// *1 / G(T-)* after an event.
    #[default]
    RiskRegression,
    /// *1 / G(T)* after an event.
    ScikitSurvival,
}

/// How scores at several times become one; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Integration {
    /// The mean of the line through the scores, from the first time to the last.
    #[default]
    Trapezoid,
    /// The mean of the step function from 0 to the last time, 0 before the first.
    Steps,
}

/// How Brier scores are estimated.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::brier::BrierSettings;
/// let outcome = Survival::new(vec![2.0, 3.0, 5.0, 8.0, 9.0], vec![true, true, false, true, false])?;
/// let until_4 = BrierSettings::default().at(4.0, &[0.7, 0.6, 0.3, 0.1, 0.2], &outcome)?;
/// // Nobody was censored before: the plain mean of squares.
/// assert!((until_4.estimate - (0.09 + 0.16 + 0.09 + 0.01 + 0.04) / 5.0).abs() < 1e-15);
/// assert!((until_4.null - 0.24).abs() < 1e-15 && until_4.ipa > 0.6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct BrierSettings {
    /// How cases are weighted.
    pub rule: BrierRule,
    /// The confidence of the limits, 0.95.
    pub confidence: f64,
}

impl Default for BrierSettings {
    fn default() -> Self {
        Self { rule: BrierRule::default(), confidence: 0.95 }
    }
}

/// A Brier score at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Brier {
    /// The time.
    pub time: f64,
    /// The number of cases.
    pub cases: usize,
    /// The score.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
    /// The score of the Kaplan-Meier estimate as the prediction of each case.
    pub null: f64,
    /// The index of prediction accuracy.
    pub ipa: f64,
    /// Its standard error.
    pub ipa_se: f64,
    /// Its lower limit.
    pub ipa_lower: f64,
    /// Its upper limit.
    pub ipa_upper: f64,
}

/// The difference of the Brier scores of two predictions of the same cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BrierDifference {
    /// The time.
    pub time: f64,
    /// The first score less the second: below 0 if the first predicts better.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
    /// The probability of a difference as far from 0 if there is none; `None` if the predictions do not differ.
    pub p_value: Option<f64>,
}

/// Brier scores at several times as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntegratedBrier {
    /// The times.
    pub times: Vec<f64>,
    /// How scores became one.
    pub integration: Integration,
    /// The integrated score.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
    /// That of the Kaplan-Meier estimate as the prediction of each case.
    pub null: f64,
    /// *1 - estimate / null*.
    pub ipa: f64,
}

impl BrierSettings {
    /// The score at a time of the probabilities of an event until then.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`] and [`Error::NotProbability`] of the probabilities; [`Error::Time`];
    /// [`Error::Direction`] if they look like those of survival; [`Error::Stats`] of weights, late entry and confidence.
    pub fn at(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<Brier> {
        self.weighted_by(time, event_probability, outcome, None)
    }

    /// The same, with weights from the censoring of other cases: those that the model was fitted on, as in scikit-survival.
    ///
    /// # Errors
    /// As [`at`](Self::at); [`Error::Stats`] where the other cases give no weight.
    pub fn weighted_by(
        &self,
        time: f64,
        event_probability: &[f64],
        outcome: &Survival,
        censoring: Option<&Survival>,
    ) -> Result<Brier> {
        check_probabilities("event probability", event_probability, outcome)?;
        check_direction(time, event_probability, outcome)?;
        let weights = Weights::new(self.rule, outcome, censoring)?;
        let (scored, null) = (weights.scored(time, event_probability)?, weights.null(time)?);
        let [estimate, of_null] = [scored.estimate(), null.estimate()];
        let (own, reference) = (scored.influence(), null.influence());
        let ratio: Vec<f64> = own.iter().zip(&reference).map(|(a, b)| (estimate / of_null * b - a) / of_null).collect();
        let (se, ipa_se, ipa) = (standard_error(&own), standard_error(&ratio), 1.0 - estimate / of_null);
        let z = self.quantile()?;
        Ok(Brier {
            time,
            cases: outcome.len(),
            estimate,
            se,
            lower: (estimate - z * se).max(0.0),
            upper: (estimate + z * se).min(estimate.max(1.0)),
            null: of_null,
            ipa,
            ipa_se,
            ipa_lower: ipa - z * ipa_se,
            ipa_upper: (ipa + z * ipa_se).min(1.0),
        })
    }

    /// The difference of the scores of two predictions: the first less the second.
    ///
    /// # Errors
    /// As [`at`](Self::at), of either.
    pub fn difference(&self, time: f64, first: &[f64], second: &[f64], outcome: &Survival) -> Result<BrierDifference> {
        for probabilities in [first, second] {
            check_probabilities("event probability", probabilities, outcome)?;
            check_direction(time, probabilities, outcome)?;
        }
        let weights = Weights::new(self.rule, outcome, None)?;
        let (a, b) = (weights.scored(time, first)?, weights.scored(time, second)?);
        let estimate = a.estimate() - b.estimate();
        let influence: Vec<f64> = a.influence().iter().zip(b.influence()).map(|(a, b)| a - b).collect();
        let (se, z) = (standard_error(&influence), self.quantile()?);
        let p_value = (se > 0.0).then(|| 2.0 * Normal.upper((estimate / se).abs()));
        Ok(BrierDifference { time, estimate, se, lower: estimate - z * se, upper: estimate + z * se, p_value })
    }

    /// The scores of survival curves at all their times as one.
    ///
    /// # Errors
    /// As [`at`](Self::at), at any of the times; [`Error::Setting`] if there are not two.
    pub fn integrated(
        &self,
        curves: &SurvivalCurves,
        outcome: &Survival,
        integration: Integration,
        censoring: Option<&Survival>,
    ) -> Result<IntegratedBrier> {
        let shares = integration.shares(curves.times())?;
        let weights = Weights::new(self.rule, outcome, censoring)?;
        let mut influence = vec![0.0; outcome.len()];
        let (mut estimate, mut null) = (0.0, 0.0);
        for (place, (&time, share)) in curves.times().iter().zip(shares).enumerate() {
            let events: Vec<f64> = curves.at_time(place).iter().map(|s| 1.0 - s).collect();
            check_probabilities("event probability", &events, outcome)?;
            let scored = weights.scored(time, &events)?;
            influence.iter_mut().zip(scored.influence()).for_each(|(sum, v)| *sum += share * v);
            estimate += share * scored.estimate();
            null += share * weights.null(time)?.estimate();
        }
        let (se, z) = (standard_error(&influence), self.quantile()?);
        Ok(IntegratedBrier {
            times: curves.times().to_vec(),
            integration,
            estimate,
            se,
            lower: (estimate - z * se).max(0.0),
            upper: (estimate + z * se).min(estimate.max(1.0)),
            null,
            ipa: 1.0 - estimate / null,
        })
    }

    fn quantile(&self) -> Result<f64> {
        standard_errors(self.confidence)
    }
}

impl Integration {
    /// What the score at each time counts.
    fn shares(self, times: &[f64]) -> Result<Vec<f64>> {
        let ([first, .., last], true) = (times, times.len() > 1) else {
            let what = "give curves with two times at least to integrate over";
            return Err(Error::Setting { name: "the number of times", value: times.len().to_string(), what });
        };
        let mut shares = vec![0.0; times.len()];
        for (j, pair) in times.windows(2).enumerate() {
            let width = pair[1] - pair[0];
            match self {
                Self::Trapezoid => {
                    shares[j] += width / 2.0 / (last - first);
                    shares[j + 1] += width / 2.0 / (last - first);
                }
                Self::Steps => shares[j] += width / last,
            }
        }
        Ok(shares)
    }
}

/// Cases with the distribution of their censoring times.
pub(crate) struct Weights<'a> {
    outcome: &'a Survival,
    censoring: CensoringDistribution,
    side: Side,
    /// Whether the distribution is that of the cases themselves.
    own: bool,
}

impl<'a> Weights<'a> {
    pub(crate) fn new(rule: BrierRule, outcome: &'a Survival, censoring: Option<&Survival>) -> Result<Self> {
        check_plain("the Brier score", outcome)?;
        let side = match rule {
            BrierRule::RiskRegression => Side::Left,
            BrierRule::ScikitSurvival => Side::Right,
        };
        let distribution = CensoringDistribution::of(censoring.unwrap_or(outcome), CensoringTies::AfterEvents)?;
        Ok(Self { outcome, censoring: distribution, side, own: censoring.is_none() })
    }

    pub(crate) fn scored(&self, time: f64, event_probability: &[f64]) -> Result<Scored<'a>> {
        check_time(time, self.outcome)?;
        let weights = self.censoring.status_weights(self.outcome, time, self.side)?;
        let square = |(i, p): (usize, &f64)| {
            let distance = f64::from(self.outcome.times()[i] <= time) - p;
            weights[i] * distance * distance
        };
        let squares = event_probability.iter().enumerate().map(square).collect();
        Ok(Scored { squares, outcome: self.outcome, time, side: self.side, own: self.own })
    }

    pub(crate) fn null(&self, time: f64) -> Result<Scored<'a>> {
        let event = 1.0 - KaplanMeier::of(self.outcome)?.at(time).survival;
        self.scored(time, &vec![event; self.outcome.len()])
    }
}
