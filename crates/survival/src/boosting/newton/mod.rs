//! Boosted trees of second order, as XGBoost's.
//!
//! The prediction *f* of a case is a base plus the value of its leaf in each tree. A tree is grown so that it lowers the loss *l*,
//! to second order, less what its leaves cost. With *g* and *h*, the first two derivatives of the loss by the prediction of each
//! case, their sums *G_j* and *H_j* over the cases of leaf *j*, and its weight *w_j*, the tree minimises
//!
//! *sum_j (G_j w_j + (H_j + lambda) w_j^2 / 2 + alpha |w_j|) + gamma (number of leaves)*,
//!
//! level by level and split by split; the value of the leaf is *eta w_j*.
//!
//! | | |
//! |---|---|
//! | [`NewtonBoostingSettings`], [`NewtonBoosting`] | the model |
//! | [`Objective`] | log hazards by the partial likelihood, or logarithms of times by that of accelerated failure times |
//! | [`Method`] | splits between any two values, or between bins of a histogram |
//! | [`Tree`] | one tree |
//!
//! Cases without a value of a feature go to the side of a split where they lower the loss more.
//!
//! Predictions, first and second derivatives and gains are in single precision, sums in double, as in XGBoost: without sampling
//! trees are the same as those of XGBoost 3.2. What differs stands in docs/differences.md.
//!
//! # Edge cases
//! - Late entries and weights are those of the partial likelihood (in XGBoost weights are in its derivatives only, not in its
//!   risk sets, and there are no late entries).
//! - A case with a weight of 0 is as one that is not there.
//! - Times of 0 have no logarithm: accelerated failure times take half of the smallest one above it.
//! - If no round predicts better than none, the model has none: all risks are the same.
//!
//! Source: Chen and Guestrin: XGBoost: a scalable tree boosting system, Proceedings of KDD 2016, 785-794 (the objective:
//! equation 2, the gain of a split: 7, missing values: section 3.4).

mod accelerated;
mod boost;
mod exact;
mod explain;
mod grow;
mod histogram;
mod model;
mod objective;
mod quantiles;
mod settings;
mod split;
mod tree;

pub use accelerated::Distribution;
pub use model::NewtonBoosting;
pub use objective::{BoostingTies, Objective};
pub use settings::{Method, NewtonBoostingSettings};
pub use tree::{Node, Split, Tree};
