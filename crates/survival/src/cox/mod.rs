//! Cox's proportional hazards model.
//!
//! A case with the features *x* has the hazard *h_0(t) exp(η)*, *η = Σ_j β_j (x_j - mean_j)*: risk is *η*, and its survival
//! *exp(-H_0(t) exp(η))* with the baseline hazard of the same cases. Likelihood, ties, fit and baseline are those of
//! [`radsurv_stats::cox`], with the numbers of R's `coxph` and `survfit`.
//!
//! | setting | | default |
//! |---|---|---|
//! | [`ties`](CoxSettings::ties) | how events of the same time are counted | Efron |
//! | [`penalty`](CoxSettings::penalty) | Firth's, where features separate the cases | none |
//! | [`errors`](CoxSettings::errors) | standard errors by the information or robust | information |
//! | [`strata`](CoxSettings::strata) | a column: cases of a value have a baseline hazard of their own | none |
//! | [`clusters`](CoxSettings::clusters) | a column: cases of a value depend on each other, errors are robust to it | none |
//!
//! Columns of strata and clusters are columns of the table of features, whose values are only told apart: number centres and
//! patients. They are no covariates. Risks do not know the baseline hazard: compare those of one stratum only, or compare
//! survival.
//!
//! # Edge cases
//! - It needs more cases than features, and good ones ten events per feature; select features before, or penalise.
//! - Constant features, features that depend on others and features that separate the cases are errors that name them.
//! - Cases may have weights and enter late.
//! - A stratum without events has a hazard of 0. A stratum that was not fitted has no curve, which is an error.

mod limits;
mod model;
mod parts;

use radsurv_data::{FeatureTable, FitSurvival, Survival};
use radsurv_stats::cox::{self, Baseline, Coefficient, FitSettings, Penalty, Ties};
use serde::{Deserialize, Serialize};

pub use limits::CoxLimits;
pub use model::{Cox, CoxConcordance, CoxTests, StratumBaseline};

use crate::error::{Error, Result};
use model::Effect;
use parts::Parts;

/// What standard errors are computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoxErrors {
    /// The information, as is right if the model is.
    #[default]
    Information,
    /// The residuals of the cases (the sandwich estimate), as is right of weighted cases too.
    Robust,
}

/// How a Cox model is fitted; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::cox::CoxSettings;
/// let volumes = [3.0, 9.0, 4.0, 8.0, 5.0, 2.0];
/// let features = FeatureTable::new(
///     (1..=6).map(|i| format!("P{i}")).collect(),
///     vec!["volume".into()],
///     vec![volumes.to_vec()],
/// )?;
/// let outcome = Survival::new(vec![9.0, 2.0, 7.0, 5.0, 4.0, 8.0], vec![true, true, true, true, true, false])?;
/// let model = CoxSettings::default().fit(&features, &outcome)?;
/// assert!(model.coefficients(0.95)?[0].hazard_ratio > 1.0);
/// let curves = model.predict_survival(&features, &[3.0, 6.0])?;
/// assert!(curves.of(1)[0] < curves.of(0)[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoxSettings {
    /// How events of the same time are counted.
    pub ties: Ties,
    /// What the likelihood is multiplied with: nothing, or Firth's penalty, which keeps coefficients finite.
    pub penalty: Penalty,
    /// What standard errors are computed from.
    pub errors: CoxErrors,
    /// The column whose values are strata, if there are any: each has a baseline hazard of its own. Written as `""` for none.
    #[serde(with = "crate::column")]
    pub strata: Option<String>,
    /// The column whose values are clusters of cases that depend on each other, if there are any: standard errors are then
    /// robust. Written as `""` for none.
    #[serde(with = "crate::column")]
    pub clusters: Option<String>,
    /// The number of Newton steps at most.
    pub max_iterations: usize,
    /// The likelihood has converged when it changes by less than this part of itself.
    pub tolerance: f64,
}

impl Default for CoxSettings {
    fn default() -> Self {
        let FitSettings { ties, penalty, max_iterations, tolerance } = FitSettings::default();
        let errors = CoxErrors::default();
        Self { ties, penalty, errors, strata: None, clusters: None, max_iterations, tolerance }
    }
}

impl FitSurvival for CoxSettings {
    type Fitted = Cox;
    type Error = Error;

    /// Fits the model.
    ///
    /// # Errors
    /// As [`input::check`](crate::input::check) and [`input::varying`](crate::input::varying); [`Error::Dependent`],
    /// [`Error::Separation`], [`Error::Setting`] (also if there is no column of strata or clusters); [`Error::NotConverged`];
    /// [`Error::Stats`] if there are not more cases than features, or of what ties cannot be combined with.
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Cox> {
        let parts = Parts::new(self, features, outcome)?;
        let fit = parts.fit(self)?;
        let summary = fit.summary(0.95, parts.robust(self, &fit)?.as_deref())?;
        let effects = summary.coefficients.iter().zip(&fit.means).map(|(row, &mean)| {
            let Coefficient { coefficient, se, robust_se, .. } = *row;
            Effect { mean, coefficient, se, robust_se }
        });
        let eta = fit.linear_predictors(&parts.columns)?;
        let strata = parts.strata();
        let baseline = |s: cox::StratumBaseline| StratumBaseline { value: strata[s.stratum], hazard: s.hazard };
        let baselines = Baseline::new(&eta, outcome, parts.design().strata, self.ties)?.strata.into_iter();
        Ok(Cox {
            settings: self.clone(),
            features: features.names().to_vec(),
            effects: effects.collect(),
            tests: CoxTests {
                cases: fit.cases,
                events: fit.events,
                iterations: fit.iterations,
                null_log_likelihood: fit.null_log_likelihood,
                log_likelihood: fit.log_likelihood,
                likelihood_ratio: summary.likelihood_ratio,
                wald: summary.wald,
                score: summary.score,
                concordance: parts.concordance(&eta)?,
            },
            baselines: baselines.map(baseline).collect(),
            covariates: parts.names.clone(),
        })
    }
}
