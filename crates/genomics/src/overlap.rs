//! Lists of genes of several cohorts.

use serde::{Deserialize, Serialize};

/// The genes that exactly these lists have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// For each list, whether its genes are meant.
    pub lists: Vec<bool>,
    /// The genes that are in all of these lists and in no other, ascending.
    pub genes: Vec<String>,
}

/// Whether two lists share more than by chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairOverlap {
    /// The places of the two lists.
    pub lists: [usize; 2],
    /// Genes in both.
    pub shared: usize,
    /// How many would be by chance.
    pub expected: f64,
    /// Genes of the universe of both.
    pub universe: usize,
    /// The probability of as many or more by chance.
    pub p_value: f64,
    /// The p-value adjusted for the number of pairs.
    pub adj_p_value: f64,
}

/// Which lists share which genes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The names of the lists.
    pub names: Vec<String>,
    /// The number of genes of each list.
    pub sizes: Vec<usize>,
    /// The regions that have a gene: those of most lists first.
    pub regions: Vec<Region>,
    /// Each two lists.
    pub pairs: Vec<PairOverlap>,
}
