//! Gradient boosting, as gbm's.
//!
//! The prediction *f* of a case is the sum of the values of its leaf in each tree. A tree is fitted to the working response
//! *z_i = delta_i - exp(f_i) L_i*, minus the derivative of the loss by the prediction (the martingale residual; *L_i* is the
//! cumulative hazard that the case has gone through), of a random part of the cases, by the sum of squares: the best split of all leaves
//! is made, again and again. Its leaves then have the values of one step of Newton's method for the partial likelihood, all
//! together, that of the last leaf being 0; *f* changes by the learning rate times that.
//!
//! | | |
//! |---|---|
//! | [`GradientBoostingSettings`], [`GradientBoosting`] | the model |
//! | [`GradientLoss`] | log hazards by the partial likelihood, or logarithms of times by squares |
//! | [`Learner`] | trees, or a straight line in one feature per round (component-wise boosting) |
//! | [`Tree`], [`LinearTerm`] | what was fitted in a round |
//!
//! Cases without a value of the feature of a split go to a third side; where there are too few of them it has the mean value of
//! the two others.
//!
//! Without sampling and ties trees are those of gbm 2.1.8. What differs stands in docs/differences.md.
//!
//! # Edge cases
//! - The response and the step are those of Breslow's or Efron's rule where there are ties; late entries and weights are in both.
//! - A case with a weight of 0 is as one that is not there.
//! - Candidates whose gains are equal but for rounding are taken from the first feature.
//! - A tree that no split improves is a leaf of the value 0.
//! - Times of 0 have no logarithm: losses of times take half of the smallest one above it.
//! - If no round predicts better than none, the model has none: all risks are the same.
//!
//! Sources: Friedman: Greedy function approximation: a gradient boosting machine, Annals of Statistics 29 (2001) 1189-1232
//! (algorithm 1); Ridgeway: The state of boosting, Computing Science and Statistics 31 (1999) 172-181 (Cox's likelihood:
//! section 5).

mod boost;
mod explain;
mod grow;
mod linear;
mod loss;
mod model;
mod panels;
mod search;
mod settings;
mod tree;

pub use linear::LinearTerm;
pub use loss::GradientLoss;
pub use model::GradientBoosting;
pub use settings::{GradientBoostingSettings, Learner};
pub use tree::{Node, Split, Tree};
