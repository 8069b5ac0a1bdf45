//! Tests of the crate from outside, one program.

mod association;
mod cesc;
mod counts;
mod expression;
mod gene_survival;
mod limma;
mod network;
mod overlap;
mod prepare;
mod support;
