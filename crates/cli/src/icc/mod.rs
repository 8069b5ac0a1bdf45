//! `radsurv icc`: how reproducible each feature is, and which are kept.

mod perturb;
mod tables;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::fs::check_writable;
use radsurv_data::saved::Saved;
use radsurv_harmonize::icc::{IccForm, IccSettings, IccTable, KeepBy, Missing};
use radsurv_harmonize::selection::Selection;
use radsurv_plot::{Style, icc_distribution};

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::write_figure;

use perturb::PerturbArgs;
use tables::TablesArgs;

/// `radsurv icc`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct IccArgs {
    /// The table to write: feature,icc,f,df1,df2,p,lower,upper,keep,reason,cases,missing.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Also write which features are kept as a selection, which can be applied to tables of the same features: .json.
    #[arg(long, value_name = "FILE")]
    pub selection: Option<PathBuf>,
    /// Draw how many features are how reproducible: .svg or .png. Of one comparison.
    #[arg(long, value_name = "FILE")]
    pub figure: Option<PathBuf>,
    /// The form of the intraclass correlation [default: icc2 of tables, icc1 of perturbed images].
    #[arg(long, value_name = "FORM", value_parser = parse_form)]
    pub form: Option<IccForm>,
    /// A feature is kept if its value is above this.
    #[arg(long, value_name = "ICC", default_value_t = 0.75, value_parser = parse_threshold)]
    pub threshold: f64,
    /// What has to be above the threshold.
    #[arg(long, value_enum, default_value_t = By::Estimate)]
    pub by: By,
    /// The confidence of the limits.
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = parse_confidence)]
    pub confidence: f64,
    /// What is done with a missing value.
    #[arg(long, value_enum, default_value_t = MissingValues::Mixed)]
    pub missing: MissingValues,
    /// Tables of readings.
    #[command(flatten)]
    pub tables: TablesArgs,
    /// Perturbed images and masks.
    #[command(flatten)]
    pub perturb: PerturbArgs,
}

const HELP: &str = "\
Forms, with the names of Shrout and Fleiss, and of McGraw and Wong:
  icc1   (1,1)  ICC(1)    one reading, each case by other readers
  icc2   (2,1)  ICC(A,1)  one reading, absolute agreement
  icc3   (3,1)  ICC(C,1)  one reading, consistency: offsets of readers do not count
  icc1k, icc2k, icc3k     the same of the mean of the readings

Within and between readers: each --tables is a comparison, and a feature has to pass in all of them.
  radsurv icc --tables first.csv,again.csv --tables first.csv,other.csv --out icc.csv

Perturbation (--cases) stands in for a second examination and a second reader, in this order: Gaussian noise, rotation in
the slice plane, translation by a part of a voxel, a change of the volume, another contour. Each is drawn anew for each
repetition of each case; the same seed gives the same numbers. Repetitions that fail are listed with the reason in
OUT.failed.csv beside the table.";

/// What has to be above the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// The estimate.
    Estimate,
    /// Its lower confidence limit.
    Lower,
}

/// What is done with a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MissingValues {
    /// Variance components of the values that are there.
    Mixed,
    /// The case is left out for that feature.
    Omit,
}

/// Runs the command.
///
/// # Errors
/// If an input cannot be read or used, or the output cannot be written.
pub fn run(args: &IccArgs, console: &Console) -> Result<Status> {
    for path in [Some(&args.out), args.selection.as_ref(), args.figure.as_ref()].into_iter().flatten() {
        check_writable(path).map_err(|source| Error::Write { path: path.clone(), source })?;
    }
    match args.perturb.cases {
        Some(_) => perturb::run(args, console),
        None => tables::run(args, console).map(|()| Status::Done),
    }
}

impl IccArgs {
    /// The settings of the intraclass correlation, with a form for when none is given.
    fn settings(&self, form: IccForm) -> IccSettings {
        IccSettings {
            form: self.form.unwrap_or(form),
            threshold: self.threshold,
            by: match self.by {
                By::Estimate => KeepBy::Estimate,
                By::Lower => KeepBy::Lower,
            },
            confidence: self.confidence,
            missing: match self.missing {
                MissingValues::Mixed => Missing::Mixed,
                MissingValues::Omit => Missing::Omit,
            },
            ..IccSettings::default()
        }
    }
}

/// Writes the table of one comparison, and its selection.
fn write(table: &IccTable, args: &IccArgs, console: &Console) -> Result<()> {
    table.write_csv(&args.out)?;
    if let Some(path) = &args.figure {
        write_figure(path, &icc_distribution::figure(table, "", &Style::single())?)?;
    }
    let of = format!(
        "{}, {} cases, {} readings",
        table.settings().form.shrout_fleiss(),
        table.cases(),
        table.readings().len()
    );
    finish(&table.selection(), &of, args, console)
}

/// Writes the selection if it is asked for, and says how many features are kept.
fn finish(selection: &Selection, of: &str, args: &IccArgs, console: &Console) -> Result<()> {
    if let Some(path) = &args.selection {
        selection.save(path)?;
    }
    let (kept, all) = (selection.kept().count(), selection.decisions().len());
    console.line(&format!("wrote {}: {kept} of {all} features are kept ({of})", args.out.display()));
    Ok(())
}

fn parse_form(text: &str) -> std::result::Result<IccForm, String> {
    let names: Vec<&str> = IccForm::ALL.iter().map(|form| form.name()).collect();
    IccForm::parse(text).ok_or_else(|| format!("the forms are {}", names.join(", ")))
}

fn parse_threshold(text: &str) -> std::result::Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|t| (-1.0..=1.0).contains(t));
    value.ok_or_else(|| "give a number from -1 to 1, such as 0.75".to_string())
}

fn parse_confidence(text: &str) -> std::result::Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|p| *p > 0.0 && *p < 1.0);
    value.ok_or_else(|| "give a number between 0 and 1, such as 0.95".to_string())
}
