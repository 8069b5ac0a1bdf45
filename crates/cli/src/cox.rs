//! `radsurv cox`.

use std::path::PathBuf;

use clap::Args;
use radsurv_eval::CoxTableSettings;
use radsurv_plot::{Style, forest};

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::{write_figure, write_table};
use crate::terms::{ModelArgs, ModelCases, read};

/// `radsurv cox`
#[derive(Debug, Args)]
pub struct CoxArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// Differences that hazard ratios of numbers are of: `--per age=10` for ten years.
    #[arg(long, value_name = "COLUMN=NUMBER", value_delimiter = ',', value_parser = difference)]
    per: Vec<(String, f64)>,
    /// Only variables whose univariable p is below this are in the multivariable model [default: all].
    #[arg(long, value_name = "P")]
    enter_below: Option<f64>,
    /// The confidence of the limits.
    #[arg(long, value_name = "PROBABILITY", default_value_t = 0.95)]
    confidence: f64,
    /// The table to write: .csv, .md, .html, or .json with every number.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw the hazard ratios of the multivariable model: .svg or .png.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

fn difference(text: &str) -> std::result::Result<(String, f64), String> {
    let form = || "give COLUMN=NUMBER: age=10".to_string();
    let (name, number) = text.split_once('=').ok_or_else(form)?;
    Ok((name.trim().to_string(), number.trim().parse().map_err(|_| form())?))
}

/// Writes hazard ratios of variables, each alone and all together.
pub fn run(args: &CoxArgs, console: &Console) -> Result<Status> {
    let ModelCases { cohort, outcome, terms } = read(&args.model, console)?;
    let settings = CoxTableSettings {
        confidence: args.confidence,
        per: args.per.iter().cloned().collect(),
        enter_below: args.enter_below,
        ..CoxTableSettings::default()
    };
    let table = settings.of(cohort.covariates(), &terms, &outcome)?;
    table.notes().iter().for_each(|note| console.line(note));
    write_table(&args.out, &table.text(), &table)?;
    console.line(&format!("wrote {}: {} cases with {} events", args.out.display(), outcome.len(), outcome.events()));
    if let Some(path) = &args.figure {
        if let Some(why) = &table.no_multivariable {
            return Err(Error::Input(format!("there is no figure: {why}")));
        }
        write_figure(path, &forest::of_table(&table, forest::Model::Multivariable, "", &Style::double())?)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}
