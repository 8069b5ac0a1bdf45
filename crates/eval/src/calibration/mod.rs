//! Calibration: whether as many cases have the event until a time as was predicted.
//!
//! *p_i* is the predicted probability of an event until *t*, *F(t) = 1 - S(t)* what is observed, by Kaplan and Meier.
//!
//! | | what |
//! |---|---|
//! | [`GroupSettings`] | observed beside predicted in groups of predicted risk, with limits |
//! | [`SmoothSettings`] | a smooth curve of observed over predicted, and its distances from the line: ICI, E50, E90, Emax |
//! | [`slope`], [`slope_of_probabilities`] | whether predictions are too extreme (below 1) or not extreme enough (above 1) |
//! | [`in_the_large`] | observed over expected events |
//! | [`GndSettings`] | the test of Greenwood, Nam and D'Agostino |
//!
//! # Smooth
//! A Cox model of the follow-up whose covariate is a restricted cubic spline of *ln(-ln(1 - p))* predicts what is observed at
//! each predicted probability: *o(p)*. With the distances *|o(p_i) - p_i|* of all cases, ICI is their mean, E50 their median,
//! E90 their 90th percentile, Emax their largest. Limits of the curve are those of that Cox model, limits of the distances
//! are of bootstrap samples of the cases, for which the curve is fitted anew.
//!
//! # Slope and in the large
//! The slope is the coefficient *b* of a Cox model with the linear predictor, or with *ln(-ln(1 - p))*, as its only covariate;
//! 1 is ideal. In the large: *F(t) / mean(p)*, with limits of the logarithm, whose standard error is that of *F(t)* over *F(t)*
//! (Greenwood).
//!
//! # Greenwood-Nam-D'Agostino
//! *χ² = Σ_g (F_g(t) - mean_g(p))² / var F_g(t)* over *G* groups, Greenwood's variance, *G - 1* degrees of freedom. Groups with
//! fewer than two events until *t* are an error, as in the authors' code; below five the test is unstable:
//! [`GreenwoodNamDAgostino::fewest_events`].
//!
//! # Edge cases
//! - Groups that are not followed until *t*, or have a single case, have no observed value, as in rms.
//! - Groups without an event have no limits: Greenwood's variance is 0 there.
//! - Probabilities of 0 and 1 have no complementary log-log: those beyond 0.0001 and 0.9999 are taken as these (as
//!   `val.surv` of rms), and counted.
//! - Probabilities of survival in place of those of an event are recognised by their direction: [`Error::Direction`].
//! - Weights of cases and late entry are refused, but for slopes, where the Cox model takes them.
//!
//! # Sources
//! Austin, Harrell, van Klaveren: Graphical calibration curves and the integrated calibration index (ICI) for survival models,
//! Statistics in Medicine 39 (2020) 2714-2742 (curve p. 2717, indices p. 2718). van Houwelingen: Validation, calibration,
//! revision and combination of prognostic survival models, Statistics in Medicine 19 (2000) 3401-3415 (slope). Demler, Paynter,
//! Cook: Tests of calibration and goodness-of-fit in the survival setting, Statistics in Medicine 34 (2015) 1659-1680 (test
//! p. 1663). Groups: `groupkm` and `calibrate(cmethod = "KM")` of rms 6.5, whose default `cmethod = "hare"` is another curve.
//!
//! [`Error::Direction`]: crate::Error::Direction

mod gnd;
mod groups;
mod large;
mod metric;
mod smooth;

pub use gnd::{GndGroup, GndSettings, GreenwoodNamDAgostino};
pub use groups::{CalibrationGroup, CalibrationGroups, GroupSettings, Grouping};
pub use large::{CalibrationSlope, InTheLarge, in_the_large, slope, slope_of_probabilities};
pub use metric::{CalibrationIndex, CalibrationIndexMetric, CalibrationSlopeMetric, ObservedExpectedMetric};
pub use smooth::{CalibrationPoint, SmoothCalibration, SmoothLimits, SmoothSettings};
