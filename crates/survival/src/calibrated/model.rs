//! Any model with curves that are calibrated on held-out scores.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{
    FeatureTable, FitSurvival, Groups, Importance, Survival, SurvivalCurves, SurvivalModel, WithHeldOut,
};
use serde::{Deserialize, Serialize};

use super::{CalibratedBaseline, CalibrationSettings};
use crate::error::{Error, Result};
use crate::folds::FoldSettings;
use crate::held_out::out_of_fold;

/// Settings of a model whose survival curves are calibrated on out-of-fold scores; the risks are those of the model itself.
///
/// For models that overfit or shrink. The own curves of a Cox model of too many features are too far apart, those of a simple
/// lasso (the lambda of one standard error) too close together; at its best lambda the two about cancel.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::{CoxnetSettings, calibrated::Calibrated};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let settings = Calibrated { model: CoxnetSettings::default(), ..Default::default() };
/// let fitted = settings.fit_held_out(&features, &outcome, None)?;
/// assert_eq!(fitted.held_out.len(), 60);
/// assert!(fitted.model.baseline().slope() > 0.0);
/// assert!(fitted.model.predict_survival(&features, &[12.0, 24.0])?.of(3)[1] < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calibrated<S> {
    /// The model.
    pub model: S,
    /// The folds that are scored by models of the others.
    pub folds: FoldSettings,
    /// How slope and baseline are learned from the scores.
    pub calibration: CalibrationSettings,
}

/// A fitted model with calibrated curves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibratedModel<M> {
    model: M,
    baseline: CalibratedBaseline,
}

impl<S> Calibrated<S>
where
    S: FitSurvival<Error = Error> + Sync,
{
    /// Fits the model to all cases, and its curves to out-of-fold scores, which are returned beside it. Cases of one group
    /// stay in one fold.
    ///
    /// # Errors
    /// Those of the model, of [`FoldSettings::draw`], [`out_of_fold`] and [`CalibrationSettings::fit`].
    pub fn fit_held_out(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        groups: Option<&Groups>,
    ) -> Result<WithHeldOut<CalibratedModel<S::Fitted>>> {
        // First, for its errors are those of the whole table.
        let model = self.model.fit(features, outcome)?;
        let folds = self.folds.draw(outcome, groups)?;
        let held_out = out_of_fold(&self.model, features, outcome, &folds)?;
        let baseline = self.calibration.fit(&held_out, outcome)?;
        Ok(WithHeldOut { model: CalibratedModel { model, baseline }, held_out })
    }
}

impl<S> FitSurvival for Calibrated<S>
where
    S: FitSurvival<Error = Error> + Sync,
{
    type Fitted = CalibratedModel<S::Fitted>;
    type Error = Error;

    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Self::Fitted> {
        self.fit_held_out(features, outcome, None).map(|fitted| fitted.model)
    }

    fn risk_scale(&self, outcome: &Survival) -> f64 {
        FitSurvival::risk_scale(&self.model, outcome)
    }
}

impl<M> CalibratedModel<M> {
    /// The model of all cases.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// Slope and baseline hazard of its scores.
    pub fn baseline(&self) -> &CalibratedBaseline {
        &self.baseline
    }
}

impl<M: Saved> Saved for CalibratedModel<M> {
    const FORMAT: Format = Format { name: "radsurv-calibrated", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        self.model.check()
    }
}

impl<M: SurvivalModel<Error = Error>> SurvivalModel for CalibratedModel<M> {
    type Error = Error;

    fn features(&self) -> &[String] {
        self.model.features()
    }

    fn needed(&self) -> Vec<&str> {
        self.model.needed()
    }

    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        self.model.predict_risk(features)
    }

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        self.baseline.curves(&self.predict_risk(features)?, times)
    }

    fn importance(&self) -> Vec<Importance> {
        self.model.importance()
    }
}
