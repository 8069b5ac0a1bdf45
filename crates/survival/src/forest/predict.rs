//! What the trees say of cases.

use std::ops::Range;

use radsurv_data::FeatureTable;
use rayon::prelude::*;

use super::settings::{CurveRule, MissingValues};
use super::{Forest, Tree};
use crate::error::Result;
use crate::input;

/// The cases that go through a tree together.
const BLOCK: usize = 64;

/// Cases as the trees see them.
pub(super) struct Rows<'a> {
    /// The column of each feature, if the trees look at it.
    columns: Vec<Option<&'a [f64]>>,
    levels: &'a [Vec<f64>],
    cases: usize,
    event_times: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(forest: &'a Forest, features: &'a FeatureTable) -> Result<Self> {
        let needed: Vec<usize> = (0..forest.features.len()).filter(|&f| forest.splits[f].count > 0).collect();
        let names: Vec<&str> = needed.iter().map(|&f| forest.features[f].as_str()).collect();
        let found = match forest.settings.missing {
            MissingValues::Refused => input::columns(features, &names)?,
            MissingValues::BetterSide => input::columns_with_missing(features, &names)?,
        };
        let mut columns = vec![None; forest.features.len()];
        needed.iter().zip(found).for_each(|(&f, column)| columns[f] = Some(column));
        Ok(Self { columns, levels: &forest.levels, cases: features.cases(), event_times: forest.event_times.len() })
    }

    /// The number of features of the forest.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The number of event times of the forest.
    pub(super) fn event_times(&self) -> usize {
        self.event_times
    }

    /// The values of some cases, case by case.
    pub(super) fn values(&self, cases: impl ExactSizeIterator<Item = usize> + Clone) -> Vec<f64> {
        let width = self.columns.len();
        let mut values = vec![0.0; width * cases.len()];
        for (feature, (column, levels)) in self.columns.iter().zip(self.levels).enumerate() {
            let Some(column) = column else { continue };
            for (at, case) in cases.clone().enumerate() {
                let value = column[case];
                values[at * width + feature] = if levels.is_empty() { value } else { level(levels, value) };
            }
        }
        values
    }

    /// Something of each case, from its leaves in all trees, in their order. `block` gets the number of cases, and then for each tree
    /// and case `leaf(state, tree, case, place of the leaf)`.
    pub(super) fn through<T: Send, S>(
        &self,
        trees: &[Tree],
        block: impl Fn(Range<usize>) -> S + Sync,
        leaf: impl Fn(&mut S, usize, usize, usize) + Sync,
        finish: impl Fn(S) -> Vec<T> + Sync,
    ) -> Vec<T> {
        let blocks: Vec<Vec<T>> = (0..self.cases.div_ceil(BLOCK))
            .into_par_iter()
            .map(|at| {
                let cases = at * BLOCK..((at + 1) * BLOCK).min(self.cases);
                let values = self.values(cases.clone());
                let mut state = block(cases.clone());
                for (number, tree) in trees.iter().enumerate() {
                    for (place, values) in values.chunks_exact(self.columns.len()).enumerate() {
                        leaf(&mut state, number, place, tree.leaf(values));
                    }
                }
                finish(state)
            })
            .collect();
        blocks.into_iter().flatten().collect()
    }
}

/// The place of a category, NaN if it is not known.
fn level(levels: &[f64], value: f64) -> f64 {
    levels.iter().position(|level| *level == value).map_or(f64::NAN, |place| place as f64)
}

impl Forest {
    /// For each tree the mortality of each leaf.
    pub(super) fn mortalities(&self) -> Vec<Vec<f64>> {
        self.trees.par_iter().map(|tree| tree.mortality(self.event_times.len())).collect()
    }

    /// The mean of a curve of the leaves at some times, for each case: how far it has moved from where it begins.
    pub(super) fn curves(&self, rows: &Rows, times: &[f64], rule: CurveRule) -> Vec<Vec<f64>> {
        // The first of the times at which an event time has its effect.
        let places: Vec<usize> = self.event_times.iter().map(|e| times.partition_point(|t| t < e)).collect();
        rows.through(
            &self.trees,
            |cases| vec![vec![0.0; times.len()]; cases.len()],
            |curves, tree, case, leaf| {
                let mut survival = 1.0;
                for step in self.trees[tree].steps(leaf) {
                    let Some(change) = curves[case].get_mut(places[step.time as usize]) else { break };
                    match rule {
                        CurveRule::MeanHazard => *change += step.hazard(),
                        CurveRule::MeanSurvival => {
                            let next = survival * (1.0 - step.hazard());
                            *change += next - survival;
                            survival = next;
                        }
                    }
                }
            },
            |mut curves| {
                for curve in &mut curves {
                    let mut sum = 0.0;
                    for value in curve.iter_mut() {
                        sum += *value;
                        *value = sum / self.trees.len() as f64;
                    }
                }
                curves
            },
        )
    }
}
