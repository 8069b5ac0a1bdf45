//! A number with its uncertainty.

use radsurv_stats::distribution::Normal;
use serde::Serialize;

use crate::error::{Error, Result};

/// An estimate, its standard error and confidence limits; none where they cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    #[serde(rename = "se")]
    pub std_error: Option<f64>,
    /// The lower confidence limit.
    pub lower: Option<f64>,
    /// The upper confidence limit.
    pub upper: Option<f64>,
}

impl Estimate {
    /// A share or probability with limits of this many standard errors (1.96 for 95 %), cut at 0 and 1. A standard error
    /// that is no number counts as none.
    ///
    /// # Example
    /// ```
    /// let auc = radsurv_eval::Estimate::within_unit(0.9, Some(0.1), 2.0);
    /// assert_eq!((auc.lower, auc.upper), (Some(0.7), Some(1.0)));
    /// assert_eq!(radsurv_eval::Estimate::within_unit(0.9, None, 2.0).lower, None);
    /// ```
    pub fn within_unit(estimate: f64, std_error: Option<f64>, standard_errors: f64) -> Self {
        let std_error = std_error.filter(|se| se.is_finite());
        let limit = |sign: f64| std_error.map(|se| (estimate + sign * standard_errors * se).clamp(0.0, 1.0));
        Self { estimate, std_error, lower: limit(-1.0), upper: limit(1.0) }
    }
}

/// The standard errors on both sides of an estimate that limits of this confidence are: 1.96 for 0.95.
///
/// # Errors
/// [`Error::Setting`] if the confidence is not between 0 and 1.
pub(crate) fn standard_errors(confidence: f64) -> Result<f64> {
    if !(confidence > 0.0 && confidence < 1.0) {
        let what = "give a number between 0 and 1, such as 0.95";
        return Err(Error::Setting { name: "confidence", value: confidence.to_string(), what });
    }
    Ok(Normal.quantile(0.5 + 0.5 * confidence)?)
}
