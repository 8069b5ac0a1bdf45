//! CovBat: differences between batches taken out of means, variances and the covariance of features.
//!
//! Chen et al., "Mitigating site effects in covariance for machine learning in neuroimaging data", *Hum Brain Mapp* 43
//! (2022) 1179-1195. ComBat makes the features of all batches alike one by one; how they go together may still differ.
//!
//! 1. ComBat.
//! 2. Principal components of what ComBat leaves beside *α* + *Xβ*, the features scaled to variance 1.
//! 3. The scores of the first components, as many as explain 95 percent of the variance, are made alike by ComBat without
//!    empirical Bayes.
//! 4. Back to features: *x* + Σ (*t\*_k* - *t_k*) *v_k*, on the features' scale, with loadings *v* and scores *t*.
//!
//! All of it is learned from training cases. What a new case has beside the components of training stays in it (the
//! authors' code, which transforms only the cases it is fitted to, has no such part: the results are equal).
//!
//! The sign of a component is arbitrary. It does not matter unless scores are shrunken by empirical Bayes, where the mean
//! shift over components enters.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Cohort, FeatureTable, Fit, Transform};
use radsurv_stats::pca::{Pca, Scale};
use serde::{Deserialize, Serialize};

use super::apply::expected;
use super::{Combat, CombatSettings, Harmonised, Method, RowOutcome};
use crate::error::{Error, Result};

/// What CovBat is to do; see the [module](self).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CovBatSettings {
    /// The first step. Its batch, reference and rule for unseen batches are those of the components too.
    pub combat: CombatSettings,
    /// The share of variance that the harmonised components explain, 0.95 by default: the first so many whose sum exceeds
    /// it.
    pub explained: f64,
    /// The number of components instead.
    #[serde(default)]
    pub components: Option<usize>,
    /// Whether features are scaled to variance 1 before: yes by default.
    pub unit_variance: bool,
    /// How shifts and variances of scores are shrunken: not at all by default.
    pub scores: Method,
}

impl CovBatSettings {
    /// The defaults, with this first step.
    pub fn new(combat: CombatSettings) -> Self {
        Self { combat, explained: 0.95, components: None, unit_variance: true, scores: Method::NoEb }
    }
}

/// CovBat as learned from training cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CovBat {
    settings: CovBatSettings,
    combat: Combat,
    components: Components,
    scores: Combat,
}

/// Principal components of the features that ComBat adjusts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Components {
    /// The mean of each feature beside *α* + *Xβ*.
    pub centre: Vec<f64>,
    /// What each feature is divided by.
    pub scale: Vec<f64>,
    /// The loadings of each component.
    pub loadings: Vec<Vec<f64>>,
    /// The share of variance of each.
    pub explained: Vec<f64>,
}

impl Fit for CovBatSettings {
    type Fitted = CovBat;
    type Error = Error;

    /// Learns ComBat, the components of what it leaves, and ComBat of their scores.
    ///
    /// # Errors
    /// Those of ComBat; [`Error::Incomplete`] with the features that have missing values; [`Error::Setting`] if the share
    /// of variance is not between 0 and 1 or there are not as many components; [`Error::Stats`] if there is no component.
    fn fit(&self, training: &Cohort) -> Result<CovBat> {
        let setting = |name, value: String, what| Err(Error::Setting { name, value, what });
        if !(self.explained > 0.0 && self.explained < 1.0) {
            return setting("the share of variance", self.explained.to_string(), "give a number between 0 and 1");
        }
        let combat = self.combat.fit(training)?;
        let done = combat.apply(training)?;
        let all = vec![true; training.cases()];
        let left = combat.left(&done, training, &all)?;
        let scale = if self.unit_variance { Scale::Unit } else { Scale::Keep };
        let pca = Pca::new(&left, scale)?;
        let shares = pca.explained();
        let count = match self.components {
            Some(count) if count == 0 || count > pca.components() => {
                return setting(
                    "the number of components",
                    count.to_string(),
                    "there are not as many, or none is asked for",
                );
            }
            Some(count) => count,
            None => {
                let mut sum = 0.0;
                let enough = |share: &f64| {
                    sum += share;
                    sum > self.explained
                };
                shares.iter().position(enough).map_or(shares.len(), |place| place + 1)
            }
        };
        let components = Components {
            centre: pca.centre().to_vec(),
            scale: pca.scale().to_vec(),
            loadings: (0..count).map(|k| pca.loadings(k).to_vec()).collect(),
            explained: shares[..count].to_vec(),
        };
        let table = components.scores(&left, training.features().case_ids())?;
        let settings = CombatSettings {
            covariates: Vec::new(),
            method: self.scores,
            mean_only: combat.mean_only(),
            ..self.combat.clone()
        };
        let scores = settings.fit(&training.with_features(table)?)?;
        Ok(CovBat { settings: self.clone(), combat, components, scores })
    }
}

impl Combat {
    /// What is left of the adjusted features beside *α* + *Xβ*, a column per feature; 0 in rows that are not `needed`.
    fn left(&self, done: &Harmonised, cohort: &Cohort, needed: &[bool]) -> Result<Vec<Vec<f64>>> {
        let mut columns = Vec::new();
        for code in &self.covariates {
            columns.extend(code.encode(cohort.covariates(), done.table.case_ids(), needed)?);
        }
        let mut left = Vec::new();
        let mut incomplete = Vec::new();
        for (feature, column) in self.features.iter().zip(done.table.columns()) {
            let Some(adjustment) = feature.adjustment() else { continue };
            let beside = |(case, value): (usize, &f64)| {
                if needed[case] { value - expected(adjustment, &columns, case) } else { 0.0 }
            };
            let beside: Vec<f64> = column.iter().enumerate().map(beside).collect();
            if beside.iter().any(|v| v.is_nan()) {
                incomplete.push(feature.feature.clone());
            }
            left.push(beside);
        }
        if incomplete.is_empty() { Ok(left) } else { Err(Error::Incomplete { what: "CovBat", features: incomplete }) }
    }
}

impl Components {
    /// The scores of some cases, as a table of features `PC1`, `PC2`, ...
    fn scores(&self, left: &[Vec<f64>], case_ids: &[String]) -> Result<FeatureTable> {
        let mut columns = vec![vec![0.0; case_ids.len()]; self.loadings.len()];
        for (f, column) in left.iter().enumerate() {
            for (scores, loadings) in columns.iter_mut().zip(&self.loadings) {
                let weight = loadings[f];
                let scaled = column.iter().map(|v| (v - self.centre[f]) / self.scale[f] * weight);
                scores.iter_mut().zip(scaled).for_each(|(score, part)| *score += part);
            }
        }
        let names = (1..=self.loadings.len()).map(|k| format!("PC{k}")).collect();
        Ok(FeatureTable::new(case_ids.to_vec(), names, columns)?)
    }
}

impl CovBat {
    /// What it was fitted with.
    pub fn settings(&self) -> &CovBatSettings {
        &self.settings
    }

    /// The first step.
    pub fn combat(&self) -> &Combat {
        &self.combat
    }

    /// The components whose scores are harmonised.
    pub fn components(&self) -> &Components {
        &self.components
    }

    /// ComBat of the scores.
    pub fn scores(&self) -> &Combat {
        &self.scores
    }

    /// The cases without the effects of their batches on means, variances and covariance. Rows that ComBat leaves as they
    /// are stay so.
    ///
    /// # Errors
    /// Those of [`Combat::apply`], for features and for scores; [`Error::Incomplete`] with features that are missing in a
    /// row that is adjusted.
    pub fn apply(&self, cohort: &Cohort) -> Result<Harmonised> {
        let mut done = self.combat.apply(cohort)?;
        let adjusted = |row: &RowOutcome| matches!(row, RowOutcome::Adjusted | RowOutcome::Estimated { .. });
        let needed: Vec<bool> = done.rows.iter().map(adjusted).collect();
        let left = self.combat.left(&done, cohort, &needed)?;
        let before = self.components.scores(&left, done.table.case_ids())?;
        let after = self.scores.apply(&Cohort::new(before.clone(), cohort.covariates().clone())?)?.table;
        let mut columns = done.table.columns().to_vec();
        let adjustable = self.combat.features.iter().zip(&mut columns).filter(|(f, _)| f.adjustment().is_some());
        for (f, (_, column)) in adjustable.enumerate() {
            for ((before, after), loadings) in
                before.columns().iter().zip(after.columns()).zip(&self.components.loadings)
            {
                let weight = loadings[f] * self.components.scale[f];
                for (case, value) in column.iter_mut().enumerate().filter(|(case, _)| needed[*case]) {
                    *value += (after[case] - before[case]) * weight;
                }
            }
        }
        done.table = done.table.with_columns(columns)?;
        Ok(done)
    }
}

impl Saved for CovBat {
    const FORMAT: Format = Format { name: "radsurv-covbat", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let features = self.combat.features.iter().filter(|f| f.adjustment().is_some()).count();
        let c = &self.components;
        let right = c.centre.len() == features
            && c.scale.len() == features
            && c.loadings.iter().all(|l| l.len() == features)
            && c.scale.iter().all(|s| *s > 0.0)
            && self.scores.features.len() == c.loadings.len()
            && c.centre.iter().chain(&c.scale).chain(c.loadings.iter().flatten()).all(|v| v.is_finite());
        self.combat.check()?;
        self.scores.check()?;
        if right { Ok(()) } else { Err(format!("its components are not those of {features} features")) }
    }
}

impl Transform for CovBat {
    type Error = Error;

    fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        Ok(cohort.with_features(self.apply(cohort)?.table)?)
    }
}
