//! Applying a fitted ComBat to cases.

use radsurv_data::{Cohort, FeatureTable, Transform};
use rayon::prelude::*;

use super::Unseen;
use super::fit::{batch_groups, check_finite, is_constant};
use super::model::{Adjustment, Combat, FeatureModel};
use super::shrink::{self, Effect, Moments, Prior};
use crate::error::{Error, Result};
use radsurv_stats::summary;

/// The number of cases that the effect of an unseen batch is estimated from at least. It is what an estimate needs not
/// to be absurd; twenty to thirty are recommended (Orlhac et al., *J Nucl Med* 63, 2022, 172-179).
pub const ESTIMATE_ROWS: usize = 10;

/// Cases as ComBat leaves them.
#[derive(Debug, Clone, PartialEq)]
pub struct Harmonised {
    /// Their features, in the order of training.
    pub table: FeatureTable,
    /// What was done to each case.
    pub rows: Vec<RowOutcome>,
    /// The batches whose effect was estimated from these cases: [`Unseen::Estimate`].
    pub estimated: Vec<EstimatedBatch>,
}

/// What was done to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// The effect of its batch was removed.
    Adjusted,
    /// Nothing: it is of the reference batch.
    Reference,
    /// Nothing: no training case was of its batch. Its features are in their own units.
    Passed {
        /// The batch.
        batch: String,
    },
    /// The effect of its batch, which was not there in training, was estimated from the cases given with it.
    Estimated {
        /// The batch.
        batch: String,
    },
}

impl RowOutcome {
    /// Whether the features of the row are on the common scale.
    pub fn is_harmonised(&self) -> bool {
        !matches!(self, Self::Passed { .. })
    }
}

impl std::fmt::Display for RowOutcome {
    /// `adjusted`, `reference`, `passed: unseen batch X`, `estimated: unseen batch X`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Adjusted => f.write_str("adjusted"),
            Self::Reference => f.write_str("reference"),
            Self::Passed { batch } => write!(f, "passed: unseen batch {batch}"),
            Self::Estimated { batch } => write!(f, "estimated: unseen batch {batch}"),
        }
    }
}

/// A batch that was not there in training and whose effect was estimated from the cases it was applied to.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimatedBatch {
    /// Its name.
    pub name: String,
    /// The number of cases it was estimated from.
    pub cases: usize,
    /// Its hyperparameters; none without empirical Bayes.
    pub prior: Option<Prior>,
    /// The features that are constant in it, and are left as they are in its cases.
    pub unchanged: Vec<String>,
}

/// What is taken out of one feature in the cases of one batch; nothing if they pass.
type Effects = Vec<Option<(f64, f64)>>;

impl Combat {
    /// The cases without the effects of their batches. Missing values stay missing.
    ///
    /// # Errors
    /// - [`Error::Data`] with the features that are missing or were not there in training, or if a covariate is not
    ///   there;
    /// - [`Error::UnseenBatch`] with batches and cases, if that is to be an error;
    /// - [`Error::Covariate`] with the cases whose batch or covariate is missing, or has a level that no training case
    ///   had; rows that pass need no covariates;
    /// - [`Error::Infinite`] of features;
    /// - [`Error::TooFewCases`], [`Error::FewValues`], [`Error::Prior`] if an unseen batch is to be estimated and cannot.
    pub fn apply(&self, cohort: &Cohort) -> Result<Harmonised> {
        let names: Vec<&str> = self.features.iter().map(|f| f.feature.as_str()).collect();
        let table = cohort.features().aligned(&names)?;
        check_finite(&table)?;
        let groups = batch_groups(cohort, &self.settings.batch)?;
        let unseen: Vec<&String> =
            groups.levels().iter().filter(|level| self.batches.iter().all(|b| b.name != **level)).collect();
        let is_unseen = |case: usize| groups.label(case).is_some_and(|l| unseen.iter().any(|u| *u == l));
        if !unseen.is_empty() && self.settings.unseen == Unseen::Error {
            let cases =
                table.case_ids().iter().enumerate().filter(|(case, _)| is_unseen(*case)).map(|(_, id)| id.clone());
            let batches = unseen.iter().map(|b| format!("{} {b}", self.settings.batch)).collect();
            return Err(Error::UnseenBatch { batches, cases: cases.collect() });
        }
        let reference = self.settings.reference.as_deref();
        let outcome = |case: usize| {
            let batch = groups.label(case).unwrap_or_default().to_string();
            match (is_unseen(case), self.settings.unseen) {
                (false, _) if reference == Some(batch.as_str()) => RowOutcome::Reference,
                (false, _) => RowOutcome::Adjusted,
                (true, Unseen::Estimate) => RowOutcome::Estimated { batch },
                (true, _) => RowOutcome::Passed { batch },
            }
        };
        let rows: Vec<RowOutcome> = (0..table.cases()).map(outcome).collect();
        let needed: Vec<bool> =
            rows.iter().map(|r| matches!(r, RowOutcome::Adjusted | RowOutcome::Estimated { .. })).collect();
        let mut columns = Vec::new();
        for code in &self.covariates {
            columns.extend(code.encode(cohort.covariates(), table.case_ids(), &needed)?);
        }

        // The effects of a feature by the places of the batches here: known ones from the model, others estimated.
        let mut estimated = Vec::new();
        let mut effects: Vec<Effects> = vec![Vec::with_capacity(groups.levels().len()); self.features.len()];
        for level in groups.levels() {
            if let Some(known) = self.batches.iter().position(|b| b.name == *level) {
                let same = reference == Some(level.as_str());
                for (effects, feature) in effects.iter_mut().zip(&self.features) {
                    effects.push(feature.adjustment().filter(|_| !same).map(|a| (a.gamma[known], a.delta[known])));
                }
            } else if self.settings.unseen == Unseen::Estimate {
                let cases: Vec<usize> = (0..table.cases()).filter(|&c| groups.label(c) == Some(level)).collect();
                let (batch, of_batch) = self.estimate(level, &cases, &table, &columns)?;
                effects.iter_mut().zip(of_batch).for_each(|(effects, effect)| effects.push(effect));
                estimated.push(batch);
            } else {
                effects.iter_mut().for_each(|effects| effects.push(None));
            }
        }
        let codes: Vec<usize> = groups.codes().iter().copied().flatten().collect();
        let adjusted = |((feature, effects), column): ((&FeatureModel, &Effects), &Vec<f64>)| match feature.adjustment()
        {
            Some(adjustment) => adjust(adjustment, effects, column, &codes, &columns),
            None => column.clone(),
        };
        let adjusted = self.features.par_iter().zip(&effects).zip(table.columns()).map(adjusted).collect();
        Ok(Harmonised { table: table.with_columns(adjusted)?, rows, estimated })
    }

    /// The effect of a batch that was not there in training, on each feature.
    fn estimate(
        &self,
        level: &str,
        cases: &[usize],
        table: &FeatureTable,
        columns: &[Vec<f64>],
    ) -> Result<(EstimatedBatch, Effects)> {
        if cases.len() < ESTIMATE_ROWS {
            let what = "estimating the effect of an unseen batch";
            return Err(Error::TooFewCases { what, needed: ESTIMATE_ROWS, found: cases.len() });
        }
        let fewest = if self.mean_only { 1 } else { 2 };
        let mut unchanged = Vec::new();
        let mut few = Vec::new();
        let mut places = Vec::new();
        let mut moments = Vec::new();
        for (f, (feature, column)) in self.features.iter().zip(table.columns()).enumerate() {
            let Some(adjustment) = feature.adjustment() else { continue };
            if is_constant(cases.iter().map(|&case| column[case])) {
                unchanged.push(feature.feature.clone());
                continue;
            }
            let present = cases.iter().filter(|&&case| !column[case].is_nan());
            let values: Vec<f64> =
                present.map(|&case| (column[case] - expected(adjustment, columns, case)) / adjustment.sd).collect();
            if values.len() < fewest {
                few.push(format!("{} ({} in {level})", feature.feature, values.len()));
                continue;
            }
            let mean = summary::mean(&values);
            let squares = values.iter().map(|v| (v - mean) * (v - mean)).sum();
            places.push(f);
            moments.push(Moments { n: values.len(), mean, squares });
        }
        if !few.is_empty() {
            return Err(Error::FewValues { needed: fewest, features: few });
        }
        let mut effects = vec![None; self.features.len()];
        let mut prior = None;
        if !moments.is_empty() {
            let Effect { gamma, delta, prior: learned } =
                shrink::effect(self.settings.method, self.mean_only, &moments, level)?;
            places.iter().zip(gamma).zip(delta).for_each(|((&f, gamma), delta)| effects[f] = Some((gamma, delta)));
            prior = learned;
        }
        Ok((EstimatedBatch { name: level.to_string(), cases: cases.len(), prior, unchanged }, effects))
    }
}

/// *α* + *Xβ* of one case.
pub(super) fn expected(adjustment: &Adjustment, columns: &[Vec<f64>], case: usize) -> f64 {
    adjustment.beta.iter().zip(columns).fold(adjustment.mean, |sum, (beta, column)| sum + beta * column[case])
}

fn adjust(
    adjustment: &Adjustment,
    effects: &[Option<(f64, f64)>],
    column: &[f64],
    codes: &[usize],
    columns: &[Vec<f64>],
) -> Vec<f64> {
    let scales: Vec<f64> = effects.iter().map(|e| e.map_or(1.0, |(_, delta)| delta.sqrt())).collect();
    let one = |(case, (value, &batch)): (usize, (&f64, &usize))| match effects[batch] {
        None => *value,
        Some((gamma, _)) => {
            let expected = expected(adjustment, columns, case);
            ((value - expected) / adjustment.sd - gamma) / scales[batch] * adjustment.sd + expected
        }
    };
    column.iter().zip(codes).enumerate().map(one).collect()
}

impl Transform for Combat {
    type Error = Error;

    fn transform(&self, cohort: &Cohort) -> Result<Cohort> {
        Ok(cohort.with_features(self.apply(cohort)?.table)?)
    }
}
