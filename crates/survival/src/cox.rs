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
//!
//! # Edge cases
//! - It needs more cases than features, and good ones ten events per feature; select features before, or penalise.
//! - Constant features, features that depend on others and features that separate the cases are errors that name them.
//! - Cases may have weights and enter late.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{FeatureTable, FitSurvival, Importance, StepFunction, Survival, SurvivalCurves, SurvivalModel};
use radsurv_stats::cox::{self, Baseline, Coefficient, Design, FitSettings, Penalty, Residuals, Ties, baseline};
use radsurv_stats::hypothesis::ChiSquaredTest;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::input;

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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoxSettings {
    /// How events of the same time are counted.
    pub ties: Ties,
    /// What the likelihood is multiplied with: nothing, or Firth's penalty, which keeps coefficients finite.
    pub penalty: Penalty,
    /// What standard errors are computed from.
    pub errors: CoxErrors,
    /// The number of Newton steps at most.
    pub max_iterations: usize,
    /// The likelihood has converged when it changes by less than this part of itself.
    pub tolerance: f64,
}

impl Default for CoxSettings {
    fn default() -> Self {
        let FitSettings { ties, penalty, max_iterations, tolerance } = FitSettings::default();
        Self { ties, penalty, errors: CoxErrors::default(), max_iterations, tolerance }
    }
}

/// A fitted Cox model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cox {
    settings: CoxSettings,
    features: Vec<String>,
    effects: Vec<Effect>,
    tests: CoxTests,
    baseline: StepFunction,
}

/// What was learned of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Effect {
    mean: f64,
    coefficient: f64,
    se: f64,
    robust_se: Option<f64>,
}

/// Whether the features have an effect at all, and on what this stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoxTests {
    /// The number of cases with a weight above 0.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
    /// The number of Newton steps.
    pub iterations: usize,
    /// The log partial likelihood (with Firth's penalty of both) without effects.
    pub null_log_likelihood: f64,
    /// The log partial likelihood of the model.
    pub log_likelihood: f64,
    /// The likelihood ratio test.
    pub likelihood_ratio: ChiSquaredTest,
    /// Wald's test.
    pub wald: ChiSquaredTest,
    /// The score test.
    pub score: ChiSquaredTest,
}

impl FitSurvival for CoxSettings {
    type Fitted = Cox;
    type Error = Error;

    /// Fits the model.
    ///
    /// # Errors
    /// As [`input::check`] and [`input::varying`]; [`Error::Dependent`], [`Error::Separation`], [`Error::Setting`];
    /// [`Error::NotConverged`]; [`Error::Stats`] if there are not more cases than features, or of what ties cannot be
    /// combined with.
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Cox> {
        if self.max_iterations == 0 {
            let what = "give 1 at least, 100 usually";
            return Err(Error::Setting { name: "the number of iterations", value: "0".to_string(), what });
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            let (value, what) = (self.tolerance.to_string(), "give a number between 0 and 1, 1e-9 usually");
            return Err(Error::Setting { name: "the tolerance", value, what });
        }
        input::check(features, outcome)?;
        input::varying(features, outcome)?;
        let names = features.names();
        let columns: Vec<&[f64]> = features.columns().iter().map(Vec::as_slice).collect();
        let design = Design::new(&columns, outcome);
        let Self { ties, penalty, max_iterations, tolerance, .. } = *self;
        let settings = FitSettings { ties, penalty, max_iterations, tolerance };
        let fit = cox::fit(&design, &settings).map_err(|error| named(error, names))?;
        if !fit.infinite.is_empty() {
            return Err(Error::Separation { features: fit.infinite.iter().map(|&j| names[j].clone()).collect() });
        }
        let robust = match self.errors {
            CoxErrors::Information => None,
            CoxErrors::Robust => Some(Residuals::new(&design, &fit)?.robust_variance(None)?),
        };
        let summary = fit.summary(0.95, robust.as_deref())?;
        let effects = summary.coefficients.iter().zip(&fit.means).map(|(row, &mean)| {
            let Coefficient { coefficient, se, robust_se, .. } = *row;
            Effect { mean, coefficient, se, robust_se }
        });
        let mut strata = Baseline::new(&fit.linear_predictors(&columns)?, outcome, None, ties)?.strata;
        let baseline = strata.pop().ok_or(Error::NoEvents { cases: outcome.len() })?.hazard;
        Ok(Cox {
            settings: *self,
            features: names.to_vec(),
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
            },
            baseline,
        })
    }
}

/// Columns by their names.
fn named(error: radsurv_stats::Error, names: &[String]) -> Error {
    use radsurv_stats::Error as Stats;
    match error {
        Stats::Constant { column } => Error::Constant { features: vec![names[column].clone()] },
        Stats::Collinear { column, on } => {
            Error::Dependent { feature: names[column].clone(), on: on.iter().map(|&j| names[j].clone()).collect() }
        }
        Stats::NotConverged { .. } => Error::NotConverged { what: "the Cox model" },
        other => other.into(),
    }
}

impl Cox {
    /// What it was fitted with.
    pub fn settings(&self) -> CoxSettings {
        self.settings
    }

    /// Coefficients, hazard ratios with limits of this confidence (0.95 usually) and p-values, one per feature in their
    /// order.
    ///
    /// # Errors
    /// [`Error::Stats`] if the confidence is not between 0 and 1.
    pub fn coefficients(&self, confidence: f64) -> Result<Vec<Coefficient>> {
        let row = |e: &Effect| Coefficient::new(e.coefficient, e.se, e.robust_se, confidence);
        Ok(self.effects.iter().map(row).collect::<std::result::Result<_, _>>()?)
    }

    /// Likelihoods and tests of all features together.
    pub fn tests(&self) -> CoxTests {
        self.tests
    }

    /// The cumulative hazard of a case whose features are the means of training.
    pub fn baseline(&self) -> &StepFunction {
        &self.baseline
    }
}

/// In its file are coefficients, means, and the baseline hazard with its event times.
impl Saved for Cox {
    const FORMAT: Format = Format { name: "radsurv-cox", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let (features, effects) = (self.features.len(), self.effects.len());
        if features == effects { Ok(()) } else { Err(format!("it has {features} features and effects of {effects}")) }
    }
}

impl SurvivalModel for Cox {
    type Error = Error;

    fn features(&self) -> &[String] {
        &self.features
    }

    /// The linear predictor: the log hazard ratio to a case whose features are the means of training.
    ///
    /// # Errors
    /// As [`input::columns`].
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let mut risk = vec![0.0; features.cases()];
        for (effect, column) in self.effects.iter().zip(input::columns(features, &self.features)?) {
            risk.iter_mut().zip(column).for_each(|(risk, x)| *risk += effect.coefficient * (x - effect.mean));
        }
        Ok(risk)
    }

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        let curves = baseline::curves(&self.baseline, &self.predict_risk(features)?, times);
        Ok(curves?)
    }

    /// *|z|*, the coefficient in standard errors.
    fn importance(&self) -> Vec<Importance> {
        let value = |e: &Effect| (e.coefficient / e.robust_se.unwrap_or(e.se)).abs();
        let mut all: Vec<Importance> = self
            .features
            .iter()
            .zip(&self.effects)
            .map(|(feature, e)| Importance { feature: feature.clone(), value: value(e) })
            .filter(|importance| importance.value > 0.0)
            .collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        all
    }
}
