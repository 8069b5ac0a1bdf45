//! ComBat: differences between batches (centres, scanners, protocols) taken out of features.
//!
//! Johnson, Li, Rabinovic, "Adjusting batch effects in microarray expression data using empirical Bayes methods",
//! *Biostatistics* 8 (2007) 118-127: the location and scale model and its three steps, standardise, estimate, adjust, are on
//! pages 120 to 123. The numbers are those of `ComBat` in the R package sva 3.46, in every mode, to 1e-8.
//!
//! # The model
//! Value of feature *g* in case *j* of batch *i*, with covariates *X* that are to be preserved:
//!
//! *Y_ijg* = *α_g* + *X_j β_g* + *γ_ig* + *δ_ig ε_ijg*
//!
//! 1. *α*, *β* and a mean per batch are estimated by least squares, *α* being the mean over cases of the batches' means
//!    (or that of the reference batch), and *σ_g²* is the mean of the squared residuals (of the reference batch alone, if
//!    there is one; with *n* - 1 for all features if any value is missing, as in sva).
//! 2. The standardised values *Z* = (*Y* - *α* - *Xβ*) / *σ* have, in each batch, mean *γ̂* and variance *δ̂²*.
//! 3. These are shrunken towards what is common to the features of the batch: [`Method`].
//! 4. *Y\** = *σ* (*Z* - *γ\**) / *δ\** + *α* + *Xβ*.
//!
//! # Fitted and applied
//! All of this is learned from the training cases; a new case of a known batch is brought to the common scale with its
//! own covariates and nothing else. [`Unseen`] says what happens to a case of another batch.
//!
//! | what | how |
//! |---|---|
//! | covariates | numbers as they are; groups as indicators of every level but the first |
//! | a batch with one case | mean-only for all, with a [notice](Combat::notices), as in sva |
//! | a feature that is constant within any batch of two or more cases | passes unchanged and is [named](Combat::unchanged), as in sva |
//! | a feature that batches and covariates explain entirely | passes unchanged and is named |
//! | missing values | stay missing; the model of the feature is that of its other values |
//! | a covariate that the batches determine | an error that names them |

mod apply;
pub mod covbat;
mod design;
mod fit;
mod kolmogorov;
mod model;
pub mod nested;
mod nonparametric;
mod parametric;
mod shrink;
mod standardise;

use serde::{Deserialize, Serialize};

pub(crate) use fit::{batch_groups, check_finite};

pub use apply::{ESTIMATE_ROWS, EstimatedBatch, Harmonised, RowOutcome};
pub use covbat::{Components, CovBat, CovBatSettings};
pub use design::CovariateCode;
pub use kolmogorov::kolmogorov_smirnov;
pub use model::{Adjustment, BatchModel, Combat, FeatureModel, Model, Notice, Unchanged};
pub use nested::{NestedCombat, NestedCombatSettings, NestedHarmonised, NestedStep, Order};
pub use shrink::{InverseGamma, Prior};

/// How the shift and variance of each feature in a batch are shrunken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Empirical Bayes with a normal prior of shifts and an inverse gamma prior of variances: sva's `par.prior = TRUE`.
    ///
    /// Of a batch with *n* values of a feature: *γ\** = (*n τ² γ̂* + *δ\*² γ̅*) / (*n τ²* + *δ\*²*) and
    /// *δ\*²* = (*θ* + ½ Σ (*Z* - *γ\**)²) / (½ *n* + *λ* - 1), iterated until no feature of the batch changes by more than
    /// 1e-4 of its signed value. *γ̅*, *τ²* are mean and variance of *γ̂* over features, and with mean *m* and
    /// variance *s²* of *δ̂²* over features *λ* = (*m²* + 2 *s²*) / *s²*, *θ* = (*m³* + *m s²*) / *s²*.
    #[default]
    Parametric,
    /// Empirical Bayes with the other features as the prior: sva's `par.prior = FALSE`.
    ///
    /// *γ\** and *δ\*²* are the means of *γ̂* and *δ̂²* of all other features, each weighted by the likelihood of the
    /// feature's *n* values under them, (2π *δ̂²*)^(-*n*/2) exp(-Σ (*Z* - *γ̂*)² / (2 *δ̂²*)).
    NonParametric,
    /// Not at all: location and scale of each feature on its own. neuroCombat's `eb = FALSE`; sva has none.
    NoEb,
}

/// What is done to cases of a batch that no training case was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unseen {
    /// An error that names the batch and the cases.
    #[default]
    Error,
    /// Their rows are left as they are, in their own units, and flagged.
    Pass,
    /// Shift and variance of the new batch are estimated from the features of all its cases that are given together, at
    /// least [`ESTIMATE_ROWS`] of them: they are standardised with *α*, *β*, *σ* of training, and from there on the
    /// batch is treated as a batch of the training is, with hyperparameters over its own features. (Those of the
    /// training batches say how *they* are shifted, and nothing about another one.)
    ///
    /// It is transductive: what comes out for a case depends on the cases it is given with. No outcome enters.
    Estimate,
}

/// What ComBat is to do; see the [module](self).
///
/// | setting | default | meaning |
/// |---|---|---|
/// | `batch` | | the covariate whose differences are removed |
/// | `covariates` | none | the covariates whose differences are preserved |
/// | `method` | [`Method::Parametric`] | how estimates are shrunken |
/// | `mean_only` | `false` | shifts are removed, differences of variance stay; with empirical Bayes about half of each shift is, as in sva, which shrinks as if a batch had one value |
/// | `reference` | none | the batch that the others are brought to; it does not change |
/// | `unseen` | [`Unseen::Error`] | what is done to batches that were not there in training |
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Fit, Groups};
/// use radsurv_harmonize::{CombatSettings, combat::Method};
/// let row = |i: usize, shift: f64| (format!("P{i}"), vec![("a", (i * i % 7) as f64 + shift), ("b", (i % 3) as f64)]);
/// let cohort = |rows: Vec<(String, Vec<(&'static str, f64)>)>, centres: Vec<&str>| -> Result<Cohort, radsurv_data::Error> {
///     let mut covariates = Covariates::new(rows.len());
///     covariates.add("centre", Covariate::Category(Groups::new(centres.into_iter().map(Some))))?;
///     Cohort::new(FeatureTable::from_rows(rows)?, covariates)
/// };
/// let rows = (0..10).map(|i| row(i, if i < 5 { 0.0 } else { 100.0 })).collect();
/// let centres = (0..10).map(|i| if i < 5 { "Bern" } else { "Lyon" }).collect();
/// let training = cohort(rows, centres)?;
///
/// let settings = CombatSettings { method: Method::NoEb, ..CombatSettings::new("centre") };
/// let combat = settings.fit(&training)?;
/// let harmonised = combat.apply(&training)?;
/// let mean = |cases: std::ops::Range<usize>| harmonised.table.columns()[0][cases].iter().sum::<f64>() / 5.0;
/// assert!((mean(0..5) - mean(5..10)).abs() < 1e-9);
///
/// let new = cohort(vec![row(3, 100.0)], vec!["Lyon"])?;
/// assert!(combat.apply(&new).is_ok());
/// let other = cohort(vec![row(3, 0.0)], vec!["Rome"])?;
/// assert!(combat.apply(&other).unwrap_err().to_string().contains("Rome"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CombatSettings {
    /// The covariate that names the batches.
    pub batch: String,
    /// The covariates to preserve.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// How estimates are shrunken.
    #[serde(default)]
    pub method: Method,
    /// Whether shifts alone are removed.
    #[serde(default)]
    pub mean_only: bool,
    /// The batch that the others are brought to.
    #[serde(default)]
    pub reference: Option<String>,
    /// What is done to batches that were not there in training.
    #[serde(default)]
    pub unseen: Unseen,
}

impl CombatSettings {
    /// The defaults: parametric, no covariates, no reference.
    pub fn new(batch: impl Into<String>) -> Self {
        Self {
            batch: batch.into(),
            covariates: Vec::new(),
            method: Method::default(),
            mean_only: false,
            reference: None,
            unseen: Unseen::default(),
        }
    }
}
