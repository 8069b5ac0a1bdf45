//! The names that most programs need, of the features that are on: `use radsurv::prelude::*;`.
//!
//! The traits are among them, without which `fit`, `transform`, `learn` and `predict` are not found. Errors and `Result` are not:
//! each crate has its own, and `Box<dyn std::error::Error + Send + Sync>` takes all of them.
//!
//! # Example
//! Features of two centres harmonised, by what was learned of the training cases:
#![cfg_attr(feature = "harmonize", doc = "```")]
#![cfg_attr(not(feature = "harmonize"), doc = "```ignore")]
//! use radsurv::prelude::*;
//!
//! let row = |i: usize| (format!("P{i}"), vec![("a", (i * i % 7 + i % 2 * 5) as f64), ("b", (i * i * i % 11) as f64)]);
//! let mut about = Covariates::new(40);
//! about.add("centre", Covariate::Category(Groups::new((0..40).map(|i| Some(["Bern", "Lyon"][i % 2])))))?;
//! let cohort = Cohort::new(FeatureTable::from_rows((0..40).map(row))?, about)?;
//! let (training, test): (Vec<usize>, Vec<usize>) = (0..40).partition(|i| i % 4 > 0);
//! let combat = CombatSettings::new("centre").fit(&cohort.rows(&training))?;
//! assert_eq!(combat.transform(&cohort.rows(&test))?.cases(), 10);
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```

pub use radsurv_data::saved::Saved;
pub use radsurv_data::{
    Cohort, Covariate, Covariates, FeatureTable, Fit, FitSurvival, FitToOutcome, Groups, HeldOut, Learner, Metric,
    Predictions, Predictor, Survival, SurvivalCurves, SurvivalModel, Table, Transform, WithHeldOut,
};

#[cfg(feature = "eval")]
pub use radsurv_eval::evaluation::{EvaluationSettings, Marker};
#[cfg(feature = "eval")]
pub use radsurv_eval::{TextTable, time_roc};
#[cfg(feature = "features")]
pub use radsurv_features::{Extractor, settings::ExtractorSettings};
#[cfg(feature = "harmonize")]
pub use radsurv_harmonize::{CombatSettings, IccSettings, RedundancySettings, ZScoreSettings};
#[cfg(feature = "image")]
pub use radsurv_image::{Geometry, Mask, Region, Volume, io, morphology};
#[cfg(feature = "plot")]
pub use radsurv_plot::{Drawing, Style};
#[cfg(feature = "stats")]
pub use radsurv_stats::nonparametric::{KaplanMeier, harrell, uno};
#[cfg(feature = "study")]
pub use radsurv_study::report::{Page, evaluation_page};
#[cfg(feature = "survival")]
pub use radsurv_survival::{
    AnyModel, AnySettings, CoxSettings, CoxnetSettings, ForestSettings, GradientBoostingSettings, ModelKind,
    NewtonBoostingSettings, SvmSettings,
    folds::FoldSettings,
    selection::{CrossValidation, Measures, Nested, Pipeline, Steps, Tuning},
};
