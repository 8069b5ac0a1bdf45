//! `radsurv predict`.

use std::path::PathBuf;

use clap::Args;
use radsurv_data::{CovariateKind, Predictor, Table, number};
use radsurv_study::pipeline::FittedModel;

use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::table::{Choose, read_cohort};

/// `radsurv predict`
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// The model, as `radsurv train` or `radsurv tune` wrote it.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The cases: a row per case, its id in the first column, with the features the model needs
    /// (a lasso: those with a coefficient).
    #[arg(long, value_name = "FILE")]
    table: PathBuf,
    /// Times at which to predict survival, in the unit of the training table: `--times 12,36,60`.
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    times: Vec<f64>,
    /// The table to write: case_id, risk (higher is worse), surv_12 and so on.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Predicts risks and survival.
pub fn run(args: &PredictArgs, console: &Console) -> Result<Status> {
    let model = FittedModel::load(&args.model)?;
    let covariates: Vec<(&str, CovariateKind)> =
        model.covariates().iter().map(|name| (name.as_str(), CovariateKind::Detect)).collect();
    let cohort = read_cohort(&args.table, Choose::Named(model.features()), &covariates)?.cohort;
    let features = cohort.features();
    let predicted = model.predict(&cohort, &args.times).map_err(|error| Error::Input(error.to_string()))?;
    let (risk, curves) = (predicted.risk(), predicted.survival());
    let mut columns = ["case_id", "risk"].map(String::from).to_vec();
    columns.extend(args.times.iter().map(|time| format!("surv_{}", number::format(*time))));
    let mut out = Table::new(columns, "the predictions")?;
    for (case, id) in features.case_ids().iter().enumerate() {
        let mut row = vec![id.clone(), number::format(risk[case])];
        row.extend(curves.iter().flat_map(|curves| curves.of(case)).map(|p| number::format(*p)));
        out.push(row)?;
    }
    out.write_csv(&args.out)?;
    console.line(&format!("wrote {}: {} cases", args.out.display(), features.cases()));
    Ok(Status::Done)
}
