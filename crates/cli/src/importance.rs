//! `radsurv importance`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{SurvivalModel, Table, number};
use radsurv_survival::AnyModel;
use radsurv_survival::importance::PermutationSettings;

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::table::{Choose, OutcomeArgs, outcome, read_cohort};
use crate::train::features_table;

/// `radsurv importance`
#[derive(Debug, Args)]
pub struct ImportanceArgs {
    /// The model, as `radsurv train` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Cases that the model was not trained on. With --time and --event importance is measured on them as well, by what
    /// concordance loses when the values of a feature are dealt out anew; with --shap their risks are explained.
    #[arg(long, value_name = "FILE")]
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
    /// Write SHAP values: a row per case, with `base` and for each feature how far it moves the risk of the case; they add up
    /// to the risk. Exact for trees, of linear models and additive SVMs the terms.
    #[arg(long, value_name = "FILE", requires = "table")]
    shap: Option<PathBuf>,
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
    if args.table.is_some() && args.time.is_none() && args.shap.is_none() {
        let what =
            "give --time and --event to measure importance on the cases of --table, or --shap to explain their risks";
        return Err(Error::Usage(what.to_string()));
    }
    if let (Some(path), Some(out)) = (&args.table, &args.shap) {
        shap(&model, path, out, console)?;
    }
    let table = match (&args.table, &args.time, &args.event) {
        (Some(path), Some(time), Some(event)) => {
            let of = OutcomeArgs { time: time.clone(), event: event.clone(), outcomes: args.outcomes.clone() };
            let needed: Vec<String> = model.needed().into_iter().map(String::from).collect();
            let table = read_cohort(path, Choose::Named(&needed), &of.covariates())?;
            let (cohort, outcome) = outcome(&of, table, console)?;
            let settings = PermutationSettings::default();
            let settings = PermutationSettings { repeats: args.repeats.unwrap_or(settings.repeats), seed: args.seed };
            let lost = settings.run(&model, &cohort, &outcome)?;
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

/// Writes how far each feature moves the risk of each case.
fn shap(model: &AnyModel, path: &Path, out: &Path, console: &Console) -> Result<()> {
    let needed: Vec<String> = model.needed().into_iter().map(String::from).collect();
    let cohort = read_cohort(path, Choose::Named(&needed), &[])?.cohort;
    let values = model.shap(cohort.features())?;
    let columns = ["case_id", "base"].map(String::from).into_iter().chain(values.features.iter().cloned());
    let mut table = Table::new(columns.collect(), "the SHAP values")?;
    for (case, id) in values.case_ids.iter().enumerate() {
        let cells = values.values.iter().map(|column| number::format(column[case]));
        table.push([id.clone(), number::format(values.base)].into_iter().chain(cells).collect())?;
    }
    table.write_csv(out)?;
    console.line(&format!("wrote {}: SHAP values of {} cases", out.display(), values.case_ids.len()));
    Ok(())
}
