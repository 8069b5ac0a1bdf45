//! `radsurv harmonize`: what is learned from one table and applied to others.

mod combat;
mod zscore;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use radsurv_data::{CovariateKind, FeatureTable};

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::table::{Choose, CohortTable, read_cohort};

/// `radsurv harmonize`
#[derive(Debug, Subcommand)]
pub enum HarmonizeCommand {
    /// Learn the differences between batches from training cases (ComBat).
    Fit(Box<combat::FitArgs>),
    /// Take the differences between batches out of the features of any cases.
    Apply(ApplyArgs),
    /// Bring features to a common centre and scale.
    Zscore {
        /// What to do.
        #[command(subcommand)]
        command: ZscoreCommand,
    },
}

/// `radsurv harmonize zscore`
#[derive(Debug, Subcommand)]
pub enum ZscoreCommand {
    /// Learn the centre and scale of each feature from training cases.
    Fit(zscore::FitArgs),
    /// Subtract the centre and divide by the scale that were learned.
    Apply(ApplyArgs),
}

/// Which table and which of its features something is learned from.
#[derive(Debug, Args)]
pub struct TrainingArgs {
    /// The table of the training cases: a row per case, its id in the first column.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// The features: the columns this regular expression matches [default: those named like radiomics features, as
    /// `radsurv extract` writes them].
    #[arg(long, value_name = "REGEX")]
    features: Option<String>,
    /// Learn only from the cases with this value in this column: `--only split=train`.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = parse_only)]
    only: Option<(String, String)>,
}

/// `apply` of anything that was fitted.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// What was learned, as `fit` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The table to apply it to, with the features it was learned from.
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// The table to write: the same with other values in these columns, all others unchanged.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn parse_only(text: &str) -> std::result::Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or("give COLUMN=VALUE: split=train")?;
    Ok((column.to_string(), value.to_string()))
}

/// Runs one of the commands.
pub fn run(command: &HarmonizeCommand, console: &Console) -> Result<Status> {
    match command {
        HarmonizeCommand::Fit(args) => combat::fit(args, console),
        HarmonizeCommand::Apply(args) => combat::apply(args, console),
        HarmonizeCommand::Zscore { command: ZscoreCommand::Fit(args) } => zscore::fit(args, console),
        HarmonizeCommand::Zscore { command: ZscoreCommand::Apply(args) } => zscore::apply(args, console),
    }?;
    Ok(Status::Done)
}

/// The training cases.
fn training(args: &TrainingArgs, covariates: &[(&str, CovariateKind)]) -> Result<CohortTable> {
    let mut table = read_cohort(&args.table, Choose::option(args.features.as_deref()), covariates)?;
    if let Some((column, value)) = &args.only {
        let text = table.carried.table();
        let place = text.column(column)?;
        let here = |row: &radsurv_data::Row| row.cells.get(place).is_some_and(|cell| cell.trim() == value.trim());
        let cases: Vec<usize> = (0..text.rows().len()).filter(|&case| here(&text.rows()[case])).collect();
        if cases.is_empty() {
            let what = format!("{}: no case has {value:?} in the column {column}", args.table.display());
            return Err(Error::Input(what));
        }
        table.cohort = table.cohort.rows(&cases);
    }
    Ok(table)
}

/// The table beside a model that says what is done to each feature: `H.features.csv` beside `H.json`.
fn features_path(model: &Path) -> PathBuf {
    model.with_extension("features.csv")
}

/// What is said when a table was written.
fn wrote(console: &Console, path: &Path, table: &FeatureTable) {
    let (cases, features) = (table.cases(), table.names().len());
    console.line(&format!("wrote {}: {cases} cases, {features} features", path.display()));
}
