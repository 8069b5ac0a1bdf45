//! Cox models of a CSV file, timed: what benches/peers/cox.py runs beside R's coxph.
//!
//! `cargo run --release -p radsurv-stats --example time_cox -- RUNS efron|breslow OUT.csv TABLE.csv`
//!
//! The table has the columns case_id, time, event, then covariates; with a column entry before time, late entry. Printed are
//! the seconds of each run: the sorting, the fit, its covariance, linear predictors and baseline hazard, without reading.
//! OUT.csv has coefficients and standard errors.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::cox::{Baseline, Design, FitSettings, Ties, fit};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, ties, out, path] = arguments.as_slice() else {
        return Err("give RUNS efron|breslow OUT.csv TABLE.csv".into());
    };
    let ties = if ties == "breslow" { Ties::Breslow } else { Ties::Efron };
    let table = FeatureTable::read_csv(path)?;
    let column = |name: &str| table.column(name).ok_or(format!("no column {name}"));
    let event = column("event")?.iter().map(|e| *e == 1.0).collect();
    let mut outcome = Survival::new(column("time")?.to_vec(), event)?;
    if let Some(entry) = table.column("entry") {
        outcome = outcome.with_entry(entry.to_vec())?;
    }
    let covariates = table.names().iter().zip(table.columns());
    let columns: Vec<&[f64]> = covariates
        .filter(|(name, _)| !["time", "event", "entry"].contains(&name.as_str()))
        .map(|(_, values)| values.as_slice())
        .collect();
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let found = fit(&Design::new(&columns, &outcome), &FitSettings { ties, ..FitSettings::default() })?;
        let eta = found.linear_predictors(&columns)?;
        let baseline = Baseline::new(&eta, &outcome, None, ties)?;
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            eprintln!("{} steps, {} event times", found.iterations, baseline.strata[0].hazard.times().len());
            let size = columns.len();
            let mut text = "coefficient,se\n".to_string();
            for (j, b) in found.coefficients.iter().enumerate() {
                writeln!(text, "{b:e},{:e}", found.variance[j * size + j].sqrt())?;
            }
            std::fs::write(out, text)?;
        }
    }
    Ok(())
}
