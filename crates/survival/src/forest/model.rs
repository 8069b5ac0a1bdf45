//! The model: trees, and what they say together.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{FeatureTable, FitSurvival, Importance, Survival, SurvivalCurves, SurvivalModel, WithHeldOut};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tree;
use super::grow::{Grown, grow};
use super::out_of_bag::{self, OutOfBag};
use super::predict::Rows;
use super::settings::{CurveRule, ForestSettings, MissingValues};
use super::training::{LEVELS, Training};
use crate::error::Result;
use crate::input;

/// A fitted forest; see the [module](super).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forest {
    pub(super) settings: ForestSettings,
    pub(super) features: Vec<String>,
    /// The categories of each feature; none of numbers.
    pub(super) levels: Vec<Vec<f64>>,
    /// The event times of the training cases, ascending.
    pub(super) event_times: Vec<f64>,
    pub(super) splits: Vec<FeatureSplits>,
    out_of_bag: OutOfBag,
    pub(super) trees: Vec<Tree>,
}

/// The splits of a feature in all trees.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSplits {
    /// Their number.
    pub count: usize,
    /// The sum of their statistics (chi-squared).
    pub statistic: f64,
}

/// The cumulative hazard of cases at some times.
#[derive(Debug, Clone, PartialEq)]
pub struct CumulativeHazards {
    /// The times.
    pub times: Vec<f64>,
    /// For each case the cumulative hazard at each of them.
    pub values: Vec<Vec<f64>>,
}

impl Saved for Forest {
    const FORMAT: Format = Format { name: "radsurv-forest", version: 2 };

    fn check(&self) -> std::result::Result<(), String> {
        let levels: Vec<usize> = self.levels.iter().map(Vec::len).collect();
        let same = levels.len() == self.features.len() && self.splits.len() == self.features.len();
        let known = levels.iter().all(|levels| *levels <= LEVELS);
        let fits = self.trees.iter().all(|tree| tree.fits(&levels, self.event_times.len()));
        let mut used = vec![0; self.features.len()];
        if same && fits {
            self.trees.iter().flat_map(Tree::split_features).for_each(|feature| used[feature as usize] += 1);
        }
        let counted = self.splits.iter().map(|s| s.count).eq(used);
        let what = "its trees are not those of its features and event times";
        if same && known && fits && counted && !self.trees.is_empty() { Ok(()) } else { Err(what.to_string()) }
    }
}

impl FitSurvival for ForestSettings {
    type Fitted = Forest;
    type Error = crate::Error;

    /// Grows the trees.
    ///
    /// # Errors
    /// As [`fit_held_out`](Self::fit_held_out).
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Forest> {
        self.fit_held_out(features, outcome).map(|fitted| fitted.model)
    }

    /// The mortality is a sum over the event times.
    fn risk_scale(&self, outcome: &Survival) -> f64 {
        outcome.event_times().len().max(1) as f64
    }
}

impl ForestSettings {
    /// Grows the trees, and scores each case by those that did not see it. A case of weight 0 no tree has seen.
    ///
    /// # Errors
    /// As [`input::check`] ([`input::check_with_missing`] if missing values are taken);
    /// [`Error::Setting`](crate::Error::Setting); [`Error::Stats`](crate::Error::Stats) for late entry.
    pub fn fit_held_out(&self, features: &FeatureTable, outcome: &Survival) -> Result<WithHeldOut<Forest>> {
        match self.missing {
            MissingValues::Refused => input::check(features, outcome)?,
            MissingValues::BetterSide => input::check_with_missing(features, outcome)?,
        }
        self.check(features, outcome)?;
        let training = Training::new(self, features, outcome)?;
        let grown: Vec<Grown> = (0..self.trees).into_par_iter().map(|tree| grow(self, &training, tree)).collect();
        let mut splits = vec![FeatureSplits::default(); features.names().len()];
        for (feature, statistic) in grown.iter().flat_map(|g| &g.splits) {
            splits[*feature as usize].count += 1;
            splits[*feature as usize].statistic += statistic;
        }
        let (trees, drawn): (Vec<Tree>, Vec<Vec<u64>>) = grown.into_iter().map(|g| (g.tree, g.drawn)).unzip();
        let levels = training.columns.iter().zip(&training.categorical);
        let mut model = Forest {
            settings: self.clone(),
            features: features.names().to_vec(),
            levels: levels.map(|(column, c)| if *c { column.values.clone() } else { Vec::new() }).collect(),
            event_times: training.event_times,
            splits,
            out_of_bag: OutOfBag::default(),
            trees,
        };
        let held_out = out_of_bag::scores(&model, features, &training.rows, &drawn)?;
        model.out_of_bag = OutOfBag::new(&held_out, outcome);
        Ok(WithHeldOut { model, held_out })
    }
}

impl Forest {
    /// What it was fitted with.
    pub fn settings(&self) -> &ForestSettings {
        &self.settings
    }

    /// The event times of the training cases, ascending: where its curves change.
    pub fn event_times(&self) -> &[f64] {
        &self.event_times
    }

    /// How well each training case is predicted by the trees that did not see it.
    pub fn out_of_bag(&self) -> &OutOfBag {
        &self.out_of_bag
    }

    /// The splits of each feature, in the order of the features.
    pub fn splits(&self) -> &[FeatureSplits] {
        &self.splits
    }

    /// The minimal depth of each feature, in their order: the number of splits above its first one, the mean over the trees. Features
    /// that count split near the root. In a tree without a split of the feature it is the depth of the deepest leaf.
    ///
    /// Source: Ishwaran, Kogalur, Gorodeski, Minn, Lauer: High-dimensional variable selection for survival data, *Journal of the
    /// American Statistical Association* 105 (2010) 205-217 (p. 206).
    pub fn minimal_depths(&self) -> Vec<f64> {
        let of = |tree: &Tree| tree.minimal_depths(self.features.len());
        let mut sums = vec![0.0; self.features.len()];
        for depths in self.trees.par_iter().map(of).collect::<Vec<_>>() {
            sums.iter_mut().zip(depths).for_each(|(sum, depth)| *sum += depth as f64);
        }
        sums.iter().map(|sum| sum / self.trees.len() as f64).collect()
    }

    /// The mean over the trees of the cumulative hazard of each case at each of these times.
    ///
    /// # Errors
    /// As [`predict_survival`](SurvivalModel::predict_survival).
    pub fn predict_hazard(&self, features: &FeatureTable, times: &[f64]) -> Result<CumulativeHazards> {
        // For its error.
        SurvivalCurves::new(times.to_vec(), Vec::new())?;
        let values = self.curves(&Rows::new(self, features)?, times, CurveRule::MeanHazard);
        Ok(CumulativeHazards { times: times.to_vec(), values })
    }
}

impl SurvivalModel for Forest {
    type Error = crate::Error;

    fn features(&self) -> &[String] {
        &self.features
    }

    /// Those in any split.
    fn needed(&self) -> Vec<&str> {
        let used = self.features.iter().zip(&self.splits).filter(|(_, splits)| splits.count > 0);
        used.map(|(feature, _)| feature.as_str()).collect()
    }

    /// The mortality: the sum of the cumulative hazard over the event times of training, the mean over the trees. It is the number
    /// of events to be expected if all training cases were as this one. No curve is made for it.
    ///
    /// # Errors
    /// As [`input::columns`] ([`input::columns_with_missing`] if missing values are taken).
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        let mortalities = self.mortalities();
        Ok(Rows::new(self, features)?.through(
            &self.trees,
            |cases| vec![0.0; cases.len()],
            |sums, tree, case, leaf| sums[case] += mortalities[tree][leaf],
            |sums| sums.into_iter().map(|sum| sum / self.trees.len() as f64).collect(),
        ))
    }

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        SurvivalCurves::new(times.to_vec(), Vec::new())?;
        let rule = self.settings.curves;
        let mut curves = self.curves(&Rows::new(self, features)?, times, rule);
        for value in curves.iter_mut().flatten() {
            *value = match rule {
                CurveRule::MeanHazard => (-*value).exp(),
                // Rounding may go below 0.
                CurveRule::MeanSurvival => (1.0 + *value).max(0.0),
            };
        }
        Ok(SurvivalCurves::new(times.to_vec(), curves)?)
    }

    /// The sum of the statistics of its splits, the mean over the trees.
    fn importance(&self) -> Vec<Importance> {
        let of = |(feature, splits): (&String, &FeatureSplits)| Importance {
            feature: feature.clone(),
            value: splits.statistic / self.trees.len() as f64,
        };
        let mut all: Vec<Importance> =
            self.features.iter().zip(&self.splits).map(of).filter(|i| i.value > 0.0).collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        all
    }
}
