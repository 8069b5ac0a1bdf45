//! How much worse predictions are when a feature says nothing.
//!
//! The importance of a feature is what a measure *M*, such as Harrell's *C*, loses when its values are dealt out to the cases anew:
//!
//! *I_j = M(f(X)) - mean_r M(f(X_jr))*,
//!
//! with the predictions *f* of what was learned, and *X_jr*, in which the column *j* is in the *r*-th random order; of a measure
//! of which less is better, the other way round. It is of any model and takes no refit. It must be measured on cases that
//! nothing was learned from: on training cases it says what a model uses, not what helps.
//!
//! # Edge cases
//! - Features that predictions do not [depend on](Predictor::used_features) have none, and are left out.
//! - Of features that say the same, each is important only as far as the others do not replace it: all of them may be near 0.
//!   As one [`FeatureGroup`] they are dealt out together, each case getting all values of another one, and what they have in common
//!   is seen.
//! - Values below 0 are chance: *M* was better with the feature in disorder.
//! - The order of repeat *r* is the same for all features and groups, so that they are compared with less noise.
//!
//! Sources: Breiman: Random forests, Machine Learning 45 (2001) 5-32 (p. 23); Fisher, Rudin, Dominici: All models are wrong, but many are
//! useful, Journal of Machine Learning Research 20 (2019) 177.

use radsurv_data::{Cohort, Metric, MetricError, Predictions, Predictor, Survival};
use radsurv_stats::nonparametric::harrell;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::random::Random;
use crate::selection::Measures;

/// How often and by which numbers the values of a feature are dealt out anew; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, FitSurvival, Survival};
/// use radsurv_survival::{CoxSettings, importance::PermutationSettings};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = |cases: std::ops::Range<usize>| {
///     FeatureTable::from_rows(cases.map(|i| (format!("P{i}"), (0..3).map(|k| (format!("f{k}"), value(i, k))).collect())))
/// };
/// let outcome = |cases: std::ops::Range<usize>| {
///     let times = cases.clone().map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
///     Survival::new(times, cases.map(|i| i % 4 > 0).collect())
/// };
/// let model = CoxSettings::default().fit(&rows(0..60)?, &outcome(0..60)?)?;
/// let test = Cohort::from(rows(60..120)?);
/// let found = PermutationSettings::default().run(&model, &test, &outcome(60..120)?)?;
/// assert_eq!(found[0].feature, "f0");
/// assert!(found[0].loss > 0.2 && found[1].loss.abs() < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PermutationSettings {
    /// How often each feature is dealt out. Default 10.
    pub repeats: usize,
    /// The seed. Default 0.
    pub seed: u64,
}

impl Default for PermutationSettings {
    fn default() -> Self {
        Self { repeats: 10, seed: 0 }
    }
}

/// What a measure loses without the information of a feature or group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PermutedFeature {
    /// The feature or group.
    pub feature: String,
    /// The mean loss; positive if predictions are worse without it, whichever way the measure goes.
    pub loss: f64,
    /// The standard deviation of the loss over the repeats: the noise of the orders, not that of the cases. Of one repeat NaN.
    pub std_dev: f64,
}

/// The losses of one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricLosses {
    /// The measure.
    pub metric: String,
    /// What it is with all features in order.
    pub whole: f64,
    /// Features or groups, the most important first.
    pub features: Vec<PermutedFeature>,
}

/// Features that are dealt out together: those of a region or class, or that are correlated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureGroup {
    /// Its name.
    pub name: String,
    /// Its features.
    pub features: Vec<String>,
}

impl FeatureGroup {
    /// A group for each name that features are given, in the order of their first features; those that get none are left out.
    ///
    /// # Example
    /// ```
    /// use radsurv_survival::importance::FeatureGroup;
    /// let names = ["tumour_original_glcm_Idm", "ring_original_glcm_Idm", "ring_original_shape_Sphericity", "age"];
    /// let regions = FeatureGroup::by(&names, |name| Some(name.split_once("_original")?.0.to_string()));
    /// assert_eq!(regions.len(), 2);
    /// assert_eq!(regions[1].features, names[1..3]);
    /// ```
    pub fn by<N: AsRef<str>>(features: &[N], group: impl Fn(&str) -> Option<String>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for feature in features.iter().map(AsRef::as_ref) {
            let Some(name) = group(feature) else { continue };
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.features.push(feature.to_string()),
                None => groups.push(Self { name, features: vec![feature.to_string()] }),
            }
        }
        groups
    }
}

/// Harrell's *C* of risks.
struct Concordance;

impl Metric for Concordance {
    fn name(&self) -> String {
        "harrell".to_string()
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
        Ok(harrell(predictions.risk(), outcome)?.estimate)
    }
}

impl PermutationSettings {
    /// What Harrell's *C* loses without each feature that predictions depend on, the most important first. The same for any
    /// number of threads.
    ///
    /// # Errors
    /// As [`measure`](Self::measure).
    pub fn run<P>(&self, predictor: &P, cohort: &Cohort, outcome: &Survival) -> Result<Vec<PermutedFeature>>
    where
        P: Predictor + Sync + ?Sized,
    {
        let measures = Measures { metrics: &[&Concordance], times: &[] };
        let found = self.measure(predictor, cohort, outcome, None, measures)?;
        Ok(found.into_iter().flat_map(|of| of.features).collect())
    }

    /// What each measure loses without each of these groups, or without each feature that predictions depend on; the most important
    /// first. A feature can be in several groups. The same for any number of threads.
    ///
    /// # Errors
    /// [`Error::Setting`] without repeats, or of a group without features; [`radsurv_data::Error::MissingColumn`] of a group with a
    /// feature that is not there; [`Error::Cases`]; [`Error::Metric`]; those of the predictor.
    pub fn measure<P>(
        &self,
        predictor: &P,
        cohort: &Cohort,
        outcome: &Survival,
        groups: Option<&[FeatureGroup]>,
        measures: Measures<'_>,
    ) -> Result<Vec<MetricLosses>>
    where
        P: Predictor + Sync + ?Sized,
    {
        if self.repeats == 0 {
            return Err(Error::Setting { name: "the number of repeats", value: "0".into(), what: "give 1 at least" });
        }
        if cohort.cases() != outcome.len() {
            return Err(Error::Cases { features: cohort.cases(), outcomes: outcome.len() });
        }
        let Measures { metrics, times } = measures;
        let values = |cohort: &Cohort| -> Result<Vec<f64>> {
            let predictions = predictor.predict(cohort, times).map_err(Error::of_prediction)?;
            let value = |metric: &&dyn Metric| {
                let measured = metric.of(&predictions, outcome);
                measured.map_err(|why| Error::Metric { metric: metric.name(), why: why.to_string() })
            };
            metrics.iter().map(value).collect()
        };
        // Its error names what is missing.
        let whole = values(cohort)?;
        let each = |name: String| FeatureGroup { features: vec![name.clone()], name };
        let groups =
            groups.map_or_else(|| predictor.used_features().into_iter().map(each).collect(), <[FeatureGroup]>::to_vec);
        check(&groups, cohort)?;
        let orders: Vec<Vec<usize>> = (0..self.repeats)
            .map(|repeat| {
                let mut order: Vec<usize> = (0..outcome.len()).collect();
                Random::new(self.seed, repeat as u64).shuffle(&mut order);
                order
            })
            .collect();
        // The measures of each repeat.
        let of = |own: &mut Cohort, group: &FeatureGroup| -> Result<Vec<Vec<f64>>> {
            let in_order = |order: &Vec<usize>| {
                deal(own, group, cohort, |case| order[case]);
                values(own)
            };
            let measured = orders.iter().map(in_order).collect();
            deal(own, group, cohort, |case| case);
            measured
        };
        // A copy for each thread, not for each column. Collected before the first error is looked for, so that it is the same
        // one for any number of threads.
        let found: Vec<Result<Vec<Vec<f64>>>> =
            groups.par_iter().map_init(|| cohort.clone(), |own, group| of(own, group)).collect();
        let found = found.into_iter().collect::<Result<Vec<_>>>()?;
        let losses = metrics.iter().enumerate().map(|(k, metric)| {
            let sign = if metric.higher_is_better() { 1.0 } else { -1.0 };
            let lost =
                |measured: &[Vec<f64>]| measured.iter().map(|of| sign * (whole[k] - of[k])).collect::<Vec<f64>>();
            let features = groups.iter().zip(&found).map(|(group, measured)| permuted(&group.name, &lost(measured)));
            let mut features: Vec<PermutedFeature> = features.collect();
            features.sort_by(|a, b| b.loss.total_cmp(&a.loss));
            MetricLosses { metric: metric.name(), whole: whole[k], features }
        });
        Ok(losses.collect())
    }
}

fn check(groups: &[FeatureGroup], cohort: &Cohort) -> Result<()> {
    if let Some(group) = groups.iter().find(|group| group.features.is_empty()) {
        let what = "it has no feature; give it one at least, or leave it out";
        return Err(Error::Setting { name: "a group", value: group.name.clone(), what });
    }
    let here: std::collections::HashSet<&str> = cohort.features().names().iter().map(String::as_str).collect();
    match groups.iter().flat_map(|group| &group.features).find(|name| !here.contains(name.as_str())) {
        Some(name) => Err(radsurv_data::Error::MissingColumn {
            table: "the table".into(),
            column: name.clone(),
            present: cohort.features().names().to_vec(),
        }
        .into()),
        None => Ok(()),
    }
}

/// Gives each case the values that another has in the original.
fn deal(cohort: &mut Cohort, group: &FeatureGroup, original: &Cohort, other: impl Fn(usize) -> usize) {
    for name in &group.features {
        if let (Some(column), Some(values)) = (cohort.feature_mut(name), original.features().column(name)) {
            column.iter_mut().enumerate().for_each(|(case, value)| *value = values[other(case)]);
        }
    }
}

fn permuted(name: &str, losses: &[f64]) -> PermutedFeature {
    let loss = losses.iter().sum::<f64>() / losses.len() as f64;
    let squares: f64 = losses.iter().map(|l| (l - loss).powi(2)).sum();
    let std_dev = (squares / (losses.len() as f64 - 1.0)).sqrt();
    PermutedFeature { feature: name.to_string(), loss, std_dev }
}
