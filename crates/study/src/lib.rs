//! Protocols that run over whole cohorts, from images to tables.
//!
//! [`pipeline`]: steps and a model by name, and fitted ones as files. [`reproducibility`]: the features of perturbed images and masks, as readings for an intraclass correlation. [`report`]:
//! results as a page to read.

mod error;
pub mod pipeline;
pub mod report;
pub mod reproducibility;

pub use error::{Error, Result};
