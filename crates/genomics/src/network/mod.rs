//! Weighted co-expression: genes that go together.

use serde::{Deserialize, Serialize};

/// A gene of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The gene.
    pub gene: String,
    /// Its module from 1, the largest first; 0 if it is in none.
    pub module: usize,
    /// The sum of its connections with all genes.
    pub connectivity: f64,
    /// The sum of its connections within its module.
    pub within_module: f64,
    /// Its correlation with the module's eigengene; none outside of modules.
    pub membership: Option<f64>,
    /// Whether it is a hub of its module.
    pub hub: bool,
}

/// A connection of two genes, for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The places of the two genes.
    pub genes: [usize; 2],
    /// The strength of the connection, from 0 to 1.
    pub weight: f64,
    /// Their correlation.
    pub r: f64,
}
