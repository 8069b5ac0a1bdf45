//! Rounds of boosting.

use radsurv_data::Survival;

use super::grow::{Grown, Leaf, Target, grow};
use super::linear::{self, Features, LinearTerm};
use super::loss::Loss;
use super::search::Ordered;
use super::settings::{GradientBoostingSettings, Learner};
use super::tree::Tree;
use crate::boosting::rounds::best;
use crate::error::Result;
use crate::random::Random;

/// Trees, what their sum begins with, and what each improved for the cases that were not in its sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Boosted {
    pub(super) base: f64,
    pub(super) trees: Vec<Tree>,
    /// In place of trees.
    pub(super) linear: Vec<LinearTerm>,
    pub(super) out_of_bag: Vec<f64>,
}

impl Boosted {
    /// The number of rounds after which improvements out of the bag are the largest, all added up.
    pub(super) fn improved(&self) -> usize {
        let losses = self.out_of_bag.iter().scan(0.0, |sum, improvement| {
            *sum -= improvement;
            Some(*sum)
        });
        best(&std::iter::once(0.0).chain(losses).collect::<Vec<f64>>())
    }

    /// The predictions of cases by the first of the trees.
    pub(super) fn predict(&self, columns: &[Vec<f64>], cases: usize, rounds: usize) -> Vec<f64> {
        let mut predictions = vec![self.base; cases];
        self.trees.iter().take(rounds).for_each(|tree| add(&mut predictions, tree, columns));
        self.linear.iter().take(rounds).for_each(|term| linear::add(&mut predictions, term, columns));
        predictions
    }

    pub(super) fn rounds(&self) -> usize {
        self.trees.len().max(self.linear.len())
    }
}

pub(super) fn add(predictions: &mut [f64], tree: &Tree, columns: &[Vec<f64>]) {
    for (case, prediction) in predictions.iter_mut().enumerate() {
        *prediction += tree.value(|feature| columns[feature][case]);
    }
}

/// Some cases.
pub(super) fn rows(columns: &[Vec<f64>], cases: &[usize]) -> Vec<Vec<f64>> {
    columns.iter().map(|column| cases.iter().map(|&case| column[case]).collect()).collect()
}

/// Predictions after a round: of the training cases, and of those watched.
pub(super) struct Round<'a> {
    pub(super) fitted: &'a [f64],
    pub(super) watched: &'a [f64],
}

impl GradientBoostingSettings {
    /// Boosts until all rounds are made or `go_on` says no; it is asked before each, and after the last one.
    pub(super) fn boost(
        &self,
        columns: &[Vec<f64>],
        outcome: &Survival,
        rising: &[f64],
        rounds: usize,
        watched: Option<&[Vec<f64>]>,
        mut go_on: impl FnMut(Round) -> bool,
    ) -> Result<Boosted> {
        let cases = outcome.len();
        let loss = self.loss.loss(outcome)?;
        let weights = loss.weights(outcome);
        if let Learner::Linear { centre } = self.learner {
            let features = Features::new(columns, weights.as_deref(), centre);
            return Ok(self.boost_linear(&features, columns, &loss, weights.as_deref(), rounds, watched, go_on));
        }
        let mut ordered = Ordered::new(columns, cases);
        let base = loss.start();
        let mut fitted = vec![base; cases];
        let mut seen = vec![base; watched.and_then(|w| w.first()).map_or(0, Vec::len)];
        let mut response = vec![0.0; cases];
        let (mut trees, mut out_of_bag) = (Vec::new(), Vec::new());
        while go_on(Round { fitted: &fitted, watched: &seen }) && trees.len() < rounds {
            let Bag { sampled, inside, outside } = self.bag(cases, trees.len());
            let sample = (!outside.is_empty()).then_some(inside.as_slice());
            loss.response(&fitted, sample, &mut response);
            let target = Target {
                response: &response,
                weights: weights.as_deref(),
                sampled: &sampled,
                splits: self.splits,
                least: self.min_leaf,
                rising,
            };
            let Grown { mut tree, leaves } = grow(&mut ordered, columns, &target);
            self.values(&loss, &mut tree, &leaves, &fitted, &inside);
            let before = (!outside.is_empty()).then(|| loss.of(&outside, |case| fitted[case]));
            for leaf in &leaves {
                let value = tree.nodes()[leaf.node].value;
                leaf.cases.iter().for_each(|&case| fitted[case as usize] += value);
            }
            if let Some(before) = before {
                out_of_bag.push(before - loss.of(&outside, |case| fitted[case]));
            }
            if let Some(columns) = watched {
                add(&mut seen, &tree, columns);
            }
            trees.push(tree);
        }
        Ok(Boosted { base, trees, linear: Vec::new(), out_of_bag })
    }

    /// The same with straight lines. It ends where none improves.
    fn boost_linear(
        &self,
        features: &Features,
        columns: &[Vec<f64>],
        loss: &Loss,
        weights: Option<&[f64]>,
        rounds: usize,
        watched: Option<&[Vec<f64>]>,
        mut go_on: impl FnMut(Round) -> bool,
    ) -> Boosted {
        let (base, cases) = (loss.start(), columns.first().map_or(0, Vec::len));
        let mut fitted = vec![base; cases];
        let mut seen = vec![base; watched.and_then(|w| w.first()).map_or(0, Vec::len)];
        let mut response = vec![0.0; cases];
        let (mut terms, mut out_of_bag) = (Vec::new(), Vec::new());
        while go_on(Round { fitted: &fitted, watched: &seen }) && terms.len() < rounds {
            let Bag { inside, outside, .. } = self.bag(cases, terms.len());
            loss.response(&fitted, (!outside.is_empty()).then_some(inside.as_slice()), &mut response);
            let Some(term) = features.best(&response, weights, &inside, self.learning_rate) else { break };
            let before = (!outside.is_empty()).then(|| loss.of(&outside, |case| fitted[case]));
            linear::add(&mut fitted, &term, columns);
            if let Some(before) = before {
                out_of_bag.push(before - loss.of(&outside, |case| fitted[case]));
            }
            if let Some(columns) = watched {
                linear::add(&mut seen, &term, columns);
            }
            terms.push(term);
        }
        Boosted { base, trees: Vec::new(), linear: terms, out_of_bag }
    }

    /// Gives leaves their values. Those of less than the least number of cases, which can be only those of cases without a
    /// value, have that of their neighbours.
    fn values(&self, loss: &Loss, tree: &mut Tree, leaves: &[Leaf], fitted: &[f64], inside: &[u32]) {
        let small = |leaf: &Leaf| leaf.part.cases < self.min_leaf.max(1);
        let whole: Vec<&Leaf> = leaves.iter().filter(|leaf| !small(leaf)).collect();
        match loss {
            Loss::Cox(all) => {
                let mut group_of = vec![usize::MAX; fitted.len()];
                for (group, leaf) in whole.iter().enumerate() {
                    leaf.cases.iter().for_each(|&case| group_of[case as usize] = group);
                }
                let group = |case: usize| Some(group_of[case]).filter(|group| *group < whole.len());
                let step = if inside.len() == fitted.len() {
                    all.step(|i| fitted[i], group, whole.len())
                } else {
                    let at = |i: usize| inside[i] as usize;
                    all.of_cases(inside).step(|i| fitted[at(i)], |i| group(at(i)), whole.len())
                };
                for (leaf, value) in whole.iter().zip(step) {
                    tree.nodes[leaf.node].value = value;
                }
            }
            Loss::Squares(_) => {
                for leaf in &whole {
                    let part = leaf.part;
                    tree.nodes[leaf.node].value = if part.weight > 0.0 { part.sum / part.weight } else { 0.0 };
                }
            }
        }
        let small: Vec<usize> = leaves.iter().filter(|leaf| small(leaf)).map(|leaf| leaf.node).collect();
        tree.level(|node| small.contains(&node));
        tree.nodes.iter_mut().for_each(|node| node.value *= self.learning_rate);
    }

    /// The sample of a tree.
    fn bag(&self, cases: usize, round: usize) -> Bag {
        let mut order: Vec<u32> = (0..cases as u32).collect();
        let mut outside = Vec::new();
        if self.cases < 1.0 {
            let kept = ((self.cases * cases as f64) as usize).max(1);
            Random::new(self.seed, round as u64).shuffle(&mut order);
            outside = order.split_off(kept);
            order.sort_unstable();
            outside.sort_unstable();
        }
        let mut sampled = vec![true; cases];
        outside.iter().for_each(|&case| sampled[case as usize] = false);
        Bag { sampled, inside: order, outside }
    }
}

struct Bag {
    sampled: Vec<bool>,
    inside: Vec<u32>,
    outside: Vec<u32>,
}
