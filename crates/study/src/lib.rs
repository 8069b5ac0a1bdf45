//! Protocols that run over whole cohorts, from images to tables.
//!
//! [`cache`]: results of stages that need not be computed twice. [`images`]: features of a cohort in files.
//! [`pipeline`]: steps and a model by name, and fitted ones as files. [`reproducibility`]: the features of perturbed images and masks, as readings for an intraclass correlation. [`report`]:
//! results as a page to read.

pub mod cache;
mod cases;
mod error;
pub mod images;
pub mod pipeline;
pub mod report;
pub mod reproducibility;

pub use error::{Error, Result};
