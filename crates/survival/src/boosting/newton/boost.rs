//! Rounds of boosting.

use radsurv_data::Survival;

use super::exact::Ordered;
use super::grow::{Growing, Grown};
use super::histogram::Histograms;
use super::settings::{Method, NewtonBoostingSettings};
use super::split::Finder;
use super::tree::Tree;
use crate::random::Random;

/// Values of cases by feature, in single precision; a missing one is NaN.
pub(super) type Columns = Vec<Vec<f32>>;

/// Values of a table in single precision. What is beyond its range is at its end.
pub(super) fn single(columns: &[&[f64]]) -> Columns {
    let of = |v: &f64| (*v as f32).clamp(f32::MIN, f32::MAX);
    columns.iter().map(|column| column.iter().map(of).collect()).collect()
}

/// Some cases.
pub(super) fn rows(columns: &Columns, cases: &[usize]) -> Columns {
    columns.iter().map(|column| cases.iter().map(|&case| column[case]).collect()).collect()
}

/// Trees, and what their sum begins with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Boosted {
    pub(super) base: f32,
    pub(super) trees: Vec<Tree>,
}

impl Boosted {
    /// The predictions of cases by the first of the trees, added up in single precision from the base on.
    pub(super) fn predict(&self, columns: &Columns, cases: usize, rounds: usize) -> Vec<f32> {
        let mut predictions = vec![self.base; cases];
        for tree in &self.trees[..rounds.min(self.trees.len())] {
            add(&mut predictions, tree, columns);
        }
        predictions
    }
}

pub(super) fn add(predictions: &mut [f32], tree: &Tree, columns: &Columns) {
    for (case, prediction) in predictions.iter_mut().enumerate() {
        *prediction += tree.leaf(|feature| columns[feature][case]).value;
    }
}

/// Predictions after a round: of the training cases, and of those watched.
pub(super) struct Round<'a> {
    pub(super) fitted: &'a [f32],
    pub(super) watched: &'a [f32],
}

impl NewtonBoostingSettings {
    /// Boosts until all rounds are made or `go_on` says no; it is asked before each, and after the last one.
    pub(super) fn boost(
        &self,
        columns: &Columns,
        outcome: &Survival,
        rising: &[f32],
        rounds: usize,
        watched: Option<&Columns>,
        go_on: impl FnMut(Round) -> bool,
    ) -> Boosted {
        match self.method {
            Method::Exact => self.rounds(Ordered::new(columns), columns, outcome, rising, rounds, watched, go_on),
            Method::Histogram { bins } => {
                self.rounds(Histograms::new(columns, bins), columns, outcome, rising, rounds, watched, go_on)
            }
        }
    }

    fn rounds(
        &self,
        mut finder: impl Finder,
        columns: &Columns,
        outcome: &Survival,
        rising: &[f32],
        rounds: usize,
        watched: Option<&Columns>,
        mut go_on: impl FnMut(Round) -> bool,
    ) -> Boosted {
        let loss = self.objective.loss(outcome);
        let base = self.base_score.map_or_else(|| loss.start(), f64::ln) as f32;
        let cases = outcome.len();
        let mut fitted = vec![base; cases];
        let mut watched_predictions = vec![base; watched.and_then(|w| w.first()).map_or(0, Vec::len)];
        let mut derivatives = vec![[0.0; 2]; cases];
        let growing = Growing {
            settings: self,
            penalties: self.penalties(),
            rising,
            columns,
            prune: self.method == Method::Exact,
        };
        let mut trees = Vec::new();
        while go_on(Round { fitted: &fitted, watched: &watched_predictions }) && trees.len() < rounds {
            loss.derivatives(&fitted, &mut derivatives);
            let mut random = Random::new(self.seed, trees.len() as u64);
            let sample = self.sample(&derivatives, &mut random);
            let whole = sample.len() == cases;
            let Grown { tree, leaves } = growing.tree(&mut finder, &derivatives, sample, &mut random);
            if whole && !leaves.is_empty() {
                for (cases, value) in &leaves {
                    cases.iter().for_each(|&case| fitted[case as usize] += value);
                }
            } else {
                add(&mut fitted, &tree, columns);
            }
            if let Some(columns) = watched {
                add(&mut watched_predictions, &tree, columns);
            }
            trees.push(tree);
        }
        Boosted { base, trees }
    }

    /// The cases of a tree. Those whose second derivative is below 0, by rounding, are left out, as they are in the reference.
    fn sample(&self, derivatives: &[[f32; 2]], random: &mut Random) -> Vec<u32> {
        let mut cases: Vec<u32> = (0..derivatives.len() as u32).collect();
        if self.cases < 1.0 {
            let kept = ((self.cases * cases.len() as f64) as usize).max(1);
            random.shuffle(&mut cases);
            cases.truncate(kept);
            cases.sort_unstable();
        }
        cases.retain(|&case| derivatives[case as usize][1] >= 0.0);
        cases
    }
}
