//! Survival support vector machines.
//!
//! A function *s(x) = w'phi(x) + b_0* of the features, *phi* being what belongs to a [`Kernel`], is larger for longer times; the risk is
//! *-s*. It has the smallest
//!
//! *|w|²/2 + losses*.
//!
//! | [`Formulation`] | losses, *(z)+* being *max(0, z)* |
//! |---|---|
//! | `Regression` | *c sum_i (y_i - s_i)+ + delta_i (s_i - y_i)+*: a censored case may live longer than it was followed |
//! | `Vanbelle1` | *c sum_(i, j) (1 - (s_i - s_j))+*, of [`Pairs`] |
//! | `Vanbelle2` | *c sum_(i, j) (y_i - y_j - (s_i - s_j))+* |
//! | `Hybrid` | those of `Regression` and of `Vanbelle2`, with a cost for each |
//! | `Fast` | *a/2 (r sum_(i, j) (1 - (s_i - s_j))+² + (1 - r) sum_i e_i²)*, of all comparable pairs, *e_i* being errors of the logarithm of times as in `Regression` |
//! | `SurvivalsvmCompat` | what R's package survivalsvm computes |
//!
//! *y* is the time in some [unit](TimeScale), *delta* 1 for an event, *c*, *a* and *r* are settings. *i* is the case with the longer time of a
//! pair. The first four are published; their dual is solved, and their tests check the conditions of Karush, Kuhn and Tucker. `Fast` has
//! the losses of scikit-survival's `FastSurvivalSVM` and `FastKernelSurvivalSVM`, and the same risks.
//!
//! Features are standardised with means and standard deviations of the training cases, which are kept; coefficients are in the units of
//! the table. The kernels:
//!
//! | | cost of a step, memory | kept in the model |
//! |---|---|---|
//! | linear | *n p*, that of the table | coefficients |
//! | additive | *n p*, that of the table and half as much | for each feature a line in pieces |
//! | polynomial, RBF | *n²*, *n²* numbers | support vectors: rows of training cases without ids, which the model [says](Svm::contains_training_rows) |
//!
//! Some hundred steps are usual. Losses of all comparable pairs take *n log n* steps.
//!
//! Survival curves are those of a slope and a baseline hazard that are [calibrated](crate::calibrated) on scores by models of the other
//! folds. Scores of formulations of times are on the scale of the times; those of pairs are on that of differences, which is 1 for all folds.
//!
//! # Edge cases
//! - Features of one value have no effect; all of them: an error.
//! - More features than cases, and separation: the penalty keeps *w* finite.
//! - Times of 0 are times like others, but for the logarithm, where they count as half of the smallest other one.
//! - Ties: events at one time are not compared; a case that is censored then outlived them. See [`Pairs`] for the others.
//! - Case weights multiply what a case costs; weights of both cases those of pairs. Cases of weight 0 are as if they were not there.
//! - Late entry is refused.
//!
//! Sources: Van Belle, Pelckmans, Van Huffel, Suykens: Support vector methods for survival analysis: a comparison between ranking and
//! regression approaches, Artificial Intelligence in Medicine 53 (2011) 107-118 (equations 3 to 12); Fouodo, König, Weihs, Ziegler, Wright:
//! Support vector machines for survival analysis with R, The R Journal 10 (2018) 412-423; Pölsterl, Navab, Katouzian: Fast training of
//! support vector machines for survival analysis, ECML PKDD 2015, 243-259; the same: An efficient training algorithm for kernel survival support
//! vector machines, arXiv:1611.07054 (2016); Daemen, De Moor: Development of a kernel function for clinical data, EMBC 2009, 5913-5917 (the
//! additive kernel).

mod box_programme;
mod comparable;
mod compat;
mod constraints;
mod function;
mod gram;
mod model;
mod multipliers;
mod newton;
mod settings;

pub use function::Piecewise;
pub use model::Svm;
pub use settings::{Formulation, Kernel, Pairs, Programme, SvmSettings, TimeScale};
