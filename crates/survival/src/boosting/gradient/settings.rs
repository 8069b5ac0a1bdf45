//! How the model is fitted.

use std::collections::BTreeMap;

use radsurv_data::FeatureTable;
use radsurv_stats::cox::Ties;
use serde::{Deserialize, Serialize};

use super::loss::GradientLoss;
use crate::boosting::Monotone;
use crate::boosting::rounds::Stopping;
use crate::calibrated::CalibrationSettings;
use crate::error::{Error, Result};
use crate::folds::FoldSettings;

/// What is fitted to the response in each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Learner {
    /// A tree.
    #[default]
    Trees,
    /// A straight line in one feature: [component-wise](super::LinearTerm) boosting. Values may not be missing.
    Linear {
        /// Whether features are taken less their mean. Without that a feature counts for less the farther it is from 0, as in
        /// scikit-survival.
        centre: bool,
    },
}

/// How the model is fitted.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::boosting::gradient::GradientBoostingSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let settings = GradientBoostingSettings { min_leaf: 5, ..Default::default() };
/// let fitted = settings.fit_held_out(&features, &outcome, None)?;
/// assert_eq!(fitted.model.importance()[0].feature, "f0");
/// assert_eq!(fitted.held_out.len(), 60);
/// assert!(fitted.model.predict_survival(&features, &[12.0, 24.0])?.of(3)[1] < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradientBoostingSettings {
    /// What the trees predict, and by which loss. Default the log hazard, with Breslow's ties.
    pub loss: GradientLoss,
    /// What is fitted in each round. Default a tree.
    pub learner: Learner,
    /// The most rounds, of a tree each (`n.trees`). Default 500.
    pub rounds: usize,
    /// How the number of rounds is chosen. Default by the folds.
    pub stopping: Stopping,
    /// What the values of leaves are multiplied with (`shrinkage`). Default 0.05.
    pub learning_rate: f64,
    /// The most splits of a tree (`interaction.depth`): so many features can act together. Default 3.
    pub splits: usize,
    /// The least number of cases on the left and right side of a split (`n.minobsinnode`). Default 10.
    pub min_leaf: usize,
    /// The share of cases that each tree is fitted to, drawn without replacement (`bag.fraction`). Default 0.5.
    pub cases: f64,
    /// How the risk changes with a feature, for those where it is known (`var.monotone`). Default none.
    pub monotone: BTreeMap<String, Monotone>,
    /// The folds that are scored by models of the others. Default 5.
    pub folds: FoldSettings,
    /// How slope and baseline of the curves are learned from these scores.
    pub calibration: CalibrationSettings,
    /// The seed of the samples. Default 0.
    pub seed: u64,
}

impl Default for GradientBoostingSettings {
    fn default() -> Self {
        Self {
            loss: GradientLoss::default(),
            learner: Learner::default(),
            rounds: 500,
            stopping: Stopping::default(),
            learning_rate: 0.05,
            splits: 3,
            min_leaf: 10,
            cases: 0.5,
            monotone: BTreeMap::new(),
            folds: FoldSettings { folds: 5, ..FoldSettings::default() },
            calibration: CalibrationSettings::default(),
            seed: 0,
        }
    }
}

impl GradientBoostingSettings {
    /// # Errors
    /// [`Error::Setting`].
    pub(super) fn check(&self, features: &FeatureTable) -> Result<()> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        if self.rounds == 0 {
            return bad("the number of rounds", "0".to_string(), "give 1 or more");
        }
        if self.splits == 0 {
            return bad("the number of splits of a tree", "0".to_string(), "give 1 or more, 1 to 5 usually");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return bad(
                "the learning rate",
                self.learning_rate.to_string(),
                "give a number above 0, 0.01 to 0.1 usually",
            );
        }
        if !(self.cases > 0.0 && self.cases <= 1.0) {
            return bad("the share of cases of a tree", self.cases.to_string(), "give a number above 0, of 1 at most");
        }
        if self.loss == (GradientLoss::Cox { ties: Ties::Exact }) {
            return bad("the ties", "exact".to_string(), "give breslow or efron");
        }
        if self.stopping == Stopping::OutOfBag && self.cases >= 1.0 {
            let what = "there is no case out of the bag if trees are fitted to all: give a share of cases below 1";
            return bad("the stopping", "out-of-bag".to_string(), what);
        }
        if self.learner != Learner::Trees && !self.monotone.is_empty() {
            let what = "straight lines in one feature cannot be held to a direction: leave it out, or take trees";
            return bad("a monotone feature", self.monotone.len().to_string(), what);
        }
        if let Some(name) = self.monotone.keys().find(|name| features.column(name).is_none()) {
            return bad("a monotone feature", name.clone(), "there is no such feature");
        }
        self.stopping.check()
    }

    /// For each feature 1 where predictions must rise with it, -1 where they must fall, else 0; empty if none must.
    pub(super) fn rising(&self, names: &[String]) -> Vec<f64> {
        if self.monotone.is_empty() {
            return Vec::new();
        }
        // Predictions of times fall where the risk rises.
        let sign = self.loss.risk(1.0);
        let of = |name: &String| match self.monotone.get(name) {
            Some(Monotone::RisingRisk) => sign,
            Some(Monotone::FallingRisk) => -sign,
            None => 0.0,
        };
        names.iter().map(of).collect()
    }
}
