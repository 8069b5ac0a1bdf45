//! A fitted ComBat: what it knows, how it is saved.

use radsurv_data::saved::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::design::CovariateCode;
use super::shrink::Prior;
use super::{CombatSettings, Unseen};

/// ComBat as learned from training cases. It holds names, levels and coefficients, no value or id of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Combat {
    pub(super) settings: CombatSettings,
    pub(super) notices: Vec<Notice>,
    pub(super) mean_only: bool,
    pub(super) batches: Vec<BatchModel>,
    pub(super) covariates: Vec<CovariateCode>,
    pub(super) features: Vec<FeatureModel>,
}

/// A batch of the training cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchModel {
    /// Its name.
    pub name: String,
    /// The number of its training cases.
    pub cases: usize,
    /// Its hyperparameters; none without empirical Bayes and of the reference batch.
    pub prior: Option<Prior>,
}

/// What is done to a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureModel {
    /// Its name.
    pub feature: String,
    /// How it is adjusted, or why it is not.
    pub model: Model,
}

/// How a feature is adjusted, or why it is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// It is adjusted with these coefficients.
    Adjusted(Adjustment),
    /// It passes unchanged.
    Unchanged(Unchanged),
}

impl FeatureModel {
    /// The coefficients, if the feature is adjusted.
    pub fn adjustment(&self) -> Option<&Adjustment> {
        match &self.model {
            Model::Adjusted(adjustment) => Some(adjustment),
            Model::Unchanged(_) => None,
        }
    }

    pub(super) fn adjustment_mut(&mut self) -> Option<&mut Adjustment> {
        match &mut self.model {
            Model::Adjusted(adjustment) => Some(adjustment),
            Model::Unchanged(_) => None,
        }
    }
}

/// The coefficients of a feature: *Y\** = *σ* (*Z* - *γ*) / √*δ* + *α* + *Xβ* with *Z* = (*Y* - *α* - *Xβ*) / *σ*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// *α*.
    pub mean: f64,
    /// *β*, one per [column](Combat::columns) of the covariates.
    pub beta: Vec<f64>,
    /// *σ*.
    pub sd: f64,
    /// *γ*, one per batch: 0 of the reference.
    pub gamma: Vec<f64>,
    /// *δ*, a variance, one per batch: 1 of the reference.
    pub delta: Vec<f64>,
}

/// Why a feature passes unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unchanged {
    /// All its values in this batch are equal, and there are two at least.
    ConstantInBatch(String),
    /// Batches and covariates explain it entirely: there is no residual to scale.
    Explained,
}

/// Something that was decided and not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// Shifts alone are removed, from all batches, because these have one case each: it has no variance.
    MeanOnly {
        /// The batches with one case.
        batches: Vec<String>,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::MeanOnly { batches } = self;
        let have = if batches.len() == 1 { "has" } else { "have" };
        write!(
            f,
            "{} {have} one case, so differences of means alone are removed, from all batches",
            radsurv_data::list(batches)
        )
    }
}

impl Combat {
    /// What it was fitted with.
    pub fn settings(&self) -> &CombatSettings {
        &self.settings
    }

    /// The same model with another rule for batches that were not there in training.
    pub fn with_unseen(mut self, unseen: Unseen) -> Self {
        self.settings.unseen = unseen;
        self
    }

    /// Whether shifts alone are removed: it was asked for, or a batch has one case.
    pub fn mean_only(&self) -> bool {
        self.mean_only
    }

    /// What was decided and not asked for.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The batches, in ascending order of their names.
    pub fn batches(&self) -> &[BatchModel] {
        &self.batches
    }

    /// The covariates and how they are coded.
    pub fn covariates(&self) -> &[CovariateCode] {
        &self.covariates
    }

    /// The names of the columns of the covariates: `age`, `stage: III`.
    pub fn columns(&self) -> Vec<String> {
        self.covariates.iter().flat_map(CovariateCode::column_names).collect()
    }

    /// What is done to each feature, in the order of training.
    pub fn features(&self) -> &[FeatureModel] {
        &self.features
    }

    /// The features that pass unchanged, and why.
    pub fn unchanged(&self) -> impl Iterator<Item = (&str, &Unchanged)> {
        self.features.iter().filter_map(|f| match &f.model {
            Model::Adjusted(_) => None,
            Model::Unchanged(why) => Some((f.feature.as_str(), why)),
        })
    }
}

impl Saved for Combat {
    const FORMAT: Format = Format { name: "radsurv-combat", version: 1 };

    /// The lengths and signs that applying it relies on.
    fn check(&self) -> Result<(), String> {
        let (columns, batches) = (self.columns().len(), self.batches.len());
        if let Some(reference) = self.settings.reference.as_ref().filter(|r| self.batches.iter().all(|b| b.name != **r))
        {
            return Err(format!("its reference {reference} is not one of its batches"));
        }
        let contradiction = self.features.iter().find_map(|feature| {
            let a = feature.adjustment()?;
            let lengths = a.beta.len() == columns && a.gamma.len() == batches && a.delta.len() == batches;
            let finite = [a.mean, a.sd].iter().chain(&a.beta).chain(&a.gamma).chain(&a.delta).all(|v| v.is_finite());
            let positive = a.sd > 0.0 && a.delta.iter().all(|d| *d > 0.0);
            let bad = !(lengths && finite && positive);
            bad.then(|| {
                format!(
                    "the coefficients of {} are not those of {batches} batches and {columns} columns of covariates",
                    feature.feature
                )
            })
        });
        contradiction.map_or(Ok(()), Err)
    }
}
