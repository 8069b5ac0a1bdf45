//! Each gene beside follow-up.

use serde::{Deserialize, Serialize};

/// What one gene says of survival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneSurvival {
    /// The gene.
    pub gene: String,
    /// The hazard ratio of one standard deviation more; one unit if the values are not standardised.
    pub hazard_ratio: f64,
    /// Its lower confidence limit.
    pub lower: f64,
    /// Its upper confidence limit.
    pub upper: f64,
    /// The p-value of its Wald test.
    pub p_value: f64,
    /// The p-value adjusted for the number of genes.
    pub adj_p_value: f64,
    /// The cut that divides best.
    pub cut: f64,
    /// The p-value of the log-rank test of that cut, corrected for that it was sought.
    pub cut_p_value: f64,
    /// That p-value adjusted for the number of genes.
    pub cut_adj_p_value: f64,
}
