//! The ROC curve of a marker at a time *t*, for right-censored outcomes: cumulative cases, dynamic controls.
//!
//! Cases have had the event until *t*, controls are without it for longer. With weights *w_i = 1 / G(T_i-)* of cases and
//! *v_j = 1 / G(t)* of controls, *G* being the distribution of censoring times, and the marker *m* (higher is worse):
//!
//! *TP(c, t) = Σ_cases w_i 1(m_i > c) / Σ_cases w_i*, *FP(c, t) = Σ_controls v_j 1(m_j > c) / Σ_controls v_j*,
//!
//! *AUC(t) = Σ_i Σ_j w_i v_j [1(m_i > m_j) + ½ 1(m_i = m_j)] / (Σ_i w_i Σ_j v_j)*.
//!
//! Those censored before *t* stand in none of the sums; the weights make up for them. With the marginal *G* of the same cases
//! the error of the estimate is a mean over cases of independent parts,
//!
//! *n w_i (p_i - AUC) / Σ w* of a case, *n (q_j - AUC) / #controls* of a control, and of everybody by the estimate of *G*
//! *(1/n) Σ_cases [n w_i (p_i - AUC) / Σ w] M_k(T_i-)*,
//!
//! where *p_i* is the share of controls below the case, *q_j* the weighted share of cases above the control, and *M_k* the
//! integral of the martingale of censoring. The standard error is the standard deviation of these parts by *√n*. One sorting by
//! marker and one by time make everything running sums: *O(n log n)* in all, and *O(n)* memory per time.
//!
//! | | what | the same elsewhere |
//! |---|---|---|
//! | [`TimeRocSettings::of`] | areas with limits, curves, a band | timeROC, `confint`; riskRegression's `Score`; `cumulative_dynamic_auc` |
//! | [`TimeRoc::minus`], [`TimeRocSettings::compare`] | the difference of two markers of the same cases | timeROC's `compare` |
//! | [`RocCurve::youden`], [`TimeRocSettings::at_cut`] | a [`cut`]: sensitivity, specificity, predictive values | `SeSpPPVNPV` |
//! | [`TimeRoc::integrated`] | one number for all times | scikit-survival's `mean_auc` |
//! | [`incident`] | incident cases, dynamic controls | risksetROC |
//!
//! # Rules for ties
//! [`Definition`] names whose rule is followed at *T = t*, [`TiedTimes`] how standard errors see tied times. Equal markers
//! count one half.
//!
//! # Edge cases
//! - A time before the first event, or not before the end of follow-up, is an error with the usable range.
//! - A marker that is the same for all is an error; a missing one as well (timeROC drops such cases silently).
//! - Weights of cases and left truncation are refused: neither the weights nor *G* would account for them.
//! - Where the marker separates cases from controls, *AUC(t)* is 1 and its standard error 0: the limits say nothing then.
//! - Limits are cut at 0 and 1. Bands are wide by Monte Carlo, seeded.
//!
//! # Sources
//! Blanche, Dartigues and Jacqmin-Gadda: Estimating and comparing time-dependent areas under receiver operating
//! characteristic curves for censored event times with competing risks, *Statistics in Medicine* 32 (2013) 5381-5397
//! (estimate p. 5384, i.i.d. representation p. 5386 and appendix). Uno, Cai, Tian and Wei, *Journal of the American
//! Statistical Association* 102 (2007) 527-537. Hung and Chiang, *Canadian Journal of Statistics* 38 (2010) 8-26.

mod area;
mod compare;
pub mod cut;
pub mod incident;
mod integrated;
mod joint;
mod metric;
mod result;
mod settings;
mod steps;
mod weights;

use radsurv_data::Survival;

pub use compare::AucDifference;
pub use cut::CutAccuracy;
pub use integrated::Integration;
pub use metric::{AucAt, IntegratedAuc};
pub use result::{BandQuantile, RocCurve, TimeAuc, TimeRoc, Youden};
pub use settings::{Band, Censoring, Definition, TiedTimes, TimeRocSettings};

use crate::error::{Error, Result};
use crate::estimate::{Estimate, standard_errors};
use crate::input::{check_marker, check_time};
use area::{Sorted, Status, event_weights};
use steps::Steps;
use weights::Weights;

/// The curves and areas of a marker (higher is worse) at some times, by timeROC's rules.
///
/// # Errors
/// As [`TimeRocSettings::of`].
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let times = vec![2.0, 3.0, 5.0, 6.0, 8.0, 9.0, 10.0, 12.0];
/// let event = vec![true, true, false, true, true, false, true, false];
/// let outcome = Survival::new(times, event)?;
/// let risk = [2.1, 1.9, 0.3, 1.2, 0.1, 0.4, 0.2, -1.0];
/// let roc = radsurv_eval::time_roc(&risk, &outcome, &[7.0])?;
/// let at = roc.at[0];
/// assert_eq!((at.cases, at.controls, at.censored), (3, 4, 1));
/// assert_eq!((at.auc, at.std_error), (1.0, Some(0.0)));
/// assert_eq!(roc.curves[0].youden().unwrap().cut, 0.4);
/// let early = radsurv_eval::time_roc(&risk, &outcome, &[1.0]).unwrap_err();
/// assert!(early.to_string().contains("usable times are from 2 to below 12"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn time_roc(marker: &[f64], outcome: &Survival, times: &[f64]) -> Result<TimeRoc> {
    TimeRocSettings::default().of(marker, outcome, times)
}

impl TimeRocSettings {
    /// The curves and areas of a marker (higher is worse) at some times, in the order given, with weights from the censoring
    /// times of the same cases.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::Constant`] of the marker; [`Error::Time`] of times at which there are
    /// no cases or no controls, with the usable range; [`Error::Setting`]; [`Error::Stats`] of weights of cases, left truncation
    /// and *G* that is 0.
    pub fn of(&self, marker: &[f64], outcome: &Survival, times: &[f64]) -> Result<TimeRoc> {
        self.weighted(marker, outcome, times, Censoring::Marginal)
    }

    /// The same, with another distribution of censoring times.
    ///
    /// # Errors
    /// As [`of`](Self::of), and [`Error::Stats`] if the Cox model of censoring cannot be fitted.
    pub fn weighted(&self, marker: &[f64], outcome: &Survival, times: &[f64], censoring: Censoring) -> Result<TimeRoc> {
        let ready = Ready::new(self, marker, outcome, times, censoring)?;
        let width = standard_errors(self.confidence)?;
        let mut roc = TimeRoc {
            definition: self.definition,
            confidence: self.confidence,
            at: Vec::new(),
            curves: Vec::new(),
            band: None,
            note: None,
            influence: Vec::new(),
        };
        for &time in times {
            let status = ready.at(time)?;
            let (auc, std_error) = if self.std_errors && ready.weights.shared() {
                let (auc, influence) = status.influence(&ready.sorted, self.definition, ready.steps.as_ref());
                let std_error = std_error_of_mean(&influence);
                roc.influence.push(influence);
                (auc, std_error)
            } else {
                (status.area(&ready.sorted), None)
            };
            let Estimate { estimate: auc, std_error, lower, upper } = Estimate::within_unit(auc, std_error, width);
            let Status { cases, controls, .. } = status;
            let censored = outcome.len() - cases - controls;
            let (band_lower, band_upper) = (None, None);
            roc.at.push(TimeAuc {
                time,
                auc,
                std_error,
                lower,
                upper,
                band_lower,
                band_upper,
                cases,
                controls,
                censored,
            });
            if self.curves {
                roc.curves.push(status.curve(&ready.sorted, time));
            }
        }
        if let Some(band) = self.band {
            roc.add_band(band)?;
        }
        roc.add_note();
        Ok(roc)
    }
}

/// What all times share.
struct Ready<'a> {
    definition: Definition,
    sorted: Sorted,
    weights: Weights<'a>,
    steps: Option<Steps>,
    /// The weight of each event, by descending marker.
    events: Vec<f64>,
    /// The first event and the last time.
    range: [f64; 2],
}

impl<'a> Ready<'a> {
    fn new(
        settings: &TimeRocSettings,
        marker: &[f64],
        outcome: &Survival,
        times: &[f64],
        censoring: Censoring<'a>,
    ) -> Result<Self> {
        plain("time-dependent ROC", outcome)?;
        check_marker("marker", marker, outcome)?;
        times.iter().try_for_each(|time| check_time(*time, outcome))?;
        let until = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (definition, sorted) = (settings.definition, Sorted::new(marker, outcome));
        let weights = Weights::new(outcome, censoring)?;
        let events = event_weights(&sorted, until, definition, &weights)?;
        let steps = (settings.std_errors && weights.estimated())
            .then(|| Steps::new(outcome, &by_time(outcome), settings.tied_times));
        let (times, event) = (outcome.times(), outcome.event());
        let first = times.iter().zip(event).filter(|(_, event)| **event).fold(f64::INFINITY, |a, (t, _)| a.min(*t));
        let last = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(Self { definition, sorted, weights, steps, events, range: [first, last] })
    }

    /// Who is what at a time.
    fn at(&self, time: f64) -> Result<Status> {
        let status = Status::new(&self.sorted, time, self.definition, &self.weights, &self.events)?;
        if status.cases > 0 {
            return Ok(status);
        }
        let why = "the first event happens, and by timeROC's rule an event at the time itself is no case: take a later time, or another definition";
        let [first, last] = self.range;
        Err(Error::Time { time, why, first, last })
    }
}

/// Cases by ascending time, those of the same time in their order.
fn by_time(outcome: &Survival) -> Vec<u32> {
    let mut keyed: Vec<(f64, u32)> = outcome.times().iter().copied().zip(0..).collect();
    keyed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    keyed.into_iter().map(|(_, case)| case).collect()
}

/// The standard error of a mean; none of less than two.
fn std_error_of_mean(parts: &[f64]) -> Option<f64> {
    let n = parts.len() as f64;
    let mean = parts.iter().sum::<f64>() / n;
    let squares: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
    (parts.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt())
}

/// Refuses what would be ignored.
pub(crate) fn plain(method: &'static str, outcome: &Survival) -> Result<()> {
    let what = if outcome.weights().is_some_and(|weights| weights.iter().any(|w| *w != 1.0)) {
        "weights of cases: its standard errors would not be those of weighted cases; leave the weights out, or repeat rows"
    } else if outcome.entry().is_some_and(|entry| entry.iter().any(|e| *e > 0.0)) {
        "left truncation: who is seen as a case depends on entry as well; leave the entry times out if all entered at 0"
    } else {
        return Ok(());
    };
    Err(Error::Stats(radsurv_stats::Error::Unsupported { method, what }))
}
