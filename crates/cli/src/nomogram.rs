//! `radsurv nomogram`.

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::Cohort;
use radsurv_eval::nomogram::{Nomogram, NomogramSettings, Traced};
use radsurv_plot::{Style, nomogram};

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::{is_json, write_figure, write_json, write_text};
use crate::terms::{ModelArgs, ModelCases, read};

/// `radsurv nomogram`
#[derive(Debug, Args)]
pub struct NomogramArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// The times at which survival is read off.
    #[arg(long, value_name = "TIMES", value_delimiter = ',', required = true)]
    times: Vec<f64>,
    /// The file to write: .csv with the points of each value, or .json with the whole nomogram.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw it: .svg or .png.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Write a calculator, one HTML file that works without a network.
    #[arg(long, value_name = "FILE")]
    calculator: Option<PathBuf>,
    /// The unit of time, as the figure names it.
    #[arg(long, value_name = "UNIT", default_value = "")]
    unit: String,
    /// The title of figure and calculator.
    #[arg(long, value_name = "TEXT", default_value = "Nomogram")]
    title: String,
    /// Trace this case on the figure, and print its points and survival.
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
}

/// Makes a nomogram of a Cox model of these cases.
pub fn run(args: &NomogramArgs, console: &Console) -> Result<Status> {
    let ModelCases { cohort, outcome, terms } = read(&args.model, console)?;
    let found = Nomogram::fit(&terms, cohort.covariates(), &outcome, &args.times, &NomogramSettings::default())?;
    console.line(&format!("a Cox model of {} cases with {} events", outcome.len(), outcome.events()));
    let columns = found.model.coefficients().len();
    if outcome.events() < 10 * columns {
        console.line(&format!(
            "{} events for {columns} coefficients are fewer than 10 each: the points are uncertain",
            outcome.events()
        ));
    }
    if is_json(&args.out) {
        write_json(&args.out, &found)?;
    } else {
        found.to_table()?.write_csv(&args.out)?;
    }
    console.line(&format!("wrote {}", args.out.display()));
    let traced = args.patient.as_ref().map(|id| trace(&found, &cohort, id, console)).transpose()?;
    if let Some(path) = &args.figure {
        let (title, unit) = (args.title.clone(), args.unit.clone());
        let settings = nomogram::Settings { title, unit, ..nomogram::Settings::default() };
        draw(path, &found, traced.as_ref(), &settings)?;
        console.line(&format!("wrote {}", path.display()));
    }
    if let Some(path) = &args.calculator {
        write_text(path, &found.to_html(&args.title)?)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}

fn draw(path: &Path, found: &Nomogram, traced: Option<&Traced>, settings: &nomogram::Settings) -> Result<()> {
    write_figure(path, &nomogram::figure(found, traced, settings, &Style::double())?)
}

/// The points of a case.
fn trace(found: &Nomogram, cohort: &Cohort, id: &str, console: &Console) -> Result<Traced> {
    let ids = cohort.features().case_ids();
    let missing = || Error::Input(format!("there is no case {id} with a value of each variable"));
    let row = ids.iter().position(|other| other == id).ok_or_else(missing)?;
    let traced = found.trace(&cohort.covariates().rows(&[row]))?;
    let survival: Vec<String> =
        traced.survival.iter().map(|at| format!("survival at {} {:.3}", at.time, at.survival)).collect();
    console.line(&format!("{id}: {:.1} points; {}", traced.total, survival.join(", ")));
    Ok(traced)
}
