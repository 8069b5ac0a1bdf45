//! The vocabulary the radsurv crates share. No algorithms live here.
//!
//! [`Table`] is a CSV file as text, [`FeatureTable`] a number for each case and feature, [`Groups`] and [`Covariates`] what
//! else is known of the cases, [`Cohort`] both together, [`Fit`] and [`Transform`] what is learned from and done to it.
//! [`Survival`] is follow-up, [`StepFunction`] and [`SurvivalCurves`] what is estimated of it, [`FitSurvival`] and
//! [`SurvivalModel`] what every survival model offers, [`Learner`] and [`Predictor`] the same of whatever is learned as a whole, [`HeldOut`] scores of training cases that may be learned from,
//! [`Predictions`] what a model says of cases and [`Metric`] how good that is.
//! [`Selection`] is which features were chosen and why, whatever chose them.
//! [`ColumnOrder`] has the common columns of rows that differ, [`number`] says how numbers are written and read, [`list()`]
//! how names are in messages, [`fs`] writes files that are whole or absent, [`saved`] fitted models as versioned JSON.

mod carried;
mod case_file;
mod cohort;
mod columns;
mod covariates;
mod error;
mod feature_table;
pub mod fs;
mod groups;
mod held_out;
mod join;
mod learner;
mod list;
mod metric;
mod model;
pub mod number;
#[cfg(feature = "parquet")]
mod parquet;
mod pattern;
mod read;
pub mod saved;
mod selection;
#[doc(hidden)]
pub mod simd;
mod step_function;
mod survival;
mod survival_curves;
mod table;
mod write;

pub use carried::Carried;
pub use case_file::CaseFile;
pub use cohort::{Cohort, Fit, FitToOutcome, Transform};
pub use columns::ColumnOrder;
pub use covariates::{Covariate, CovariateKind, Covariates};
pub use error::{Error, Result};
pub use feature_table::FeatureTable;
pub use groups::Groups;
pub use held_out::{HeldOut, HeldOutBy, WithHeldOut};
pub use join::{Aligned, Join, JoinReport, Joined, Keep};
pub use learner::{Learner, LearnerError, Predictor};
pub use list::list;
pub use metric::{Metric, MetricError, Predictions};
pub use model::{FitSurvival, Importance, SurvivalModel};
pub use pattern::Pattern;
pub use selection::{Decision, Selection};
pub use step_function::StepFunction;
pub use survival::Survival;
pub use survival_curves::SurvivalCurves;
pub use table::{Row, Table};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
