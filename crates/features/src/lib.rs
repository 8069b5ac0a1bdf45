//! PyRadiomics' radiomics features, number for number and many times faster.

pub mod catalog;
mod error;
pub mod settings;

pub use error::{Error, Position, Problem, Result, SettingsError};
