//! How much worse a model orders cases when a feature says nothing.
//!
//! The importance of a feature is what concordance loses when its values are dealt out to the cases anew:
//!
//! *I_j = C(f(X)) - mean_r C(f(X_jr))*,
//!
//! with Harrell's *C*, the risks *f* of a fitted model, and *X_jr*, in which the column *j* is in the *r*-th random order. It
//! is of any model and takes no refit. It must be measured on cases that the model was not fitted to: on its training cases
//! it says what the model uses, not what helps.
//!
//! # Edge cases
//! - Features that a model does not [need](SurvivalModel::needed) have none, and are left out.
//! - Of features that say the same, each is important only as far as the others do not replace it: all of them may be near 0.
//! - Values below 0 are chance: *C* was better with the feature in disorder.
//! - The order of repeat *r* is the same for all features, so that they are compared with less noise.
//!
//! Sources: Breiman: Random forests, Machine Learning 45 (2001) 5-32 (p. 23); Fisher, Rudin, Dominici: All models are wrong, but many are
//! useful, Journal of Machine Learning Research 20 (2019) 177.

use radsurv_data::{FeatureTable, Survival, SurvivalModel};
use radsurv_stats::nonparametric::harrell;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::random::Random;

/// How often and by which numbers the values of a feature are dealt out anew; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival};
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
/// let found = PermutationSettings::default().run(&model, &rows(60..120)?, &outcome(60..120)?)?;
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

/// What concordance loses without the information of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct PermutedFeature {
    /// The feature.
    pub feature: String,
    /// The mean loss of Harrell's *C*.
    pub loss: f64,
    /// The standard deviation of the loss over the repeats: the noise of the orders, not that of the cases. Of one repeat NaN.
    pub std_dev: f64,
}

impl PermutationSettings {
    /// The features that a model needs, the most important first. The same for any number of threads.
    ///
    /// # Errors
    /// [`Error::Setting`] without repeats; [`Error::Cases`]; those of the model, and of *C* if no two cases can be compared.
    pub fn run<M>(&self, model: &M, features: &FeatureTable, outcome: &Survival) -> Result<Vec<PermutedFeature>>
    where
        M: SurvivalModel<Error = Error> + Sync + ?Sized,
    {
        if self.repeats == 0 {
            return Err(Error::Setting { name: "the number of repeats", value: "0".into(), what: "give 1 at least" });
        }
        if features.cases() != outcome.len() {
            return Err(Error::Cases { features: features.cases(), outcomes: outcome.len() });
        }
        let concordance =
            |features: &FeatureTable| -> Result<f64> { Ok(harrell(&model.predict_risk(features)?, outcome)?.estimate) };
        // Its error names what is missing.
        let whole = concordance(features)?;
        let needed = model.needed();
        let features = features.select(&needed)?;
        let orders: Vec<Vec<usize>> = (0..self.repeats)
            .map(|repeat| {
                let mut order: Vec<usize> = (0..outcome.len()).collect();
                Random::new(self.seed, repeat as u64).shuffle(&mut order);
                order
            })
            .collect();
        let of = |j: usize| -> Result<PermutedFeature> {
            let column = &features.columns()[j];
            let mut columns = features.columns().to_vec();
            let mut losses = Vec::with_capacity(orders.len());
            for order in &orders {
                columns[j] = order.iter().map(|&case| column[case]).collect();
                let disordered = features.with_columns(columns)?;
                losses.push(whole - concordance(&disordered)?);
                columns = disordered.columns().to_vec();
            }
            let loss = losses.iter().sum::<f64>() / losses.len() as f64;
            let squares: f64 = losses.iter().map(|l| (l - loss).powi(2)).sum();
            let std_dev = (squares / (losses.len() as f64 - 1.0)).sqrt();
            Ok(PermutedFeature { feature: features.names()[j].clone(), loss, std_dev })
        };
        // Collected before the first error is looked for, so that it is the same one for any number of threads.
        let found: Vec<Result<PermutedFeature>> = (0..needed.len()).into_par_iter().map(of).collect();
        let mut found = found.into_iter().collect::<Result<Vec<_>>>()?;
        found.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        Ok(found)
    }
}
