//! CSV tables.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use radsurv_data::{ColumnOrder, number};
use radsurv_features::settings::python_float;

use super::cases::{Case, Cohort};
use super::outcome::{Kind, Outcome, RegionResult};

/// A row per case, label and region.
pub fn long(out: impl Write, cohort: &Cohort, outcomes: &[Outcome], diagnostics: bool) -> io::Result<()> {
    let results = || outcomes.iter().flat_map(|o| &o.results);
    let mut features = ColumnOrder::default();
    let mut information = ColumnOrder::default();
    for result in results() {
        features.merge(result.names.iter().map(String::as_str));
        information.merge(result.diagnostics.iter().filter(|_| diagnostics).map(|(name, _)| name.as_str()));
    }
    let mut csv = csv::Writer::from_writer(out);
    let fixed = ["case_id", "image", "mask", "label", "region"];
    csv.write_record(fixed.into_iter().chain(names(cohort, &information)).chain(texts(features.names())))?;
    for (case, outcome) in cohort.cases.iter().zip(outcomes) {
        for result in &outcome.results {
            for cell in [&case.id, &case.image, &case.mask, &result.label] {
                csv.write_field(cell)?;
            }
            csv.write_field(result.kind.to_string())?;
            csv.write_record(carried(cohort, case).map(str::to_string).chain(row(result, &information, &features)))?;
        }
    }
    csv.flush()
}

/// A row per case that has a result. Names begin with the region and, if there can be several labels, the label.
pub fn wide(out: impl Write, cohort: &Cohort, outcomes: &[Outcome], diagnostics: bool) -> io::Result<()> {
    let several = cohort.cases.iter().any(|c| c.labels.several());
    let prefix = |result: &RegionResult| {
        let region = match result.kind {
            Kind::Mask => "tumour_",
            Kind::Ring => "ring_",
        };
        if several { format!("{region}{}_", result.label) } else { region.to_string() }
    };
    let named = |result: &RegionResult| -> (Vec<String>, Vec<String>) {
        let prefix = prefix(result);
        let add = |name: &String| format!("{prefix}{name}");
        let information = result.diagnostics.iter().filter(|_| diagnostics);
        (information.map(|(name, _)| add(name)).collect(), result.names.iter().map(add).collect())
    };
    let mut features = ColumnOrder::default();
    let mut information = ColumnOrder::default();
    for outcome in outcomes {
        let (i, f): (Vec<_>, Vec<_>) = outcome.results.iter().map(named).unzip();
        information.merge(i.iter().flatten().map(String::as_str));
        features.merge(f.iter().flatten().map(String::as_str));
    }
    let mut csv = csv::Writer::from_writer(out);
    let fixed = ["case_id", "image", "mask", "label"];
    csv.write_record(fixed.into_iter().chain(names(cohort, &information)).chain(texts(features.names())))?;
    for (case, outcome) in cohort.cases.iter().zip(outcomes).filter(|(_, o)| !o.results.is_empty()) {
        let mut cells = vec![String::new(); information.names().len() + features.names().len()];
        for result in &outcome.results {
            let (i, f) = named(result);
            for (name, (_, text)) in i.iter().zip(&result.diagnostics) {
                put(&mut cells, information.position(name), text.clone());
            }
            for (name, value) in f.iter().zip(&result.values) {
                let place = features.position(name).map(|p| p + information.names().len());
                put(&mut cells, place, number::format(*value));
            }
        }
        let mut labels: Vec<&str> = outcome.results.iter().map(|r| r.label.as_str()).collect();
        labels.dedup();
        for cell in [case.id.as_str(), &case.image, &case.mask, &labels.join(";")] {
            csv.write_field(cell)?;
        }
        csv.write_record(carried(cohort, case).chain(texts(&cells)))?;
    }
    csv.flush()
}

/// What PyRadiomics' command line script writes for a batch (`radiomics.scripts`, version 3.0.1, format csv): the
/// columns of the input in their order, with absolute paths, then what the first case has in its order, then what only
/// later cases have by name. A row per case, also of those that failed. A value replaces that of an input column of the
/// same name.
pub fn pyradiomics(out: impl Write, cohort: &Cohort, outcomes: &[Outcome]) -> io::Result<()> {
    let rows: Vec<Vec<(&str, String)>> = cohort
        .cases
        .iter()
        .zip(outcomes)
        .map(|(case, outcome)| {
            let mut row = vec![("Image", absolute(&case.image_path)?), ("Mask", absolute(&case.mask_path)?)];
            for result in outcome.results.iter().take(1) {
                for (name, text) in &result.diagnostics {
                    row.push((name, text.clone()));
                    // The versions of Python packages that had no part in this: scripts count on their places.
                    if name == VERSION {
                        row.extend(PYTHON_VERSIONS.map(|name| (name, String::new())));
                    }
                }
                row.extend(result.names.iter().zip(&result.values).map(|(n, v)| (n.as_str(), python_float(*v))));
            }
            Ok(row)
        })
        .collect::<io::Result<_>>()?;

    let mut header: Vec<&str> = texts(&cohort.columns).collect();
    let mut known: HashSet<&str> = header.iter().copied().collect();
    if let Some((first, later)) = rows.split_first() {
        header.extend(first.iter().map(|(name, _)| *name).filter(|name| known.insert(name)));
        let mut more: Vec<&str> = later.iter().flatten().map(|(name, _)| *name).filter(|n| known.insert(n)).collect();
        more.sort_unstable();
        header.extend(more);
    }
    let places: HashMap<&str, usize> = header.iter().copied().zip(0..).collect();

    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(&header)?;
    for (case, row) in cohort.cases.iter().zip(rows.iter()) {
        let mut cells = case.cells.clone();
        cells.resize(header.len(), String::new());
        for (name, text) in row {
            put(&mut cells, places.get(name).copied(), text.clone());
        }
        csv.write_record(&cells)?;
    }
    csv.flush()
}

const VERSION: &str = "diagnostics_Versions_PyRadiomics";

const PYTHON_VERSIONS: [&str; 4] = [
    "diagnostics_Versions_Numpy",
    "diagnostics_Versions_SimpleITK",
    "diagnostics_Versions_PyWavelet",
    "diagnostics_Versions_Python",
];

/// What could not be extracted, and why.
pub fn failures(out: impl Write, cohort: &Cohort, outcomes: &[Outcome]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["case_id", "image", "mask", "label", "region", "reason"])?;
    for (case, outcome) in cohort.cases.iter().zip(outcomes) {
        for failure in &outcome.failures {
            let region = failure.kind.map(|k| k.to_string()).unwrap_or_default();
            csv.write_record([&case.id, &case.image, &case.mask, &failure.label, &region, &failure.line()])?;
        }
    }
    csv.flush()
}

/// The names of carried columns and of others.
fn names<'a>(cohort: &'a Cohort, others: &'a ColumnOrder) -> impl Iterator<Item = &'a str> {
    cohort.carried.iter().map(|&c| cohort.columns[c].as_str()).chain(texts(others.names()))
}

fn texts(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter().map(String::as_str)
}

fn carried<'a>(cohort: &'a Cohort, case: &'a Case) -> impl Iterator<Item = &'a str> {
    cohort.carried.iter().map(|&c| case.cells[c].as_str())
}

/// The cells of a result. What it lacks is empty, what is undefined is NaN.
fn row(result: &RegionResult, information: &ColumnOrder, features: &ColumnOrder) -> Vec<String> {
    let before = information.names().len();
    let mut cells = vec![String::new(); before + features.names().len()];
    for (name, text) in &result.diagnostics {
        put(&mut cells, information.position(name), text.clone());
    }
    for (name, value) in result.names.iter().zip(&result.values) {
        put(&mut cells, features.position(name).map(|p| p + before), number::format(*value));
    }
    cells
}

fn put(cells: &mut [String], place: Option<usize>, text: String) {
    if let Some(cell) = place.and_then(|p| cells.get_mut(p)) {
        *cell = text;
    }
}

/// A path as Python's `os.path.abspath` gives it: absolute, without `.` and `..`, links left alone.
fn absolute(path: &Path) -> io::Result<String> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    Ok(plain.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_python() {
        assert_eq!(absolute(Path::new("/data/./a/../../b//c.nii")).unwrap(), "/b/c.nii");
        assert_eq!(absolute(Path::new("/../a")).unwrap(), "/a");
        assert!(absolute(Path::new("a.nii")).unwrap().starts_with('/'));
    }
}
