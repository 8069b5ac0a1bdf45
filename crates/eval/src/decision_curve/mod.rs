//! Decision curves: whether treating by a predicted risk does more good than harm.
//!
//! Cases with a risk of at least the threshold *p* are treated. Somebody who treats at a risk of *p* holds *(1 - p) / p*
//! treatments in vain for no worse than one missed event, so that the net benefit, in true positives per case, is
//!
//! *NB(p) = P(R >= p, T <= t) - P(R >= p, T > t) p / (1 - p) - harm*.
//!
//! With censored follow-up the shares are *P(R >= p) (1 - S_p(t))* and *P(R >= p) S_p(t)*, *S_p* being Kaplan and Meier's
//! estimate among the cases of high risk: censoring must be independent of the outcome within them.
//!
//! | | |
//! |---|---|
//! | treat all | *(1 - S(t)) - S(t) p / (1 - p)* |
//! | treat none | 0 |
//! | standardised net benefit | *NB / (1 - S(t))*: 1 at most, that of a perfect model without harm |
//! | interventions avoided, per case | *(NB - NB_all) (1 - p) / p*: treatments in vain spared, at no event missed |
//! | harm | what the test itself costs, in true positives per case: 0.01 if one event more would have to be found for 100 tests |
//!
//! # Edge cases
//! - Nobody of high risk: the net benefit is that of treating none, less the harm.
//! - Nobody of high risk is followed until *t*, and not all of them had the event: there is no net benefit, with a reason;
//!   so in dcurves. Where all had the event, the risk is 1 here, and missing in dcurves.
//! - At the threshold 0 all are treated (dcurves leaves out risks of exactly 0), and no number of interventions is avoided.
//! - Weights of cases count in all shares. Entry times are refused.
//! - Bootstrap limits leave out samples whose net benefit cannot be computed, and count them.
//!
//! # Sources
//! Vickers and Elkin, *Medical Decision Making* 26 (2006) 565-574 (net benefit p. 567). Vickers, Cronin, Elkin, Gonen, *BMC
//! Medical Informatics and Decision Making* 8 (2008) 53 (censoring, test harm). Baker, Cook, Vickers, Kramer, *Journal of the
//! Royal Statistical Society A* 172 (2009) 729-748 (standardised, as relative utility). Numbers are those of dcurves (Python
//! 1.1.7, R 0.5.1).

mod points;

pub(crate) use points::NOT_FOLLOWED;
use radsurv_data::{Metric, MetricError, Predictions, Survival, number};
use radsurv_stats::bootstrap::Bootstrap;
use serde::Serialize;

use crate::bootstrap::Resampling;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::high_risk::{FollowUp, no_entry};
use crate::input::{check_direction, check_probabilities, check_time, event_probability};

/// What is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionCurveSettings {
    /// The time *t* until which events count.
    pub time: f64,
    /// The thresholds, from 0 to below 1; 0.01, 0.02, ... 0.99.
    pub thresholds: Vec<f64>,
    /// How limits are made; none without.
    pub bootstrap: Option<Bootstrap>,
}

impl DecisionCurveSettings {
    /// The default thresholds at a time, without limits.
    pub fn at(time: f64) -> Self {
        Self { time, thresholds: (1..100).map(|p| f64::from(p) / 100.0).collect(), bootstrap: None }
    }
}

/// Thresholds from one to another, both among them if the step fits.
///
/// # Errors
/// [`Error::Setting`] if they are not from 0 to below 1, in this order, or the step is not positive or gives more than 10000.
///
/// # Example
/// ```
/// let thresholds = radsurv_eval::decision_curve::thresholds(0.05, 0.2, 0.05)?;
/// assert_eq!(thresholds, [0.05, 0.1, 0.15, 0.2]);
/// # Ok::<(), radsurv_eval::Error>(())
/// ```
pub fn thresholds(from: f64, to: f64, step: f64) -> Result<Vec<f64>> {
    check_thresholds(&[from, to])?;
    let count = (to - from) / step;
    if !(step > 0.0 && (0.0..1e4).contains(&count)) {
        let value = format!("{from} to {to} by {step}");
        let what = "give a range that rises, in steps of which it has fewer than 10000";
        return Err(Error::Setting { name: "range of thresholds", value, what });
    }
    // Rounded, so that 0.05 + 2 * 0.05 is the 0.15 that was meant.
    let round = |p: f64| (p * 1e10).round() / 1e10;
    Ok((0..=(count + 1e-6) as usize).map(|i| round(from + i as f64 * step)).collect())
}

/// A model by whose risks cases are treated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strategy<'a> {
    /// Its name.
    pub name: &'a str,
    /// The predicted probability of the event until the time, for each case.
    pub risk: &'a [f64],
    /// The harm of the test, in true positives per case; 0 if it costs nothing.
    pub harm: f64,
}

/// Net benefit at a threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionPoint {
    /// The threshold *p*.
    pub threshold: f64,
    /// The share of cases that are treated.
    pub high_risk: f64,
    /// The share of cases that are treated and have the event until the time.
    pub true_positive: Option<f64>,
    /// The share of cases that are treated and have no event until the time.
    pub false_positive: Option<f64>,
    /// The net benefit.
    pub net_benefit: Option<Estimate>,
    /// The net benefit by the probability of the event.
    pub standardized: Option<Estimate>,
    /// Interventions avoided per case; none at the threshold 0.
    pub interventions_avoided: Option<Estimate>,
    /// The number of bootstrap samples whose net benefit could not be computed.
    pub failed: usize,
    /// Why there is no net benefit.
    pub reason: Option<String>,
}

/// Net benefit of a way to treat, by threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategyCurve {
    /// The name of the model; `all` and `none`.
    pub name: String,
    /// The harm of the test.
    pub harm: f64,
    /// The curve.
    pub points: Vec<DecisionPoint>,
}

/// Thresholds from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ThresholdRange {
    /// The lowest.
    pub from: f64,
    /// The highest.
    pub to: f64,
}

impl StrategyCurve {
    /// At which of the thresholds, neighbours taken together, its net benefit is known to be above that of all others, such
    /// as treating all and none. A difference of rounding size (1e-12) does not count.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Survival;
    /// use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy};
    /// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0], vec![true, false, true, false])?;
    /// let model = Strategy { name: "model", risk: &[0.9, 0.4, 0.6, 0.1], harm: 0.0 };
    /// let curves = DecisionCurve::of(&[model], &outcome, &DecisionCurveSettings::at(4.0))?;
    /// let ranges = curves.models[0].ranges_above(&[&curves.all, &curves.none]);
    /// assert_eq!((ranges.len(), ranges[0].from, ranges[0].to), (1, 0.11, 0.9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ranges_above(&self, others: &[&Self]) -> Vec<ThresholdRange> {
        let benefit = |curve: &Self, place: usize| Some(curve.points.get(place)?.net_benefit?.estimate);
        let above = |place: usize, own: f64| {
            others.iter().all(|other| benefit(other, place).is_some_and(|theirs| own > theirs + 1e-12))
        };
        let (mut ranges, mut open): (Vec<ThresholdRange>, bool) = (Vec::new(), false);
        for (place, &DecisionPoint { threshold, .. }) in self.points.iter().enumerate() {
            let better = benefit(self, place).is_some_and(|own| above(place, own));
            match ranges.last_mut().filter(|_| open && better) {
                Some(range) => range.to = threshold,
                None if better => ranges.push(ThresholdRange { from: threshold, to: threshold }),
                None => {}
            }
            open = better;
        }
        ranges
    }
}

/// Decision curves of models, and of treating all and none; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy};
/// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0], vec![true, false, true, false])?;
/// let model = Strategy { name: "model", risk: &[0.9, 0.4, 0.6, 0.1], harm: 0.0 };
/// let settings = DecisionCurveSettings { thresholds: vec![0.2, 0.5], ..DecisionCurveSettings::at(4.0) };
/// let curves = DecisionCurve::of(&[model], &outcome, &settings)?;
/// assert_eq!(curves.event, 0.625);
/// let at_half = &curves.models[0].points[1];
/// // Both of high risk have the event: a net benefit of two in four.
/// assert_eq!((at_half.high_risk, at_half.net_benefit.unwrap().estimate), (0.5, 0.5));
/// assert_eq!(curves.none.points[1].net_benefit.unwrap().estimate, 0.0);
/// assert_eq!(curves.all.points[1].net_benefit.unwrap().estimate, 0.25);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionCurve {
    /// The time until which events count.
    pub time: f64,
    /// The number of cases.
    pub cases: usize,
    /// The probability of the event until the time, among all.
    pub event: f64,
    /// Of each model.
    pub models: Vec<StrategyCurve>,
    /// Of treating all.
    pub all: StrategyCurve,
    /// Of treating none.
    pub none: StrategyCurve,
}

impl DecisionCurve {
    /// The curves of models with the outcome of the same cases.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`] for risks that are none, [`Error::Direction`] for
    /// what look like probabilities of survival; [`Error::Time`] with the usable range; [`Error::Setting`] for thresholds outside of 0 to below 1 or not ascending, and a harm that is negative;
    /// [`Error::Stats`] for entry times and settings of the bootstrap that cannot be.
    pub fn of(models: &[Strategy], outcome: &Survival, settings: &DecisionCurveSettings) -> Result<Self> {
        Self::resampled(models, outcome, settings, Resampling::Cases)
    }

    /// The same, with bootstrap samples drawn within groups of cases.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn resampled(
        models: &[Strategy],
        outcome: &Survival,
        settings: &DecisionCurveSettings,
        resampling: Resampling,
    ) -> Result<Self> {
        let &DecisionCurveSettings { time, ref thresholds, .. } = settings;
        no_entry("a decision curve", outcome)?;
        check_thresholds(thresholds)?;
        for model in models {
            check_probabilities("event probability", model.risk, outcome)?;
            check_harm(model.harm)?;
        }
        check_time(time, outcome)?;
        models.iter().try_for_each(|model| check_direction(time, model.risk, outcome))?;
        let event = FollowUp::until(time, outcome).event_of_all()?;
        let points::Curves { models, all, none } = points::curves(models, outcome, settings, resampling)?;
        Ok(Self { time, cases: outcome.len(), event, models, all, none })
    }
}

pub(crate) fn check_thresholds(thresholds: &[f64]) -> Result<()> {
    if let Some(p) = thresholds.iter().find(|p| !(0.0..1.0).contains(*p)) {
        let what = "give a probability from 0 to below 1, such as 0.2";
        return Err(Error::Setting { name: "threshold", value: p.to_string(), what });
    }
    match thresholds.windows(2).find(|pair| pair[0] > pair[1]) {
        None => Ok(()),
        Some(pair) => {
            let value = format!("{} after {}", pair[1], pair[0]);
            Err(Error::Setting { name: "threshold", value, what: "give thresholds in ascending order" })
        }
    }
}

fn check_harm(harm: f64) -> Result<()> {
    if harm.is_finite() && harm >= 0.0 {
        return Ok(());
    }
    Err(Error::Setting { name: "harm", value: harm.to_string(), what: "give true positives per case, 0 or more" })
}

/// Net benefit at a time and a threshold, as a [`Metric`]: of the event probability at the time, from survival curves.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, Predictions, Survival, SurvivalCurves};
/// use radsurv_eval::decision_curve::NetBenefit;
/// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0], vec![true, false, true, false])?;
/// let curves = SurvivalCurves::new(vec![4.0], vec![vec![0.1], vec![0.6], vec![0.4], vec![0.9]])?;
/// let predictions = Predictions::new(vec![2.0, 0.3, 1.0, -1.0]).with_survival(curves)?;
/// let metric = NetBenefit { time: 4.0, threshold: 0.5, harm: 0.0 };
/// assert_eq!(metric.of(&predictions, &outcome).unwrap(), 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetBenefit {
    /// The time until which events count.
    pub time: f64,
    /// The threshold.
    pub threshold: f64,
    /// The harm of the test, in true positives per case.
    pub harm: f64,
}

impl Metric for NetBenefit {
    fn name(&self) -> String {
        format!("net_benefit_{}_at_{}", number::format(self.time), number::format(self.threshold))
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
        let risk = event_probability(predictions, self.time)?;
        no_entry("net benefit", outcome)?;
        check_thresholds(&[self.threshold])?;
        check_harm(self.harm)?;
        check_probabilities("event probability", &risk, outcome)?;
        check_time(self.time, outcome)?;
        let group = FollowUp::until(self.time, outcome).group(|case| risk[case] >= self.threshold);
        Ok(points::net_benefit(group, self.threshold, self.harm).ok_or(points::NOT_FOLLOWED)?)
    }
}
