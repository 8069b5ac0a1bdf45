//! Statistics that the radsurv crates share.
//!
//! So far it has [`dose`]: the biologically effective dose of a fractionated radiotherapy.

pub mod dose;
mod error;

pub use error::{Error, Result};
