//! Sets of which a list of genes has more than by chance.

use serde::{Deserialize, Serialize};

/// What a list has of one set. All counts are within the universe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOverlap {
    /// The set.
    pub set: String,
    /// Its description.
    pub description: String,
    /// Genes of the set that are in the universe.
    pub size: usize,
    /// Genes of the list that are in the universe.
    pub listed: usize,
    /// Genes of the set that are in the list.
    pub genes: Vec<String>,
    /// Genes of the universe.
    pub universe: usize,
    /// How many of the set would be in the list by chance.
    pub expected: f64,
    /// How many times the expected number there are.
    pub fold: f64,
    /// The probability of as many or more by chance.
    pub p_value: f64,
    /// The p-value adjusted for the number of sets.
    pub adj_p_value: f64,
}
