//! The model: trees, and a baseline for curves.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{
    FeatureTable, FitSurvival, Groups, HeldOut, HeldOutBy, Importance, Survival, SurvivalCurves, SurvivalModel,
    WithHeldOut,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::boost::{Boosted, Columns, rows, single};
use super::objective::{Judge, Objective};
use super::settings::NewtonBoostingSettings;
use super::tree::Tree;
use crate::boosting::importance::{SplitImportance, Used, importances};
use crate::boosting::rounds::{Stopping, best, part};
use crate::calibrated::CalibratedBaseline;
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
    baseline: CalibratedBaseline,
}

/// Training cases.
#[derive(Clone, Copy)]
struct Training<'a> {
    settings: &'a NewtonBoostingSettings,
    columns: &'a Columns,
    outcome: &'a Survival,
    rising: &'a [f32],
}

/// Trees, of which the first `rounds` are the model, and the loss after each round from none on, if it was judged.
struct Stopped {
    boosted: Boosted,
    rounds: usize,
    losses: Vec<f64>,
}

impl FitSurvival for NewtonBoostingSettings {
    type Fitted = NewtonBoosting;
    type Error = Error;

    /// As [`fit_held_out`](NewtonBoostingSettings::fit_held_out), without the held-out scores.
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<NewtonBoosting> {
        self.fit_held_out(features, outcome, None).map(|fitted| fitted.model)
    }
}

impl NewtonBoostingSettings {
    /// Boosts all cases, with as many rounds as [`Stopping`] says, and the cases without each fold; slope and baseline hazard
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
        let folds = self.folds.draw(outcome, groups)?;
        let tasks: Vec<(usize, usize)> =
            folds.iter().enumerate().flat_map(|(repeat, f)| (0..f.count()).map(move |fold| (repeat, fold))).collect();
        let by_folds = self.stopping == Stopping::OutOfFold;
        let of_fold = |&(repeat, fold): &(usize, usize)| {
            let others = training.counted(folds[repeat].others(fold));
            let kept = folds[repeat].cases(fold);
            let judged = by_folds.then(|| training.counted(kept.clone()));
            let stopped = training.stopped(&others, judged.as_deref());
            (others, kept, stopped)
        };
        let of_folds: Vec<(Vec<usize>, Vec<usize>, Stopped)> = tasks.par_iter().map(of_fold).collect();
        let counted = training.counted((0..outcome.len()).collect());
        let (rounds, whole) = match by_folds {
            true => {
                let mut losses = vec![0.0; self.rounds + 1];
                for (_, _, stopped) in &of_folds {
                    losses.iter_mut().zip(&stopped.losses).for_each(|(sum, loss)| *sum += loss);
                }
                let total: f64 = counted.iter().map(|&i| training.weight_of_loss(i)).sum::<f64>() * folds.len() as f64;
                losses.iter_mut().for_each(|loss| *loss /= total);
                let rounds = best(&losses);
                let limited = Self { rounds, ..self.clone() };
                let whole = Training { settings: &limited, ..training }.stopped(&counted, None);
                (Some(rounds), Stopped { rounds, losses, ..whole })
            }
            false => (None, training.stopped(&counted, None)),
        };
        let mean = |boosted: &Boosted, rounds: usize, cases: &[usize]| -> f64 {
            let predictions = boosted.predict(&rows(training.columns, cases), cases.len(), rounds);
            predictions.iter().map(|p| f64::from(*p)).sum::<f64>() / cases.len() as f64
        };
        let centre = mean(&whole.boosted, whole.rounds, &counted);
        let mut scores = vec![0.0; outcome.len()];
        for (others, kept, stopped) in &of_folds {
            let rounds = rounds.unwrap_or(stopped.rounds);
            let moved = match self.objective {
                Objective::Cox { .. } => centre - mean(&stopped.boosted, rounds, others),
                Objective::AcceleratedFailure { .. } => 0.0,
            };
            let predictions = stopped.boosted.predict(&rows(training.columns, kept), kept.len(), rounds);
            for (&case, prediction) in kept.iter().zip(predictions) {
                scores[case] += (self.objective.risk(prediction) + moved) / folds.len() as f64;
            }
        }
        let by = HeldOutBy::Folds { folds: self.folds.folds, repeats: self.folds.repeats };
        let held_out = HeldOut::new(scores.into_iter().map(Some).collect(), by)?;
        let baseline = self.calibration.fit(&held_out, outcome)?;
        let Stopped { boosted: Boosted { base, mut trees }, rounds, losses } = whole;
        trees.truncate(rounds);
        let features = features.names().to_vec();
        let model = NewtonBoosting { settings: self.clone(), features, base, trees, losses, baseline };
        Ok(WithHeldOut { model, held_out })
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
        let counted = training.counted((0..outcome.len()).collect());
        let stopped = training.stopped(&counted, None);
        let columns = single(&input::columns_with_missing(predicted, features.names())?);
        let predictions = stopped.boosted.predict(&columns, predicted.cases(), stopped.rounds);
        Ok(predictions.into_iter().map(f64::from).collect())
    }
}

impl Training<'_> {
    /// Those of some cases that have a weight.
    fn counted(&self, mut cases: Vec<usize>) -> Vec<usize> {
        cases.retain(|&case| self.outcome.weight(case) > 0.0);
        cases
    }

    /// How much a case counts in the loss: an event's weight, or with times each case.
    fn weight_of_loss(&self, case: usize) -> f64 {
        match self.settings.objective {
            Objective::Cox { .. } if !self.outcome.event()[case] => 0.0,
            Objective::Cox { .. } => self.outcome.weight(case),
            Objective::AcceleratedFailure { .. } => 1.0,
        }
    }

    /// Boosts some cases; the rounds are judged by others if these are given, or stop by a part of the cases.
    fn stopped(&self, cases: &[usize], judged: Option<&[usize]>) -> Stopped {
        let settings = self.settings;
        let (fitted, kept, patience) = match (judged, settings.stopping) {
            (Some(judged), _) => (cases.to_vec(), judged.to_vec(), usize::MAX),
            (None, Stopping::Part { share, patience }) => {
                let [fitted, kept] = part(&self.outcome.rows(cases), share, settings.seed);
                let of = |places: Vec<usize>| places.into_iter().map(|place| cases[place]).collect::<Vec<_>>();
                (of(fitted), of(kept), patience)
            }
            _ => (cases.to_vec(), Vec::new(), usize::MAX),
        };
        let columns = rows(self.columns, &fitted);
        let outcome = self.outcome.rows(&fitted);
        if kept.is_empty() {
            let boosted = settings.boost(&columns, &outcome, self.rising, None, |_| true);
            let rounds = boosted.trees.len();
            return Stopped { boosted, rounds, losses: Vec::new() };
        }
        let judge = Judge::new(settings.objective, self.outcome, &fitted, &kept);
        let watched = rows(self.columns, &kept);
        let mut losses: Vec<f64> = Vec::new();
        let boosted = settings.boost(&columns, &outcome, self.rising, Some(&watched), |round| {
            losses.push(judge.loss(round.fitted, round.watched));
            losses.len() - 1 - best(&losses) < patience
        });
        let rounds = best(&losses);
        Stopped { boosted, rounds, losses }
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

    /// Slope and baseline hazard of the curves.
    pub fn baseline(&self) -> &CalibratedBaseline {
        &self.baseline
    }

    /// The predictions: log hazards, or logarithms of times.
    ///
    /// # Errors
    /// As [`predict_risk`](SurvivalModel::predict_risk).
    pub fn predict(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let needed = self.places();
        let names: Vec<&str> = needed.iter().map(|&place| self.features[place].as_str()).collect();
        let mut columns = vec![Vec::new(); self.features.len()];
        for (place, column) in needed.into_iter().zip(input::columns_with_missing(features, &names)?) {
            columns[place] = single(&[column]).swap_remove(0);
        }
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

    /// The features that are in a tree.
    fn places(&self) -> Vec<usize> {
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

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        self.baseline.curves(&self.predict_risk(features)?, times)
    }

    /// What all splits by it gain together: [`SplitImportance::TotalGain`].
    fn importance(&self) -> Vec<Importance> {
        self.importance_by(SplitImportance::TotalGain)
    }
}
