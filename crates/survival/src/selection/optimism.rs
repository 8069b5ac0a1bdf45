//! How much models promise too much: apparent, cross-validated and test measures side by side.

use serde::{Deserialize, Serialize};

/// A metric of a model where it was learned, in cross-validation, and on a test set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The model.
    pub model: String,
    /// The metric.
    pub metric: String,
    /// Whether more is better; else less is.
    pub higher_is_better: bool,
    /// On the cases that it was learned from.
    pub apparent: Option<f64>,
    /// In cross-validation, or corrected by bootstrap.
    pub cross_validated: Option<f64>,
    /// On cases that were not there when it was chosen.
    pub test: Option<f64>,
}

impl Promise {
    /// By how much the apparent measure is better than the cross-validated one: what cross-validation takes away.
    pub fn overfitting(&self) -> Option<f64> {
        self.better(self.apparent, self.cross_validated)
    }

    /// By how much the apparent measure is better than that of the test set.
    pub fn optimism(&self) -> Option<f64> {
        self.better(self.apparent, self.test)
    }

    /// By how much the cross-validated measure is better than that of the test set: about 0 if cross-validation did not leak and
    /// the test cases are like the others.
    pub fn surprise(&self) -> Option<f64> {
        self.better(self.cross_validated, self.test)
    }

    fn better(&self, first: Option<f64>, second: Option<f64>) -> Option<f64> {
        let more = first? - second?;
        Some(if self.higher_is_better { more } else { -more })
    }
}

/// How much models promise too much: apparent, cross-validated and test measures side by side.
///
/// # Example
/// ```
/// use radsurv_survival::selection::optimism::{Optimism, Promise};
/// let forest = Promise {
///     model: "forest".into(),
///     metric: "AUC 5".into(),
///     higher_is_better: true,
///     apparent: Some(0.990),
///     cross_validated: Some(0.823),
///     test: Some(0.841),
/// };
/// assert!((forest.overfitting().unwrap() - 0.167).abs() < 1e-12);
/// let rows = Optimism { promises: vec![forest] }.rows(3);
/// assert_eq!(rows[1][2..], ["0.990", "0.823", "0.841", "0.167", "0.149", "-0.018"]);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimism {
    /// The models and metrics, in the order of the table.
    pub promises: Vec<Promise>,
}

impl Optimism {
    /// The table as text: a row of heads, and a row per model and metric. What is missing is empty. The last three columns are above 0 where
    /// the first of the two measures is the better.
    pub fn rows(&self, decimals: usize) -> Vec<Vec<String>> {
        let heads = [
            "model",
            "metric",
            "apparent",
            "cross-validated",
            "test",
            "apparent - cross-validated",
            "apparent - test",
            "cross-validated - test",
        ];
        let text = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.decimals$}"));
        let row = |p: &Promise| {
            let values = [p.apparent, p.cross_validated, p.test, p.overfitting(), p.optimism(), p.surprise()];
            [p.model.clone(), p.metric.clone()].into_iter().chain(values.map(text)).collect()
        };
        std::iter::once(heads.map(String::from).to_vec()).chain(self.promises.iter().map(row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_of_errors_turn() {
        let brier = Promise {
            model: "m".into(),
            metric: "Brier".into(),
            higher_is_better: false,
            apparent: Some(0.1),
            cross_validated: Some(0.25),
            test: None,
        };
        assert!((brier.overfitting().unwrap() - 0.15).abs() < 1e-12);
        assert_eq!(brier.optimism(), None);
        assert_eq!(Optimism { promises: vec![brier] }.rows(2)[1][4..], ["", "0.15", "", ""]);
    }
}
