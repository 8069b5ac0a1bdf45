//! Pictures of images, regions and results.
//!
//! [`overlay`] shows slices with outlined regions, to check by eye, as PNG. A figure of a result is a [`Drawing`] in a [`Style`]:
//!
//! | module | what |
//! |---|---|
//! | [`kaplan_meier`] | survival curves with the number at risk |
//! | [`roc`], [`auc_over_time`] | time-dependent ROC curves, and the areas under them by time |
//! | [`calibration`] | observed beside predicted risk: groups, a smooth curve, the distribution of predictions |
//! | [`decision_curve`], [`clinical_impact`] | net benefit, and numbers at high risk, by threshold |
//! | [`idi_curve`] | how a new model changes risks |
//! | [`nomogram`] | points and survival on axes, one patient traced |
//! | [`flow_chart`] | from the patients there were to those that were analysed |
//! | [`forest`] | hazard ratios beside a table |
//! | [`lasso_path`], [`lasso_cv`] | the coefficient path of a Cox elastic net, and its cross-validation |
//! | [`importance`] | the importance of features |
//! | [`shap_beeswarm`], [`shap_dependence`], [`shap_waterfall`] | how far features move risks: of all cases, one feature, one case |
//! | [`partial_dependence`] | what a model predicts by the value of a feature |
//! | [`selection_frequency`] | how often features are chosen in resamples |
//! | [`tuning`], [`ranking`] | the scores of settings that were tried, and of models in several sets |
//! | [`heat_map`] | correlations of features, in the order of a cluster tree |
//! | [`icc_distribution`] | how many features are how reproducible |
//! | [`batch_effect`] | principal components and tests between batches, before and after a harmonisation |
//! | [`volcano`] | genes by how much and how surely they differ |
//! | [`venn`], [`upset`] | what two or three, or any number of lists of genes share |
//! | [`expression_map`] | expression of genes in samples, clustered, with the groups above |
//! | [`enrichment_dots`], [`running_score`] | sets of genes that a list or a ranking points to; one set along the ranking |
//! | [`gene_feature`], [`association_map`] | a gene beside an image feature, and the correlations of many of both |
//! | [`network`] | modules of genes that go together, and their hubs |
//!
//! They draw results and compute none (but for counting values into bars). All have text as outlines of one font, colours and
//! dashes that can be told apart by the colour-blind and in grey, and no text on another.

pub mod association_map;
pub mod auc_over_time;
pub mod batch_effect;
pub mod calibration;
mod chart;
pub mod clinical_impact;
mod cloud;
pub mod decision_curve;
mod drawing;
pub mod enrichment_dots;
mod error;
pub mod expression_map;
pub mod flow_chart;
mod font;
pub mod forest;
pub mod gene_feature;
pub mod heat_map;
pub mod icc_distribution;
pub mod idi_curve;
pub mod importance;
pub mod kaplan_meier;
pub mod lasso_cv;
pub mod lasso_path;
mod map;
pub mod network;
pub mod nomogram;
pub mod overlay;
mod panel;
pub mod partial_dependence;
mod point_labels;
pub mod ranking;
mod raster;
pub mod roc;
mod rows;
pub mod running_score;
mod scale;
pub mod selection_frequency;
pub mod shap_beeswarm;
pub mod shap_dependence;
pub mod shap_waterfall;
mod style;
pub mod tuning;
pub mod upset;
pub mod venn;
pub mod volcano;

pub use drawing::{Anchor, Drawing, Label, Rect, Text};
pub use error::{Error, Result};
pub use font::{fit_text, text_width};
pub use panel::{Names, Panel};
pub use raster::{Colour, Raster};
pub use scale::Scale;
pub use style::Style;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
