//! Statistics that the radsurv crates share.
//!
//! [`summary`] has means, deviations and quantiles, [`dose`] the biologically effective dose of a fractionated
//! radiotherapy.

pub mod distribution;
pub mod dose;
mod error;
pub mod summary;

pub use error::{Error, Result};
