//! Which other feature moves the SHAP values of a feature.

use radsurv_data::{FeatureTable, Importance, JoinReport};

use super::ShapValues;
use crate::error::{Error, Result};

impl ShapValues {
    /// What the values explain: the features of these cases, in the same order, of a table that may have others too.
    ///
    /// # Errors
    /// [`radsurv_data::Error::UnknownCase`] at the first case that the table lacks; [`radsurv_data::Error::MissingColumn`] at the
    /// first feature.
    pub fn feature_values(&self, table: &FeatureTable) -> Result<FeatureTable> {
        let report = JoinReport::new(&self.case_ids, table.case_ids())?;
        if let Some(id) = report.only_left.first() {
            return Err(
                radsurv_data::Error::UnknownCase { table: "the table of features".into(), id: id.clone() }.into()
            );
        }
        let rows: Vec<usize> = report.pairs.iter().map(|pair| pair.1).collect();
        Ok(table.select(&self.features)?.rows(&rows))
    }

    /// How much each other feature goes with the SHAP values of a feature among cases that have nearly the same value of it, the
    /// one that does most first.
    ///
    /// The cases are put in the order of the feature and cut into runs of a tenth of them, 50 at most. The strength of another
    /// feature is the sum over the runs of its |Pearson correlation| with the SHAP values, or that of its being missing if it is
    /// larger: a feature that acts alone has the same SHAP value wherever it has the same value, and all correlations are chance.
    /// It is the rule by which the package shap chooses the colour of its dependence figures (`approximate_interactions`), and no
    /// measure of an interaction. A run in which a value is missing says nothing of the other feature. Of a sum over features
    /// (a linear model) what it finds is how features are correlated.
    ///
    /// # Errors
    /// As [`feature_values`](Self::feature_values); [`Error::Setting`] if there are no SHAP values of the feature.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::FeatureTable;
    /// use radsurv_survival::explain::ShapValues;
    /// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
    /// let rows = (0..60).map(|i| (format!("P{i}"), (0..3).map(|k| (format!("f{k}"), value(i, k))).collect()));
    /// let table = FeatureTable::from_rows(rows)?;
    /// // What f0 says depends on f2.
    /// let values: Vec<f64> = (0..60).map(|i| (value(i, 0) - 11.0) * (value(i, 2) - 11.0)).collect();
    /// let shap = ShapValues {
    ///     base: 0.0,
    ///     case_ids: table.case_ids().to_vec(),
    ///     features: table.names().to_vec(),
    ///     values: vec![values, vec![0.0; 60], vec![0.0; 60]],
    /// };
    /// assert_eq!(shap.interacting("f0", &table)?[0].feature, "f2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn interacting(&self, feature: &str, table: &FeatureTable) -> Result<Vec<Importance>> {
        let place = self.features.iter().position(|name| name == feature).ok_or_else(|| Error::Setting {
            name: "the feature whose SHAP values are asked for",
            value: feature.to_string(),
            what: "give one that the model looks at",
        })?;
        let table = self.feature_values(table)?;
        let own = &table.columns()[place];
        let mut order: Vec<usize> = (0..own.len()).collect();
        // Missing values are last, as in NumPy; -0 and 0 are one value.
        order.sort_by(|&a, &b| own[a].partial_cmp(&own[b]).unwrap_or_else(|| own[a].is_nan().cmp(&own[b].is_nan())));
        let run = (order.len() / 10).clamp(1, 50);
        let shap: Vec<f64> = order.iter().map(|&case| self.values[place][case]).collect();
        let strength = |other: &[f64]| -> f64 {
            let other: Vec<f64> = order.iter().map(|&case| other[case]).collect();
            let runs = shap.chunks(run).zip(other.chunks(run));
            runs.filter_map(|(a, b)| correlation(a, b)).map(f64::abs).sum()
        };
        let others = table.names().iter().zip(table.columns()).enumerate().filter(|(other, _)| *other != place);
        let of = |(_, (name, values)): (usize, (&String, &Vec<f64>))| {
            let missing: Vec<f64> = values.iter().map(|v| f64::from(u8::from(v.is_nan()))).collect();
            Importance { feature: name.clone(), value: strength(values).max(strength(&missing)) }
        };
        let mut all: Vec<Importance> = others.map(of).collect();
        all.sort_by(|a, b| b.value.total_cmp(&a.value));
        Ok(all)
    }
}

/// Pearson's; none if one of them does not vary or has a missing value.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |of: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| of(a - mean_a, b - mean_b)).sum::<f64>();
    let varies = |values: &[f64]| values.iter().any(|v| *v != values[0]);
    let r = sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    (varies(a) && varies(b) && r.is_finite()).then_some(r)
}
