//! Genes that differ between groups: linear models of each gene, whose variances learn from each other.

mod table;

pub use table::{Change, ChangeRule, GeneRow, TopTable};
