//! Protocols that run over whole cohorts, from images to tables.
//!
//! So far [`reproducibility`]: the features of perturbed images and masks, as readings for an intraclass correlation.

mod error;
pub mod reproducibility;

pub use error::{Error, Result};
