//! Centre and scale of each feature.
//!
//! A feature *x* becomes *(x - c) / s*, with *c* and *s* of the training cases:
//!
//! | [`ZScoreSettings`] | *c* | *s* | the same in |
//! |---|---|---|---|
//! | `Standard` (default) | mean | standard deviation, *n* - 1 in its denominator | R `scale` |
//! | `Robust` | median | 1.4826 x median absolute deviation from the median | R `median`, `mad` |
//! | `Quantiles` | median | upper quantile - lower quantile, by linear interpolation (R's type 7) | scikit-learn `RobustScaler` |
//!
//! The factor 1.4826 makes the median absolute deviation of a normal distribution its standard deviation. Missing values
//! are left out when fitted, and stay missing.
//!
//! A feature with *s* = 0 cannot be scaled: it passes through unchanged, and [`ZScore::unscaled`] names it.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Cohort, FeatureTable, Fit, Transform};
use radsurv_stats::summary::{self, quantile_sorted};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is taken for the centre and the scale of a feature; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Fit, Transform};
/// use radsurv_harmonize::ZScoreSettings;
/// let table = |values: &[f64]| {
///     FeatureTable::from_rows(values.iter().enumerate().map(|(i, v)| (format!("P{i}"), vec![("a", *v)])))
/// };
/// let training = table(&[1.0, 2.0, 3.0])?.into();
/// let zscore = ZScoreSettings::Standard.fit(&training)?;
/// let test = zscore.transform(&table(&[5.0])?.into())?;
/// assert_eq!(test.features().columns()[0], [3.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "method")]
pub enum ZScoreSettings {
    /// Mean and standard deviation.
    #[default]
    Standard,
    /// Median and median absolute deviation.
    Robust,
    /// Median and the distance between two quantiles.
    Quantiles {
        /// The lower quantile, usually 0.25.
        lower: f64,
        /// The upper quantile, usually 0.75.
        upper: f64,
    },
}

/// The centre and scale of each feature, learned from training cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZScore {
    settings: ZScoreSettings,
    features: Vec<Scale>,
}

/// The centre and scale of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The feature.
    pub feature: String,
    /// What is subtracted.
    pub centre: f64,
    /// What is divided by; 0 if the feature is left as it is.
    pub scale: f64,
}

impl Fit for ZScoreSettings {
    type Fitted = ZScore;
    type Error = Error;

    /// Learns centre and scale of every feature.
    ///
    /// # Errors
    /// [`Error::TooFewCases`] with fewer than two cases, [`Error::AllMissing`] with the features that have no value,
    /// [`Error::Infinite`], [`Error::Setting`] if quantiles are not 0 <= lower < upper <= 1.
    fn fit(&self, training: &Cohort) -> Result<ZScore> {
        if let Self::Quantiles { lower, upper } = *self
            && !(0.0 <= lower && lower < upper && upper <= 1.0)
        {
            let value = format!("{lower} to {upper}");
            return Err(Error::Setting { name: "the range of quantiles", value, what: "give 0 <= lower < upper <= 1" });
        }
        let table = training.features();
        if table.cases() < 2 {
            return Err(Error::TooFewCases { what: "the z-score", needed: 2, found: table.cases() });
        }
        let columns: Vec<_> = table.names().iter().zip(table.columns()).collect();
        let scale = |(name, column): &(&String, &Vec<f64>)| -> Result<Option<Scale>> {
            if let Some(case) = column.iter().position(|v| v.is_infinite()) {
                let (feature, case_id) = (name.to_string(), table.case_ids()[case].clone());
                return Err(Error::Infinite { feature, case_id });
            }
            let values: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
            Ok((!values.is_empty()).then(|| self.scale(name, values)))
        };
        let scales: Vec<Result<Option<Scale>>> = columns.par_iter().map(scale).collect();
        // In order, so that the message does not depend on which thread was first.
        let scales: Vec<Option<Scale>> = scales.into_iter().collect::<Result<_>>()?;
        let empty = scales.iter().zip(table.names()).filter(|(scale, _)| scale.is_none());
        let empty: Vec<String> = empty.map(|(_, name)| name.clone()).collect();
        if !empty.is_empty() {
            return Err(Error::AllMissing { features: empty });
        }
        Ok(ZScore { settings: *self, features: scales.into_iter().flatten().collect() })
    }
}

impl ZScoreSettings {
    fn scale(&self, name: &str, mut values: Vec<f64>) -> Scale {
        let constant = values.iter().all(|v| *v == values[0]);
        let (centre, scale) = match *self {
            // The rounding of a mean would give a constant feature a scale of 1e-17 and values of any size.
            _ if constant => (values[0], 0.0),
            Self::Standard => (summary::mean(&values), summary::standard_deviation(&values)),
            Self::Robust => {
                let median = summary::median(&mut values);
                values.iter_mut().for_each(|v| *v = (*v - median).abs());
                (median, 1.4826 * summary::median(&mut values))
            }
            Self::Quantiles { lower, upper } => {
                let median = summary::median(&mut values);
                (median, quantile_sorted(&values, upper) - quantile_sorted(&values, lower))
            }
        };
        Scale { feature: name.to_string(), centre, scale }
    }
}

impl ZScore {
    /// What it was fitted with.
    pub fn settings(&self) -> ZScoreSettings {
        self.settings
    }

    /// The centre and scale of each feature.
    pub fn scales(&self) -> &[Scale] {
        &self.features
    }

    /// The features that are left as they are, because all training values are equal or the scale that was asked for is
    /// 0: more than half of the values are the same, or the two quantiles are.
    pub fn unscaled(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter(|s| s.scale == 0.0).map(|s| s.feature.as_str())
    }

    /// The features of a table, scaled. Their order is that of training.
    ///
    /// # Errors
    /// [`Error::Data`] with the features that are missing or were not there in training.
    pub fn apply(&self, table: &FeatureTable) -> Result<FeatureTable> {
        let names: Vec<&str> = self.features.iter().map(|s| s.feature.as_str()).collect();
        // Not a copy of the table in that order: the result is the only one that a large table has room for.
        let places = table.places(&names)?;
        let scaled = |(scale, place): (&Scale, &usize)| -> Vec<f64> {
            let column = &table.columns()[*place];
            match scale.scale {
                0.0 => column.to_vec(),
                s => column.iter().map(|v| (v - scale.centre) / s).collect(),
            }
        };
        let columns = self.features.par_iter().zip(&places).map(scaled).collect();
        Ok(FeatureTable::new(table.case_ids().to_vec(), names.iter().map(|n| n.to_string()).collect(), columns)?)
    }
}

impl Saved for ZScore {
    const FORMAT: Format = Format { name: "radsurv-zscore", version: 1 };
}

impl Transform for ZScore {
    type Error = Error;

    fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        Ok(cohort.with_features(self.apply(cohort.features())?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[(&str, &[f64])]) -> Cohort {
        let ids = (0..columns[0].1.len()).map(|i| format!("P{i}")).collect();
        let names = columns.iter().map(|(name, _)| name.to_string()).collect();
        FeatureTable::new(ids, names, columns.iter().map(|(_, c)| c.to_vec()).collect()).unwrap().into()
    }

    /// R 4.2.2: x <- c(2, 4, 4, 4, 5, 5, 7, 9, NA); mean, sd, median, mad (na.rm = TRUE), diff(quantile(x, c(.25, .75)))
    #[test]
    fn centre_and_scale_are_those_of_r() {
        let training = table(&[("x", &[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0, f64::NAN])]);
        let quartiles = ZScoreSettings::Quantiles { lower: 0.25, upper: 0.75 };
        for (settings, centre, scale) in [
            (ZScoreSettings::Standard, 5.0, 2.138089935299395),
            (ZScoreSettings::Robust, 4.5, 0.7413),
            (quartiles, 4.5, 1.5),
        ] {
            let fitted = settings.fit(&training).unwrap();
            assert_eq!(fitted.scales()[0].centre, centre);
            assert!((fitted.scales()[0].scale - scale).abs() < 1e-15, "{settings:?}");
            let scaled = fitted.transform(&training).unwrap();
            assert!(scaled.features().columns()[0][8].is_nan());
        }
    }

    #[test]
    fn constant_features_pass_and_are_named() {
        let training = table(&[("same", &[0.1; 7]), ("mostly", &[1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0])]);
        let names = |settings: ZScoreSettings| {
            let fitted = settings.fit(&training).unwrap();
            let scaled = fitted.transform(&training).unwrap();
            assert_eq!(scaled.features().columns()[0], [0.1; 7]);
            fitted.unscaled().map(String::from).collect::<Vec<_>>()
        };
        assert_eq!(names(ZScoreSettings::Standard), ["same"]);
        assert_eq!(names(ZScoreSettings::Robust), ["same", "mostly"]);
        assert_eq!(names(ZScoreSettings::Quantiles { lower: 0.1, upper: 0.3 }), ["same", "mostly"]);
    }

    #[test]
    fn what_cannot_be_fitted_or_applied_is_named() {
        let message = |cohort: &Cohort| ZScoreSettings::Standard.fit(cohort).unwrap_err().to_string();
        assert!(message(&table(&[("a", &[1.0])])).contains("needs 2 cases"));
        let missing = table(&[("a", &[1.0, 2.0]), ("b", &[f64::NAN; 2])]);
        assert_eq!(message(&missing), "1 of the features have no value in any training case: b; leave them out");
        assert!(message(&table(&[("a", &[1.0, f64::INFINITY])])).contains("infinite in the case P1"));
        let wrong = ZScoreSettings::Quantiles { lower: 0.5, upper: 0.5 };
        assert!(wrong.fit(&table(&[("a", &[1.0, 2.0])])).is_err());

        let fitted = ZScoreSettings::Standard.fit(&table(&[("a", &[1.0, 2.0]), ("b", &[1.0, 3.0])])).unwrap();
        let error = fitted.transform(&table(&[("b", &[1.0]), ("c", &[1.0])])).unwrap_err().to_string();
        assert_eq!(error, "the features are not those that were fitted: 1 missing (a), 1 unknown (c)");
        let turned = fitted.transform(&table(&[("b", &[2.0]), ("a", &[1.5])])).unwrap();
        assert_eq!(turned.features().names(), ["a", "b"]);
        assert_eq!(turned.features().columns(), [[0.0], [0.0]]);
    }

    #[test]
    fn a_fitted_z_score_is_read_as_it_was_saved() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("z.json");
        let settings = ZScoreSettings::Quantiles { lower: 0.25, upper: 0.75 };
        let fitted = settings.fit(&table(&[("a", &[0.1, 0.2, 0.7]), ("b", &[1.0; 3])])).unwrap();
        fitted.save(&path).unwrap();
        assert_eq!(ZScore::load(&path).unwrap(), fitted);
    }
}
