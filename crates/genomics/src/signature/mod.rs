//! Scores of gene sets in single samples.

use serde::{Deserialize, Serialize};

/// The score of each set in each sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignatureScores {
    /// The sets, by the name of their signature.
    pub sets: Vec<String>,
    /// How many genes of each set were in the table.
    pub sizes: Vec<usize>,
    /// The samples.
    pub samples: Vec<String>,
    /// `scores[set][sample]`.
    pub scores: Vec<Vec<f64>>,
}
