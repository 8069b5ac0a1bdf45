//! Random survival forests.
//!
//! Each tree is grown on cases drawn at random. In a node some features, drawn anew, are looked at, and the node is split by the
//! cut point with the largest log-rank statistic of its two parts. A leaf has the Nelson-Aalen estimate of the cumulative hazard of
//! its cases,
//!
//! *H_leaf(t) = Σ_{s <= t} d_s / Y_s*,
//!
//! with *d_s* events and *Y_s* at risk at the time *s*, each case as often as it was drawn. A case has in each tree the leaf that
//! its features lead to; the forest's cumulative hazard *H(t)* is the mean of those of the leaves. Its risk is the mortality *Σ_t
//! H(t)* over the event times of training. Its survival is the mean of the Kaplan-Meier estimates of the leaves, *Π_{s <= t} (1 - d_s
//! / Y_s)*, or *exp(-H(t))*: [`CurveRule`].
//!
//! # Settings of other programs
//! | [`ForestSettings`] | randomForestSRC 3.6 | ranger 0.14 | scikit-survival 0.28 |
//! |---|---|---|---|
//! | | [`default`](ForestSettings::default) | [`ranger`](ForestSettings::ranger) | [`scikit_survival`](ForestSettings::scikit_survival) |
//! | `trees` | 500 | 500 | 100 |
//! | `replace`, `fraction` | false, 0.632 | true, 1 | true, 1 |
//! | `tried_features` | root of *p*, up | root of *p*, up | root of *p*, down |
//! | `cut_points` | 10 at random (`nsplit`) | all | all |
//! | `min_split`, `min_leaf` | 30 (twice `nodesize`), 1 | 6, 3 | 6, 3 |
//! | `node_count` | drawn | drawn | distinct |
//! | `curves` | mean survival | mean hazard | mean survival |
//!
//! The mortality is that of randomForestSRC and scikit-survival; ranger has none.
//!
//! # Cases that trees did not see
//! [`fit_held_out`](ForestSettings::fit_held_out) returns beside the forest the mortality of each training case by the trees whose
//! sample it was not in. What is learned from scores of training cases must be learned from these; the forest itself fits its
//! training cases far too well. [`OutOfBag`] has 1 less Harrell's and Uno's C of them.
//!
//! # How much features count
//! | | |
//! |---|---|
//! | [`importance`](radsurv_data::SurvivalModel::importance) | the sum of the log-rank statistics of its splits; costs nothing |
//! | [`Forest::minimal_depths`] | how far below the root its first split is |
//! | [`Forest::permutation_importance`] | how much worse unseen cases are predicted without it, with limits |
//!
//! [`Forest::proximity`] says how alike cases are: how often they share a leaf.
//!
//! # Edge cases
//! - Weights of cases are those of sampling: a case of twice the weight is drawn twice as often. Without replacement
//!   and with a `fraction` of 1 all cases of weight above 0 are in every sample, however large it is.
//! - Missing values are refused unless [`MissingValues::BetterSide`] is asked for: then cases without a value of the feature go
//!   together to the side where the split is better, and values against missing ones is a split as well (Twala, Jones, Hand,
//!   *Pattern Recognition Letters* 29 (2008) 950-956). Nothing is imputed.
//! - Categories that a forest does not know are taken for missing values, and go to the larger part if there were none in training.
//! - Late entry is refused.
//! - Beyond the last event time of training curves are constant.
//!
//! # Sources
//! Ishwaran, Kogalur, Blackstone, Lauer: Random survival forests, *Annals of Applied Statistics* 2 (2008) 841-860 (mortality: p.
//! 845). Breiman: Random forests, *Machine Learning* 45 (2001) 5-32. Geurts, Ernst, Wehenkel: Extremely randomized trees, *Machine
//! Learning* 63 (2006) 3-42.

mod explain;
mod grow;
mod importance;
mod log_rank;
mod model;
mod out_of_bag;
mod predict;
mod sample;
mod settings;
mod split;
mod training;
mod tree;

pub use importance::PermutationImportance;
pub use model::{CumulativeHazards, FeatureSplits, Forest};
pub use out_of_bag::OutOfBag;
pub use settings::{CurveRule, CutPoints, ForestSettings, MissingValues, NodeCount, SplitRule, TriedFeatures};
use tree::Tree;
