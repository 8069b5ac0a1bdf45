//! Tests of the crate from outside, one program.

mod association;
mod cesc;
mod counts;
mod enrichment;
mod expression;
mod gene_sets;
mod gene_survival;
mod gsea;
mod limma;
mod network;
mod over_representation;
mod overlap;
mod prepare;
mod support;
