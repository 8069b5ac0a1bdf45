//! Statistics that the radsurv crates share.
//!
//! | module | what |
//! |---|---|
//! | [`bootstrap`] | seeded samples of cases, standard errors and limits: percentile, basic, BCa |
//! | [`cholesky`] | equations of symmetric positive definite matrices |
//! | [`correlation`] | Pearson, Spearman and Kendall, of two columns or all pairs of many |
//! | [`cox`] | the partial likelihood of the Cox model, its fit and its baseline hazard |
//! | [`cut_point`] | the value of a score or variable that divides cases best, with p-values that know it was sought |
//! | [`distribution`] | tails and quantiles of the normal, t, chi-squared and F distributions |
//! | [`dose`] | biologically effective dose of a fractionated radiotherapy |
//! | [`hypothesis`] | whether groups differ: F, Welch, Kruskal-Wallis, Levene, t and rank sum tests; chi-squared and Fisher's tests of counts |
//! | [`linear`] | least squares, and columns that depend on others |
//! | [`lowess`] | a smooth curve through points, robust to outliers |
//! | [`multiple`] | p-values adjusted for the number of tests |
//! | [`natural_spline`] | natural cubic splines by B-splines |
//! | [`nonparametric`] | Kaplan-Meier, Nelson-Aalen, log-rank tests, the distribution of censoring times, concordance |
//! | [`pca`] | principal components |
//! | [`quadrature`] | integrals as weighted sums |
//! | [`random`] | random numbers that are the same with any number of threads |
//! | [`rank`] | ranks with ties |
//! | [`root`] | where a function of one number is 0 |
//! | [`special`] | digamma, trigamma and their kin |
//! | [`spline`] | restricted cubic splines |
//! | [`summary`] | means, deviations and quantiles |
//! | [`svd`] | singular values of a matrix of few columns |
//! | [`terms`] | named variables as columns of a design: linear, splines, categories, interactions |

pub mod bootstrap;
pub mod cholesky;
pub mod correlation;
pub mod cox;
pub mod cut_point;
pub mod distribution;
pub mod dose;
mod error;
pub mod hypothesis;
pub mod linear;
pub mod lowess;
pub mod multiple;
pub mod natural_spline;
pub mod nonparametric;
pub mod pca;
pub mod quadrature;
pub mod random;
pub mod rank;
pub mod root;
pub mod special;
pub mod spline;
pub mod summary;
pub mod svd;
pub mod terms;

pub use error::{Error, Result};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
