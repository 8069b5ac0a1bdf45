//! How sure predicted curves are.

use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::cox::{CurveErrors, PredictedPoint};
use radsurv_stats::nonparametric::Limits;

use super::CoxSettings;
use super::parts::{Parts, stratum};
use crate::error::Result;
use crate::input;

/// The survival curves of a Cox model with standard errors and confidence limits, as R's `survfit.coxph` gives them.
///
/// They need the means of those at risk at each time, who at the end are single patients: unlike the
/// [model](super::Cox), it is patient data and cannot be saved. Make it from the training cases.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_stats::nonparametric::Limits;
/// use radsurv_survival::CoxSettings;
/// let volumes = [3.0, 9.0, 4.0, 8.0, 5.0, 2.0];
/// let features = FeatureTable::new(
///     (1..=6).map(|i| format!("P{i}")).collect(),
///     vec!["volume".into()],
///     vec![volumes.to_vec()],
/// )?;
/// let outcome = Survival::new(vec![9.0, 2.0, 7.0, 5.0, 4.0, 8.0], vec![true, true, true, true, true, false])?;
/// let limits = CoxSettings::default().limits(&features, &outcome)?;
/// let curve = &limits.predict(&features, &[6.0], 0.95, Limits::LogLog)?[0];
/// assert!(curve[0].lower < curve[0].survival && curve[0].survival < curve[0].upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CoxLimits {
    errors: CurveErrors,
    covariates: Vec<String>,
    strata: Option<(String, Vec<f64>)>,
}

impl CoxSettings {
    /// The curves, with errors and limits, of the model that is [fitted](radsurv_data::FitSurvival::fit) to these cases. Errors
    /// are robust if those of the coefficients are.
    ///
    /// # Errors
    /// As [`fit`](radsurv_data::FitSurvival::fit).
    pub fn limits(&self, features: &FeatureTable, outcome: &Survival) -> Result<CoxLimits> {
        let parts = Parts::new(self, features, outcome)?;
        let fit = parts.fit(self)?;
        let errors = CurveErrors::new(&parts.design(), &fit, parts.robust(self, &fit)?.as_deref())?;
        let values = self.strata.clone().map(|column| (column, parts.strata().to_vec()));
        Ok(CoxLimits { errors, covariates: parts.names, strata: values })
    }
}

impl CoxLimits {
    /// For each case a point per time, with limits of this confidence (0.95 usually).
    ///
    /// # Errors
    /// As [`input::columns`]; [`UnknownStratum`](crate::Error::UnknownStratum); [`Stats`](crate::Error::Stats) if the confidence is not between 0 and 1, or a hazard
    /// leaves the range of numbers.
    pub fn predict(
        &self,
        features: &FeatureTable,
        times: &[f64],
        confidence: f64,
        limits: Limits,
    ) -> Result<Vec<Vec<PredictedPoint>>> {
        let columns = input::columns(features, &self.covariates)?;
        let strata = match &self.strata {
            Some((column, known)) => Some((column, known, input::columns(features, &[column])?[0])),
            None => None,
        };
        let of = |case: usize| -> Result<Vec<PredictedPoint>> {
            let values: Vec<f64> = columns.iter().map(|column| column[case]).collect();
            let stratum = match strata {
                Some((column, known, values)) => stratum(features, case, column, values[case], known)?,
                None => 0,
            };
            Ok(self.errors.of(&values, 0.0, stratum, times, confidence, limits)?)
        };
        (0..features.cases()).map(of).collect()
    }
}
