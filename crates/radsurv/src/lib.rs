//! Medical images, tumour masks and follow-up to a validated survival model.
//!
//! This crate has no code of its own: it re-exports the radsurv crates, one module each, so that a program can depend on
//! one name. A program that needs one part only may depend on that crate directly. [`prelude`] has the names that most programs
//! need.
//!
//! # Where to begin
//! | question | where | example |
//! |---|---|---|
//! | The whole study: patients, images or a table of features, models, report | `study::run`, of a file `study.toml` | `cervical_study` |
//! | What are the features of this tumour, and of the ring around it? | `features::Extractor`, `image::morphology::ring` | `extract_cohort` |
//! | My images are DICOM, with contours | `image::io::dicom` (feature `dicom`) | `from_dicom` |
//! | Which features are the same when a tumour is drawn again? | `harmonize::icc`; without a second reader `study::reproducibility` | `sarcoma_study` |
//! | My patients come from several scanners or centres | `harmonize::CombatSettings` | `harmonise` |
//! | Which of many features say the same? | `harmonize::RedundancySettings`; by outcome `survival::selection::screen` | |
//! | Which model should I take, and what will it show with new patients? | `survival::selection::{Pipeline, Tuning, Nested}` | `survival_models` |
//! | I want one model: Cox, lasso, forest, boosted trees, SVM | `survival`, a settings type each; by name `survival::ModelKind` | `survival_models` |
//! | Does my score say something beside age and stage? | `survival::clinical`, `eval::nomogram` | `clinical_model` |
//! | Is a score any good? | `eval::evaluation` for everything, `eval::time_roc` for AUC(t) alone | `evaluation` |
//! | Which genes and pathways are behind a score? | `genomics`; in a study its part `[genomics]` | `cervical_genomics_study` |
//! | I need the figure | `plot`, a module each | `gallery` of `radsurv-plot` |
//! | Kaplan-Meier, log-rank, concordance, a test, a distribution | `stats` | |
//! | Real patients, beside the R packages | | `head_neck_lung_study` |
//!
//! Examples are run with `cargo run --release --example NAME` at the root of the repository.
//!
//! # How the parts fit together
//! A settings type is fitted to training cases ([`Fit`](data::Fit), [`FitSurvival`](data::FitSurvival), [`Learner`](data::Learner)); what comes out
//! [transforms](data::Transform) or [predicts](data::Predictor) any cases. No function does both at once, so that nothing is learned from test cases by
//! accident; scores of training cases that others learn from are [`HeldOut`](data::HeldOut). Risk is higher where it is worse. Whatever is random has a seed.
//!
//! # Modules
//! | module | crate | feature | what it does |
//! |---|---|---|---|
//! | [`prelude`] | | always | the names that most programs need |
//! | [`data`] | `radsurv-data` | always | tables of cases and features, CSV; Parquet with the feature `parquet` |
//! | `image` | `radsurv-image` | `image` | volumes and masks: reading, writing, geometry, resampling, regions and rings, intensities, perturbations, ADC |
//! | `image::io::dicom` | `radsurv-image` | `dicom` (brings `image`) | DICOM series as images, contours and segmentations as masks |
//! | `features` | `radsurv-features` | `features` (default, brings `image`) | radiomics features with the numbers of PyRadiomics |
//! | `plot` | `radsurv-plot` | `plot` (brings `image`, `genomics`, `harmonize`, `stats`, `survival`, `eval`) | slices with outlined regions, figures of results as SVG and PNG |
//! | `harmonize` | `radsurv-harmonize` | `harmonize` | features across readers, scanners and centres: z-score, ComBat, ICC, redundancy |
//! | `genomics` | `radsurv-genomics` | `genomics` (brings `stats`) | from groups of patients to genes, pathways and image features: limma, over-representation, GSEA, overlap, correlation, networks |
//! | `stats` | `radsurv-stats` | `stats` | correlations, tests, distributions, principal components; Kaplan-Meier, concordance, the Cox likelihood; BED and EQD2 |
//! | `survival` | `radsurv-survival` | `survival` | survival models: Cox, Cox with an elastic net penalty, random survival forests, boosted trees, SVMs; held-out scores, calibrated curves; pipelines, cross-validation, search; the clinical model; importance, SHAP values |
//! | `eval` | `radsurv-eval` | `eval` | whether predictions are any good: time-dependent ROC, concordance, Brier score, calibration, decision curves; nomograms, cut points, tables |
//! | `study` | `radsurv-study` | `study` (brings `features`, `plot`) | whole studies from `study.toml` to a report; reproducibility under perturbation, pipelines as files, simulated cohorts |
//!
//! # Example
//! Features of a region, as PyRadiomics gives them by default, and of the ring of 3 mm around it:
#![cfg_attr(feature = "features", doc = "```")]
#![cfg_attr(not(feature = "features"), doc = "```ignore")]
//! use radsurv::features::{Extractor, settings::ExtractorSettings};
//! use radsurv::image::{Geometry, Mask, Volume, morphology};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In practice: radsurv::image::io::read("ct.nii.gz")? and read_mask("tumour.nii.gz", 0)?
//! let grid = Geometry::new([12, 12, 12], [1.0, 1.0, 2.0], [0.0; 3], Geometry::IDENTITY)?;
//! let image = Volume::new(grid.clone(), (0..1728).map(|i| (i * 37 % 401) as i16).collect::<Vec<_>>())?;
//! let inside: Vec<bool> = grid.full_box().indices().map(|i| i.iter().all(|c| (4..8).contains(c))).collect();
//! let mask = Mask::from_bools(grid, &inside)?;
//!
//! let extractor = Extractor::new(ExtractorSettings::default());
//! let tumour = extractor.region(&image, &mask, 1)?;
//! let ring = morphology::ring(&tumour, 3.0)?;
//! for features in extractor.extract_regions(&image, &[tumour, ring]) {
//!     let features = features?;
//!     assert_eq!(features.features.len(), 107);
//!     assert!(features.get("original_glcm_Contrast").unwrap().number() > 0.0);
//! }
//! # Ok(())
//! # }
//! ```

pub mod prelude;

pub use radsurv_data as data;
#[cfg(feature = "eval")]
pub use radsurv_eval as eval;
#[cfg(feature = "features")]
pub use radsurv_features as features;
#[cfg(feature = "genomics")]
pub use radsurv_genomics as genomics;
#[cfg(feature = "harmonize")]
pub use radsurv_harmonize as harmonize;
#[cfg(feature = "image")]
pub use radsurv_image as image;
#[cfg(feature = "plot")]
pub use radsurv_plot as plot;
#[cfg(feature = "stats")]
pub use radsurv_stats as stats;
#[cfg(feature = "study")]
pub use radsurv_study as study;
#[cfg(feature = "survival")]
pub use radsurv_survival as survival;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
