//! What comes out.

use serde::{Serialize, Serializer};

use super::joint::Joint;
use super::settings::{Band, Definition};
use crate::direction;
use crate::error::{Error, Result};

/// The area under the ROC curve at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TimeAuc {
    /// The time *t*.
    pub time: f64,
    /// *AUC(t)*.
    pub auc: f64,
    /// Its standard error; none with Cox weights, or if it was not asked for.
    #[serde(rename = "se")]
    pub std_error: Option<f64>,
    /// The lower confidence limit *AUC - z σ*, at least 0.
    pub lower: Option<f64>,
    /// The upper confidence limit, at most 1.
    pub upper: Option<f64>,
    /// The lower end of the band over all times, if one was asked for.
    pub band_lower: Option<f64>,
    /// The upper end of the band.
    pub band_upper: Option<f64>,
    /// The number of cases: with the event until *t*.
    pub cases: usize,
    /// The number of controls: followed for longer than *t*.
    pub controls: usize,
    /// The number of those that are neither: censored until *t*, or (with timeROC's rule) seen until *t* exactly.
    pub censored: usize,
}

/// Sensitivity against one less specificity at a time, from the highest threshold down.
///
/// At each threshold *c* those with a marker *above* it are positive. The thresholds are the different values of the marker,
/// descending (so that at the first nobody is positive), and at last minus infinity (null in JSON), below which all are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RocCurve {
    /// The time *t*.
    pub time: f64,
    /// The thresholds *c*.
    #[serde(serialize_with = "finite")]
    pub thresholds: Vec<f64>,
    /// *P(marker > c | case)*, the sensitivity.
    pub true_positive: Vec<f64>,
    /// *P(marker > c | control)*, one less the specificity.
    pub false_positive: Vec<f64>,
}

/// Youden's cut.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Youden {
    /// The cut: positive are those with a marker above it.
    pub cut: f64,
    /// *J*, sensitivity + specificity - 1: the largest there is.
    pub index: f64,
    /// The sensitivity there.
    pub sensitivity: f64,
    /// The specificity there.
    pub specificity: f64,
}

impl RocCurve {
    /// The cut of the largest sensitivity + specificity; the highest, if there are several. It was chosen to look good on
    /// these cases: its sensitivity and specificity on others will be less. (Youden, *Cancer* 3 (1950) 32-35.)
    ///
    /// None only if the curve has no point above a threshold.
    pub fn youden(&self) -> Option<Youden> {
        let mut best: Option<Youden> = None;
        for ((&cut, &tp), &fp) in self.thresholds.iter().zip(&self.true_positive).zip(&self.false_positive) {
            let index = tp - fp;
            // More than what rounding makes of equal ones.
            if cut.is_finite() && best.is_none_or(|b| index > b.index + 1e-12) {
                best = Some(Youden { cut, index, sensitivity: tp, specificity: 1.0 - fp });
            }
        }
        best
    }
}

/// A band over all times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BandQuantile {
    /// How many standard errors it is wide on both sides; z for one time.
    pub quantile: f64,
    /// The number of Monte Carlo draws that it was found with.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
}

/// Areas and curves of a marker at some times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeRoc {
    /// The rule for ties and weights.
    pub definition: Definition,
    /// The confidence of limits and bands.
    pub confidence: f64,
    /// The areas, in the order of the times asked for.
    pub at: Vec<TimeAuc>,
    /// The curves, in the same order; empty if they were not asked for.
    pub curves: Vec<RocCurve>,
    /// The band, if one was asked for and there are standard errors.
    pub band: Option<BandQuantile>,
    /// A remark in plain words, if the marker seems to be turned round.
    pub note: Option<String>,
    /// For each time what each case contributes to the area (the i.i.d. representation, timeROC's `mat_iid_rep`): the
    /// standard error is that of their mean. Empty without standard errors. A number per case and time: for very many times of
    /// very many cases leave standard errors out, or go time by time.
    #[serde(skip)]
    pub influence: Vec<Vec<f64>>,
}

impl TimeRoc {
    /// A band that all areas are within at once with the confidence of the limits: *AUC(t) ∓ q σ(t)*, where *q* is the quantile
    /// of *max_t |Z_t|* of jointly normal *Z* with the correlations of what cases contribute to the areas. timeROC multiplies
    /// these contributions by normal numbers: given the data that is the same distribution, but for *n - 1* in place of *n*.
    pub(super) fn add_band(&mut self, Band { draws, seed }: Band) -> Result<()> {
        if draws < 100 {
            let what = "give 100 at least, better 10000: the band is their quantile";
            return Err(Error::Setting { name: "the number of draws of a band", value: draws.to_string(), what });
        }
        // Where the marker separates all, the area does not vary.
        let vary = |parts: &&Vec<f64>| parts.iter().any(|part| *part != parts[0]);
        let varying: Vec<Vec<f64>> = self.influence.iter().filter(vary).cloned().collect();
        let Some(joint) = Joint::of(&varying).filter(|_| !varying.is_empty()) else { return Ok(()) };
        let quantile = joint.quantile(self.confidence, draws, seed)?;
        self.band = Some(BandQuantile { quantile, draws, seed });
        for at in &mut self.at {
            at.band_lower = at.std_error.map(|se| (at.auc - quantile * se).max(0.0));
            at.band_upper = at.std_error.map(|se| (at.auc + quantile * se).min(1.0));
        }
        Ok(())
    }

    pub(super) fn add_note(&mut self) {
        self.note = self.at.iter().find_map(|at| direction::note(&format!("AUC({})", at.time), at.auc, at.upper));
    }
}

fn finite<S: Serializer>(values: &[f64], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|v| v.is_finite().then_some(*v)))
}
