//! Why a model gives a case its risk, and what it predicts by the value of a feature.
//!
//! | | |
//! |---|---|
//! | [`ShapValues`] | how far each feature moves the risk of each case |
//! | [`partial_dependence`] | predictions by the value of a feature, in the mean and of each case |
//! | [`local_effects`] | the same of correlated features: accumulated local effects |
//!
//! [`ShapValues`] say for each case how far each feature moves its risk from the mean: they add up to the risk. Of trees they are
//! exact ([`tree_shap`]); of sums over features (Cox, the elastic net, linear and additive SVMs) they are the summands.
//!
//! # Example
//! ```
//! use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
//! use radsurv_survival::ForestSettings;
//! let rows = (0..60).map(|i| (format!("P{i}"), vec![("a", f64::from(i % 10)), ("b", f64::from(i * 7 % 13))]));
//! let features = FeatureTable::from_rows(rows)?;
//! let outcome = Survival::new((0..60).map(|i| f64::from(20 - i % 10)).collect(), vec![true; 60])?;
//! let forest = ForestSettings { trees: 20, ..ForestSettings::default() }.fit(&features, &outcome)?;
//! let shap = forest.shap(&features)?;
//! assert_eq!(shap.importance()[0].feature, "a");
//! let risk = forest.predict_risk(&features)?;
//! assert!(shap.risks().iter().zip(&risk).all(|(put_together, risk)| (put_together - risk).abs() < 1e-9));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod interaction;
pub mod local_effects;
pub mod partial_dependence;
pub mod tree_shap;

use radsurv_data::{FeatureTable, Importance};

use crate::error::Result;
use crate::input;

/// How far each feature moves the risk of each case: *risk = base + the sum of a case's values*.
///
/// Source: Lundberg, Lee: A unified approach to interpreting model predictions, *Advances in Neural Information Processing
/// Systems* 30 (2017) 4765-4774.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapValues {
    /// The risk that is expected of a case of which nothing is known.
    pub base: f64,
    /// The ids of the cases.
    pub case_ids: Vec<String>,
    /// The features that the model looks at.
    pub features: Vec<String>,
    /// For each of these features the value of each case, in the unit of the risk.
    pub values: Vec<Vec<f64>>,
}

impl ShapValues {
    /// Those of a sum over features, *risk = base + Σ_j f_j(x_j)*, each *f_j* being 0 in the mean over the training cases: the *f_j*
    /// themselves, if features are taken as independent.
    ///
    /// Source: Štrumbelj, Kononenko, *Knowledge and Information Systems* 41 (2014) 647-665 (p. 651).
    pub(crate) fn of_terms<'a, F: Fn(f64) -> f64>(
        base: f64,
        terms: impl Iterator<Item = (&'a str, F)>,
        features: &FeatureTable,
    ) -> Result<Self> {
        let (names, terms): (Vec<&str>, Vec<F>) = terms.unzip();
        let columns = input::columns(features, &names)?;
        Ok(Self {
            base,
            case_ids: features.case_ids().to_vec(),
            features: names.into_iter().map(String::from).collect(),
            values: terms.iter().zip(columns).map(|(term, x)| x.iter().map(|x| term(*x)).collect()).collect(),
        })
    }

    /// Those of the `used` features, of the values of all.
    pub(crate) fn of_used(
        used: Vec<usize>,
        names: &[String],
        mut values: Vec<Vec<f64>>,
        base: f64,
        cases: &FeatureTable,
    ) -> Self {
        Self {
            base,
            case_ids: cases.case_ids().to_vec(),
            features: used.iter().map(|&feature| names[feature].clone()).collect(),
            values: used.into_iter().map(|feature| std::mem::take(&mut values[feature])).collect(),
        }
    }

    /// The risk of each case, put together again.
    pub fn risks(&self) -> Vec<f64> {
        let mut risks = vec![self.base; self.case_ids.len()];
        for column in &self.values {
            risks.iter_mut().zip(column).for_each(|(risk, value)| *risk += value);
        }
        risks
    }

    /// The mean of the absolute values of each feature, the most important first.
    pub fn importance(&self) -> Vec<Importance> {
        let of = |(feature, values): (&String, &Vec<f64>)| Importance {
            feature: feature.clone(),
            value: values.iter().map(|v| v.abs()).sum::<f64>() / values.len().max(1) as f64,
        };
        let mut all: Vec<Importance> = self.features.iter().zip(&self.values).map(of).collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        all
    }
}
