//! Survival models.
//!
//! Settings are fitted ([`FitSurvival`](radsurv_data::FitSurvival)) to features and follow-up of training cases; the fitted
//! model ([`SurvivalModel`](radsurv_data::SurvivalModel)) predicts risks, higher being worse, and survival curves of any
//! cases, and is saved as JSON without patient data.

pub mod cox;
pub mod coxnet;
mod error;
pub mod input;

pub use error::{Error, Result};
