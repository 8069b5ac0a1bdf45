//! Survival curves for any risk score: a slope and a baseline hazard, learned from held-out scores.
//!
//! A score *s* (higher is worse) becomes the hazard *h_0(t) exp(γ (s - c))*, *c* being the mean of the held-out scores. The
//! slope *γ* is the coefficient of a Cox model with the held-out score as its one column, and *h_0* the baseline of that model
//! (Breslow's or Efron's estimate). Survival is *S(t) = exp(-H_0(t) exp(γ (s - c)))*.
//!
//! On a model's own training cases *γ* would be too large for a model that fits freely, and its curves too far apart. Held-out
//! scores ([`HeldOut`]) are what the model gives to cases it does not know, and their *γ* is that of such cases. It also
//! corrects scores that are too close together, as those of much shrunken coefficients are: then it is above 1.
//!
//! | [`Slope`] | |
//! |---|---|
//! | `Fitted` (default) | *γ* as above: for scores of any scale |
//! | `One` | *γ* = 1: for scores that are log hazards already, where there are too few events to correct them |
//!
//! # Edge cases
//! [`SlopeStatus`] says which of them it was; [`SlopeStatus::warning`] in words.
//! - A fitted slope of 0 or below: the score does not predict. The slope is then 0, and the curve of all cases that of
//!   the cohort. (A negative one would give longer survival to the higher risks.)
//! - Held-out scores that are all the same, or differ only among cases that are never at risk together: the same.
//! - Scores that order all events perfectly have no finite slope: it is then that of Firth's penalised likelihood.
//! - Cases without a score are left out, with what they would say of the hazard: [`CalibratedBaseline::absent`] counts them.
//! - Scores of different folds are of different models: see [`HeldOut`] on their scales.
//!
//! [`Calibrated`] makes such curves for any model.
//!
//! Sources: Cox: Two further applications of a model for binary regression, Biometrika 45 (1958) 562-565 (calibration by a
//! slope); van Houwelingen: Validation, calibration, revision and combination of prognostic survival models, Statistics in
//! Medicine 19 (2000) 3401-3415; Breslow, discussion of Cox: Regression models and life-tables, Journal of the Royal Statistical
//! Society B 34 (1972) 216-217.

mod model;

use radsurv_data::{HeldOut, StepFunction, Survival, SurvivalCurves};
use radsurv_stats::cox::{self, Design, FitSettings, Penalty, Ties, baseline};
use serde::{Deserialize, Serialize};

pub use model::{Calibrated, CalibratedModel};

use crate::error::{Error, Result};

/// What the scores are multiplied with; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slope {
    /// What held-out scores and outcomes say.
    #[default]
    Fitted,
    /// 1.
    One,
}

/// How a baseline is calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalibrationSettings {
    /// What the scores are multiplied with. Default the fitted slope.
    pub slope: Slope,
    /// How events of the same time are counted. Default Efron's rule.
    pub ties: Ties,
}

/// A slope and a baseline hazard that make survival curves of a score. A model that has none of its own keeps it.
///
/// # Example
/// ```
/// use radsurv_data::{HeldOut, HeldOutBy, Survival};
/// use radsurv_survival::calibrated::CalibrationSettings;
/// let by = HeldOutBy::Folds { folds: 5, repeats: 1 };
/// let scores = [9.0, 5.0, 7.0, 8.0, 2.0, 3.0].map(Some).to_vec();
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![true, true, true, false, true, false])?;
/// let baseline = CalibrationSettings::default().fit(&HeldOut::new(scores, by)?, &outcome)?;
/// let curves = baseline.curves(&[3.0, 8.0], &[2.5])?;
/// assert!(curves.of(0)[0] > curves.of(1)[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibratedBaseline {
    slope: f64,
    status: SlopeStatus,
    centre: f64,
    hazard: StepFunction,
    cases: usize,
    events: usize,
    absent: usize,
}

/// Where a slope came from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SlopeStatus {
    /// It was fitted.
    Fitted {
        /// Its standard error.
        se: f64,
    },
    /// It was set to 1.
    Given,
    /// The scores order all events perfectly; it was fitted with Firth's penalty.
    Penalised {
        /// Its standard error.
        se: f64,
    },
    /// The score does not predict: the fitted slope was not above 0, and was set to 0.
    NotPredictive {
        /// The fitted slope.
        fitted: f64,
        /// Its standard error.
        se: f64,
    },
    /// The scores do not differ among cases at risk; the slope was set to 0.
    Constant,
}

impl SlopeStatus {
    /// What a user must know of curves with such a slope, if anything.
    pub fn warning(&self) -> Option<&'static str> {
        match self {
            Self::Fitted { .. } | Self::Given => None,
            Self::Penalised { .. } => {
                Some("the held-out scores order all events perfectly: their slope is an estimate of Firth's")
            }
            Self::NotPredictive { .. } => {
                Some("the held-out scores do not predict: the survival curves of all cases are that of the cohort")
            }
            Self::Constant => {
                Some("the held-out scores are the same for all cases at risk: so are the survival curves of all cases")
            }
        }
    }
}

impl CalibrationSettings {
    /// Learns slope and baseline hazard.
    ///
    /// # Errors
    /// [`radsurv_data::Error::Length`] if scores and outcomes are of different cases; [`Error::TooFewCases`] and
    /// [`Error::NoEvents`] of the cases with a score; [`Error::Stats`] if a slope of 1 leaves the range of the exponential, or
    /// ties cannot be combined with weights.
    pub fn fit(&self, held_out: &HeldOut, outcome: &Survival) -> Result<CalibratedBaseline> {
        let (found, expected) = (held_out.len(), outcome.len());
        if found != expected {
            return Err(
                radsurv_data::Error::Length { column: "of held-out scores".to_string(), found, expected }.into()
            );
        }
        let cases: Vec<usize> = held_out.cases().into_iter().filter(|&i| outcome.weight(i) > 0.0).collect();
        if cases.len() < 2 {
            return Err(Error::TooFewCases {
                what: "calibration (of cases with a held-out score)",
                needed: 2,
                found: cases.len(),
            });
        }
        let scores: Vec<f64> = cases.iter().filter_map(|&i| held_out.scores()[i]).collect();
        let outcome = outcome.rows(&cases);
        if outcome.events() == 0 {
            return Err(Error::NoEvents { cases: outcome.len() });
        }
        let weight = |i: usize| outcome.weight(i);
        let total: f64 = (0..scores.len()).map(weight).sum();
        let centre = scores.iter().enumerate().map(|(i, s)| weight(i) / total * s).sum();
        let (slope, status) = match self.slope {
            Slope::One => (1.0, SlopeStatus::Given),
            Slope::Fitted => self.slope(&scores, &outcome)?,
        };
        let eta: Vec<f64> = scores.iter().map(|s| slope * (s - centre)).collect();
        let hazard = baseline::of_scores(&eta, &outcome, self.ties)?;
        let absent = held_out.absent();
        Ok(CalibratedBaseline { slope, status, centre, hazard, cases: cases.len(), events: outcome.events(), absent })
    }

    fn slope(&self, scores: &[f64], outcome: &Survival) -> Result<(f64, SlopeStatus)> {
        use radsurv_stats::Error as Stats;
        let columns = [scores];
        let design = Design::new(&columns, outcome);
        let settings = FitSettings { ties: self.ties, ..FitSettings::default() };
        let fit = match cox::fit(&design, &settings) {
            Err(Stats::Constant { .. } | Stats::Collinear { .. }) => return Ok((0.0, SlopeStatus::Constant)),
            fit => fit?,
        };
        let penalised = !fit.infinite.is_empty();
        let fit = match penalised {
            // The exact likelihood has no such penalty.
            true => cox::fit(&design, &FitSettings { ties: Ties::Efron, penalty: Penalty::Firth, ..settings })?,
            false => fit,
        };
        let (fitted, se) = (fit.coefficients[0], fit.variance[0].sqrt());
        Ok(match fitted > 0.0 {
            true if penalised => (fitted, SlopeStatus::Penalised { se }),
            true => (fitted, SlopeStatus::Fitted { se }),
            false => (0.0, SlopeStatus::NotPredictive { fitted, se }),
        })
    }
}

/// The curves of a model that may have been fitted without them.
///
/// # Errors
/// [`Error::NoCurves`] if it was; else as [`CalibratedBaseline::curves`].
pub(crate) fn curves_if_fitted(
    baseline: Option<&CalibratedBaseline>,
    scores: &[f64],
    times: &[f64],
) -> Result<SurvivalCurves> {
    baseline.ok_or(Error::NoCurves)?.curves(scores, times)
}

impl CalibratedBaseline {
    /// What the scores are multiplied with, 0 or above.
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// Where the slope came from.
    pub fn status(&self) -> SlopeStatus {
        self.status
    }

    /// The score whose hazard is the baseline: the mean of the held-out scores.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// The cumulative baseline hazard.
    pub fn hazard(&self) -> &StepFunction {
        &self.hazard
    }

    /// The number of cases it was learned from: with a score, and a weight above 0.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// The number of their events.
    pub fn events(&self) -> usize {
        self.events
    }

    /// The number of training cases without a held-out score.
    pub fn absent(&self) -> usize {
        self.absent
    }

    /// The log hazard of each score, less that of the [centre](Self::centre).
    pub fn log_hazards(&self, scores: &[f64]) -> Vec<f64> {
        scores.iter().map(|s| self.slope * (s - self.centre)).collect()
    }

    /// The survival curves of cases with these scores, at these times.
    ///
    /// # Errors
    /// [`Error::Stats`] if the times are not finite and ascending, or a score is missing.
    pub fn curves(&self, scores: &[f64], times: &[f64]) -> Result<SurvivalCurves> {
        Ok(baseline::curves(&self.hazard, &self.log_hazards(scores), times)?)
    }
}
