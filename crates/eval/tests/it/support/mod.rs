//! What tests share.

pub mod benefit_tables;
pub mod tables;
