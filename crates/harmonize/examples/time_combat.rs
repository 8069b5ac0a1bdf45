//! ComBat of a CSV file, timed: what benches/peers/combat.py runs beside sva and neuroCombat.
//!
//! `cargo run --release -p radsurv-harmonize --example time_combat -- TABLE.csv METHOD COVARIATES RUNS OUT.csv`
//!
//! The file has the columns batch, age, sex, stage and features. COVARIATES are joined by `+`, or empty. Printed are the
//! seconds of each run, of fit and apply without reading or writing.

use std::error::Error;
use std::time::Instant;

use radsurv_data::{Cohort, Covariates, FeatureTable, Fit, Table};
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::Method;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, method, covariates, runs, out] = arguments.as_slice() else {
        return Err("give TABLE.csv METHOD COVARIATES RUNS OUT.csv".into());
    };
    let table = Table::read_csv(path)?;
    let known = ["case", "batch", "age", "sex", "stage"];
    let names: Vec<&String> = table.columns().iter().filter(|c| !known.contains(&c.as_str())).collect();
    let features = FeatureTable::from_table(&table, &names)?;
    let mut about = Covariates::new(features.cases());
    for name in &known[1..] {
        about.add_column(&table, name, Default::default())?;
    }
    let cohort = Cohort::new(features, about)?;
    let settings = CombatSettings {
        method: match method.as_str() {
            "parametric" => Method::Parametric,
            "non-parametric" => Method::NonParametric,
            _ => Method::NoEb,
        },
        covariates: covariates.split('+').filter(|c| !c.is_empty()).map(String::from).collect(),
        ..CombatSettings::new("batch")
    };
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let done = settings.fit(&cohort)?.apply(&cohort)?;
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            done.table.write_csv(out)?;
        }
    }
    Ok(())
}
