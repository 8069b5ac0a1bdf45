//! Whether predictions of survival are any good, and what they are turned into.
//!
//! This crate sees predictions, never models: a score per case (higher is worse), or the probability of the event until a
//! time, beside the follow-up of the same cases. Which cases these are is for the caller to know: cases the model was
//! fitted on flatter it.
//!
//! | module | what |
//! |---|---|
//! | [`bootstrap`] | limits of any measures over samples of the cases, and of differences of two predictions |
//! | [`brier`] | Brier score, integrated Brier score, index of prediction accuracy |
//! | [`calibration`] | observed beside predicted: groups, smooth curves, slope, in the large, a test |
//! | [`clinical_impact`] | how many cases are at high risk, and how many of these have the event |
//! | [`concordance`] | Harrell's, Uno's, Gönen and Heller's, with limits and comparisons |
//! | [`cox_table`] | hazard ratios of variables alone and beside others, with tests |
//! | [`cutpoint`] | the value of a score or variable that divides cases best, with p-values that know it was sought |
//! | [`decision_curve`] | net benefit of treating by a predicted risk |
//! | [`direction`] | whether survival was given where risk is asked |
//! | [`evaluation`] | all measures of some markers on the same cases, and what differs between them |
//! | [`input`] | what all of them ask of predictions and times |
//! | [`metric`] | measures by name |
//! | [`nomogram`] | points on axes from a linear predictor, total points, survival; a patient traced on it; an HTML calculator |
//! | [`quality`] | RQS, METRICS and CLEAR as questionnaires: filled from a run and a file, scored |
//! | [`reclassification`] | whether a new model says more than an old one: NRI and IDI |
//! | [`risk_groups`] | groups of risk: events, hazard ratios, medians and survival with limits, log-rank tests |
//! | [`table_one`] | what the cases of groups are like, tests and standardised differences |
//! | [`time_roc`](mod@time_roc) | ROC curves at a time, *AUC(t)* with errors, bands and comparisons, cuts, incident *AUC(t)* |
//! | [`TextTable`] | tables of text as CSV, Markdown, HTML |

pub mod bootstrap;
pub mod brier;
pub mod calibration;
pub mod clinical_impact;
pub mod concordance;
pub mod cox_table;
pub mod decision_curve;
pub mod direction;
mod error;
mod estimate;
pub mod evaluation;
mod high_risk;
pub mod input;
pub mod metric;
pub mod nomogram;
pub mod quality;
pub mod reclassification;
pub mod risk_groups;
pub mod table_one;
pub mod text_table;
pub mod time_roc;

pub use cox_table::{CoxTable, CoxTableSettings};
pub use cutpoint::{CutPoint, CutPointSettings, FittedCut};
pub use error::{Error, Result};
pub use estimate::Estimate;
pub use evaluation::Marker;
pub use radsurv_stats::cut_point as cutpoint;
pub use text_table::TextTable;
pub use time_roc::{RocCurve, TimeAuc, TimeRoc, TimeRocSettings, time_roc};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
