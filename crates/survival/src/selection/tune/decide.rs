//! Who goes on, who cannot win, and who wins.

use super::{BestOfModel, Candidate, Choice, Search, Trial, Tuning};
use crate::error::{Error, Result};
use crate::selection::cross_validate::Spread;

/// What came of a candidate in a fold.
pub(super) enum Outcome {
    Measured(f64),
    /// The fold does not allow the measure.
    Undefined(String),
    /// Nothing was learned.
    Failed(String),
}

impl<S> Tuning<'_, S> {
    /// The models, in the order of their first candidates.
    pub(in crate::selection) fn models(&self) -> Vec<&str> {
        let mut models: Vec<&str> = Vec::new();
        for candidate in &self.candidates {
            if !models.contains(&candidate.model.as_str()) {
                models.push(&candidate.model);
            }
        }
        models
    }

    /// Those of a model that go on.
    pub(super) fn best(&self, running: &[usize], outcomes: &[Vec<Outcome>], keep: f64) -> Vec<usize> {
        let mean = |candidate: usize| {
            if failed(&outcomes[candidate]) { None } else { Spread::of(&values(&outcomes[candidate])).mean }
        };
        let count = ((keep * running.len() as f64).ceil() as usize).max(1);
        let mut ranked: Vec<(usize, Option<f64>)> = running.iter().map(|&c| (c, mean(c))).collect();
        // Those that were not measured last; stable, so that of equal ones the first goes on.
        ranked.sort_by(|a, b| match (a.1, b.1) {
            (Some(a), Some(b)) if self.metric.higher_is_better() => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        // Nothing can be said of folds that measure nobody: all go on.
        if ranked.iter().all(|(_, mean)| mean.is_none()) {
            return running.to_vec();
        }
        ranked.into_iter().take(count).map(|(candidate, _)| candidate).collect()
    }

    /// Who cannot win and why, and who wins.
    pub(super) fn decide(&self, outcomes: &[Vec<Outcome>], folds: usize) -> Result<Search> {
        let higher_is_better = self.metric.higher_is_better();
        let complete = |of: &&Vec<Outcome>| of.len() == folds && !failed(of);
        let in_fold = |fold: usize| {
            let complete = outcomes.iter().filter(complete);
            complete.map(|of| &of[fold]).any(|outcome| matches!(outcome, Outcome::Measured(_)))
        };
        let measurable: Vec<bool> = (0..folds).map(in_fold).collect();
        let nowhere = !measurable.contains(&true);
        let trial = |(candidate, of): (&Candidate<S>, &Vec<Outcome>)| {
            let found = values(of);
            let failed = of.iter().enumerate().find_map(|(fold, outcome)| match outcome {
                Outcome::Failed(why) => Some(format!("it cannot be learned without {}: {why}", self.place(fold))),
                _ => None,
            });
            let undefined = of.iter().enumerate().find_map(|(fold, outcome)| match outcome {
                Outcome::Undefined(why) if nowhere || measurable[fold] => {
                    Some(format!("it cannot be measured in {}: {why}", self.place(fold)))
                }
                _ => None,
            });
            let dropped = || format!("it was dropped after {} folds", of.len());
            let out = failed.or_else(|| (of.len() < folds).then(dropped)).or(undefined);
            let value = |outcome: &Outcome| match outcome {
                Outcome::Measured(value) => Some(*value),
                _ => None,
            };
            let Spread { mean, std_error, .. } = Spread::of(&found);
            let (name, model) = (candidate.name.clone(), candidate.model.clone());
            Trial { name, model, folds: of.iter().map(value).collect(), measured: of.len(), mean, std_error, out }
        };
        let trials: Vec<Trial> = self.candidates.iter().zip(outcomes).map(trial).collect();
        let Some(chosen) = self.winner(&trials, |_| true) else {
            let reason = trials.iter().find_map(|trial| trial.out.clone()).unwrap_or_default();
            return Err(Error::NoCandidate { candidates: trials.len(), metric: self.metric.name(), reason });
        };
        let of_model = |model: &str| BestOfModel {
            model: model.to_string(),
            chosen: self.winner(&trials, |trial| trial.model == model),
        };
        let of_models = self.models().into_iter().map(of_model).collect();
        let undefined = outcomes[chosen].iter().enumerate().filter_map(|(fold, outcome)| match outcome {
            Outcome::Undefined(why) => Some(format!("{}: {why}", self.place(fold))),
            _ => None,
        });
        let undefined: Vec<String> = undefined.collect();
        let (metric, count) = (self.metric.name(), undefined.len());
        let reason = undefined.into_iter().next();
        Ok(Search { metric, higher_is_better, trials, chosen, of_models, undefined: count, reason })
    }

    /// A fold by its number among all.
    fn place(&self, fold: usize) -> String {
        let count = self.division.folds.folds;
        format!("fold {} of repeat {}", fold % count + 1, fold / count + 1)
    }

    /// Who wins among some trials.
    fn winner(&self, trials: &[Trial], among: impl Fn(&Trial) -> bool) -> Option<usize> {
        let higher_is_better = self.metric.higher_is_better();
        let better = |a: f64, b: f64| if higher_is_better { a > b } else { a < b };
        let competes = |trial: &Trial| trial.out.is_none() && among(trial);
        let mut best: Option<(usize, f64)> = None;
        for (place, trial) in trials.iter().enumerate().filter(|(_, trial)| competes(trial)) {
            let Some(mean) = trial.mean else { continue };
            if best.is_none_or(|(_, so_far)| better(mean, so_far)) {
                best = Some((place, mean));
            }
        }
        let (best, of_best) = best?;
        match self.choice {
            Choice::Best => Some(best),
            Choice::OneStandardError => {
                let margin = trials[best].std_error.unwrap_or(0.0);
                let bound = if higher_is_better { of_best - margin } else { of_best + margin };
                let near = |trial: &Trial| competes(trial) && trial.mean.is_some_and(|mean| !better(bound, mean));
                trials.iter().position(near)
            }
        }
    }
}

pub(super) fn failed(outcomes: &[Outcome]) -> bool {
    outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_)))
}

fn values(outcomes: &[Outcome]) -> Vec<f64> {
    let value = |outcome: &Outcome| match outcome {
        Outcome::Measured(value) => Some(*value),
        _ => None,
    };
    outcomes.iter().filter_map(value).collect()
}
