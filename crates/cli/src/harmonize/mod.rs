//! `radsurv harmonize`: what is learned from one table and applied to others.

mod combat;
mod effect;
mod zscore;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use radsurv_data::FeatureTable;

use crate::console::Console;
use crate::error::{Result, Status};

/// `radsurv harmonize`
#[derive(Debug, Subcommand)]
pub enum HarmonizeCommand {
    /// Learn the differences between batches from training cases (ComBat).
    Fit(Box<combat::FitArgs>),
    /// Take the differences between batches out of the features of any cases.
    Apply(ApplyArgs),
    /// Measure how much features differ between batches, before and after.
    Effect(effect::EffectArgs),
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

/// Runs one of the commands.
pub fn run(command: &HarmonizeCommand, console: &Console) -> Result<Status> {
    match command {
        HarmonizeCommand::Fit(args) => combat::fit(args, console),
        HarmonizeCommand::Apply(args) => combat::apply(args, console),
        HarmonizeCommand::Effect(args) => effect::run(args, console),
        HarmonizeCommand::Zscore { command: ZscoreCommand::Fit(args) } => zscore::fit(args, console),
        HarmonizeCommand::Zscore { command: ZscoreCommand::Apply(args) } => zscore::apply(args, console),
    }?;
    Ok(Status::Done)
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
