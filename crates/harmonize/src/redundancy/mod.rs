//! Features that say the same as others, and features that say nothing.
//!
//! Two features are redundant if the absolute value of their correlation is above a threshold. Which of them goes is a
//! [`Rule`]:
//!
//! | rule | who goes | the same in |
//! |---|---|---|
//! | [`Rule::Exact`] (default) | pair by pair, the one that is more like all that are left | R caret `findCorrelation(exact = TRUE)` |
//! | [`Rule::Fast`] | of every pair, the one that is more like all features | R caret `findCorrelation(exact = FALSE)` |
//! | [`Rule::Prefer`] | the one with the lower score: reproducibility, prognostic value | |
//! | [`Rule::Cluster`] | all of a cluster but one | R `hclust`, `cutree` |
//!
//! caret takes `exact = TRUE` below 100 features and `FALSE` from there on, and the two give different sets: here the rule
//! is what it is said to be, for any number of features.
//!
//! [`NearZeroSettings`] finds features that are constant or nearly so.
//!
//! All are fitted on training cases and give a [`Selection`], which says of each feature why it is kept or not.

mod cluster;
mod exact;
mod fast;
#[cfg(test)]
mod matrices;
mod near_zero;
mod prefer;

use radsurv_data::{Cohort, Fit};
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use serde::{Deserialize, Serialize};

pub use cluster::Linkage;
pub use near_zero::NearZeroSettings;
pub use prefer::Scores;

use crate::error::{Error, Result};
use crate::selection::{Decision, Selection};

/// Which of two redundant features goes; see the [module](self).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Pair by pair, beginning with the feature of the highest mean correlation: the one whose mean correlation with the
    /// features that are left is higher than the mean of the others' goes.
    #[default]
    Exact,
    /// Of every pair, the one whose mean correlation with all features is higher, also if the other one goes as well.
    Fast,
    /// From the highest score down, a feature is kept unless one that is kept is redundant with it.
    Prefer(Scores),
    /// Hierarchical clustering with the distance 1 - |correlation|, cut where the correlation is the threshold. Of each
    /// cluster the feature with the highest score stays or, without scores, the one with the highest mean correlation
    /// with the others.
    Cluster {
        /// The distance of clusters.
        linkage: Linkage,
        /// The scores, if there are any.
        scores: Option<Scores>,
    },
}

/// How redundant features are found; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Fit, Transform};
/// use radsurv_harmonize::RedundancySettings;
/// let rows = (0..9).map(|i| {
///     let x = f64::from(i * i % 11);
///     (format!("P{i}"), vec![("a", x), ("b", x.exp()), ("c", f64::from(i * 7 % 9))])
/// });
/// let training = FeatureTable::from_rows(rows)?.into();
/// let selection = RedundancySettings::default().fit(&training)?;
/// assert_eq!(selection.transform(&training)?.features().names().len(), 2);
/// assert!(selection.decisions().iter().any(|d| d.reason.starts_with("spearman 1 with ")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedundancySettings {
    /// The kind of correlation [default: Spearman].
    pub correlation: Method,
    /// The absolute value above which features are redundant [default: 0.9].
    pub threshold: f64,
    /// Which of two goes.
    pub rule: Rule,
    /// What is done about missing values [default: they are an error].
    pub missing: Missing,
}

impl Default for RedundancySettings {
    fn default() -> Self {
        Self { correlation: Method::Spearman, threshold: 0.9, rule: Rule::default(), missing: Missing::default() }
    }
}

/// Why a feature goes: the feature it is redundant with, and their correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Removed {
    because_of: usize,
    correlation: f64,
}

impl Fit for RedundancySettings {
    type Fitted = Selection;
    type Error = Error;

    /// Decides which features are kept. A feature that is constant has no correlation, and goes.
    ///
    /// # Errors
    /// [`Error::Setting`] if the threshold is not from 0 to 1, [`Error::TooFewCases`] with fewer than three cases,
    /// [`Error::MissingValues`] unless missing values are allowed, [`Error::Infinite`], [`Error::NoScore`] with the
    /// features that have no score.
    fn fit(&self, training: &Cohort) -> Result<Selection> {
        let table = training.features();
        if !(0.0..=1.0).contains(&self.threshold) {
            let value = self.threshold.to_string();
            return Err(Error::Setting { name: "the threshold of the correlation", value, what: "give 0 to 1" });
        }
        if table.cases() < 3 {
            return Err(Error::TooFewCases { what: "the correlation of features", needed: 3, found: table.cases() });
        }
        check_values(table, self.missing)?;
        let names = table.names();
        let constant: Vec<bool> = table.columns().iter().map(|c| is_constant(c)).collect();
        let varying: Vec<usize> = (0..names.len()).filter(|&f| !constant[f]).collect();
        let columns: Vec<&[f64]> = varying.iter().map(|&f| table.columns()[f].as_slice()).collect();
        let matrix = CorrelationMatrix::new(&columns, self.correlation, self.missing)?;
        let of = |scores: &Scores| scores.of(varying.iter().map(|&f| names[f].as_str()));
        let removed = match &self.rule {
            Rule::Exact => exact::remove(&matrix, self.threshold),
            Rule::Fast => fast::remove(&matrix, self.threshold),
            Rule::Prefer(scores) => prefer::remove(&matrix, self.threshold, &of(scores)?),
            Rule::Cluster { linkage, scores } => {
                let scores = scores.as_ref().map(of).transpose()?;
                cluster::remove(&matrix, self.threshold, *linkage, scores.as_deref())
            }
        };
        let mut decisions: Vec<Decision> = names
            .iter()
            .map(|name| Decision { feature: name.clone(), keep: false, reason: "constant".to_string() })
            .collect();
        let kind = kind(self.correlation);
        for (place, removed) in removed.into_iter().enumerate() {
            let decision = &mut decisions[varying[place]];
            decision.keep = removed.is_none();
            decision.reason = removed.map_or(String::new(), |r| {
                format!("{kind} {} with {}", short(r.correlation), names[varying[r.because_of]])
            });
        }
        Ok(Selection::new(decisions)?)
    }
}

fn kind(method: Method) -> &'static str {
    match method {
        Method::Pearson => "pearson",
        Method::Spearman => "spearman",
        Method::Kendall => "kendall",
    }
}

/// Four decimals at most: a reason is for people.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Whether all values that are there are equal, or none is there.
fn is_constant(column: &[f64]) -> bool {
    let mut values = column.iter().filter(|v| !v.is_nan());
    let first = values.next();
    values.all(|v| Some(v) == first)
}

fn check_values(table: &radsurv_data::FeatureTable, missing: Missing) -> Result<()> {
    let mut incomplete = Vec::new();
    for (name, column) in table.names().iter().zip(table.columns()) {
        if let Some(case) = column.iter().position(|v| v.is_infinite()) {
            return Err(Error::Infinite { feature: name.clone(), case_id: table.case_ids()[case].clone() });
        }
        if missing == Missing::Refuse && column.iter().any(|v| v.is_nan()) {
            incomplete.push(name.clone());
        }
    }
    if incomplete.is_empty() { Ok(()) } else { Err(Error::MissingValues { features: incomplete }) }
}

/// The mean absolute correlation of a column with the others, rounded once: decisions depend on its last digit.
fn mean_absolute(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = exact::Sum::default();
    let mut count = 0;
    for value in values.filter(|v| !v.is_nan()) {
        sum.add(value.abs());
        count += 1;
    }
    sum.over(count)
}
