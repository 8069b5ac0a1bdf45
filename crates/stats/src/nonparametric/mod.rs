//! Estimates and tests from follow-up without a model: survival, hazard, groups, censoring, concordance.
//!
//! | type | what | the same in R's survival |
//! |---|---|---|
//! | [`RiskSets`] | who is at risk and who leaves at each time; all others stand on it | |
//! | [`KaplanMeier`] | survival, cumulative hazard, limits, quantiles, restricted mean | `survfit` |
//! | [`LogRank`] | tests of whether groups differ: [`TestWeights`], strata, trend | `survdiff` |
//! | [`MaxSelected`] | the cut of a marker at which groups differ most, with a p-value that knows it was sought | `maxstat.test` |
//! | [`CensoringDistribution`] | the distribution of censoring times, and weights by its inverse | `survfit(Surv(time, 1 - event))` |
//! | [`Concordance`] | Harrell's and Uno's C with standard errors | `concordance` |
//!
//! Equations, variants and sources are in [`kaplan_meier`], [`log_rank`], [`max_selected`], [`concordance`] and [`CensoringDistribution`];
//! all names are here as well. Weights of cases and left truncation are in the risk sets; methods that cannot take them say
//! so.

mod censoring;
pub mod concordance;
pub mod kaplan_meier;
pub mod log_rank;
pub mod max_selected;
mod risk_set;

pub use censoring::{CensoringDistribution, CensoringTies, Side};
pub use concordance::{Concordance, ConcordanceDifference, ConcordanceSettings, PairCounts, PairWeights, harrell, uno};
pub use kaplan_meier::{
    CurvePoint, KaplanMeier, KaplanMeierSettings, KaplanMeierStep, Limits, RestrictedMean, SurvivalFrom,
    SurvivalQuantile, TiedEvents, Variance,
};
pub use log_rank::{LogRank, LogRankGroup, TestWeights};
pub use max_selected::{CutStatistic, MaxSelected, MaxSelectedSettings, Selected};
pub(crate) use risk_set::sorted;
pub use risk_set::{RiskSet, RiskSets};
