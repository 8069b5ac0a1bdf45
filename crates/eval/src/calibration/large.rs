//! Calibration in the large, and the calibration slope.

use radsurv_data::Survival;
use radsurv_stats::cox::{Coefficient, Design, FitSettings, fit};
use radsurv_stats::nonparametric::KaplanMeier;
use radsurv_stats::summary::mean;
use serde::Serialize;

use super::smooth::{bounded, log_minus_log};
use crate::error::Result;
use crate::estimate::standard_errors;
use crate::input::{check_marker, check_plain, check_probabilities, check_time};

/// The calibration slope.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationSlope {
    /// The slope: below 1 predictions are too extreme, above 1 not extreme enough.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
    /// The probability of a slope as far from 1 if 1 is right (Wald).
    pub p_value: f64,
}

/// Observed over expected events.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct InTheLarge {
    /// The time.
    pub time: f64,
    /// The observed probability of an event until then, by Kaplan and Meier.
    pub observed: f64,
    /// Its standard error.
    pub observed_se: f64,
    /// The mean predicted probability.
    pub expected: f64,
    /// Observed over expected: above 1 the model says too little.
    pub ratio: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
}

/// The slope of a linear predictor: the coefficient of a Cox model with nothing else.
///
/// # Errors
/// As [`check_marker`]; [`Error::Stats`](crate::Error::Stats) of the fit, such as without events; [`Error::Setting`](crate::Error::Setting)
/// if the predictor orders the cases perfectly.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![true, true, false, true, true])?;
/// let slope = radsurv_eval::calibration::slope(&[0.4, 0.1, 0.5, 0.2, 0.0], &outcome, 0.95)?;
/// assert!(slope.lower < slope.estimate && slope.estimate < slope.upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn slope(linear_predictor: &[f64], outcome: &Survival, confidence: f64) -> Result<CalibrationSlope> {
    check_marker("linear predictor", linear_predictor, outcome)?;
    let z = standard_errors(confidence)?;
    let found = fit(&Design::new(&[linear_predictor], outcome), &FitSettings::default())?;
    bounded(&found)?;
    let (estimate, se) = (found.coefficients[0], found.variance[0].sqrt());
    let one = Coefficient::new(estimate - 1.0, se, None, confidence)?;
    Ok(CalibrationSlope { estimate, se, lower: estimate - z * se, upper: estimate + z * se, p_value: one.p_value })
}

/// The slope of *ln(-ln(1 - p))*, for models that have no linear predictor.
///
/// # Errors
/// As [`check_probabilities`] and [`slope`].
pub fn slope_of_probabilities(
    event_probability: &[f64],
    outcome: &Survival,
    confidence: f64,
) -> Result<CalibrationSlope> {
    check_probabilities("event probability", event_probability, outcome)?;
    let scores: Vec<f64> = event_probability.iter().map(|p| log_minus_log(*p)).collect();
    slope(&scores, outcome, confidence)
}

/// Observed over expected events until a time.
///
/// # Errors
/// As [`check_probabilities`] and [`check_time`]; [`Error::Stats`](crate::Error::Stats) of weights and late entry;
/// [`Error::Setting`](crate::Error::Setting) of the confidence, and if all probabilities are 0.
pub fn in_the_large(time: f64, event_probability: &[f64], outcome: &Survival, confidence: f64) -> Result<InTheLarge> {
    check_probabilities("event probability", event_probability, outcome)?;
    check_plain("calibration in the large", outcome)?;
    check_time(time, outcome)?;
    let z = standard_errors(confidence)?;
    let at = KaplanMeier::of(outcome)?.at(time);
    let (observed, expected) = (1.0 - at.survival, mean(event_probability));
    if expected == 0.0 {
        let what = "there is nothing to divide by: give probabilities of an event";
        return Err(crate::Error::Setting { name: "the mean event probability", value: "0".to_string(), what });
    }
    let (ratio, width) = (observed / expected, z * at.std_error / observed);
    Ok(InTheLarge {
        time,
        observed,
        observed_se: at.std_error,
        expected,
        ratio,
        lower: ratio * (-width).exp(),
        upper: ratio * width.exp(),
    })
}
