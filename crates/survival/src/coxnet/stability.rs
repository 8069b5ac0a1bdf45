//! Which features are selected again and again in halves of the cases.
//!
//! In each half the lasso is followed from the largest lambda on, as long as at most *q* features have entered. The frequency of
//! a feature at a lambda is the part of the halves in which it has entered until there; features whose frequency at the end
//! is at least the threshold *t* are selected. If features without effect enter no better than by chance, the expected
//! number of those that are selected is at most *q^2 / ((2 t - 1) p)* (Meinshausen and Buhlmann 2010, J R Stat Soc B 72,
//! theorem 1, p. 426). With complementary pairs the same bound holds without that assumption for the features that enter
//! with a probability below *q / p* (Shah and Samworth 2013, J R Stat Soc B 75, theorem 1, p. 59).
//!
//! Each half has half of the events and half of the other cases.

use radsurv_data::{FeatureTable, Survival};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::path::{Lambdas, PathSettings};
use super::problem::Problem;
use crate::error::{Error, Result};
use crate::folds::shuffled;
use crate::random::Random;

/// Which halves are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Halves {
    /// Each on its own (Meinshausen and Buhlmann).
    Single,
    /// With its complement (Shah and Samworth).
    #[default]
    Pairs,
}

/// How features are selected by stability.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::coxnet::StabilitySettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..80).map(|i| (format!("P{i}"), (0..6).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..80).map(|i| 40.0 - value(i, 0) + value(i, 9) / 3.0).collect();
/// let outcome = Survival::new(times, vec![true; 80])?;
/// let stability = StabilitySettings { features: Some(2), ..Default::default() }.run(&features, &outcome)?;
/// assert_eq!(stability.selected(), ["f0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StabilitySettings {
    /// The path that is followed in each half, at the lambdas of the path of all cases.
    pub path: PathSettings,
    /// The number of halves; pairs have two each. Default 100.
    pub halves: usize,
    /// Which halves are drawn. Default pairs.
    pub sampling: Halves,
    /// The number of features *q* that may enter in a half. Default none: *sqrt(0.8 p)*, rounded up, which bounds the errors by
    /// about 1 at a threshold of 0.9 and by 2 at 0.7.
    pub features: Option<usize>,
    /// The frequency that selects a feature, above 0.5. Default 0.75.
    pub threshold: f64,
    /// The seed of the halves. Default 0.
    pub seed: u64,
}

impl Default for StabilitySettings {
    fn default() -> Self {
        let (path, sampling) = (PathSettings::default(), Halves::default());
        Self { path, halves: 100, sampling, features: None, threshold: 0.75, seed: 0 }
    }
}

/// How often features are selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stability {
    /// The lambdas, the largest first.
    pub lambdas: Vec<f64>,
    /// For each feature in the order of the table its frequencies at the lambdas, which do not fall.
    pub features: Vec<FeatureStability>,
    /// The frequency that selects a feature.
    pub threshold: f64,
    /// The mean number of features that entered in a half, *q* or less.
    pub mean_entered: f64,
    /// The bound of the expected number of features that are selected in error, see the [module](self).
    pub error_bound: f64,
}

/// How often a feature is selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureStability {
    /// The feature.
    pub feature: String,
    /// The part of the halves in which it entered until each lambda.
    pub frequencies: Vec<f64>,
}

impl FeatureStability {
    /// The frequency at the end of the path.
    pub fn frequency(&self) -> f64 {
        self.frequencies.last().copied().unwrap_or(0.0)
    }
}

impl Stability {
    /// The features whose frequency reaches the threshold, in the order of the table.
    pub fn selected(&self) -> Vec<&str> {
        let stable = self.features.iter().filter(|f| f.frequency() >= self.threshold);
        stable.map(|f| f.feature.as_str()).collect()
    }
}

impl StabilitySettings {
    /// Draws the halves and follows the paths.
    ///
    /// # Errors
    /// As [`PathSettings::fit`]; [`Error::Setting`]; [`Error::TooFewCases`] if there are fewer than four cases with events;
    /// [`Error::NotConverged`] if not even the first lambda is reached.
    pub fn run(&self, features: &FeatureTable, outcome: &Survival) -> Result<Stability> {
        if self.halves < 2 || (self.sampling == Halves::Pairs && self.halves % 2 == 1) {
            let what = "give 2 or more, an even number for pairs";
            return Err(Error::Setting { name: "halves", value: self.halves.to_string(), what });
        }
        let draw = |half: usize| -> Vec<usize> {
            let (draw, complement) = match self.sampling {
                Halves::Single => (half, false),
                Halves::Pairs => (half / 2, half % 2 == 1),
            };
            let mut rows: Vec<usize> = Vec::with_capacity(outcome.len() / 2 + 1);
            for group in shuffled(outcome, &mut Random::new(self.seed, draw as u64)) {
                let size = group.len() / 2;
                let start = if complement { size } else { 0 };
                rows.extend(&group[start..start + size]);
            }
            rows.sort_unstable();
            rows
        };
        self.follow(features, outcome, &|| (0..self.halves).map(draw).collect())
    }

    /// Follows the paths in given parts of the cases, such as halves that keep the cases of a patient together.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Setting`] if there are fewer than two parts, or one has no event, a case that is not
    /// there, or a case twice.
    pub fn of(&self, features: &FeatureTable, outcome: &Survival, parts: &[Vec<usize>]) -> Result<Stability> {
        let bad = |value: String, what| Err(Error::Setting { name: "the list of parts", value, what });
        if parts.len() < 2 {
            return bad(parts.len().to_string(), "give the cases of 2 parts at least");
        }
        for (number, part) in parts.iter().enumerate() {
            let mut seen = vec![false; outcome.len()];
            let known = part.iter().all(|&i| seen.get_mut(i).is_some_and(|seen| !std::mem::replace(seen, true)));
            if !known {
                return bad(format!("wrong in number {}", number + 1), "give each case of a part once, from 0");
            }
            if !part.iter().any(|&i| outcome.event()[i] && outcome.weight(i) > 0.0) {
                return bad(format!("without an event in number {}", number + 1), "give each part some events");
            }
        }
        self.follow(features, outcome, &|| parts.to_vec())
    }

    fn follow(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        parts: &dyn Fn() -> Vec<Vec<usize>>,
    ) -> Result<Stability> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        if !(self.threshold > 0.5 && self.threshold <= 1.0) {
            return bad("threshold", self.threshold.to_string(), "give a number above 0.5, 1 at most");
        }
        if self.features == Some(0) {
            return bad("features", "0".to_string(), "give 1 or more");
        }
        let factors = self.path.factors(features)?;
        let full = self.path.fit(features, outcome)?;
        let events = (0..outcome.len()).filter(|&i| outcome.event()[i] && outcome.weight(i) > 0.0).count();
        if events < 4 {
            return Err(Error::TooFewCases { what: "stability selection (of events)", needed: 4, found: events });
        }
        if full.points.is_empty() {
            return Err(Error::NotConverged { what: "the path of all cases" });
        }
        let lambdas: Vec<f64> = full.points.iter().map(|p| p.lambda).collect();
        let given = PathSettings { lambdas: Lambdas::Given(lambdas.clone()), ..self.path.clone() };
        let p = features.names().len();
        let most = self.features.unwrap_or((0.8 * p as f64).sqrt().ceil() as usize);
        // For each part the place of the lambda at which each feature entered.
        let PathSettings { standardize, ties, .. } = self.path;
        let one = |rows: &Vec<usize>| -> Result<Vec<Option<usize>>> {
            let problem = Problem::new(features.columns(), outcome, None, rows, &factors, standardize, ties)?;
            let path = given.solve(&problem, rows.len(), most);
            let mut entered = vec![None; p];
            for (k, point) in path.points.iter().enumerate() {
                point.coefficients.iter().for_each(|c| {
                    entered[c.feature].get_or_insert(k);
                });
            }
            Ok(entered)
        };
        let entered = parts().par_iter().map(one).collect::<Result<Vec<Vec<Option<usize>>>>>()?;
        let count = entered.len() as f64;
        let of = |(j, feature): (usize, &String)| {
            let until = |k: usize| entered.iter().filter(|e| e[j].is_some_and(|at| at <= k)).count() as f64 / count;
            FeatureStability { feature: feature.clone(), frequencies: (0..lambdas.len()).map(until).collect() }
        };
        let by_feature: Vec<FeatureStability> = features.names().iter().enumerate().map(of).collect();
        let mean_entered = by_feature.iter().map(FeatureStability::frequency).sum::<f64>();
        let error_bound = mean_entered * mean_entered / ((2.0 * self.threshold - 1.0) * p as f64);
        Ok(Stability { lambdas, features: by_feature, threshold: self.threshold, mean_entered, error_bound })
    }
}
