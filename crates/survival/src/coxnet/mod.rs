//! The elastic net of Cox's model.
//!
//! For each *lambda* of a path the coefficients that minimise
//!
//! *-l(b) / W + lambda sum_j v_j (alpha |b_j| + (1 - alpha) b_j^2 / 2)*,
//!
//! *l* being the logarithm of the partial likelihood, *W* the sum of the weights of cases, *v_j* the penalty factor of a
//! feature, and *b* the coefficients of standardised features. *alpha* = 1 is the lasso, 0 ridge regression.
//!
//! | | |
//! |---|---|
//! | [`CoxnetSettings`], [`Coxnet`] | the model: a path, a lambda chosen by cross-validation, predictions |
//! | [`PathSettings`], [`CoxnetPath`] | the coefficients along a path |
//! | [`CrossValidationSettings`], [`CrossValidation`] | how well each lambda predicts |
//! | [`StabilitySettings`], [`Stability`] | which features are selected again and again in halves of the cases |
//!
//! Conventions are those of glmnet (Simon, Friedman, Hastie, Tibshirani 2011, J Stat Softw 39(5)); the way there is another:
//! Newton's method with the whole second derivative, kept while it serves, on the features that are in the model.

pub mod cross_validation;
pub(crate) mod kernel;
mod model;
mod path;
mod problem;
mod quadratic;
mod solver;
pub mod stability;

pub use cross_validation::{CrossValidation, CrossValidationSettings, Measure, ValidatedPoint};
pub use model::{Coxnet, CoxnetSettings, LambdaChoice};
pub use path::{Coefficient, CoxnetPath, Lambdas, PathEnd, PathPoint, PathSettings};
pub use stability::{FeatureStability, Halves, Stability, StabilitySettings};
