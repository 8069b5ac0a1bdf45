//! Sets whose genes are high or low in a ranking.

use serde::{Deserialize, Serialize};

/// What a ranking says of one set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetScore {
    /// The set.
    pub set: String,
    /// Its description.
    pub description: String,
    /// Genes of the set that are in the ranking.
    pub size: usize,
    /// The enrichment score.
    pub es: f64,
    /// The enrichment score over its mean under chance; none if chance never gave one of its sign.
    pub nes: Option<f64>,
    /// The probability of a score as large by chance, among those of its sign.
    pub p_value: f64,
    /// The p-value adjusted for the number of sets.
    pub adj_p_value: f64,
    /// The standard error of the logarithm to base 2 of the p-value, where that is known.
    pub log2_error: Option<f64>,
    /// The genes that make the score, from the end of the ranking inwards.
    pub leading_edge: Vec<String>,
}

/// The running score of one set along a ranking, as it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunningScore {
    /// The set.
    pub set: String,
    /// The places of its genes in the ranking, ascending, from 0.
    pub hits: Vec<usize>,
    /// The running score just before and at each hit: `[before, at]`.
    pub scores: Vec<[f64; 2]>,
    /// The enrichment score, the extreme of them.
    pub es: f64,
    /// The statistic of each ranked gene, descending.
    pub ranking: Vec<f64>,
}
