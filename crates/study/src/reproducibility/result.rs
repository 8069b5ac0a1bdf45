//! What came out: a table per repetition, and what did not.

use std::time::Duration;

use radsurv_data::{ColumnOrder, FeatureTable};
use serde::{Deserialize, Serialize};

use super::extract::RegionFeatures;
use crate::cases::is_defect;
use crate::error::{Error, Result};

/// Readings of a cohort's features under perturbation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reproducibility {
    /// A table per repetition, all of the same cases and features in the same order. A value that could not be had is NaN; why is
    /// in `failures` or `undefined`. A case of which no repetition succeeded is left out.
    pub tables: Vec<FeatureTable>,
    /// Repetitions and cases that failed, in the order of the cases.
    pub failures: Vec<RepetitionFailure>,
    /// Features without a value in repetitions that succeeded.
    pub undefined: Vec<UndefinedValue>,
    /// What the user should know of the extraction, each once, with the number of repetitions it is about.
    pub notices: Vec<(String, usize)>,
}

/// A repetition without features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepetitionFailure {
    /// The case.
    pub case_id: String,
    /// The repetition, from 0 on; none if the case could not be read.
    pub repetition: Option<usize>,
    /// Why.
    pub reason: String,
}

/// A feature without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndefinedValue {
    /// The case.
    pub case_id: String,
    /// The repetition, from 0 on.
    pub repetition: usize,
    /// The feature.
    pub feature: String,
    /// Why.
    pub reason: String,
}

/// A case that is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseProgress<'a> {
    /// The case.
    pub case_id: &'a str,
    /// Its place.
    pub index: usize,
    /// Repetitions that have features.
    pub repetitions: usize,
    /// The repetitions that failed, or the case.
    pub failures: &'a [RepetitionFailure],
    /// How long it took.
    pub time: Duration,
}

/// What a case gave. It is what the cache keeps.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct CaseReadings {
    /// Lists of features. Nearly always all repetitions have the same.
    names: Vec<Vec<String>>,
    /// Per repetition which list it has and the values, nothing if it failed.
    readings: Vec<Option<(usize, Vec<f64>)>>,
    pub failures: Vec<RepetitionFailure>,
    pub undefined: Vec<UndefinedValue>,
    pub notices: Vec<String>,
}

impl CaseReadings {
    /// Nothing but the reason.
    pub fn failed(case_id: &str, reason: impl Into<String>) -> Self {
        let failure = RepetitionFailure { case_id: case_id.to_string(), repetition: None, reason: reason.into() };
        Self { failures: vec![failure], ..Self::default() }
    }

    /// Adds a repetition. With `prefix` the names of features begin with that of their region.
    pub(super) fn add(
        &mut self,
        case_id: &str,
        repetition: usize,
        result: std::result::Result<Vec<RegionFeatures>, String>,
        prefix: bool,
    ) {
        let failure =
            |reason: String| RepetitionFailure { case_id: case_id.to_string(), repetition: Some(repetition), reason };
        let regions = match result {
            Ok(regions) => regions,
            Err(reason) => {
                self.failures.push(failure(reason));
                self.readings.push(None);
                return;
            }
        };
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for RegionFeatures { name: region, result } in regions {
            let vector = match result {
                Ok(vector) => vector,
                Err(reason) => {
                    self.failures.push(failure(reason));
                    continue;
                }
            };
            for feature in &vector.features {
                let name = if prefix { format!("{region}_{}", feature.name()) } else { feature.name() };
                let value = feature.value.number();
                let reason = match feature.value.reason() {
                    Some(reason) => Some(reason.to_string()),
                    None if value.is_finite() => None,
                    None => Some(format!("the value is {value}")),
                };
                if let Some(reason) = reason {
                    let (case_id, feature) = (case_id.to_string(), name.clone());
                    self.undefined.push(UndefinedValue { case_id, repetition, feature, reason });
                }
                names.push(name);
                values.push(if value.is_finite() { value } else { f64::NAN });
            }
            self.notices.extend(vector.notices);
        }
        if names.is_empty() {
            self.readings.push(None);
            return;
        }
        let known = self.names.iter().position(|list| *list == names);
        let list = known.unwrap_or_else(|| {
            self.names.push(names);
            self.names.len() - 1
        });
        self.readings.push(Some((list, values)));
    }

    /// Whether it may be kept for another run: it is whole, and nothing failed that may do another time.
    pub fn is_final(&self) -> bool {
        let whole = |(list, values): &(usize, Vec<f64>)| self.names.get(*list).is_some_and(|l| l.len() == values.len());
        let again = |f: &RepetitionFailure| f.repetition.is_none() || is_defect(&f.reason);
        self.readings.iter().flatten().all(whole) && !self.failures.iter().any(again)
    }

    pub fn succeeded(&self) -> usize {
        self.readings.iter().flatten().count()
    }
}

impl Reproducibility {
    /// Puts the readings of all cases together, in their order.
    pub(super) fn new(ids: &[String], cases: Vec<CaseReadings>, count: usize) -> Result<Self> {
        let mut order = ColumnOrder::default();
        let mut last: &[String] = &[];
        for list in cases.iter().flat_map(|case| &case.names).map(Vec::as_slice) {
            if list != last {
                order.merge(list.iter().map(String::as_str));
                last = list;
            }
        }
        let mut whole = Self { tables: Vec::new(), failures: Vec::new(), undefined: Vec::new(), notices: Vec::new() };
        let (mut kept, mut readings) = (Vec::new(), Vec::new());
        for (id, case) in ids.iter().zip(cases) {
            if case.succeeded() > 0 {
                kept.push(id.clone());
                let place = |list: &Vec<String>| list.iter().filter_map(|name| order.position(name)).collect();
                readings.push((case.names.iter().map(place).collect::<Vec<Vec<usize>>>(), case.readings));
            }
            whole.failures.extend(case.failures);
            whole.undefined.extend(case.undefined);
            for notice in case.notices {
                match whole.notices.iter_mut().find(|(known, _)| *known == notice) {
                    Some((_, n)) => *n += 1,
                    None => whole.notices.push((notice, 1)),
                }
            }
        }
        if kept.is_empty() {
            let first = whole.failures.first().map(|f| format!(": {}: {}", f.case_id, f.reason)).unwrap_or_default();
            return Err(Error::Cases(format!("none of {} cases has features{first}", ids.len())));
        }
        for k in 0..count {
            let mut columns = vec![vec![f64::NAN; kept.len()]; order.names().len()];
            for (c, (places, case)) in readings.iter_mut().enumerate() {
                // Taken, so that the values are not there twice for long.
                if let Some((list, values)) = case.get_mut(k).and_then(Option::take) {
                    places[list].iter().zip(values).for_each(|(&f, value)| columns[f][c] = value);
                }
            }
            whole.tables.push(FeatureTable::new(kept.clone(), order.names().to_vec(), columns)?);
        }
        Ok(whole)
    }

    /// The readings of a feature: for each case of the tables its values in all repetitions.
    pub fn readings(&self, feature: &str) -> Option<Vec<Vec<f64>>> {
        let columns: Vec<&[f64]> = self.tables.iter().map(|t| t.column(feature)).collect::<Option<_>>()?;
        let cases = columns.first()?.len();
        Some((0..cases).map(|c| columns.iter().map(|column| column[c]).collect()).collect())
    }

    /// How many cases had all their repetitions fail, or could not be read.
    pub fn failed_cases(&self) -> usize {
        let known = self.tables.first().map_or(&[][..], |t| t.case_ids());
        let failed = self.failures.iter().map(|f| f.case_id.as_str()).filter(|id| !known.iter().any(|k| k == id));
        failed.collect::<std::collections::BTreeSet<_>>().len()
    }
}
