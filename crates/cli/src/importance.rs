//! `radsurv importance`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{Cohort, CovariateKind, Predictor, Table, number};
use radsurv_eval::metric::MetricKind;
use radsurv_study::pipeline::FittedModel;
use radsurv_survival::explain::partial_dependence::PartialDependenceSettings;
use radsurv_survival::importance::PermutationSettings;
use radsurv_survival::selection::Measures;

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
    /// --metric loses when the values of a feature are dealt out anew; with --shap or
    /// --partial-dependence their risks are explained.
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
    /// The measure.
    #[arg(long, value_name = "MEASURE", default_value_t = MetricKind::Harrell, requires_if("uno", "time"), requires_if("auc", "time"),
        requires_if("brier", "time"), requires_if("ipa", "time"))]
    metric: MetricKind,
    /// The times of the measure, if it is one at times: `--times 12,36,60`.
    #[arg(long, value_name = "TIMES", value_delimiter = ',', requires = "time")]
    times: Vec<f64>,
    /// How often the values of each feature are dealt out [default: 10].
    #[arg(long, value_name = "N", requires = "table")]
    repeats: Option<usize>,
    /// Write SHAP values: a row per case, with `base` and for each feature how far it moves the risk of the case; they add up
    /// to the risk. Exact for trees, of linear models and additive SVMs the terms.
    #[arg(long, value_name = "FILE", requires = "table")]
    shap: Option<PathBuf>,
    /// Write the partial dependence of each feature that the model looks at: the mean risk if all cases have a value of it, at 40
    /// quantiles from 5 % to 95 %. A row per value: `feature,value,risk`.
    #[arg(long, value_name = "FILE", requires = "table")]
    partial_dependence: Option<PathBuf>,
    /// The seed of their orders.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The table to write: a row per feature, the most important first; what each counts in the model, and with a table of
    /// cases what the measure loses and its deviation: c_loss and c_loss_sd of Harrell's C, else auc_loss and so on.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes how much each feature counts.
pub fn run(args: &ImportanceArgs, console: &Console) -> Result<Status> {
    let model = FittedModel::load(&args.model)?;
    let own = features_table(model.model())?;
    let explained = args.shap.is_some() || args.partial_dependence.is_some();
    if args.table.is_some() && args.time.is_none() && !explained {
        let what = "give --time and --event to measure importance on the cases of --table, or --shap or --partial-dependence to \
                    explain their risks";
        return Err(Error::Usage(what.to_string()));
    }
    if let Some(path) = args.table.as_ref().filter(|_| explained) {
        let cohort = read_cohort(path, Choose::Named(model.features()), &covariates(&model))?.cohort;
        if let Some(out) = &args.shap {
            shap(&model, &cohort, out, console)?;
        }
        if let Some(out) = &args.partial_dependence {
            partial_dependence(&model, &cohort, out, console)?;
        }
    }
    let table = match (&args.table, &args.time, &args.event) {
        (Some(path), Some(time), Some(event)) => {
            let of = OutcomeArgs { time: time.clone(), event: event.clone(), outcomes: args.outcomes.clone() };
            measured(args, &model, path, &of, &own, console)?
        }
        _ => own,
    };
    table.write_csv(&args.out)?;
    console.line(&format!("wrote {}: {} features", args.out.display(), table.rows().len()));
    Ok(Status::Done)
}

/// The covariates that steps before the model look at.
fn covariates(model: &FittedModel) -> Vec<(&str, CovariateKind)> {
    model.covariates().iter().map(|name| (name.as_str(), CovariateKind::Detect)).collect()
}

/// The model's own table with what a measure loses without each feature.
fn measured(
    args: &ImportanceArgs,
    model: &FittedModel,
    path: &Path,
    of: &OutcomeArgs,
    own: &Table,
    console: &Console,
) -> Result<Table> {
    let mut columns = covariates(model);
    columns.extend(of.covariates());
    let table = read_cohort(path, Choose::Named(model.features()), &columns)?;
    let (cohort, outcome) = outcome(of, table, console)?;
    let settings = PermutationSettings::default();
    let settings = PermutationSettings { repeats: args.repeats.unwrap_or(settings.repeats), seed: args.seed };
    let metric = args.metric.at(&args.times)?;
    let times: &[f64] = if args.metric.needs_survival() { &args.times } else { &[] };
    let measures = Measures { metrics: &[metric.as_ref()], times };
    let lost = settings.measure(model, &cohort, &outcome, None, measures)?;
    console.line(&format!("{} cases with {} events", outcome.len(), outcome.events()));
    let rows: HashMap<&str, &[String]> =
        own.rows().iter().map(|row| (row.cells[0].as_str(), row.cells.as_slice())).collect();
    let name = if args.metric == MetricKind::Harrell { "c" } else { args.metric.name() };
    let added = ["loss", "loss_sd"].map(|what| format!("{name}_{what}"));
    let mut table = Table::new(own.columns().iter().cloned().chain(added).collect(), "the importance")?;
    for of in lost.into_iter().flat_map(|of| of.features) {
        let Some(cells) = rows.get(of.feature.as_str()) else { continue };
        let added = [of.loss, of.std_dev].map(number::format);
        table.push(cells.iter().cloned().chain(added).collect())?;
    }
    Ok(table)
}

/// Writes how far each feature moves the risk of each case.
fn shap(model: &FittedModel, cohort: &Cohort, out: &Path, console: &Console) -> Result<()> {
    let values = model.model().shap(model.steps().transform(cohort)?.features())?;
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

/// Writes the mean risk by the value of each feature.
fn partial_dependence(model: &FittedModel, cohort: &Cohort, out: &Path, console: &Console) -> Result<()> {
    let mut table = Table::new(["feature", "value", "risk"].map(String::from).to_vec(), "the partial dependence")?;
    let features = model.used_features();
    for feature in &features {
        let found = PartialDependenceSettings::default().of(model, cohort, feature)?;
        for (value, risk) in found.grid.iter().zip(&found.mean) {
            table.push(vec![feature.clone(), number::format(*value), number::format(*risk)])?;
        }
    }
    table.write_csv(out)?;
    console.line(&format!("wrote {}: partial dependence on {} features", out.display(), features.len()));
    Ok(())
}
