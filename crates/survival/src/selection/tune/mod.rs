//! The best of many settings, found by cross-validation among training cases.
//!
//! Each candidate is learned without each fold and measured there; the candidate with the best mean is then learned from all
//! training cases. Steps before the model are learned anew without each fold as well, once for all candidates that share them.
//!
//! The measure of the winner is too good, because it was chosen by it: what to expect of new cases is found by
//! [cross-validation](super::CrossValidation) of the whole search, which is a [`Learner`] like any other (nested cross-validation).
//!
//! | [`Choice`] | |
//! |---|---|
//! | `Best` | the best mean; of equal ones the first candidate |
//! | `OneStandardError` | the first candidate whose mean is not worse than the best one by more than its standard error: list simple ones first |
//!
//! Candidates may be of several models; [`Search::of_models`] has the best of each, and [`Nested`](super::Nested) validates all of
//! them at the cost of one search.
//!
//! With [`Racing`] not every candidate is measured in every fold: after some folds the worse ones are dropped (successive halving,
//! folds being what is spent; those of each model among themselves). That finds nearly as good a candidate for about half of the
//! fits; [`Trial::measured`] records it. If all that went on fail in a later fold, the best of those that were dropped for them is
//! measured in the folds it missed.
//!
//! # Edge cases
//! - A fold that does not allow the measure is left out for all. A candidate that cannot be measured where others can, or cannot
//!   be learned without a fold, is out of the search; its [`Trial`] has the reason.
//! - Training cases of a bootstrap sample have weights; measures that take none see rows as often as these say
//!   ([`Repeated`]).
//! - A setting that no model can have is an error, with the candidate's name, and not a candidate that loses.
//!
//! Sources: Breiman, Friedman, Olshen, Stone: Classification and Regression Trees (1984), section 3.4.3 (one standard error);
//! Jamieson, Talwalkar, *AISTATS* 2016, 240-248 (successive halving).

mod decide;
mod fold;
mod validate;

use radsurv_data::{
    Cohort, FitSurvival, Learner, LearnerError, Metric, Predictions, Predictor, Survival, SurvivalModel,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cross_validate::{CrossValidation, Place, measure, sound, tasks};
use super::pipeline::{FittedPipeline, Pipeline};
use super::steps::Steps;
use super::validation::Repeated;
use crate::error::{Error, Result};
use crate::folds::Folds;
use decide::{Outcome, failed};
use fold::{Fold, Prepared, prepare};
pub use validate::Validated;

/// Settings that may win.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<S> {
    /// Its name in tables.
    pub name: String,
    /// What it is one of: candidates of one model compete with each other first.
    pub model: String,
    /// Which of the [steps](Tuning::steps) come before its model.
    pub steps: usize,
    /// The settings of its model.
    pub settings: S,
}

/// Who wins; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// The best mean.
    #[default]
    Best,
    /// The first one that is nearly as good.
    OneStandardError,
}

/// After how many folds candidates are dropped: after `first`, twice, four times as many and so on, all but the best part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Racing {
    /// The number of folds before candidates are dropped for the first time. Default 1.
    pub first: usize,
    /// The part that goes on, rounded up. Default 0.5.
    pub keep: f64,
}

impl Default for Racing {
    fn default() -> Self {
        Self { first: 1, keep: 0.5 }
    }
}

/// A search; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, Learner, Metric, MetricError, Predictions, Survival};
/// use radsurv_stats::nonparametric::harrell;
/// use radsurv_survival::ForestSettings;
/// use radsurv_survival::selection::{Candidate, Choice, CrossValidation, Measures, Steps, Tuning};
/// # struct Harrell;
/// # impl Metric for Harrell {
/// #     fn name(&self) -> String { "harrell".to_string() }
/// #     fn higher_is_better(&self) -> bool { true }
/// #     fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
/// #         Ok(harrell(predictions.risk(), outcome)?.estimate)
/// #     }
/// # }
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), vec![("a", value(i, 0)), ("b", value(i, 1))]));
/// let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
/// let outcome = Survival::new((0..60).map(|i| 40.0 - value(i, 0) + value(i, 5)).collect(), vec![true; 60])?;
/// let leaves = [3, 10, 25].map(|min_leaf| Candidate {
///     name: format!("min_leaf = {min_leaf}"),
///     model: "rsf".to_string(),
///     steps: 0,
///     settings: ForestSettings { trees: 20, min_leaf, ..ForestSettings::default() },
/// });
/// let tuning = Tuning::new(vec![Steps::new()], leaves.to_vec(), &Harrell);
/// let tuned = tuning.learn(&cohort, &outcome, &[])?;
/// assert_eq!(tuned.search.trials.len(), 3);
///
/// // What to expect of such a search with new cases.
/// let nested = CrossValidation::default().run(&tuning, &cohort, &outcome, Measures { metrics: &[&Harrell], times: &[] })?;
/// assert!(nested.summaries[0].mean.unwrap() > 0.6);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone)]
pub struct Tuning<'a, S> {
    /// Steps before models, by their places.
    pub steps: Vec<Steps>,
    /// Who may win.
    pub candidates: Vec<Candidate<S>>,
    /// How training cases are divided.
    pub division: CrossValidation,
    /// What they are measured by.
    pub metric: &'a dyn Metric,
    /// The times at which survival is predicted, if the measure needs it.
    pub times: Vec<f64>,
    /// Who wins.
    pub choice: Choice,
    /// When candidates are dropped, if they are.
    pub racing: Option<Racing>,
    /// Called after each model that was fitted and measured, from any thread.
    pub watch: Option<&'a (dyn Fn() + Sync)>,
}

/// How a candidate did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Its name.
    pub name: String,
    /// What it is one of.
    pub model: String,
    /// The measure in each fold in order; none where there is none.
    pub folds: Vec<Option<f64>>,
    /// The number of folds that it was tried in: fewer than all if it was dropped.
    pub measured: usize,
    /// The mean over folds.
    pub mean: Option<f64>,
    /// The standard error over folds, which share their training cases: for comparison only.
    pub std_error: Option<f64>,
    /// Why it cannot win.
    pub out: Option<String>,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The measure.
    pub metric: String,
    /// Whether more is better; else less is.
    pub higher_is_better: bool,
    /// Each candidate in order.
    pub trials: Vec<Trial>,
    /// The place of the one that was taken.
    pub chosen: usize,
    /// The best of each model in the order of the candidates, by the same rule; none if none of them can win.
    pub of_models: Vec<BestOfModel>,
    /// The number of folds that cannot be measured.
    pub undefined: usize,
    /// Why the first of them cannot.
    pub reason: Option<String>,
}

/// Which candidate of a model is the best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestOfModel {
    /// The model.
    pub model: String,
    /// The place of the candidate among all.
    pub chosen: Option<usize>,
}

impl Search {
    /// The candidate that was taken.
    pub fn winner(&self) -> &Trial {
        &self.trials[self.chosen]
    }

    /// Why none of a model can win.
    pub(super) fn no_candidate(&self, model: &str) -> Error {
        let of_model: Vec<&Trial> = self.trials.iter().filter(|trial| trial.model == model).collect();
        let reason = of_model.iter().find_map(|trial| trial.out.clone()).unwrap_or_default();
        Error::NoCandidate { candidates: of_model.len(), metric: self.metric.clone(), reason }
    }
}

/// The winner of a search, learned from all training cases.
#[derive(Debug)]
pub struct Tuned<M> {
    /// Its steps and model.
    pub pipeline: FittedPipeline<M>,
    /// The search.
    pub search: Search,
}

impl<'a, S> Tuning<'a, S> {
    /// A search by five folds, all candidates in all of them, for the best mean.
    pub fn new(steps: Vec<Steps>, candidates: Vec<Candidate<S>>, metric: &'a dyn Metric) -> Self {
        let (division, choice) = (CrossValidation::default(), Choice::default());
        Self { steps, candidates, division, metric, times: Vec::new(), choice, racing: None, watch: None }
    }

    /// Refuses what no cases could make a search.
    pub(super) fn check(&self) -> Result<()> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        if self.candidates.is_empty() {
            return bad("the number of candidates", "0".to_string(), "give 1 at least");
        }
        if let Some(lost) = self.candidates.iter().find(|candidate| candidate.steps >= self.steps.len()) {
            return bad("the place of the steps of a candidate", lost.steps.to_string(), "there are fewer of them");
        }
        match self.racing {
            Some(Racing { first: 0, .. }) => {
                bad("the number of folds before candidates are dropped", "0".to_string(), "give 1 at least")
            }
            Some(Racing { keep, .. }) if !(keep > 0.0 && keep < 1.0) => {
                bad("the part of candidates that goes on", keep.to_string(), "give a number between 0 and 1")
            }
            _ => Ok(()),
        }
    }
}

impl<S> Tuning<'_, S>
where
    S: FitSurvival + Sync,
    S::Fitted: Send,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    /// Searches, without learning from all cases in the end.
    ///
    /// # Errors
    /// As [`CrossValidation::draw`]; [`Error::Setting`] of the search itself; [`Error::Candidate`] at a candidate with a setting that
    /// cannot be; [`Error::NoCandidate`] if none can win.
    pub fn search(&self, training: &Cohort, outcome: &Survival) -> Result<Search> {
        self.check()?;
        let division = self.division.draw(training, outcome)?;
        let tasks = tasks(&division);
        let mut running: Vec<usize> = (0..self.candidates.len()).collect();
        let mut outcomes: Vec<Vec<Outcome>> = self.candidates.iter().map(|_| Vec::new()).collect();
        let mut done = 0;
        while done < tasks.len() {
            let until = self.rung(done).min(tasks.len());
            let found = self.try_folds(&division, &tasks[done..until], &running, training, outcome)?;
            for (candidate, outcome) in found {
                outcomes[candidate].push(outcome);
            }
            done = until;
            if let (Some(racing), true) = (self.racing, done < tasks.len()) {
                let of = |model: &str| -> Vec<usize> {
                    running.iter().copied().filter(|&candidate| self.candidates[candidate].model == model).collect()
                };
                let best = |model: &str| self.best(&of(model), &outcomes, racing.keep);
                running = self.models().into_iter().flat_map(best).collect();
                running.sort_unstable();
            }
        }
        for model in self.models() {
            while let Some(next) = self.recalled(model, &outcomes, tasks.len()) {
                let missed = &tasks[outcomes[next].len()..];
                let found = self.try_folds(&division, missed, &[next], training, outcome)?;
                outcomes[next].extend(found.into_iter().map(|(_, outcome)| outcome));
            }
        }
        self.decide(&outcomes, tasks.len())
    }

    /// The best of those that were dropped last, if all of its model that went on have failed.
    fn recalled(&self, model: &str, outcomes: &[Vec<Outcome>], folds: usize) -> Option<usize> {
        let sound = |candidate: &usize| self.candidates[*candidate].model == model && !failed(&outcomes[*candidate]);
        let mut left: Vec<usize> = (0..outcomes.len()).filter(sound).collect();
        let furthest = left.iter().map(|&candidate| outcomes[candidate].len()).max()?;
        if furthest == folds {
            return None;
        }
        left.retain(|&candidate| outcomes[candidate].len() == furthest);
        self.best(&left, outcomes, 0.0).first().copied()
    }

    /// The folds after which candidates are dropped next.
    fn rung(&self, done: usize) -> usize {
        match (self.racing, done) {
            (None, _) => usize::MAX,
            (Some(racing), 0) => racing.first,
            (Some(_), done) => done.saturating_mul(2),
        }
    }

    /// Tries the running candidates in some folds, in order of folds and then of candidates.
    fn try_folds(
        &self,
        division: &[Folds],
        folds: &[(usize, usize)],
        running: &[usize],
        training: &Cohort,
        outcome: &Survival,
    ) -> Result<Vec<(usize, Outcome)>> {
        let asked = |place: usize| running.iter().any(|&candidate| self.candidates[candidate].steps == place);
        let prepare = |&(repeat, fold): &(usize, usize)| {
            prepare(&self.steps, asked, Place { repeat, fold, division: &division[repeat] }, training, outcome)
        };
        let prepared: Vec<Fold> = folds.par_iter().map(prepare).collect();
        let tries: Vec<(usize, usize)> =
            (0..folds.len()).flat_map(|fold| running.iter().map(move |&candidate| (fold, candidate))).collect();
        let attempt = |&(fold, place): &(usize, usize)| -> Result<(usize, Outcome)> {
            let (fold, candidate) = (&prepared[fold], &self.candidates[place]);
            let outcome = match &fold.steps[candidate.steps] {
                Err(why) => Outcome::Failed(why.clone()),
                Ok(Prepared { fitted, kept }) => {
                    let learned = candidate.settings.learn(&fitted.training, &fold.learned, &self.times);
                    let predicted = learned.and_then(|model| sound(model.predict(kept, &self.times)?, kept.cases()));
                    match predicted {
                        Ok(predictions) => match measure(&Repeated(self.metric), &predictions, &fold.judged) {
                            Ok(value) => Outcome::Measured(value),
                            Err(why) => Outcome::Undefined(why),
                        },
                        Err(source) if impossible(&source) => {
                            return Err(Error::Candidate { name: candidate.name.clone(), source });
                        }
                        Err(source) => Outcome::Failed(source.to_string()),
                    }
                }
            };
            if let Some(watch) = self.watch {
                watch();
            }
            Ok((place, outcome))
        };
        // Collected before the first error is looked for, so that it is the same one for any number of threads.
        let found: Vec<Result<(usize, Outcome)>> = tries.par_iter().map(attempt).collect();
        found.into_iter().collect()
    }
}

/// Whether an error is about a setting that no cases could make possible. Too few events for the folds of a model is none: other
/// models may do with them.
fn impossible(error: &LearnerError) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::Setting { .. } | Error::Space { .. }))
}

impl<S: Clone> Tuning<'_, S> {
    /// Steps and model of a candidate.
    ///
    /// # Panics
    /// If there is no such candidate.
    pub fn pipeline(&self, candidate: usize) -> Pipeline<S> {
        let Candidate { steps, settings, .. } = &self.candidates[candidate];
        Pipeline { steps: self.steps[*steps].clone(), model: settings.clone() }
    }
}

impl<S> Learner for Tuning<'_, S>
where
    S: FitSurvival + Clone + Sync + Send,
    S::Fitted: Send,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    type Learned = Tuned<S::Fitted>;

    /// Searches among the training cases, and learns the winner from all of them.
    fn learn(
        &self,
        training: &Cohort,
        outcome: &Survival,
        times: &[f64],
    ) -> std::result::Result<Self::Learned, LearnerError> {
        let search = self.search(training, outcome)?;
        Ok(Tuned { pipeline: self.pipeline(search.chosen).learn(training, outcome, times)?, search })
    }
}

impl<M> Predictor for Tuned<M>
where
    M: SurvivalModel + Send,
    M::Error: std::error::Error + Send + Sync + 'static,
{
    fn predict(&self, cohort: &Cohort, times: &[f64]) -> std::result::Result<Predictions, LearnerError> {
        self.pipeline.predict(cohort, times)
    }

    fn used_features(&self) -> Vec<String> {
        self.pipeline.used_features()
    }
}
