//! Which sets of genes a list or a ranking of genes points to.

pub mod gsea;
pub mod over_representation;
