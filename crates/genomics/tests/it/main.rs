//! Tests of the crate from outside, one program.

mod association;
mod counts;
mod enrichment;
mod expression;
mod gene_sets;
mod gene_survival;
mod gsea;
mod limma;
mod over_representation;
mod overlap;
mod prepare;
mod support;
