//! What is done to features before a model sees them, as a file names it; and fitted pipelines as files.
//!
//! Settings become [`Steps`], which [selection](radsurv_survival::selection) learns anew from every training set. What was learned
//! is saved with its model as one file, [`FittedModel`], which predicts from the features as they were extracted.

mod fitted;
mod step;

pub use fitted::FittedModel;
pub use step::{ColumnSettings, StepSettings, steps};

pub use radsurv_survival::selection::Steps;
