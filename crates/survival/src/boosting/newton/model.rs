//! The model: trees, and a baseline for curves.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{
    FeatureTable, FitSurvival, Groups, Importance, Survival, SurvivalCurves, SurvivalModel, WithHeldOut,
};
use serde::{Deserialize, Serialize};

use super::boost::{Boosted, Columns, rows, single};
use super::objective::{Judge, Objective};
use super::settings::NewtonBoostingSettings;
use super::tree::Tree;
use crate::boosting::importance::{SplitImportance, Used, importances};
use crate::boosting::rounds::{Boost, Plan, Stopped, Stopping};
use crate::calibrated::{CalibratedBaseline, curves_if_fitted};
use crate::error::{Error, Result};
use crate::input;

/// Fitted boosted trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewtonBoosting {
    settings: NewtonBoostingSettings,
    features: Vec<String>,
    base: f32,
    trees: Vec<Tree>,
    losses: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baseline: Option<CalibratedBaseline>,
}

/// Training cases.
struct Training<'a> {
    settings: &'a NewtonBoostingSettings,
    columns: &'a Columns,
    outcome: &'a Survival,
    rising: &'a [f32],
}

impl FitSurvival for NewtonBoostingSettings {
    type Fitted = NewtonBoosting;
    type Error = Error;

    /// As [`fit_held_out`](NewtonBoostingSettings::fit_held_out), without the held-out scores.
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<NewtonBoosting> {
        self.fit_held_out(features, outcome, None).map(|fitted| fitted.model)
    }

    /// Without folds, unless these choose the number of rounds.
    fn fit_risk(&self, features: &FeatureTable, outcome: &Survival) -> Result<NewtonBoosting> {
        if self.stopping == Stopping::OutOfFold {
            return self.fit(features, outcome);
        }
        input::check_with_missing(features, outcome)?;
        self.check(features)?;
        let columns: Vec<&[f64]> = features.columns().iter().map(Vec::as_slice).collect();
        let (columns, rising) = (single(&columns), self.rising(features.names()));
        let training = Training { settings: self, columns: &columns, outcome, rising: &rising };
        Ok(self.model(self.plan(outcome, None).of_all(&training)?, features, None))
    }
}

impl NewtonBoostingSettings {
    /// Boosts all cases, with as many rounds as [`Stopping`](crate::boosting::Stopping) says, and the cases without each fold; slope and baseline hazard
    /// are learned of the held-out scores, which are returned beside the model. Cases of one group stay in one fold.
    ///
    /// Log hazards of the folds are moved by a constant, which they do not mean anything without: the mean of the training
    /// cases is that of the model of all.
    ///
    /// # Errors
    /// [`Error::Setting`]; as [`input::check_with_missing`], [`FoldSettings::draw`](crate::folds::FoldSettings::draw) and
    /// [`CalibrationSettings::fit`](crate::calibrated::CalibrationSettings::fit).
    pub fn fit_held_out(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        groups: Option<&Groups>,
    ) -> Result<WithHeldOut<NewtonBoosting>> {
        input::check_with_missing(features, outcome)?;
        self.check(features)?;
        let columns: Vec<&[f64]> = features.columns().iter().map(Vec::as_slice).collect();
        let (columns, rising) = (single(&columns), self.rising(features.names()));
        let training = Training { settings: self, columns: &columns, outcome, rising: &rising };
        let (stopped, held_out) = self.plan(outcome, groups).fit(&training)?;
        let baseline = self.calibration.fit(&held_out, outcome)?;
        Ok(WithHeldOut { model: self.model(stopped, features, Some(baseline)), held_out })
    }

    fn plan<'a>(&'a self, outcome: &'a Survival, groups: Option<&'a Groups>) -> Plan<'a> {
        let Self { folds, stopping, rounds, seed, .. } = self;
        Plan { outcome, groups, folds, stopping: *stopping, rounds: *rounds, seed: *seed }
    }

    fn model(
        &self,
        stopped: Stopped<Boosted>,
        features: &FeatureTable,
        baseline: Option<CalibratedBaseline>,
    ) -> NewtonBoosting {
        let Stopped { boosted: Boosted { base, mut trees }, rounds, losses } = stopped;
        trees.truncate(rounds);
        let features = features.names().to_vec();
        NewtonBoosting { settings: self.clone(), features, base, trees, losses, baseline }
    }

    /// The trees alone, all rounds of them, without folds or curves: the predictions (log hazards or logarithms of times) of
    /// other cases, and of those fitted if that is the same table.
    ///
    /// # Errors
    /// [`Error::Setting`]; as [`input::check_with_missing`] and [`input::columns_with_missing`].
    pub fn boost_and_predict(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        predicted: &FeatureTable,
    ) -> Result<Vec<f64>> {
        input::check_with_missing(features, outcome)?;
        self.check(features)?;
        let columns: Vec<&[f64]> = features.columns().iter().map(Vec::as_slice).collect();
        let (columns, rising) = (single(&columns), self.rising(features.names()));
        let training = Training { settings: self, columns: &columns, outcome, rising: &rising };
        let counted: Vec<usize> = (0..outcome.len()).filter(|&case| outcome.weight(case) > 0.0).collect();
        let boosted = training.boost(&counted, &[], self.rounds, &mut |_| true)?;
        let columns = single(&input::columns_with_missing(predicted, features.names())?);
        let predictions = boosted.predict(&columns, predicted.cases(), self.rounds);
        Ok(predictions.into_iter().map(f64::from).collect())
    }
}

impl Boost for Training<'_> {
    type Boosted = Boosted;

    fn boost(
        &self,
        fitted: &[usize],
        kept: &[usize],
        rounds: usize,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Boosted> {
        // In the order of times, in which risk sets are summed.
        let mut fitted = fitted.to_vec();
        fitted.sort_by(|a, b| self.outcome.times()[*a].total_cmp(&self.outcome.times()[*b]));
        let fitted = fitted.as_slice();
        let (settings, columns) = (self.settings, rows(self.columns, fitted));
        let outcome = self.outcome.rows(fitted);
        if kept.is_empty() {
            return Ok(settings.boost(&columns, &outcome, self.rising, rounds, None, |_| true));
        }
        let judge = Judge::new(settings.objective, self.outcome, fitted, kept);
        let watched = rows(self.columns, kept);
        Ok(settings.boost(&columns, &outcome, self.rising, rounds, Some(&watched), |round| {
            go_on(judge.loss(round.fitted, round.watched))
        }))
    }

    fn rounds(&self, boosted: &Boosted) -> usize {
        boosted.trees.len()
    }

    fn risks(&self, boosted: &Boosted, cases: &[usize], rounds: usize) -> Vec<f64> {
        let predictions = boosted.predict(&rows(self.columns, cases), cases.len(), rounds);
        predictions.into_iter().map(|p| self.settings.objective.risk(p)).collect()
    }

    /// An event its weight; with times each case.
    fn weight(&self, case: usize) -> f64 {
        match self.settings.objective {
            Objective::Cox { .. } if !self.outcome.event()[case] => 0.0,
            Objective::Cox { .. } => self.outcome.weight(case),
            Objective::AcceleratedFailure { .. } => 1.0,
        }
    }

    fn relative(&self) -> bool {
        matches!(self.settings.objective, Objective::Cox { .. })
    }
}

impl NewtonBoosting {
    /// What it was fitted with.
    pub fn settings(&self) -> &NewtonBoostingSettings {
        &self.settings
    }

    /// Its trees, one per round.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// The prediction without any tree: a log hazard, or the logarithm of a time.
    pub fn base(&self) -> f64 {
        f64::from(self.base)
    }

    /// The loss of cases that were not fitted after each round, from none on, also of the rounds that were not kept: by which
    /// the rounds were chosen. Empty if they were not.
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// Slope and baseline hazard of the curves, if it has curves.
    pub fn baseline(&self) -> Option<&CalibratedBaseline> {
        self.baseline.as_ref()
    }

    /// The predictions: log hazards, or logarithms of times.
    ///
    /// # Errors
    /// As [`predict_risk`](SurvivalModel::predict_risk).
    pub fn predict(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let columns = self.columns(features)?;
        let boosted = Boosted { base: self.base, trees: Vec::new() };
        let mut predictions = boosted.predict(&columns, features.cases(), 0);
        for tree in &self.trees {
            super::boost::add(&mut predictions, tree, &columns);
        }
        Ok(predictions.into_iter().map(f64::from).collect())
    }

    /// How much each feature counts, in one of several ways, for those that are in a tree.
    pub fn importance_by(&self, kind: SplitImportance) -> Vec<Importance> {
        let used = |tree: &Tree| -> Vec<Used> {
            let of = |(depth, split, node): (usize, &super::Split, &super::Node)| Used {
                feature: split.feature,
                depth,
                gain: f64::from(split.gain),
                cover: f64::from(node.cover),
            };
            tree.splits().into_iter().map(of).collect()
        };
        importances(&self.features, self.trees.iter().map(used), kind)
    }

    pub(super) fn names(&self) -> &[String] {
        &self.features
    }

    /// The columns of the features in a tree, each at its place; none of the others.
    pub(super) fn columns(&self, features: &FeatureTable) -> Result<Columns> {
        let needed = self.places();
        let names: Vec<&str> = needed.iter().map(|&place| self.features[place].as_str()).collect();
        let mut columns = vec![Vec::new(); self.features.len()];
        for (place, column) in needed.into_iter().zip(input::columns_with_missing(features, &names)?) {
            columns[place] = single(&[column]).swap_remove(0);
        }
        Ok(columns)
    }

    /// The features that are in a tree.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut used = vec![false; self.features.len()];
        for (_, split, _) in self.trees.iter().flat_map(Tree::splits) {
            used[split.feature] = true;
        }
        (0..used.len()).filter(|&place| used[place]).collect()
    }
}

impl Saved for NewtonBoosting {
    const FORMAT: Format = Format { name: "radsurv-newton-boosting", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        match self.trees.iter().position(|tree| !tree.valid(self.features.len())) {
            Some(tree) => Err(format!("its tree {} does not lead from the root to leaves", tree + 1)),
            None => Ok(()),
        }
    }
}

impl SurvivalModel for NewtonBoosting {
    type Error = Error;

    fn features(&self) -> &[String] {
        &self.features
    }

    /// Those that are in a tree.
    fn needed(&self) -> Vec<&str> {
        self.places().into_iter().map(|place| self.features[place].as_str()).collect()
    }

    /// The log hazard, or minus the logarithm of the time.
    ///
    /// # Errors
    /// As [`input::columns_with_missing`]; values may be missing.
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let predictions = self.predict(features)?;
        Ok(predictions.into_iter().map(|p| self.settings.objective.risk(p as f32)).collect())
    }

    /// # Errors
    /// [`Error::NoCurves`] if the model was [fitted](FitSurvival::fit_risk) without.
    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        curves_if_fitted(self.baseline.as_ref(), &self.predict_risk(features)?, times)
    }

    /// What all splits by it gain together: [`SplitImportance::TotalGain`].
    fn importance(&self) -> Vec<Importance> {
        self.importance_by(SplitImportance::TotalGain)
    }
}
