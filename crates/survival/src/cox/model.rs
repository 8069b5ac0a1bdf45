//! The fitted model.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{FeatureTable, Importance, StepFunction, SurvivalCurves, SurvivalModel};
use radsurv_stats::cox::{Coefficient, baseline};
use radsurv_stats::hypothesis::ChiSquaredTest;
use serde::{Deserialize, Serialize};

use super::CoxSettings;
use super::parts::stratum;
use crate::error::{Error, Result};
use crate::explain::ShapValues;
use crate::input;

/// A fitted Cox model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cox {
    pub(super) settings: CoxSettings,
    pub(super) features: Vec<String>,
    /// Those with an effect: not strata and clusters.
    pub(super) covariates: Vec<String>,
    pub(super) effects: Vec<Effect>,
    pub(super) tests: CoxTests,
    pub(super) baselines: Vec<StratumBaseline>,
}

/// The baseline hazard of a stratum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumBaseline {
    /// The value of its cases in the column of strata; 0 if there are no strata.
    pub value: f64,
    /// The cumulative hazard of a case whose features are the means of training.
    pub hazard: StepFunction,
}

/// What was learned of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Effect {
    pub(super) mean: f64,
    pub(super) coefficient: f64,
    pub(super) se: f64,
    pub(super) robust_se: Option<f64>,
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
    /// The concordance of risks and outcomes of the training cases, within strata; none if no two of them can be compared.
    /// It is too high for new cases.
    pub concordance: Option<CoxConcordance>,
}

/// A concordance of training cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoxConcordance {
    /// Harrell's C.
    pub estimate: f64,
    /// Its standard error by the infinitesimal jackknife, of clusters if there are any.
    pub se: f64,
}

impl Cox {
    /// What it was fitted with.
    pub fn settings(&self) -> &CoxSettings {
        &self.settings
    }

    /// The features that have a coefficient: those of strata and clusters have none.
    pub fn covariates(&self) -> &[String] {
        &self.covariates
    }

    /// Coefficients, hazard ratios with limits of this confidence (0.95 usually) and p-values, one per
    /// [covariate](Self::covariates) in their order.
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

    /// How far each feature moves the log hazard of each case from that of the means of training: *β_j (x_j - mean_j)*.
    ///
    /// # Errors
    /// As [`input::columns`].
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        let term = |effect: &Effect| {
            let Effect { mean, coefficient, .. } = *effect;
            move |x: f64| coefficient * (x - mean)
        };
        let terms = self.covariates.iter().zip(&self.effects).map(|(name, effect)| (name.as_str(), term(effect)));
        ShapValues::of_terms(0.0, terms, features)
    }

    /// The baseline hazard of each stratum; one if there are no strata.
    pub fn baselines(&self) -> &[StratumBaseline] {
        &self.baselines
    }
}

/// In its file are coefficients, means, and the baseline hazards with their event times and the values of strata.
impl Saved for Cox {
    const FORMAT: Format = Format { name: "radsurv-cox", version: 2 };

    fn check(&self) -> std::result::Result<(), String> {
        let (covariates, effects) = (self.covariates.len(), self.effects.len());
        if covariates != effects {
            return Err(format!("it has {covariates} covariates and effects of {effects}"));
        }
        match self.baselines.len() {
            0 => Err("it has no baseline hazard".to_string()),
            2.. if self.settings.strata.is_none() => {
                Err("it has baseline hazards of strata, and no strata".to_string())
            }
            _ => Ok(()),
        }
    }
}

impl SurvivalModel for Cox {
    type Error = Error;

    fn features(&self) -> &[String] {
        &self.features
    }

    /// The covariates and the column of strata.
    fn needed(&self) -> Vec<&str> {
        self.covariates.iter().chain(&self.settings.strata).map(String::as_str).collect()
    }

    /// The linear predictor: the log hazard ratio to a case whose features are the means of training.
    ///
    /// # Errors
    /// As [`input::columns`], also of the column of strata.
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let mut risk = vec![0.0; features.cases()];
        for (effect, column) in self.effects.iter().zip(input::columns(features, &self.needed())?) {
            risk.iter_mut().zip(column).for_each(|(risk, x)| *risk += effect.coefficient * (x - effect.mean));
        }
        Ok(risk)
    }

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        let risk = self.predict_risk(features)?;
        let Some(column) = &self.settings.strata else {
            // There is one, as `check` sees to.
            return Ok(baseline::curves(&self.baselines[0].hazard, &risk, times)?);
        };
        let known: Vec<f64> = self.baselines.iter().map(|s| s.value).collect();
        let mut curves = Vec::with_capacity(risk.len());
        for (case, value) in features.column(column).unwrap_or(&[]).iter().enumerate() {
            let hazard = &self.baselines[stratum(features, case, column, *value, &known)?].hazard;
            curves.push(baseline::curves(hazard, &risk[case..=case], times)?.of(0).to_vec());
        }
        Ok(SurvivalCurves::new(times.to_vec(), curves)?)
    }

    /// *|z|*, the coefficient in standard errors.
    fn importance(&self) -> Vec<Importance> {
        let value = |e: &Effect| (e.coefficient / e.robust_se.unwrap_or(e.se)).abs();
        let mut all: Vec<Importance> = self
            .covariates
            .iter()
            .zip(&self.effects)
            .map(|(feature, e)| Importance { feature: feature.clone(), value: value(e) })
            .filter(|importance| importance.value > 0.0)
            .collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        all
    }
}
