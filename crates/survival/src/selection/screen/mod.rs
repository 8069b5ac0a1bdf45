//! Which features are worth a model: screening by outcome.
//!
//! | settings | what is kept |
//! |---|---|
//! | [`UnivariableSettings`] | features that a Cox model of each alone finds to have an effect |
//! | [`MrmrSettings`] | features that say much of the outcome and little of each other, one by one |
//! | [`BorutaSettings`] | features that a forest finds more important than shuffled copies of all |
//! | [`StabilitySettings`](crate::coxnet::StabilitySettings) | features that the lasso selects again and again in halves of the cases |
//!
//! All are [`FitToOutcome`](radsurv_data::FitToOutcome), and give a [`Screen`]. Features that were chosen with the outcomes of
//! cases predict these cases too well, whatever is fitted afterwards: a screen is a step of what is validated, and is fitted anew in
//! every fold. Other cases give other features: how far a choice is one of chance is seen in the [`SelectionFrequency`] over resamples.
//!
//! Missing and infinite values are refused, and features that have one value in all cases are never kept. If no feature varies it
//! is an error; that none is good enough is not: such a screen keeps nothing. Cases with a weight of 0 are not looked at.
//! Results are the same for any number of threads.

pub mod boruta;
mod frequency;
mod mrmr;
mod screened;
mod stability;
mod univariable;

use std::borrow::Cow;

use radsurv_data::{FeatureTable, Survival};

pub use boruta::BorutaSettings;
pub use frequency::{FeatureFrequency, SelectionFrequency, SelectionStability};
pub use mrmr::{MrmrFeature, MrmrSettings, Scheme};
pub use screened::{FeatureScore, Screen, ScreenedBy};
pub use univariable::{Test, Tested, TestedFeature, UnivariableSettings};

use crate::error::{Error, Result};
use crate::input;

/// Why a feature without information is not kept.
const CONSTANT: &str = "constant";

/// Cases with a weight above 0, and which of their features vary.
struct Counted<'a> {
    features: Cow<'a, FeatureTable>,
    outcome: Cow<'a, Survival>,
    /// The places of the features that vary.
    varying: Vec<usize>,
}

impl<'a> Counted<'a> {
    /// Refuses what no screen can learn from.
    fn new(features: &'a FeatureTable, outcome: &'a Survival) -> Result<Self> {
        input::check(features, outcome)?;
        let rows: Vec<usize> = (0..outcome.len()).filter(|&i| outcome.weight(i) > 0.0).collect();
        let (features, outcome) = match rows.len() == outcome.len() {
            true => (Cow::Borrowed(features), Cow::Borrowed(outcome)),
            false => (Cow::Owned(features.rows(&rows)), Cow::Owned(outcome.rows(&rows))),
        };
        let varies = |column: &Vec<f64>| column.iter().any(|v| *v != column[0]);
        let varying: Vec<usize> = (0..features.names().len()).filter(|&j| varies(&features.columns()[j])).collect();
        if varying.is_empty() {
            return Err(Error::Constant { features: features.names().to_vec() });
        }
        Ok(Self { features, outcome, varying })
    }

    fn name(&self, feature: usize) -> &str {
        &self.features.names()[feature]
    }
}

/// A p-value or the like, short enough for a reason.
fn short(value: f64) -> String {
    match value.abs() {
        1e-3.. => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}
