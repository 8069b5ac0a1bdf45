//! Tests of the crate from outside, one program.

mod association;
mod counts;
mod expression;
mod gene_survival;
mod limma;
mod overlap;
mod prepare;
mod support;
