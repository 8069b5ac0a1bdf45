//! `radsurv importance`.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use radsurv_data::{SurvivalModel, Table, number};
use radsurv_survival::AnyModel;
use radsurv_survival::importance::PermutationSettings;

use crate::console::Console;
use crate::error::{Result, Status};
use crate::table::{Choose, OutcomeArgs, outcome, read_cohort};
use crate::train::features_table;

/// `radsurv importance`
#[derive(Debug, Args)]
pub struct ImportanceArgs {
    /// The model, as `radsurv train` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Cases that the model was not trained on: importance is measured on them as well, by what concordance loses when the
    /// values of a feature are dealt out anew. Needs --time and --event.
    #[arg(long, value_name = "FILE", requires = "time")]
    table: Option<PathBuf>,
    /// The column of the time each case was followed.
    #[arg(long, value_name = "COLUMN", requires = "table", requires = "event")]
    time: Option<String>,
    /// The column that says whether the event happened at that time: 1 or 0.
    #[arg(long, value_name = "COLUMN", requires = "time")]
    event: Option<String>,
    /// The table that has these two columns, if it is another one: joined by case id.
    #[arg(long, value_name = "FILE", requires = "time")]
    outcomes: Option<PathBuf>,
    /// How often the values of each feature are dealt out [default: 10].
    #[arg(long, value_name = "N", requires = "table")]
    repeats: Option<usize>,
    /// The seed of their orders.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The table to write: a row per feature, the most important first; what each counts in the model, and with a table of
    /// cases c_loss and c_loss_sd.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes how much each feature counts.
pub fn run(args: &ImportanceArgs, console: &Console) -> Result<Status> {
    let model = AnyModel::load(&args.model)?;
    let own = features_table(&model)?;
    let table = match (&args.table, &args.time, &args.event) {
        (Some(path), Some(time), Some(event)) => {
            let of = OutcomeArgs { time: time.clone(), event: event.clone(), outcomes: args.outcomes.clone() };
            let needed: Vec<String> = model.needed().into_iter().map(String::from).collect();
            let table = read_cohort(path, Choose::Named(&needed), &of.covariates())?;
            let (cohort, outcome) = outcome(&of, table, console)?;
            let settings = PermutationSettings::default();
            let settings = PermutationSettings { repeats: args.repeats.unwrap_or(settings.repeats), seed: args.seed };
            let lost = settings.run(&model, cohort.features(), &outcome)?;
            console.line(&format!("{} cases with {} events", outcome.len(), outcome.events()));
            let rows: HashMap<&str, &[String]> =
                own.rows().iter().map(|row| (row.cells[0].as_str(), row.cells.as_slice())).collect();
            let added = ["c_loss", "c_loss_sd"].map(String::from);
            let mut table = Table::new(own.columns().iter().cloned().chain(added).collect(), "the importance")?;
            for of in lost {
                let Some(cells) = rows.get(of.feature.as_str()) else { continue };
                let added = [of.loss, of.std_dev].map(number::format);
                table.push(cells.iter().cloned().chain(added).collect())?;
            }
            table
        }
        _ => own,
    };
    table.write_csv(&args.out)?;
    console.line(&format!("wrote {}: {} features", args.out.display(), table.rows().len()));
    Ok(Status::Done)
}
