//! Why a score predicts: from groups of patients to genes, pathways and image features.
//!
//! [`Expression`] is a table of genes by samples. What is asked of it, in the order a study asks:
//!
//! | module | what |
//! |---|---|
//! | [`expression`] | tables of expression: reading, probes to genes, logarithms, normalisation, counts (TMM, voom) |
//! | [`samples`] | samples joined to their groups and covariates, with a report |
//! | [`differential`] | genes that differ between groups: linear models, moderated t (limma) |
//! | [`gene_sets`] | sets of genes, GMT files |
//! | [`enrichment`] | which sets a list or a ranking of genes points to: over-representation, GSEA, redundant terms |
//! | [`overlap`] | lists of genes of several cohorts, and whether they share more than by chance |
//! | [`association`] | genes beside image features: correlation, partial correlation, the maximum under chance |
//! | [`gene_survival`] | each gene beside follow-up: Cox, best cut |
//! | [`network`] | weighted co-expression: soft threshold, modules, hubs |
//! | [`signature`] | scores of gene sets in single samples: ssGSEA, GSVA |

pub mod association;
pub mod differential;
pub mod enrichment;
mod error;
pub mod expression;
pub mod gene_sets;
pub mod gene_survival;
pub mod network;
pub mod overlap;
pub mod samples;
pub mod signature;

pub use error::{Error, Result};
pub use expression::Expression;
pub use gene_sets::{GeneSet, GeneSets};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
