//! How the model is fitted.

use std::collections::BTreeMap;

use radsurv_data::FeatureTable;
use serde::{Deserialize, Serialize};

use super::objective::Objective;
use super::split::Penalties;
use crate::boosting::Monotone;
use crate::boosting::rounds::Stopping;
use crate::calibrated::CalibrationSettings;
use crate::error::{Error, Result};
use crate::folds::FoldSettings;

/// How splits are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// Between bins of values: fast with many cases.
    Histogram {
        /// The most bins of a feature, from 2 to 256 (255 and one for missing values, if there are any).
        bins: usize,
    },
    /// Between any two values.
    Exact,
}

impl Default for Method {
    fn default() -> Self {
        Self::Histogram { bins: 256 }
    }
}

/// How the model is fitted. Trees have the defaults of XGBoost.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::boosting::newton::NewtonBoostingSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let settings = NewtonBoostingSettings { max_depth: 2, learning_rate: 0.1, ..Default::default() };
/// let fitted = settings.fit_held_out(&features, &outcome, None)?;
/// assert_eq!(fitted.model.importance()[0].feature, "f0");
/// assert_eq!(fitted.held_out.len(), 60);
/// assert!(fitted.model.predict_survival(&features, &[12.0, 24.0])?.of(3)[1] < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewtonBoostingSettings {
    /// What the trees predict. Default the log hazard.
    pub objective: Objective,
    /// The most rounds, of a tree each. Default 100.
    pub rounds: usize,
    /// How the number of rounds is chosen. Default by the folds.
    pub stopping: Stopping,
    /// What the weights of leaves are multiplied with (`eta`). Default 0.3.
    pub learning_rate: f64,
    /// The most splits one after the other. Default 6.
    pub max_depth: usize,
    /// The least sum of second derivatives of a side of a split; with the log hazard about the expected number of events. Default
    /// 1.
    pub min_child_weight: f64,
    /// The penalty of squared weights of leaves. Default 1.
    pub lambda: f64,
    /// The penalty of absolute weights of leaves. Default 0.
    pub alpha: f64,
    /// What a split must gain at least (twice the fall of the penalised loss). Default 0.
    pub gamma: f64,
    /// The largest absolute weight of a leaf, before the learning rate; 0 if there is no limit. Default 0.
    pub max_delta_step: f64,
    /// The share of cases that each tree is grown on, drawn without replacement (`subsample`). Default 1.
    pub cases: f64,
    /// The share of features that a tree may use (`colsample_bytree`). Default 1.
    pub columns_by_tree: f64,
    /// The share of those that a level of it may use (`colsample_bylevel`). Default 1.
    pub columns_by_level: f64,
    /// The share of those that a node may use (`colsample_bynode`). Default 1.
    pub columns_by_node: f64,
    /// How splits are found. Default in histograms of 256 bins.
    pub method: Method,
    /// How the risk changes with a feature, for those where it is known. Default none.
    pub monotone: BTreeMap<String, Monotone>,
    /// The hazard ratio, or the time, that all cases start with (`base_score`). Default 1, or the time that fits best.
    pub base_score: Option<f64>,
    /// The folds that are scored by models of the others. Default 5.
    pub folds: FoldSettings,
    /// How slope and baseline of the curves are learned from these scores.
    pub calibration: CalibrationSettings,
    /// The seed of samples of cases and features. Default 0.
    pub seed: u64,
}

/// What growing of a tree needs.
pub(super) type TreeSettings = NewtonBoostingSettings;

impl Default for NewtonBoostingSettings {
    fn default() -> Self {
        Self {
            objective: Objective::default(),
            rounds: 100,
            stopping: Stopping::default(),
            learning_rate: 0.3,
            max_depth: 6,
            min_child_weight: 1.0,
            lambda: 1.0,
            alpha: 0.0,
            gamma: 0.0,
            max_delta_step: 0.0,
            cases: 1.0,
            columns_by_tree: 1.0,
            columns_by_level: 1.0,
            columns_by_node: 1.0,
            method: Method::default(),
            monotone: BTreeMap::new(),
            base_score: None,
            folds: FoldSettings { folds: 5, ..FoldSettings::default() },
            calibration: CalibrationSettings::default(),
            seed: 0,
        }
    }
}

impl NewtonBoostingSettings {
    /// # Errors
    /// [`Error::Setting`].
    pub(super) fn check(&self, features: &FeatureTable) -> Result<()> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        if self.rounds == 0 {
            return bad("the number of rounds", "0".to_string(), "give 1 or more");
        }
        if !(1..=30).contains(&self.max_depth) {
            return bad("the depth of trees", self.max_depth.to_string(), "give 1 to 30, 3 to 6 usually");
        }
        for (name, value) in [
            ("the least weight of a child", self.min_child_weight),
            ("lambda", self.lambda),
            ("alpha", self.alpha),
            ("gamma", self.gamma),
            ("the largest weight of a leaf", self.max_delta_step),
        ] {
            if !(value >= 0.0 && value.is_finite()) {
                return bad(name, value.to_string(), "give a number of at least 0");
            }
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return bad(
                "the learning rate",
                self.learning_rate.to_string(),
                "give a number above 0, 0.01 to 0.3 usually",
            );
        }
        for (name, value) in [
            ("the share of cases of a tree", self.cases),
            ("the share of columns of a tree", self.columns_by_tree),
            ("the share of columns of a level", self.columns_by_level),
            ("the share of columns of a node", self.columns_by_node),
        ] {
            if !(value > 0.0 && value <= 1.0) {
                return bad(name, value.to_string(), "give a number above 0, of 1 at most");
            }
        }
        if let Method::Histogram { bins } = self.method
            && !(2..=256).contains(&bins)
        {
            return bad("the number of bins", bins.to_string(), "give 2 to 256, or the exact method");
        }
        if let Objective::AcceleratedFailure { scale, .. } = self.objective
            && !(scale > 0.0 && scale.is_finite())
        {
            return bad("the scale of failure times", scale.to_string(), "give a number above 0, 1 usually");
        }
        if let Some(score) = self.base_score.filter(|score| !(*score > 0.0 && score.is_finite())) {
            return bad("the base score", score.to_string(), "give a hazard ratio or a time above 0");
        }
        if self.stopping == Stopping::OutOfBag {
            let what = "that is for gradient boosting; stop by folds, or by a part of the cases";
            return bad("the stopping", "out-of-bag".to_string(), what);
        }
        if let Some(name) = self.monotone.keys().find(|name| features.column(name).is_none()) {
            return bad("a monotone feature", name.clone(), "there is no such feature");
        }
        self.stopping.check()
    }

    pub(super) fn penalties(&self) -> Penalties {
        // Single precision, as the reference has them.
        let single = |value: f64| f64::from(value as f32);
        Penalties {
            lambda: single(self.lambda),
            alpha: single(self.alpha),
            max_delta_step: single(self.max_delta_step),
            min_child_weight: single(self.min_child_weight),
            monotone: !self.monotone.is_empty(),
        }
    }

    /// For each feature 1 where predictions must rise with it, -1 where they must fall, else 0; empty if none must.
    pub(super) fn rising(&self, names: &[String]) -> Vec<f32> {
        if self.monotone.is_empty() {
            return Vec::new();
        }
        // Predictions of times fall where the risk rises.
        let sign = self.objective.risk(1.0) as f32;
        let of = |name: &String| match self.monotone.get(name) {
            Some(Monotone::RisingRisk) => sign,
            Some(Monotone::FallingRisk) => -sign,
            None => 0.0,
        };
        names.iter().map(of).collect()
    }
}
