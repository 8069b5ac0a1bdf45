//! The integrated discrimination improvement, and the distributions it is the difference of.

use radsurv_data::{Metric, MetricError, Predictions, Survival, number};
use radsurv_stats::bootstrap::{Bootstrap, Bootstrapped};
use serde::{Deserialize, Serialize};

use super::weights::{CaseWeights, Weights};
use super::{all_of, check};
use crate::bootstrap::Resampling;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::high_risk::no_entry;
use crate::input::{check_probabilities, check_time, event_probability};

/// What is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IdiSettings {
    /// The time *t* until which events count.
    pub time: f64,
    /// How cases are weighted for censoring.
    pub weights: CaseWeights,
    /// How limits are made; none without.
    pub bootstrap: Option<Bootstrap>,
}

impl IdiSettings {
    /// With standard weights, without limits.
    pub fn at(time: f64) -> Self {
        Self { time, weights: CaseWeights::default(), bootstrap: None }
    }
}

/// A number among cases, among controls, and the first less the second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Improvement {
    /// Among cases less among controls.
    pub difference: Estimate,
    /// Among cases.
    pub cases: Estimate,
    /// Among controls.
    pub controls: Estimate,
}

/// How the change of risk is distributed among cases and controls: the curves whose area between is the IDI. Both are
/// constant between the changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IdiCurves {
    /// The changes *s* that there are, ascending.
    pub change: Vec<f64>,
    /// *P(D <= s | case)*.
    pub cases: Vec<f64>,
    /// *P(D <= s | control)*.
    pub controls: Vec<f64>,
}

/// An integrated discrimination improvement with its companions, by weights of the cases; see the [module](super).
///
/// | | of *D*, the change of risk | survIDINRI |
/// |---|---|---|
/// | [`idi`](Self::idi) | its mean | M1 |
/// | [`above`](Self::above) | *P(D > 0)*: half the continuous NRI, if no risk stays the same | M2 |
/// | [`median`](Self::median) | its median; the middle where the curve is flat at one half | M3 |
///
/// survIDINRI sums on a grid of 2001 points; here they are exact.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::reclassification::{Idi, IdiSettings};
/// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0], vec![true, true, false, false])?;
/// let idi = Idi::of(&[0.5, 0.5, 0.5, 0.25], &[0.75, 0.5, 0.25, 0.25], &outcome, &IdiSettings::at(3.0))?;
/// assert_eq!((idi.idi.cases.estimate, idi.idi.controls.estimate), (0.125, -0.125));
/// assert_eq!((idi.idi.difference.estimate, idi.above.difference.estimate), (0.25, 0.5));
/// assert_eq!((idi.curves.change[1], idi.curves.cases[1], idi.curves.controls[1]), (0.0, 0.5, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Idi {
    /// The time until which events count.
    pub time: f64,
    /// How cases are weighted.
    pub weights: CaseWeights,
    /// The mean change of risk.
    pub idi: Improvement,
    /// The share whose risk rises.
    pub above: Improvement,
    /// The median change of risk.
    pub median: Improvement,
    /// The discrimination slope of the old model: the mean risk of the cases less that of the controls.
    pub old_slope: Estimate,
    /// The discrimination slope of the new model.
    pub new_slope: Estimate,
    /// The distributions.
    pub curves: IdiCurves,
    /// The number of bootstrap samples of which it could not be computed.
    pub failed: usize,
    /// Why it could not be computed of the first of them.
    pub failure: Option<String>,
}

impl Idi {
    /// The improvement from an old to a new model's probabilities of the event until a time.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`] for risks that are none, [`Error::Direction`] for
    /// what look like probabilities of survival; [`Error::Time`] with the usable range; [`Error::Stats`] for entry times and settings of the bootstrap that cannot be.
    pub fn of(old: &[f64], new: &[f64], outcome: &Survival, settings: &IdiSettings) -> Result<Self> {
        Self::resampled(old, new, outcome, settings, Resampling::Cases)
    }

    /// The same, with bootstrap samples drawn within groups of cases.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn resampled(
        old: &[f64],
        new: &[f64],
        outcome: &Survival,
        settings: &IdiSettings,
        resampling: Resampling,
    ) -> Result<Self> {
        let &IdiSettings { time, weights, ref bootstrap } = settings;
        check(old, new, outcome, time)?;
        let curves = curves(old, new, &weights.of(outcome, time)?, time)?;
        let of_all = numbers(old, new, outcome, time, weights)?;
        let values: Vec<Bootstrapped> = match bootstrap {
            None => of_all.into_iter().map(Bootstrapped::alone).collect(),
            Some(bootstrap) => {
                let strata = resampling.strata(outcome)?;
                let statistics = |rows: &[usize]| {
                    let some = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
                    match numbers(&some(old), &some(new), &outcome.rows(rows), time, weights) {
                        Ok(numbers) => numbers.map(Ok).to_vec(),
                        Err(why) => vec![Err(why.to_string()); NUMBERS],
                    }
                };
                let results = bootstrap.run(outcome.len(), strata.as_deref(), statistics)?;
                all_of(results)?
            }
        };
        let next = |place: usize| Estimate::from(&values[place]);
        let three =
            |place: usize| Improvement { difference: next(place), cases: next(place + 1), controls: next(place + 2) };
        Ok(Self {
            time,
            weights,
            idi: three(0),
            above: three(3),
            median: three(6),
            old_slope: next(9),
            new_slope: next(10),
            curves,
            failed: values[0].failed,
            failure: values[0].failure.clone(),
        })
    }
}

const NUMBERS: usize = 11;

/// All numbers of [`Idi`], in the order of its fields.
fn numbers(old: &[f64], new: &[f64], outcome: &Survival, time: f64, weights: CaseWeights) -> Result<[f64; NUMBERS]> {
    let weights = weights.of(outcome, time)?;
    let change: Vec<f64> = old.iter().zip(new).map(|(old, new)| new - old).collect();
    let above: Vec<f64> = change.iter().map(|d| if *d > 0.0 { 1.0 } else { 0.0 }).collect();
    let [idi, above] = [&change, &above].map(|values| parts(values, &weights, time));
    let (idi, above) = (idi?, above?);
    let mut order: Vec<usize> = (0..change.len()).collect();
    order.sort_by(|a, b| change[*a].total_cmp(&change[*b]));
    let median = [&weights.case, &weights.control].map(|w| median(&change, w, &order));
    let slope = |risk: &[f64]| parts(risk, &weights, time).map(|[cases, controls]| cases - controls);
    let three = |[cases, controls]: [f64; 2]| [cases - controls, cases, controls];
    let [a, b, c] = [three(idi), three(above), three(median)];
    Ok([a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2], slope(old)?, slope(new)?])
}

/// The weighted means among cases and controls.
fn parts(values: &[f64], weights: &Weights, time: f64) -> Result<[f64; 2]> {
    let mean = |weights: &[f64], what: &'static str| {
        let all: f64 = weights.iter().sum();
        if all > 0.0 {
            Ok(values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / all)
        } else {
            Err(Error::Nobody { what, time })
        }
    };
    Ok([mean(&weights.case, "with the event")?, mean(&weights.control, "without the event")?])
}

/// The weighted median; the middle of the values on both sides where the sum of weights is half, up to rounding.
fn median(values: &[f64], weights: &[f64], order: &[usize]) -> f64 {
    let all: f64 = order.iter().map(|&i| weights[i]).sum();
    let (mut sum, mut low) = (0.0, None);
    for &i in order.iter().filter(|&&i| weights[i] > 0.0) {
        sum += weights[i];
        let low = *if sum >= (0.5 - 1e-12) * all { low.get_or_insert(values[i]) } else { continue };
        if sum > (0.5 + 1e-12) * all {
            return 0.5 * (low + values[i]);
        }
    }
    low.unwrap_or(f64::NAN)
}

fn curves(old: &[f64], new: &[f64], weights: &Weights, time: f64) -> Result<IdiCurves> {
    let change: Vec<f64> = old.iter().zip(new).map(|(old, new)| new - old).collect();
    let mut order: Vec<usize> = (0..change.len()).collect();
    order.retain(|&i| weights.case[i] > 0.0 || weights.control[i] > 0.0);
    order.sort_by(|a, b| change[*a].total_cmp(&change[*b]));
    // Both sums are checked by the means.
    parts(&change, weights, time)?;
    let share = |weights: &[f64]| {
        let all: f64 = order.iter().map(|&i| weights[i]).sum();
        let mut sum = 0.0;
        let sums = order.iter().map(|&i| {
            sum += weights[i];
            sum / all
        });
        sums.collect::<Vec<f64>>()
    };
    let (cases, controls) = (share(&weights.case), share(&weights.control));
    let last = |place: &usize| order.get(place + 1).is_none_or(|&next| change[next] > change[order[*place]]);
    let places: Vec<usize> = (0..order.len()).filter(last).collect();
    let of = |values: &[f64]| places.iter().map(|&place| values[place]).collect();
    Ok(IdiCurves {
        change: places.iter().map(|&place| change[order[place]]).collect(),
        cases: of(&cases),
        controls: of(&controls),
    })
}

/// The discrimination slope at a time, as a [`Metric`]: the mean predicted risk of the cases less that of the controls. The
/// difference of two models is the IDI.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscriminationSlope {
    /// The time until which events count.
    pub time: f64,
    /// How cases are weighted for censoring.
    pub weights: CaseWeights,
}

impl Metric for DiscriminationSlope {
    fn name(&self) -> String {
        format!("discrimination_slope_{}", number::format(self.time))
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
        let risk = event_probability(predictions, self.time)?;
        no_entry("the discrimination slope", outcome)?;
        check_probabilities("event probability", &risk, outcome)?;
        check_time(self.time, outcome)?;
        let [cases, controls] = parts(&risk, &self.weights.of(outcome, self.time)?, self.time)?;
        Ok(cases - controls)
    }
}
