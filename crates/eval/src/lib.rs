//! Whether predictions of survival are any good, and what they are turned into.
//!
//! This crate sees predictions, never models: a score per case (higher is worse), or the probability of the event until a
//! time, beside the follow-up of the same cases. Which cases these are is for the caller to know: cases the model was
//! fitted on flatter it.
//!
//! | module | what |
//! |---|---|
//! | [`bootstrap`] | limits of any measures over samples of the cases, and of differences of two predictions |
//! | [`input`] | what all of them ask of predictions and times |

pub mod bootstrap;
mod error;
pub mod input;

pub use error::{Error, Result};
