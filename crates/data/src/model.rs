//! What every survival model offers.

use crate::error::Error;
use crate::feature_table::FeatureTable;
use crate::survival::Survival;
use crate::survival_curves::SurvivalCurves;

/// Settings of a survival model. All it may learn from are the cases it is given: give it training cases only.
pub trait FitSurvival {
    /// What was learned.
    type Fitted: SurvivalModel<Error = Self::Error>;
    /// What can go wrong.
    type Error: From<Error>;

    /// Learns from features and outcomes of the training cases, row by row the same cases.
    ///
    /// # Errors
    /// Those of the model; in any case if there is no event, a value is missing or infinite, or the numbers of cases differ.
    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<Self::Fitted, Self::Error>;

    /// The same model, of which only the risks will be asked: a model whose survival curves take further fits may leave them out
    /// (and says so if it is asked for them). The risks are those of [`fit`](Self::fit).
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    fn fit_risk(&self, features: &FeatureTable, outcome: &Survival) -> Result<Self::Fitted, Self::Error> {
        self.fit(features, outcome)
    }

    /// The size of the risks of a model that is fitted to these outcomes: risks of models of different cases are on one scale when each
    /// is divided by that of its own. Default 1, as of log hazards; of a risk that is a sum over event times their number.
    fn risk_scale(&self, outcome: &Survival) -> f64 {
        let _ = outcome;
        1.0
    }
}

/// A fitted survival model.
pub trait SurvivalModel {
    /// What can go wrong.
    type Error: From<Error>;

    /// The features it was fitted on.
    fn features(&self) -> &[String];

    /// Those of them that it needs to predict: a model that chooses features does not look at the others, which may be
    /// missing in a table to predict. All, if a model does not say otherwise.
    fn needed(&self) -> Vec<&str> {
        self.features().iter().map(String::as_str).collect()
    }

    /// A score for each case, higher is worse. Its unit is the model's own; its order is what counts.
    ///
    /// # Errors
    /// [`Error::OtherFeatures`] with the [`needed`](Self::needed) features that are missing (others may be there), and those of
    /// the model.
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>, Self::Error>;

    /// The probability of each case to survive beyond each of these times.
    ///
    /// # Errors
    /// As [`predict_risk`](Self::predict_risk); [`Error::Steps`] if the times are not finite and ascending.
    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves, Self::Error>;

    /// How much each feature counts in the model, for those that count at all, the most important first.
    fn importance(&self) -> Vec<Importance>;
}

/// How much a feature counts in a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// The feature.
    pub feature: String,
    /// How much it counts. What this means is the model's own, and comparable within it only.
    pub value: f64,
}
