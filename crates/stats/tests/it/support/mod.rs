//! What tests share.

pub mod cox;
pub mod tables;
