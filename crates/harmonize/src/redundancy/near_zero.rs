//! Features that are constant, or nearly: `nearZeroVar` of the R package caret.

use radsurv_data::{Cohort, Fit};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::selection::{Decision, Selection};

/// When a feature is nearly constant.
///
/// A feature goes if it has one value only, or none; or if the most frequent value is more than `frequency_ratio` times as
/// frequent as the second, **and** there are at most `percent_unique` different values per hundred cases (missing ones
/// count as cases). Values are equal for the frequencies if their first 15 digits are, as for R's `table`.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Fit};
/// use radsurv_harmonize::redundancy::NearZeroSettings;
/// let row = |i: u32| (format!("P{i}"), vec![("varies", f64::from(i)), ("hardly", f64::from(i / 39))]);
/// let training = FeatureTable::from_rows((0..40).map(row))?.into();
/// let selection = NearZeroSettings::default().fit(&training)?;
/// assert_eq!(selection.kept().collect::<Vec<_>>(), ["varies"]);
/// assert_eq!(selection.decisions()[1].reason, "nearly constant: 2 values, the first 39 times as frequent as the second");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NearZeroSettings {
    /// caret's `freqCut` [default: 95 / 5].
    pub frequency_ratio: f64,
    /// caret's `uniqueCut` [default: 10].
    pub percent_unique: f64,
}

impl Default for NearZeroSettings {
    fn default() -> Self {
        Self { frequency_ratio: 95.0 / 5.0, percent_unique: 10.0 }
    }
}

impl Fit for NearZeroSettings {
    type Fitted = Selection;
    type Error = Error;

    /// Decides which features vary enough.
    ///
    /// # Errors
    /// None: the features of a table are unique.
    fn fit(&self, training: &Cohort) -> Result<Selection> {
        let table = training.features();
        let decisions = table.names().iter().zip(table.columns()).map(|(name, column)| {
            let reason = why(column, self);
            Decision { feature: name.clone(), keep: reason.is_none(), reason: reason.unwrap_or_default() }
        });
        Ok(Selection::new(decisions.collect())?)
    }
}

fn why(column: &[f64], settings: &NearZeroSettings) -> Option<String> {
    let mut values: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let different = values.chunk_by(|a, b| a == b).count();
    match different {
        0 => return Some("no value".to_string()),
        1 => return Some("constant".to_string()),
        _ => {}
    }
    let mut counts: Vec<usize> = values.chunk_by(|a, b| same_digits(*a, *b)).map(<[f64]>::len).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let ratio = match counts[..] {
        [first, second, ..] => first as f64 / second as f64,
        // Different values that are one to 15 digits: caret's ratio is 0 then.
        _ => 0.0,
    };
    let unique = 100.0 * different as f64 / column.len() as f64;
    (ratio > settings.frequency_ratio && unique <= settings.percent_unique).then(|| {
        let ratio = super::short(ratio);
        format!("nearly constant: {different} values, the first {ratio} times as frequent as the second")
    })
}

fn same_digits(a: f64, b: f64) -> bool {
    // Writing digits is slow, and hardly ever needed.
    a == b || ((b - a).abs() <= 1e-14 * a.abs() && format!("{a:.14e}") == format!("{b:.14e}"))
}
