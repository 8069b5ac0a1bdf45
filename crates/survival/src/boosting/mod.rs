//! Boosting: many small trees, each of which corrects those before it.
//!
//! | | each tree is fitted to | as in |
//! |---|---|---|
//! | [`gradient`] | the derivative of the loss; leaves then have the values that lower it most | gbm |
//! | [`newton`] | first and second derivatives of the loss, penalised | XGBoost |
//!
//! A model of trees alone has no survival curves, and its scores of its own training cases are too good for it to learn them
//! there. Cases are divided into folds, each is scored by a model of the others, and slope and baseline hazard are learned of these
//! held-out scores ([`calibrated`](crate::calibrated)), which are returned beside the model. The same models say how many rounds
//! are best: [`Stopping`].

pub mod gradient;
mod importance;
pub mod newton;
mod partial;
mod rounds;

use serde::{Deserialize, Serialize};

pub use importance::SplitImportance;
pub use rounds::Stopping;

/// How predictions change with a feature while the others stay the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Monotone {
    /// The risk never falls with it.
    RisingRisk,
    /// The risk never rises with it.
    FallingRisk,
}
