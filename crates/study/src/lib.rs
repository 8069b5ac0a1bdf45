//! Protocols that run over whole cohorts, from images to tables.
//!
//! [`reproducibility`]: the features of perturbed images and masks, as readings for an intraclass correlation. [`report`]:
//! results as a page to read.

mod error;
pub mod report;
pub mod reproducibility;

pub use error::{Error, Result};
