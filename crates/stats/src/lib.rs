//! Statistics that the radsurv crates share.
//!
//! | module | what |
//! |---|---|
//! | [`correlation`] | Pearson, Spearman and Kendall, of two columns or all pairs of many |
//! | [`distribution`] | tails and quantiles of the normal, t, chi-squared and F distributions |
//! | [`dose`] | biologically effective dose of a fractionated radiotherapy |
//! | [`rank`] | ranks with ties |
//! | [`summary`] | means, deviations and quantiles |

pub mod correlation;
pub mod distribution;
pub mod dose;
mod error;
pub mod rank;
pub mod summary;

pub use error::{Error, Result};
