//! Features of perturbed images and masks: readings of each case without a second reader.
//!
//! Each case is read once, perturbed [`PerturbSettings::count`](radsurv_image::perturb::PerturbSettings) times, and its
//! features are extracted every time. The result is a table per repetition, of the same cases and features: the form in which
//! the tables of readers come, so that whatever compares readers compares repetitions.
//!
//! Repetition `k` of one case has nothing to do with repetition `k` of another: they are drawn independently, as if every case
//! had readers of its own. The intraclass correlation for that is the one-way form, ICC(1,1), which Zwanenburg et al. 2019 use.

mod extract;
mod result;
mod run;

pub use extract::{CaseImage, FileCase};
pub use result::{CaseProgress, RepetitionFailure, Reproducibility, UndefinedValue};
pub use run::{ReproducibilitySettings, reproducibility};

pub(crate) use result::CaseReadings;
pub(crate) use run::{all_readings, check_ring, read_case};
