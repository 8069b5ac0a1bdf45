//! Features that can be trusted across readers, scanners and centres.
//!
//! Everything here is learned from training cases by a settings type ([`Fit`](radsurv_data::Fit)) and applied by the
//! fitted type it gives ([`Transform`](radsurv_data::Transform)); nothing else can transform features, so that no step
//! can look at the cases it is applied to.
//!
//! | module | what |
//! |---|---|
//! | [`combat`] | differences between batches removed: ComBat, its priors, reference batch, unseen batches |
//! | [`icc`] | agreement of readings: the intraclass correlation of each feature, and the features whose is high |
//! | [`selection`] | which features are kept, and why the others are not: what every step that selects gives |
//! | [`redundancy`] | features that say the same as others, or nothing |
//! | [`diagnostics`] | how much features differ between batches, before and after |
//! | [`zscore`] | centre and scale of each feature: mean, median or quantiles |

pub mod combat;
pub mod diagnostics;
mod error;
pub mod icc;
pub mod redundancy;
pub mod selection;
pub mod zscore;

pub use combat::{Combat, CombatSettings};
pub use error::{Error, Result};
pub use icc::{IccForm, IccSettings, IccTable};
pub use redundancy::RedundancySettings;
pub use selection::{Decision, Selection};
pub use zscore::{ZScore, ZScoreSettings};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
