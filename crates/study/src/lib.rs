//! Studies, from images and follow-up to a report.
//!
//! [`StudySettings`](settings::StudySettings) say what a study is (the file `study.toml`), [`check`] says what it will do and what is wrong with it, [`run`]
//! does it, [`report`] writes it. The parts:
//!
//! | | |
//! |---|---|
//! | [`settings`] | a study as a file, whose mistakes have lines |
//! | [`images`] | features of a cohort in files: N4, tumour and ring, readers, diffusion |
//! | [`reproducibility`] | the features of perturbed images and masks, as readings for an intraclass correlation |
//! | [`analysis`] | patients, sets, models, the clinical model, evaluation; who is allowed to know what |
//! | [`pipeline`] | steps and a model by name, and fitted ones as files |
//! | [`radiogenomics`] | from groups of patients to genes, pathways and image features |
//! | [`cache`] | results of stages that need not be computed twice |
//! | [`report`] | results as a page to read |
//! | [`simulate`] | a cohort with images and outcomes whose truth is known |

pub mod analysis;
pub mod cache;
mod cases;
mod check;
mod error;
pub mod images;
pub mod pipeline;
mod progress;
pub mod radiogenomics;
pub mod report;
pub mod reproducibility;
pub mod settings;
pub mod simulate;

pub use analysis::{RunOptions, Study, run};
pub use check::{Plan, check};
pub use error::{Error, Result};
pub use progress::{Progress, Watch};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
