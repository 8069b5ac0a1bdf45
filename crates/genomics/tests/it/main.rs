//! Tests of the crate from outside, one program.

mod association;
mod cesc;
mod counts;
mod differential;
mod enrichment;
mod expression;
mod gene_sets;
mod gene_survival;
mod gsea;
mod limma;
mod limma_data;
mod network;
mod over_representation;
mod overlap;
mod prepare;
mod redundancy;
mod signature;
mod support;
