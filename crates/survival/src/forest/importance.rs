//! How much worse trees predict when a feature says nothing.
//!
//! In each tree the cases that it did not see are predicted twice: as they are, and with the values of one feature exchanged among
//! them at random. With *e* the error 1 - C (Harrell) of the mortalities, the importance of the feature is *e* exchanged less *e* as they
//! are, the mean over the trees. It is near 0, or slightly below, for a feature without effect.
//!
//! Its standard error is that of the mean over the trees, *sd / sqrt(trees)*: how far it would be from that of a forest of very
//! many trees of the same cases. What other training cases would change is not in it.
//!
//! Sources: Breiman, *Machine Learning* 45 (2001) 5-32 (p. 23). Ishwaran, Kogalur, Blackstone, Lauer, *Annals of Applied Statistics* 2
//! (2008) 841-860.

use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::distribution::Normal;
use radsurv_stats::nonparametric::harrell;
use rayon::prelude::*;

use super::predict::Rows;
use super::sample;
use super::training::Training;
use super::{Forest, Tree};
use crate::error::{Error, Result};
use crate::random::Random;

/// The permutation importance of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct PermutationImportance {
    /// The feature.
    pub feature: String,
    /// By how much the error of the cases that trees did not see rises, the mean over the trees.
    pub value: f64,
    /// Its standard error, from the trees.
    pub std_error: f64,
    /// The limits of the confidence that was asked for.
    pub limits: [f64; 2],
}

impl Forest {
    /// The permutation importance of all features, the most important first, from the cases that the forest was fitted to: they and
    /// their outcomes must be given again, since a model does not keep them. The seed is that of the exchanges.
    ///
    /// It is the mean over the trees of how much 1 - C (Harrell's, of the cases that the tree did not see) rises when the values of the
    /// feature are exchanged among these cases at random. The standard error is that of a mean over trees: it says how far the value
    /// is from that of very many trees, not what other training cases would change.
    ///
    /// # Errors
    /// Those of [`predict_risk`](radsurv_data::SurvivalModel::predict_risk); [`Error::Cases`] if the numbers of cases differ;
    /// [`Error::Setting`] if the outcomes are not those that it was fitted to, or no tree has cases that it did not see and that can be
    /// compared; [`Error::Stats`] if the confidence is not between 0 and 1.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::{FeatureTable, FitSurvival, Survival};
    /// use radsurv_survival::forest::ForestSettings;
    /// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
    /// let rows = (0..90).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
    /// let features = FeatureTable::from_rows(rows)?;
    /// let times = (0..90).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
    /// let outcome = Survival::new(times, (0..90).map(|i| i % 4 > 0).collect())?;
    /// let forest = ForestSettings { trees: 100, ..Default::default() }.fit(&features, &outcome)?;
    /// let importance = forest.permutation_importance(&features, &outcome, 0.95, 1)?;
    /// assert_eq!(importance[0].feature, "f0");
    /// assert!(importance[0].limits[0] > 0.1 && importance[3].value < 0.05);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn permutation_importance(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        confidence: f64,
        seed: u64,
    ) -> Result<Vec<PermutationImportance>> {
        if features.cases() != outcome.len() {
            return Err(Error::Cases { features: features.cases(), outcomes: outcome.len() });
        }
        if outcome.event_times() != self.event_times {
            let value = format!(
                "at {} event times, of which the forest knows {}",
                outcome.event_times().len(),
                self.event_times.len()
            );
            let what = "give the cases that the forest was fitted to";
            return Err(Error::Setting { name: "the outcome", value, what });
        }
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(radsurv_stats::Error::NotProbability { value: confidence }.into());
        }
        let quantile = Normal.quantile(0.5 + 0.5 * confidence)?;
        let rows = Rows::new(self, features)?;
        let cases = Training::rows(outcome);
        let weights = Training::weights(outcome, &cases);
        let of_tree = |number: usize| {
            let counts = sample::draw(&self.settings, &weights, &mut Random::new(self.settings.seed, number as u64));
            let unseen: Vec<usize> =
                cases.iter().zip(&counts).filter(|(_, count)| **count == 0).map(|(row, _)| *row).collect();
            // Numbers from the end, where no tree has its own.
            rises(&self.trees[number], &rows, &unseen, outcome, &mut Random::new(seed, u64::MAX - number as u64))
        };
        let of_trees: Vec<Option<Vec<(u32, f64)>>> = (0..self.trees.len()).into_par_iter().map(of_tree).collect();
        let known = of_trees.iter().flatten().count();
        if known == 0 {
            let what = "draw fewer cases, with a fraction below 1 or with replacement";
            return Err(Error::Setting {
                name: "the number of trees with cases they did not see",
                value: "0".to_string(),
                what,
            });
        }
        let mut sums = vec![[0.0; 2]; self.features.len()];
        for (feature, rise) in of_trees.iter().flatten().flatten() {
            sums[*feature as usize][0] += rise;
            sums[*feature as usize][1] += rise * rise;
        }
        let n = known as f64;
        let mut all: Vec<PermutationImportance> = self
            .features
            .iter()
            .zip(sums)
            .map(|(feature, [sum, squares])| {
                let value = sum / n;
                let variance = if known > 1 { (squares - sum * value).max(0.0) / (n - 1.0) } else { f64::INFINITY };
                let std_error = (variance / n).sqrt();
                let limits = [value - quantile * std_error, value + quantile * std_error];
                PermutationImportance { feature: feature.clone(), value, std_error, limits }
            })
            .collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        Ok(all)
    }
}

/// By how much the error of a tree rises with each of its features exchanged; none if no two of the cases can be compared.
fn rises(
    tree: &Tree,
    rows: &Rows,
    unseen: &[usize],
    outcome: &Survival,
    random: &mut Random,
) -> Option<Vec<(u32, f64)>> {
    let outcome = outcome.rows(unseen);
    let mut values = rows.values(unseen.iter().copied());
    let width = rows.width();
    let mortality = tree.mortality(rows.event_times());
    let concordance = |values: &[f64]| {
        let risk: Vec<f64> = values.chunks_exact(width).map(|case| mortality[tree.leaf(case)]).collect();
        harrell(&risk, &outcome).ok().map(|c| c.estimate)
    };
    let as_they_are = concordance(&values)?;
    let mut features: Vec<u32> = tree.split_features().collect();
    features.sort_unstable();
    features.dedup();
    let mut out = Vec::with_capacity(features.len());
    let mut order: Vec<usize> = (0..unseen.len()).collect();
    for feature in features {
        let at = |case: usize| case * width + feature as usize;
        let column: Vec<f64> = (0..unseen.len()).map(|case| values[at(case)]).collect();
        random.shuffle(&mut order);
        order.iter().enumerate().for_each(|(case, &from)| values[at(case)] = column[from]);
        out.push((feature, as_they_are - concordance(&values)?));
        column.iter().enumerate().for_each(|(case, value)| values[at(case)] = *value);
    }
    Some(out)
}

impl Forest {
    /// For each two cases the part of the trees in which they are in the same leaf: a row per case, 1 with itself. Its size is
    /// the square of the number of cases.
    ///
    /// # Errors
    /// Those of [`predict_risk`](radsurv_data::SurvivalModel::predict_risk).
    pub fn proximity(&self, features: &FeatureTable) -> Result<Vec<Vec<f64>>> {
        let leaves: Vec<Vec<u32>> = Rows::new(self, features)?.through(
            &self.trees,
            |cases| vec![Vec::with_capacity(self.trees.len()); cases.len()],
            |leaves, _, case, leaf| leaves[case].push(leaf as u32),
            |leaves: Vec<Vec<u32>>| leaves,
        );
        let shared = |a: &[u32], b: &[u32]| a.iter().zip(b).filter(|(a, b)| a == b).count() as f64 / a.len() as f64;
        Ok(leaves.par_iter().map(|a| leaves.iter().map(|b| shared(a, b)).collect()).collect())
    }
}
