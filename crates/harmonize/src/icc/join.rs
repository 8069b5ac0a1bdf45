//! Readings of the same cases brought together.

use std::collections::{HashMap, HashSet};

use radsurv_data::FeatureTable;

use super::table::Cases;
use crate::error::{Error, Result};

/// The features of all cases as one reader, repetition or perturbation gave them.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What stands for it in messages and reasons: a reader, a file.
    pub name: &'a str,
    /// The features.
    pub table: &'a FeatureTable,
}

/// A case that some readings lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteCase {
    /// The case.
    pub case_id: String,
    /// The names of the readings that do not have it.
    pub not_in: Vec<String>,
}

/// Where the values of the readings are.
pub struct Joined<'a> {
    readings: &'a [Reading<'a>],
    /// The cases, in the order of the first reading that has them.
    pub case_ids: Vec<&'a str>,
    /// For each reading the row of each case.
    rows: Vec<Vec<Option<usize>>>,
    /// Cases that are not in all readings.
    pub incomplete: Vec<IncompleteCase>,
    /// Features of any reading, in the order of the first that has them.
    pub features: Vec<&'a str>,
    /// For each reading the place of each feature.
    columns: Vec<HashMap<&'a str, usize>>,
}

impl<'a> Joined<'a> {
    /// Joins readings by case id.
    ///
    /// # Errors
    /// [`Error::TooFewReadings`], [`Error::NoCommon`] if no case or no feature is in all, [`Error::TooFewCases`].
    pub fn new(readings: &'a [Reading<'a>], which: Cases) -> Result<Self> {
        if readings.len() < 2 {
            return Err(Error::TooFewReadings { found: readings.len() });
        }
        let places = |names: &'a [String]| -> HashMap<&'a str, usize> {
            names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect()
        };
        let of_case: Vec<HashMap<&str, usize>> = readings.iter().map(|r| places(r.table.case_ids())).collect();
        let columns: Vec<HashMap<&str, usize>> = readings.iter().map(|r| places(r.table.names())).collect();
        let features = union(readings.iter().map(|r| r.table.names()));

        let (mut case_ids, mut incomplete) = (Vec::new(), Vec::new());
        for id in union(readings.iter().map(|r| r.table.case_ids())) {
            let lacking = readings.iter().zip(&of_case).filter(|(_, rows)| !rows.contains_key(id));
            let not_in: Vec<String> = lacking.map(|(r, _)| r.name.to_string()).collect();
            if not_in.is_empty() || which == Cases::InAny {
                case_ids.push(id);
            }
            if !not_in.is_empty() {
                incomplete.push(IncompleteCase { case_id: id.to_string(), not_in });
            }
        }
        let names = || readings.iter().map(|r| r.name.to_string()).collect::<Vec<_>>();
        let first = |values: &[String]| values.first().cloned().unwrap_or_default();
        if case_ids.is_empty() {
            let examples = readings.iter().map(|r| first(r.table.case_ids())).collect();
            return Err(Error::NoCommon { what: "case", names: names(), examples });
        }
        if !features.iter().any(|f| columns.iter().all(|c| c.contains_key(f))) {
            let examples = readings.iter().map(|r| first(r.table.names())).collect();
            return Err(Error::NoCommon { what: "feature", names: names(), examples });
        }
        if case_ids.len() < 2 {
            let what = "the intraclass correlation of cases that are in all tables";
            return Err(Error::TooFewCases { what, needed: 2, found: case_ids.len() });
        }
        let rows = of_case.iter().map(|rows| case_ids.iter().map(|id| rows.get(id).copied()).collect()).collect();
        Ok(Self { readings, case_ids, rows, incomplete, features, columns })
    }

    /// The names of the readings that do not have a feature.
    pub fn without(&self, feature: &str) -> Vec<&'a str> {
        let lacking = self.readings.iter().zip(&self.columns).filter(|(_, columns)| !columns.contains_key(feature));
        lacking.map(|(reading, _)| reading.name).collect()
    }

    /// The values of a feature, a column with a value per case for each reading; NaN where a reading has none.
    pub fn values(&self, feature: &str) -> Vec<Vec<f64>> {
        let of_reading = |j: usize| {
            let column = self.columns[j].get(feature).map(|&place| &self.readings[j].table.columns()[place]);
            let value = |row: &Option<usize>| column.zip(*row).map_or(f64::NAN, |(column, row)| column[row]);
            self.rows[j].iter().map(value).collect()
        };
        (0..self.readings.len()).map(of_reading).collect()
    }

    /// The name of a reading.
    pub fn name(&self, reading: usize) -> &'a str {
        self.readings.get(reading).map_or("", |r| r.name)
    }
}

/// Each name once, where it first occurs.
fn union<'a>(lists: impl Iterator<Item = &'a [String]>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    lists.flatten().map(String::as_str).filter(|name| seen.insert(*name)).collect()
}
