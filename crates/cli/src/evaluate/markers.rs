//! The predictions that are evaluated: columns of the table, and files of `radsurv predict`.

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{Cohort, FeatureTable, JoinReport, Predictions, Survival, SurvivalCurves, Table, number};
use radsurv_eval::Marker;

use crate::console::Console;
use crate::error::{Error, Result};
use crate::table::{CasesArgs, Choose, OutcomeArgs, outcome, read_cases};

/// Which predictions of which cases.
#[derive(Debug, Args)]
pub struct MarkersArgs {
    /// The cases.
    #[command(flatten)]
    pub cases: CasesArgs,
    /// Their follow-up.
    #[command(flatten)]
    pub outcome: OutcomeArgs,
    /// Columns of the table with risks, higher is worse: `--risk radscore,age`.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required_unless_present = "predictions")]
    pub risk: Vec<String>,
    /// Files that `radsurv predict` wrote, each with a name: `--predictions rsf=rsf.csv,lasso=lasso.csv`. They are joined by
    /// case id; their columns surv_12 and so on are the predicted survival.
    #[arg(long, value_name = "NAME=FILE", value_delimiter = ',', value_parser = named)]
    pub predictions: Vec<(String, PathBuf)>,
}

fn named(text: &str) -> std::result::Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.trim().is_empty() && !path.is_empty() => {
            Ok((name.trim().to_string(), PathBuf::from(path)))
        }
        _ => Err("give NAME=FILE: rsf=predicted.csv".to_string()),
    }
}

/// Predictions of the same cases, and what happened to these.
#[derive(Debug)]
pub struct Evaluated {
    /// The ids of the cases.
    pub ids: Vec<String>,
    /// Their follow-up.
    pub outcome: Survival,
    /// Their predictions.
    pub markers: Vec<Marker>,
}

/// Reads the table, the files, and joins them. Cases without a prediction of all markers are left out, and this is said: markers
/// can be compared on the same patients only.
///
/// # Errors
/// If a file cannot be read, a column is missing, a risk is no number, two markers have one name, or no case is left.
pub fn read(args: &MarkersArgs, console: &Console) -> Result<Evaluated> {
    let names: Vec<&str> =
        args.risk.iter().map(String::as_str).chain(args.predictions.iter().map(|(name, _)| name.as_str())).collect();
    if let Some((place, name)) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        let _ = place;
        return Err(Error::Usage(format!("two markers are named {name}: give each a name of its own")));
    }
    let table = read_cases(&args.cases, Choose::Named(&args.risk), &args.outcome.covariates())?;
    let (cohort, outcome) = outcome(&args.outcome, table, console)?;
    let from = args.cases.table.as_path();
    let (cohort, outcome) = with_values(cohort, outcome, &args.risk, from, console)?;
    let mut evaluated = Evaluated { ids: cohort.features().case_ids().to_vec(), outcome, markers: Vec::new() };
    for name in &args.risk {
        let predictions = Predictions::new(column(cohort.features(), name, from)?.to_vec());
        evaluated.markers.push(Marker { name: name.clone(), predictions });
    }
    for (name, path) in &args.predictions {
        add(&mut evaluated, name, path, console)?;
    }
    Ok(evaluated)
}

fn column<'a>(features: &'a FeatureTable, name: &str, from: &Path) -> Result<&'a [f64]> {
    let missing = || Error::Input(format!("{}: there is no column {name}", from.display()));
    features.names().iter().position(|n| n == name).map(|at| features.columns()[at].as_slice()).ok_or_else(missing)
}

/// The cases that have a value in all of the columns.
fn with_values(
    cohort: Cohort,
    outcome: Survival,
    names: &[String],
    from: &Path,
    console: &Console,
) -> Result<(Cohort, Survival)> {
    let columns = names.iter().map(|name| column(cohort.features(), name, from)).collect::<Result<Vec<_>>>()?;
    let whole = |case: &usize| columns.iter().all(|values| !values[*case].is_nan());
    let (kept, left): (Vec<usize>, Vec<usize>) = (0..outcome.len()).partition(whole);
    if left.is_empty() {
        return Ok((cohort, outcome));
    }
    let ids: Vec<&str> = left.iter().map(|&case| cohort.features().case_ids()[case].as_str()).collect();
    let (columns, left) = (names.join(", "), radsurv_data::list(&ids));
    if kept.is_empty() {
        return Err(Error::Input(format!("{}: no case has a value of {columns}", from.display())));
    }
    console.line(&format!("{} cases have no value of {columns} and are left out: {left}", ids.len()));
    Ok((cohort.rows(&kept), outcome.rows(&kept)))
}

/// Joins the predictions of a file.
fn add(evaluated: &mut Evaluated, name: &str, path: &Path, console: &Console) -> Result<()> {
    let table = Table::read_csv(path)?;
    let report = JoinReport::new(&evaluated.ids, &table.ids().collect::<Vec<_>>())?;
    let report = report.named("the table", path.display().to_string());
    if report.matched() == 0 {
        return Err(Error::Input(report.to_string()));
    }
    if !report.is_complete() {
        console.line(&report.to_string());
    }
    let numbers = |place: usize| -> Result<Vec<f64>> {
        let cell = |&(_, row): &(usize, usize)| {
            let row = &table.rows()[row];
            let finite = number::parse(&row.cells[place]).filter(|value| value.is_finite());
            finite.ok_or_else(|| {
                let (column, text) = (&table.columns()[place], &row.cells[place]);
                Error::Input(format!("{}, line {}: {column} is {text:?}, no number", path.display(), row.line))
            })
        };
        report.pairs.iter().map(cell).collect()
    };
    let risk = numbers(table.column("risk")?)?;
    let mut curves: Vec<(f64, Vec<f64>)> = Vec::new();
    for (place, column) in table.columns().iter().enumerate() {
        if let Some(time) = column.strip_prefix("surv_").and_then(number::parse) {
            curves.push((time, numbers(place)?));
        }
    }
    curves.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut predictions = Predictions::new(risk);
    if !curves.is_empty() {
        let of = |case: usize| curves.iter().map(|(_, survival)| survival[case]).collect();
        let probabilities = (0..report.matched()).map(of).collect();
        let curves = SurvivalCurves::new(curves.iter().map(|(time, _)| *time).collect(), probabilities);
        let at = |error: radsurv_data::Error| Error::Input(format!("{}: {error}", path.display()));
        predictions = predictions.with_survival(curves.map_err(at)?)?;
    }
    let kept: Vec<usize> = report.pairs.iter().map(|(case, _)| *case).collect();
    evaluated.ids = kept.iter().map(|&case| evaluated.ids[case].clone()).collect();
    evaluated.outcome = evaluated.outcome.rows(&kept);
    evaluated.markers.iter_mut().for_each(|marker| marker.predictions = marker.predictions.rows(&kept));
    evaluated.markers.push(Marker { name: name.to_string(), predictions });
    Ok(())
}
