//! What models of trees share.

mod columns;

pub(crate) use columns::{Ranked, RankedColumn, ranked};
