//! Tests of the crate from outside, one program.

mod counts;
mod expression;
mod overlap;
mod support;
