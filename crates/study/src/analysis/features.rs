//! Features before anything is learned from outcomes: who has them, which sets there are, which of them are reproducible.

use std::collections::{BTreeMap, HashSet};

use radsurv_data::{FeatureTable, Pattern};
use radsurv_harmonize::icc::{CombinedIcc, IccForm, IccSettings, Reading};

use super::result::{FeatureCounts, LeftOutPatients};
use crate::error::{Error, Result};
use crate::settings::{ReproducibilityRule, StudySettings};

/// The features of the patients of a study, and those that other readings gave of some of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readings {
    /// By further readers, each of the patients that were read again.
    pub readers: Vec<FeatureTable>,
    /// By perturbations, all of the same patients.
    pub perturbations: Vec<FeatureTable>,
}

/// The prefixes of regions, and the sets they make.
const REGIONS: [(&str, &str); 2] = [("tumour_", "tumour"), ("ring_", "peritumour")];

/// Patients of whom a whole region has no value, by region.
///
/// A feature without a value in one of the others is left out of the study instead: which feature that is has nothing to do with what happens
/// to patients.
pub fn without_region(table: &FeatureTable) -> Vec<LeftOutPatients> {
    let prefixes = REGIONS.iter().map(|(prefix, name)| (*prefix, *name));
    let regions: Vec<(&str, &str)> = prefixes.filter(|(p, _)| table.names().iter().any(|n| n.starts_with(p))).collect();
    let regions = if regions.is_empty() { vec![("", "image")] } else { regions };
    let mut gone: HashSet<usize> = HashSet::new();
    let mut left_out = Vec::new();
    for (prefix, name) in regions {
        let of = || table.names().iter().zip(table.columns()).filter(|(n, _)| n.starts_with(prefix));
        let without: Vec<usize> = (0..table.cases())
            .filter(|case| !gone.contains(case) && of().all(|(_, column)| column[*case].is_nan()))
            .collect();
        if !without.is_empty() {
            let ids = without.iter().map(|&case| table.case_ids()[case].clone()).collect();
            left_out.push(LeftOutPatients { reason: format!("no features of the {name}"), ids, failed: true });
            gone.extend(without);
        }
    }
    left_out
}

/// The features that every patient has.
///
/// # Errors
/// [`Error::Cases`] if there is none.
pub fn complete(table: &FeatureTable) -> Result<(FeatureTable, FeatureCounts)> {
    let absent = |column: &Vec<f64>| column.iter().filter(|value| !value.is_finite()).count();
    let counts: Vec<usize> = table.columns().iter().map(absent).collect();
    let named = || table.names().iter().zip(&counts);
    let kept: Vec<&String> = named().filter(|(_, count)| **count == 0).map(|(name, _)| name).collect();
    if kept.is_empty() {
        return Err(Error::Cases("there is no feature that every patient has".to_string()));
    }
    let undefined = named().filter(|(_, count)| **count > 0).map(|(name, count)| (name.clone(), *count)).collect();
    Ok((table.select(&kept)?, FeatureCounts { all: counts.len(), undefined }))
}

/// The sets of features that compete, by name, each with its features.
///
/// # Errors
/// Of a pattern that is none, or that no feature matches.
pub fn feature_sets(settings: &StudySettings, names: &[String]) -> Result<Vec<(String, Vec<String>)>> {
    let mut patterns: BTreeMap<String, String> = settings.feature_sets.clone();
    if patterns.is_empty() {
        let here = REGIONS.iter().filter(|(prefix, _)| names.iter().any(|name| name.starts_with(prefix)));
        let here: Vec<&(&str, &str)> = here.collect();
        for (prefix, name) in &here {
            patterns.insert(name.to_string(), format!("^{prefix}"));
        }
        if here.len() != 1 {
            let whole = if here.is_empty() { "features" } else { "combined" };
            patterns.insert(whole.to_string(), ".".to_string());
        }
    }
    let mut found = Vec::new();
    for (name, pattern) in patterns {
        let chosen = Pattern::new(&pattern)?.choose(names)?.into_iter().map(String::from).collect();
        found.push((name, chosen));
    }
    // As papers have them: the tumour, what is around it, both.
    let order = |name: &str| ["tumour", "peritumour", "combined"].iter().position(|known| *known == name);
    found.sort_by_key(|(name, _)| order(name).unwrap_or(usize::MAX));
    Ok(found)
}

/// Which features are the same in other readings of these patients. None without other readings of at least two of them.
///
/// # Errors
/// As [`IccSettings::analyse`].
pub fn reproducible(
    rule: &ReproducibilityRule,
    table: &FeatureTable,
    readings: &Readings,
    of: &HashSet<&str>,
) -> Result<Option<CombinedIcc>> {
    let among = |table: &FeatureTable| {
        let rows: Vec<usize> =
            (0..table.cases()).filter(|&case| of.contains(table.case_ids()[case].as_str())).collect();
        table.rows(&rows)
    };
    let only = |first: &FeatureTable, other: &FeatureTable| -> FeatureTable {
        let here: HashSet<&str> = other.case_ids().iter().map(String::as_str).collect();
        first.rows(&(0..first.cases()).filter(|&c| here.contains(first.case_ids()[c].as_str())).collect::<Vec<_>>())
    };
    let settings = |form| IccSettings { form, threshold: rule.threshold, ..IccSettings::default() };
    let mut comparisons = Vec::new();
    for (place, reader) in readings.readers.iter().enumerate() {
        let reader = known(&among(reader), table)?;
        let first = only(table, &reader);
        if reader.cases() < 2 {
            continue;
        }
        let name = format!("reading {}", place + 2);
        let pair = [Reading { name: "reading 1", table: &first }, Reading { name: &name, table: &reader }];
        comparisons.push(settings(rule.form.unwrap_or(IccForm::Icc2)).analyse(&pair)?);
    }
    let perturbed: Vec<FeatureTable> =
        readings.perturbations.iter().map(|t| known(&among(t), table)).collect::<Result<_>>()?;
    if perturbed.len() > 1 && perturbed[0].cases() > 1 {
        let names: Vec<String> = (1..=perturbed.len()).map(|k| format!("perturbation {k}")).collect();
        let all = || names.iter().zip(&perturbed).map(|(name, table)| Reading { name, table });
        comparisons.push(settings(rule.form.unwrap_or(IccForm::Icc1)).analyse(&all().collect::<Vec<_>>())?);
    }
    Ok((!comparisons.is_empty()).then(|| CombinedIcc::new(comparisons)))
}

/// A reading with the features of the study only.
fn known(reading: &FeatureTable, of: &FeatureTable) -> Result<FeatureTable> {
    let here: HashSet<&String> = reading.names().iter().collect();
    let names: Vec<&String> = of.names().iter().filter(|name| here.contains(name)).collect();
    Ok(reading.select(&names)?)
}
