//! Genes beside image features.

use serde::{Deserialize, Serialize};

/// How one gene goes with one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// The feature.
    pub feature: String,
    /// The gene.
    pub gene: String,
    /// The number of samples with both.
    pub samples: usize,
    /// The correlation; partial if there are confounders.
    pub r: f64,
    /// Its lower confidence limit.
    pub lower: f64,
    /// Its upper confidence limit.
    pub upper: f64,
    /// The p-value of no correlation.
    pub p_value: f64,
    /// The p-value adjusted for the number of pairs.
    pub adj_p_value: f64,
    /// Whether it is strong by the rule: P < 0.05 and |r| > 0.6 unless told.
    pub strong: bool,
}
