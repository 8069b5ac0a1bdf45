//! Choosing a model without fooling oneself.
//!
//! Whatever is learned from cases as a whole is a [`Learner`](radsurv_data::Learner): a model, [steps and a model](Pipeline), or a
//! [search](Tuning) for the best of many. All of it is learned anew from each training set, so that what is measured on the other
//! cases is what new cases will show:
//!
//! | | |
//! |---|---|
//! | [`Steps`], [`Pipeline`] | what is done to features before a model sees them |
//! | [`CrossValidation`] | a learner measured on the folds that it was not learned from; with a search as the learner it is nested |
//! | [`screen`] | which features are worth a model, by outcome: a step of a pipeline |
//! | [`Space`], [`ModelSearch`], [`Tuning`] | which settings are tried, and the best of them |
//! | [`Nested`] | cross-validation of a search among several models: what each of them, and the best, will show |
//! | [`validation`] | a learner measured by bootstrap: optimism, .632, .632+ |
//! | [`comparison`] | whether learners differ, given their measures on the same folds |
//! | [`ranking`], [`optimism`] | which of many is best by a stated rule, and how much each promises too much |

pub mod comparison;
pub mod cross_validate;
pub mod model_search;
pub mod nested;
pub mod optimism;
mod pipeline;
pub mod ranking;
pub mod screen;
pub mod space;
mod steps;
pub mod tune;
pub mod validation;

pub use cross_validate::{CrossValidated, CrossValidation, FoldResult, Measures, Summary};
pub use model_search::ModelSearch;
pub use nested::{ModelValidated, Nested, NestedValidation};
pub use pipeline::{FittedPipeline, Pipeline};
pub use space::{Assignment, Space, Values};
pub use steps::{FittedSteps, Steps};
pub use tune::{BestOfModel, Candidate, Choice, Racing, Search, Trial, Tuned, Tuning, Validated};
