//! From patients to results.
//!
//! | | |
//! |---|---|
//! | [`patients`] | who is in the study, and what happened to them |
//! | [`split`] | training, validation and test set |
//! | [`features`] | sets of features, and which are reproducible |
//! | [`run`] | all of it, by each [`Protocol`](crate::settings::Protocol) |
//! | [`radiogenomics`](crate::radiogenomics) | what is behind the groups that the best models make |
//! | [`Study`] | what was found |
//!
//! # Who knows what
//! | | `strict` | `as-published` |
//! |---|---|---|
//! | reproducible features | readings of training patients | readings of all patients |
//! | steps (z-score, ComBat, redundancy) | training patients; in cross-validation those outside of the fold | all patients |
//! | settings of a model | cross-validation among training patients, by Harrell's *C* | the same |
//! | the best model | the highest sum of AUC(t) in cross-validation, on folds that had no part in choosing settings | the highest sum of AUC(t) over validation and test set |
//! | its score of a training patient | by models that did not see the patient | by the model that was fitted to the patient |
//! | cut points, clinical model, calibration | training patients with that score | the same, with theirs |
//!
//! Whether a feature has a value in every patient, and that patients without images are left out, does not depend on outcomes and is decided
//! for all patients together.

mod clinical;
pub mod features;
mod genomics;
mod images;
mod measure;
pub mod patients;
mod protocol;
mod quality;
mod radscore;
mod result;
mod run;
mod search;
mod source;
pub mod split;
mod unseen;
mod warnings;

pub(crate) use images::cases;
pub(crate) use quality::answers;
pub use result::*;
pub(crate) use run::summaries;
pub use run::{RunOptions, run};
pub(crate) use search::fits;
pub(crate) use source::columns;
