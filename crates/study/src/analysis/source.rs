//! Features from a table that is there already.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use radsurv_data::{CaseFile, FeatureTable, Pattern, list};
use radsurv_features::catalog::is_feature_name;

use super::patients::Patients;
use super::result::LeftOutPatients;
use crate::error::{Error, Result};
use crate::settings::FeatureSource;

/// The features of these patients in their order, and those who are not in the table.
///
/// # Errors
/// [`Error::Data`] if a table cannot be read, [`Error::Cases`] if it has no feature or none of the patients.
pub(super) fn of_table(source: &FeatureSource, patients: &Patients) -> Result<(FeatureTable, Vec<LeftOutPatients>)> {
    let table = read(&source.table, source.matching.as_deref())?;
    let places: HashMap<&str, usize> = table.case_ids().iter().map(String::as_str).zip(0..).collect();
    let (here, gone): (Vec<&String>, Vec<&String>) =
        patients.ids.iter().partition(|id| places.contains_key(id.as_str()));
    if here.is_empty() {
        let what = format!(
            "{}: none of its {} cases is a patient; ids must be equal to the letter, and are {:?} there and {:?} in the table of patients",
            source.table.display(),
            table.cases(),
            table.case_ids().first(),
            patients.ids.first()
        );
        return Err(Error::Cases(what));
    }
    let rows: Vec<usize> = here.iter().filter_map(|id| places.get(id.as_str()).copied()).collect();
    let left_out = match gone.is_empty() {
        true => Vec::new(),
        false => {
            let reason = "not in the table of features".to_string();
            vec![LeftOutPatients { reason, ids: gone.into_iter().cloned().collect(), failed: false }]
        }
    };
    Ok((table.rows(&rows), left_out))
}

/// The readings of further readers.
pub(super) fn readers(source: &FeatureSource, patients: &Patients) -> Result<Vec<FeatureTable>> {
    let ids: HashSet<&str> = patients.ids.iter().map(String::as_str).collect();
    let one = |path: &std::path::PathBuf| {
        let table = read(path, source.matching.as_deref())?;
        let rows: Vec<usize> =
            (0..table.cases()).filter(|&case| ids.contains(table.case_ids()[case].as_str())).collect();
        Ok(table.rows(&rows))
    };
    source.readers.iter().map(one).collect()
}

fn read(path: &Path, matching: Option<&str>) -> Result<FeatureTable> {
    let file = CaseFile::open(path)?;
    let chosen: HashSet<String> = chosen(file.columns(), path, matching)?.into_iter().collect();
    Ok(file.read(|name| chosen.contains(name))?.0)
}

/// The columns of the table that are features.
///
/// # Errors
/// [`Error::Data`] if the table cannot be read, [`Error::Cases`] if there is none.
pub(crate) fn columns(source: &FeatureSource) -> Result<Vec<String>> {
    let file = CaseFile::open(&source.table)?;
    chosen(file.columns(), &source.table, source.matching.as_deref())
}

fn chosen(columns: &[String], path: &Path, matching: Option<&str>) -> Result<Vec<String>> {
    let names: Vec<&String> = columns.iter().skip(1).collect();
    let chosen: Vec<String> = match matching {
        Some(pattern) => Pattern::new(pattern)?.choose(&names)?.into_iter().map(String::from).collect(),
        None => names.into_iter().filter(|name| is_feature_name(name)).cloned().collect(),
    };
    match chosen.is_empty() {
        false => Ok(chosen),
        true => {
            let what = "no column is named like a radiomics feature; say which are with matching = \"REGEX\"";
            Err(Error::Cases(format!("{}: {what}; its columns are {}", path.display(), list(columns))))
        }
    }
}
