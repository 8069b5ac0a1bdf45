//! Learning from training cases.

use radsurv_data::{Cohort, FeatureTable, Fit, Groups};
use radsurv_stats::summary;
use rayon::prelude::*;

use super::CombatSettings;
use super::design::{Collinear, CovariateCode, Within};
use super::model::{Adjustment, BatchModel, Combat, FeatureModel, Model, Notice, Unchanged};
use super::shrink::{self, Moments};
use super::standardise::{Design, Standardised, Unfit};
use crate::error::{Error, Result};

impl Fit for CombatSettings {
    type Fitted = Combat;
    type Error = Error;

    /// Learns the model of every feature and the effect of every batch.
    ///
    /// # Errors
    /// - [`Error::Data`] if a covariate is not there;
    /// - [`Error::Covariate`] with the cases whose batch or covariate is missing or infinite;
    /// - [`Error::ConstantCovariate`] if a covariate has one value in all cases;
    /// - [`Error::OneBatch`] if there is nothing to compare;
    /// - [`Error::UnknownReference`] if the reference is not one of the batches;
    /// - [`Error::Collinear`] if a covariate is determined by batches and other covariates;
    /// - [`Error::TooFewCases`] if there are no more cases than coefficients;
    /// - [`Error::Infinite`], [`Error::TooLarge`], [`Error::AllMissing`], [`Error::FewValues`] of features;
    /// - [`Error::Prior`] if the features of a batch give no prior;
    /// - [`Error::Setting`] if a covariate is given twice or is the batch, or the reference has one case.
    fn fit(&self, training: &Cohort) -> Result<Combat> {
        self.check()?;
        let table = training.features();
        let groups = batch_groups(training, &self.batch)?;
        let codes: Vec<usize> = groups.codes().iter().copied().flatten().collect();
        let counts = groups.counts();
        let levels = groups.levels();
        match levels {
            [] => return Err(Error::TooFewCases { what: "ComBat", needed: 4, found: 0 }),
            [only] => return Err(Error::OneBatch { batch: self.batch.clone(), level: only.clone() }),
            _ => {}
        }
        let reference = self.find_reference(levels)?;
        if let Some(alone) = reference.filter(|&batch| counts[batch] == 1) {
            let what = "it has one case, which has no variance that others could be scaled to; choose another";
            return Err(Error::Setting { name: "the reference", value: levels[alone].clone(), what });
        }
        let singles: Vec<String> =
            levels.iter().zip(&counts).filter(|(_, n)| **n == 1).map(|(level, _)| level.clone()).collect();
        let mean_only = self.mean_only || !singles.is_empty();
        let notices =
            if self.mean_only || singles.is_empty() { vec![] } else { vec![Notice::MeanOnly { batches: singles }] };

        let mut covariates = Vec::with_capacity(self.covariates.len());
        let mut columns = Vec::new();
        for name in &self.covariates {
            let code = CovariateCode::learn(training.covariates(), name, table.case_ids())?;
            columns.extend(code.encode(training.covariates(), table.case_ids(), &vec![true; table.cases()])?);
            covariates.push(code);
        }
        let names: Vec<String> = covariates.iter().flat_map(CovariateCode::column_names).collect();
        let collinear = |found: Collinear, feature: Option<&str>| Error::Collinear {
            column: names[found.column].clone(),
            with: found.describe(&self.batch, levels, &names),
            feature: feature.map(String::from),
        };
        let within = Within::new(&columns, &codes, levels.len()).map_err(|found| collinear(found, None))?;
        let coefficients = levels.len() + columns.len();
        if table.cases() <= coefficients {
            let what = "ComBat with as many batches and covariates";
            return Err(Error::TooFewCases { what, needed: coefficients + 1, found: table.cases() });
        }

        check_values(table)?;
        let constant = constant_in_batch(table, &codes, &counts);
        let adjusted = || table.columns().iter().zip(&constant).filter(|(_, c)| c.is_none()).map(|(column, _)| column);
        let any_missing = adjusted().any(|column| column.iter().any(|v| v.is_nan()));
        let fewest = if mean_only { 1 } else { 2 };
        let design = Design {
            codes: &codes,
            counts: &counts,
            columns: &columns,
            within: &within,
            reference,
            any_missing,
            fewest,
        };
        let fits: Vec<Option<std::result::Result<Standardised, Unfit>>> = table
            .columns()
            .par_iter()
            .zip(&constant)
            .map(|(column, constant)| constant.is_none().then(|| design.standardise(column)))
            .collect();

        let mut few = Vec::new();
        let mut features = Vec::with_capacity(fits.len());
        let mut models: Vec<Standardised> = Vec::with_capacity(fits.len());
        for ((name, fit), constant) in table.names().iter().zip(fits).zip(constant) {
            let why = match fit {
                None => Unchanged::ConstantInBatch(levels[constant.unwrap_or_default()].clone()),
                Some(Err(Unfit::Explained)) => Unchanged::Explained,
                Some(Err(Unfit::TooLarge)) => return Err(Error::TooLarge { feature: name.clone() }),
                Some(Err(Unfit::Collinear(found))) => return Err(collinear(found, Some(name))),
                Some(Err(Unfit::FewValues { batch, values })) => {
                    let place = batch.map_or("all".to_string(), |batch| levels[batch].clone());
                    few.push(format!("{name} ({values} in {place})"));
                    continue;
                }
                Some(Ok(model)) => {
                    let adjustment = Adjustment {
                        mean: model.mean,
                        beta: model.beta.clone(),
                        sd: model.sd,
                        gamma: vec![],
                        delta: vec![],
                    };
                    features.push(FeatureModel { feature: name.clone(), model: Model::Adjusted(adjustment) });
                    models.push(model);
                    continue;
                }
            };
            features.push(FeatureModel { feature: name.clone(), model: Model::Unchanged(why) });
        }
        if !few.is_empty() {
            return Err(Error::FewValues { needed: fewest, features: few });
        }

        let mut batches = Vec::with_capacity(levels.len());
        for (batch, (name, &cases)) in levels.iter().zip(&counts).enumerate() {
            let mut prior = None;
            let (gamma, delta) = if reference == Some(batch) || models.is_empty() {
                (vec![0.0; models.len()], vec![1.0; models.len()])
            } else {
                let moments: Vec<Moments> = models.iter().map(|m| m.batches[batch]).collect();
                let effect = shrink::effect(self.method, mean_only, &moments, name)?;
                prior = effect.prior;
                (effect.gamma, effect.delta)
            };
            let adjustments = features.iter_mut().filter_map(FeatureModel::adjustment_mut);
            for ((adjustment, gamma), delta) in adjustments.zip(gamma).zip(delta) {
                adjustment.gamma.push(gamma);
                adjustment.delta.push(delta);
            }
            batches.push(BatchModel { name: name.clone(), cases, prior });
        }
        Ok(Combat { settings: self.clone(), notices, mean_only, batches, covariates, features })
    }
}

impl CombatSettings {
    fn check(&self) -> Result<()> {
        for (i, name) in self.covariates.iter().enumerate() {
            let bad = |what| Err(Error::Setting { name: "a covariate", value: name.clone(), what });
            if *name == self.batch {
                return bad("the batch cannot be removed and preserved at once");
            }
            if self.covariates[..i].contains(name) {
                return bad("it is given twice");
            }
        }
        Ok(())
    }

    fn find_reference(&self, levels: &[String]) -> Result<Option<usize>> {
        let Some(reference) = &self.reference else { return Ok(None) };
        match levels.iter().position(|level| level == reference) {
            Some(place) => Ok(Some(place)),
            None => Err(Error::UnknownReference {
                reference: reference.clone(),
                batch: self.batch.clone(),
                levels: levels.to_vec(),
            }),
        }
    }
}

/// The batch of every case.
pub(crate) fn batch_groups(cohort: &Cohort, batch: &str) -> Result<Groups> {
    let groups = cohort.covariates().groups(batch)?;
    let ids = cohort.features().case_ids();
    let cases: Vec<String> =
        groups.codes().iter().zip(ids).filter(|(c, _)| c.is_none()).map(|(_, id)| id.clone()).collect();
    if !cases.is_empty() {
        return Err(Error::Covariate { name: batch.to_string(), what: "is missing".to_string(), cases });
    }
    Ok(groups)
}

/// Features that are infinite anywhere or missing everywhere are errors.
fn check_values(table: &FeatureTable) -> Result<()> {
    check_finite(table)?;
    let empty = table.names().iter().zip(table.columns()).filter(|(_, c)| c.iter().all(|v| v.is_nan()));
    let features: Vec<String> = empty.map(|(name, _)| name.clone()).collect();
    if features.is_empty() { Ok(()) } else { Err(Error::AllMissing { features }) }
}

/// Infinite values are errors.
pub(crate) fn check_finite(table: &FeatureTable) -> Result<()> {
    for (feature, column) in table.names().iter().zip(table.columns()) {
        if let Some(case) = column.iter().position(|v| v.is_infinite()) {
            return Err(Error::Infinite { feature: feature.clone(), case_id: table.case_ids()[case].clone() });
        }
    }
    Ok(())
}

/// The first batch of two or more cases in which each feature is constant. As in sva a missing value there makes the
/// variance missing, and the feature counts as varying.
fn constant_in_batch(table: &FeatureTable, codes: &[usize], counts: &[usize]) -> Vec<Option<usize>> {
    let mut cases: Vec<Vec<usize>> = counts.iter().map(|n| Vec::with_capacity(*n)).collect();
    codes.iter().enumerate().for_each(|(case, &batch)| cases[batch].push(case));
    let of_feature = |column: &Vec<f64>| {
        cases.iter().position(|cases| cases.len() > 1 && is_constant(cases.iter().map(|&case| column[case])))
    };
    table.columns().par_iter().map(of_feature).collect()
}

/// Whether the variance of some values is 0, as R computes it: also if all their distances are too small to be squared.
pub(super) fn is_constant(values: impl Iterator<Item = f64> + Clone) -> bool {
    let Some(first) = values.clone().next() else { return false };
    if values.clone().all(|v| v == first) {
        return true;
    }
    // Two values that are told apart when squared are the rule.
    if values.clone().any(|v| (v - first).abs() > 1e-150) {
        return false;
    }
    summary::variance(&values.collect::<Vec<_>>()) == 0.0
}
