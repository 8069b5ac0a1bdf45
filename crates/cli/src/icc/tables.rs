//! `radsurv icc --tables`: readings from tables of features.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use clap::Args;
use radsurv_data::FeatureTable;
use radsurv_harmonize::icc::{Cases, CombinedIcc, IccForm, IccSettings, IccTable, Reading};

use super::{IccArgs, finish, write};
use crate::console::Console;
use crate::error::{Error, Result};
use crate::table::{Choose, read_cohort};

/// Options of readings from tables.
#[derive(Debug, Args)]
#[command(next_help_heading = "Readings from tables")]
pub struct TablesArgs {
    /// Tables of the same cases by several readers, or by one reader several times; a row per case. Given more than once,
    /// a feature has to pass in each comparison.
    #[arg(long, value_name = "A.csv,B.csv,...", required_unless_present = "cases", conflicts_with = "cases", value_parser = parse_comparison)]
    pub tables: Vec<Comparison>,
    /// The columns that are features: those whose names this regular expression matches [default: those named like
    /// radiomics features].
    #[arg(long, value_name = "REGEX")]
    pub features: Option<String>,
    /// Use the cases that are not in all tables as well; where they are not, their readings are missing.
    #[arg(long)]
    pub all_cases: bool,
}

/// The tables of one comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison(Vec<PathBuf>);

/// Reads the tables, compares them, and writes the result.
pub fn run(args: &IccArgs, console: &Console) -> Result<()> {
    let options = &args.tables;
    if args.figure.is_some() && options.tables.len() > 1 {
        return Err(Error::Usage("a figure is of one comparison: give --tables once".to_string()));
    }
    let mut read: BTreeMap<&PathBuf, FeatureTable> = BTreeMap::new();
    for path in options.tables.iter().flat_map(|comparison| &comparison.0) {
        if !read.contains_key(path) {
            let table = read_cohort(path, Choose::option(options.features.as_deref()), &[])?;
            read.insert(path, table.cohort.features().clone());
        }
    }
    let cases = if options.all_cases { Cases::InAny } else { Cases::InAll };
    let settings = IccSettings { cases, ..args.settings(IccForm::Icc2) };
    let mut compared = Vec::with_capacity(options.tables.len());
    for comparison in &options.tables {
        let names: Vec<String> = comparison.0.iter().map(|path| path.display().to_string()).collect();
        let tables = comparison.0.iter().filter_map(|path| read.get(path));
        let readings: Vec<Reading<'_>> =
            names.iter().zip(tables).map(|(name, table)| Reading { name, table }).collect();
        let table = settings.analyse(&readings)?;
        tell(&table, options.all_cases, console);
        compared.push(table);
    }
    if let [only] = compared.as_slice() {
        return write(only, args, console);
    }
    let count = compared.len();
    let combined = CombinedIcc::new(compared);
    combined.write_csv(&args.out)?;
    let of = format!("{}, {count} comparisons", settings.form.shrout_fleiss());
    finish(&combined.selection(), &of, args, console)
}

/// Says which cases and features are not in all tables.
fn tell(table: &IccTable, used: bool, console: &Console) {
    let incomplete = table.incomplete_cases();
    if !incomplete.is_empty() {
        let cases = incomplete.iter().map(|case| format!("{} (not in {})", case.case_id, case.not_in.join(", ")));
        let what = if used { "have missing readings" } else { "are left out" };
        console.line(&format!(
            "notice: {} cases that are not in all tables {what}: {}",
            incomplete.len(),
            first(cases, incomplete.len())
        ));
    }
    let alone: Vec<String> = table
        .rows()
        .iter()
        .filter(|row| row.reason.starts_with("not in "))
        .map(|row| format!("{} ({})", row.feature, row.reason))
        .collect();
    if !alone.is_empty() {
        let count = alone.len();
        console.line(&format!(
            "notice: {count} features that are not in all tables are not kept: {}",
            first(alone.into_iter(), count)
        ));
    }
}

/// The first ten of a list.
fn first(items: impl Iterator<Item = String>, count: usize) -> String {
    let more = if count > 10 { format!(" and {} more", count - 10) } else { String::new() };
    format!("{}{more}", items.take(10).collect::<Vec<_>>().join(", "))
}

fn parse_comparison(text: &str) -> std::result::Result<Comparison, String> {
    let paths: Vec<PathBuf> = text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(PathBuf::from).collect();
    if paths.len() < 2 {
        return Err("give two tables or more, joined by commas: reader1.csv,reader2.csv".to_string());
    }
    let mut seen = HashSet::new();
    match paths.iter().find(|path| !seen.insert(*path)) {
        Some(twice) => Err(format!("{} is there twice, and would agree with itself", twice.display())),
        None => Ok(Comparison(paths)),
    }
}
