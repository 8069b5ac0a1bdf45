//! Sets of genes by name: pathways, terms, signatures.

use serde::{Deserialize, Serialize};

/// A set of genes with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneSet {
    /// Its name, unique among the sets of a collection.
    pub name: String,
    /// What the file says of it: a description, an address.
    pub description: String,
    /// Its genes, each once.
    pub genes: Vec<String>,
}

/// A collection of sets: a GMT file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GeneSets {
    /// The sets, in the order of the file.
    pub sets: Vec<GeneSet>,
}
