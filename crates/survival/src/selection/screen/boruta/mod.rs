//! Features that a forest finds more important than shuffled copies of all.
//!
//! In each run every feature that is not rejected yet gets a shadow, a copy whose values are dealt out to the cases anew, and a survival
//! forest is grown with features and shadows. A feature scores a hit if its importance is above that of every shadow. A feature
//! without effect does so with a probability of ½ at most, so that after *n* runs with *h* hits
//!
//! - it is confirmed if *p P(X >= h) < 0.01*,
//! - it is rejected if *p P(X <= h) < 0.01*, and takes no part in later runs,
//!
//! *X* being binomial of *n* and ½, and *p* the number of features (Bonferroni). Runs end when all are decided, or as many are done as
//! are allowed; features that are not decided then are tentative.
//!
//! All features that have an effect are to be found, also those that say what others do: this is no way to few features.
//!
//! The importance is by default the permutation importance of the forest (what concordance of the cases that a tree did not see loses)
//! in standard errors, as in Boruta's default with ranger. The sum of split statistics is there as well: it is faster by the time
//! that permutations take, and leans to features of many values, of which the maximum over shadows has a share as well.
//!
//! # Edge cases
//! - Features that do not vary are not kept and do not count in *p*.
//! - There are five shadows at least: with fewer features there are several of each.
//! - The result depends on the order of features, as all that is drawn does, and on the seed; not on the number of threads.
//! - Few trees make importances of noise that are 0, which is no hit.
//! - Late entry and missing values are errors, as of the forest.
//!
//! Source: Kursa, Rudnicki: Feature selection with the Boruta package, Journal of Statistical Software 36(11) (2010) 1-13 (p. 3-4);
//! decisions are those of the R package.

mod rule;

use radsurv_data::{Cohort, FeatureTable, FitSurvival, FitToOutcome, Importance, Survival, SurvivalModel};
use serde::{Deserialize, Serialize};

use super::screened::{Screen, Screened, ScreenedBy, ranks};
use super::{CONSTANT, Counted};
use crate::error::{Error, Result};
use crate::forest::ForestSettings;
use crate::random::Random;
use rule::Tally;

/// The importance that features and shadows are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForestImportance {
    /// The [permutation importance](crate::forest::Forest::permutation_importance) over its standard error.
    #[default]
    Permutation,
    /// The sum of the statistics of the splits.
    Splits,
}

/// How features are compared with shadows; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::ForestSettings;
/// use radsurv_survival::selection::screen::BorutaSettings;
/// use radsurv_survival::selection::screen::boruta::Status;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..90).map(|i| (format!("P{i}"), (0..5).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..90).map(|i| 40.0 - value(i, 0) + value(i, 9) / 2.0).collect();
/// let outcome = Survival::new(times, (0..90).map(|i| i % 4 > 0).collect())?;
/// let settings = BorutaSettings { forest: ForestSettings { trees: 50, ..Default::default() }, runs: 30, ..Default::default() };
/// let found = settings.run(&features, &outcome)?;
/// assert_eq!(found.features[0].status, Status::Confirmed);
/// assert_eq!(found.features[0].hits, found.runs);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BorutaSettings {
    /// The forest of a run, of which the seed does not count. Default that of forests, of 500 trees.
    pub forest: ForestSettings,
    /// The importance. Default permutation.
    pub importance: ForestImportance,
    /// The number of runs at most. Default 99, which is what the R package does at its default `maxRuns` of 100.
    pub runs: usize,
    /// The level of each decision, adjusted for the number of features. Default 0.01.
    pub p_value: f64,
    /// Whether tentative features are kept as well. Default false.
    pub keep_tentative: bool,
    /// The seed of shadows and forests. Default 0.
    pub seed: u64,
}

impl Default for BorutaSettings {
    fn default() -> Self {
        Self {
            forest: ForestSettings::default(),
            importance: ForestImportance::default(),
            runs: 99,
            p_value: 0.01,
            keep_tentative: false,
            seed: 0,
        }
    }
}

/// What is decided on a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nothing yet.
    Tentative,
    /// It is more important than shadows.
    Confirmed,
    /// It is not.
    Rejected,
}

/// What was found of all features.
#[derive(Debug, Clone, PartialEq)]
pub struct Boruta {
    /// The features, in the order of the table.
    pub features: Vec<BorutaFeature>,
    /// The number of runs.
    pub runs: usize,
}

/// What was found of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorutaFeature {
    /// The feature.
    pub feature: String,
    /// Whether it varies; else it took part in no run, and is rejected.
    pub varies: bool,
    /// What is decided.
    pub status: Status,
    /// The number of runs in which it was more important than all shadows.
    pub hits: usize,
    /// The number of runs that it took part in.
    pub runs: usize,
    /// The number of runs after which it was decided, if it was.
    pub decided_after: Option<usize>,
}

impl BorutaSettings {
    /// Runs forests until all features are decided.
    ///
    /// # Errors
    /// As [`input::check`](crate::input::check); [`Error::Constant`] if no feature varies; [`Error::Setting`]; those of the forest and of its
    /// importance.
    pub fn run(&self, features: &FeatureTable, outcome: &Survival) -> Result<Boruta> {
        let wrong = |name, value: String, what| Err(Error::Setting { name, value, what });
        if self.runs == 0 {
            return wrong("the number of runs", "0".to_string(), "give 1 or more, 99 usually");
        }
        if !(self.p_value > 0.0 && self.p_value < 1.0) {
            return wrong("the p-value of decisions", self.p_value.to_string(), "give a number between 0 and 1");
        }
        let counted = Counted::new(features, outcome)?;
        let mut tally = Tally::new(counted.varying.len(), self.p_value);
        while tally.runs() < self.runs && tally.any_tentative() {
            let importance = self.importances(&counted, &tally)?;
            let highest = importance.shadows.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
            let hit: Vec<bool> = importance.features.iter().map(|v| *v > highest).collect();
            tally.add(&hit)?;
        }
        let runs = tally.runs();
        let mut found: Vec<BorutaFeature> = features.names().iter().map(|name| constant(name)).collect();
        for (&place, decided) in counted.varying.iter().zip(tally.features()) {
            let part = if decided.status == Status::Rejected { decided.after.unwrap_or(runs) } else { runs };
            found[place] = BorutaFeature {
                varies: true,
                status: decided.status,
                hits: decided.hits,
                runs: part,
                decided_after: decided.after,
                ..found[place].clone()
            };
        }
        Ok(Boruta { features: found, runs })
    }

    /// The importances of the features that vary (of those that are rejected the least there is), and of shadows, in the next run.
    fn importances(&self, counted: &Counted, tally: &Tally) -> Result<Importances> {
        let mut random = Random::new(self.seed, tally.runs() as u64);
        let rejected = |f: &rule::Feature| f.status == Status::Rejected;
        let left: Vec<usize> = (0..counted.varying.len()).filter(|&v| !rejected(&tally.features()[v])).collect();
        let mut forest = ForestSettings { categorical: Vec::new(), ..self.forest.clone() };
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        let rounds = LEAST_SHADOWS.div_ceil(left.len());
        for (round, &v) in (0..=rounds).flat_map(|round| left.iter().map(move |v| (round, v))) {
            let feature = counted.varying[v];
            let mut column = counted.features.columns()[feature].clone();
            if round > 0 {
                random.shuffle(&mut column);
            }
            // The names of features may be anything, those of shadows too.
            let name = columns.len().to_string();
            if self.forest.categorical.iter().any(|c| c == counted.name(feature)) {
                forest.categorical.push(name.clone());
            }
            names.push(name);
            columns.push(column);
        }
        forest.seed = random.below(1 << 52) as u64;
        let table = FeatureTable::new(counted.features.case_ids().to_vec(), names, columns)?;
        let model = forest.fit(&table, &counted.outcome)?;
        let found: Vec<Importance> = match self.importance {
            ForestImportance::Splits => model.importance(),
            ForestImportance::Permutation => {
                let seed = random.below(1 << 52) as u64;
                let found = model.permutation_importance(&table, &counted.outcome, 0.95, seed)?;
                // A feature that no tree splits by has neither importance nor error.
                let errors = |value: f64, error: f64| if error > 0.0 { value / error } else { 0.0 };
                found
                    .into_iter()
                    .map(|i| Importance { value: errors(i.value, i.std_error), feature: i.feature })
                    .collect()
            }
        };
        let mut values = vec![0.0; table.names().len()];
        for Importance { feature, value } in found {
            if let Some(slot) = feature.parse().ok().and_then(|place: usize| values.get_mut(place)) {
                *slot = value;
            }
        }
        let mut features = vec![f64::NEG_INFINITY; counted.varying.len()];
        left.iter().zip(&values).for_each(|(&v, value)| features[v] = *value);
        Ok(Importances { features, shadows: values.split_off(left.len()) })
    }
}

/// There are this many shadows at least.
const LEAST_SHADOWS: usize = 5;

struct Importances {
    features: Vec<f64>,
    shadows: Vec<f64>,
}

fn constant(name: &str) -> BorutaFeature {
    BorutaFeature {
        feature: name.to_string(),
        varies: false,
        status: Status::Rejected,
        hits: 0,
        runs: 0,
        decided_after: None,
    }
}

impl FitToOutcome for BorutaSettings {
    type Fitted = Screen;
    type Error = Error;

    /// Keeps the features that are confirmed, and the tentative ones if they shall be.
    ///
    /// # Errors
    /// As [`run`](BorutaSettings::run).
    fn fit(&self, training: &Cohort, outcome: &Survival) -> Result<Screen> {
        let found = self.run(training.features(), outcome)?.features;
        let score = |f: &BorutaFeature| f.varies.then(|| f.hits as f64 / f.runs as f64);
        let scores: Vec<Option<f64>> = found.iter().map(score).collect();
        let decide = |((f, score), rank): ((&BorutaFeature, &Option<f64>), Option<usize>)| {
            let status = match f.status {
                Status::Rejected => "rejected",
                Status::Confirmed => "confirmed",
                Status::Tentative => "tentative",
            };
            let keep = f.status == Status::Confirmed || (self.keep_tentative && f.status == Status::Tentative);
            let reason = match f.varies {
                false => CONSTANT.to_string(),
                true => format!("{status}: above all shadows in {} of {} runs", f.hits, f.runs),
            };
            Screened { score: *score, rank, keep, reason }
        };
        let found = found.iter().zip(&scores).zip(ranks(&scores)).map(decide).collect();
        Ok(Screen::new(ScreenedBy::Boruta, training.features(), found))
    }
}
