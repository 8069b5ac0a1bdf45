//! Survival models.
//!
//! Settings are fitted ([`FitSurvival`](radsurv_data::FitSurvival)) to features and follow-up of training cases; the fitted
//! model ([`SurvivalModel`](radsurv_data::SurvivalModel)) predicts risks, higher being worse, and survival curves of any
//! cases, and is saved as JSON without patient data.
//!
//! | module | model |
//! |---|---|
//! | [`cox`] | Cox regression: few features, hazard ratios with limits |
//! | [`coxnet`] | Cox regression with an elastic net penalty: many features, few of which stay |
//! | [`forest`] | random survival forests: effects of any form, and of features together |
//! | [`boosting::gradient`] | boosted trees, as gbm's: the same, with missing values |
//! | [`boosting::newton`] | boosted trees of second order, as XGBoost's: effects of any shape, missing values |
//! | [`svm`] | survival SVMs: linear, additive, polynomial and RBF; times, pairs or both |
//!
//! | for all of them | |
//! |---|---|
//! | [`folds`] | cases divided into folds with their share of events, groups kept whole |
//! | [`held_out`] | scores of training cases by models that did not see them |
//! | [`calibrated`] | survival curves for any score, learned from held-out scores |
//! | [`clinical`] | a Cox model of clinical variables and a held-out score, chosen by a stated rule; imputation |
//! | [`explain`] | SHAP values: how far each feature moves the risk of a case; predictions by the value of a feature |
//! | [`selection`] | pipelines, cross-validation, search for settings |
//! | [`importance`] | what concordance or any measure loses without a feature or group of them, of anything that predicts |
//!
//! [`AnySettings`] and [`AnyModel`] stand for any of them where the [`ModelKind`] is known when the program runs; [`input`] is what
//! all of them ask of their input.

mod any;
pub mod boosting;
pub mod calibrated;
pub mod clinical;
mod column;
pub mod cox;
pub mod coxnet;
mod error;
pub mod explain;
pub mod folds;
pub mod forest;
pub mod held_out;
pub mod importance;
pub mod input;
mod kind;
pub mod selection;
pub mod svm;
mod tree;

pub use any::{AnyModel, AnySettings};
pub use boosting::gradient::{GradientBoosting, GradientBoostingSettings};
pub use boosting::newton::{NewtonBoosting, NewtonBoostingSettings};
pub use cox::{Cox, CoxSettings};
pub use coxnet::{Coxnet, CoxnetSettings};
pub use error::{Error, Result};
pub use forest::{Forest, ForestSettings};
pub use kind::ModelKind;
pub(crate) use radsurv_stats::random;
pub use svm::{Svm, SvmSettings};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
