//! Boosted trees of a CSV file, timed: what benches/peers/boosting.py runs beside gbm, XGBoost and scikit-survival.
//!
//! `cargo run --release -p radsurv-survival --example time_boosting -- MODEL RUNS OUT.csv TABLE.csv NEW.csv ROUNDS DEPTH RATE CASES`
//!
//! MODEL is `gbm` (DEPTH splits), `xgb` or `xgb-exact`. Tables have case ids, `time`, `event`, and features. Printed are for each run the
//! seconds of the trees of all rounds and of the predictions of the new cases, without reading or writing; OUT.csv has the
//! predictions.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use radsurv_data::{FeatureTable, Survival};
use radsurv_survival::boosting::newton::Method;
use radsurv_survival::{GradientBoostingSettings, NewtonBoostingSettings};

fn read(path: &str) -> Result<(FeatureTable, Survival), Box<dyn Error>> {
    let table = FeatureTable::read_csv(path)?;
    let column = |name: &str| table.column(name).ok_or(format!("there is no column {name}"));
    let event = column("event")?.iter().map(|e| *e == 1.0).collect();
    let outcome = Survival::new(column("time")?.to_vec(), event)?;
    let names: Vec<&String> = table.names().iter().filter(|n| !["time", "event"].contains(&n.as_str())).collect();
    Ok((table.select(&names)?, outcome))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, runs, out, table, new, rounds, depth, rate, cases] = arguments.as_slice() else {
        return Err("give MODEL RUNS OUT.csv TABLE.csv NEW.csv ROUNDS DEPTH RATE CASES".into());
    };
    let ((features, outcome), (new, _)) = (read(table)?, read(new)?);
    let (rounds, depth): (usize, usize) = (rounds.parse()?, depth.parse()?);
    let (learning_rate, cases): (f64, f64) = (rate.parse()?, cases.parse()?);
    let gradient =
        GradientBoostingSettings { rounds, splits: depth, learning_rate, cases, ..GradientBoostingSettings::default() };
    let method = if model == "xgb-exact" { Method::Exact } else { Method::default() };
    let newton = NewtonBoostingSettings {
        rounds,
        max_depth: depth,
        learning_rate,
        cases,
        method,
        ..NewtonBoostingSettings::default()
    };
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let predictions = match model.as_str() {
            "gbm" => gradient.boost_and_predict(&features, &outcome, &new)?,
            _ => newton.boost_and_predict(&features, &outcome, &new)?,
        };
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            let mut file = std::fs::File::create(out)?;
            for prediction in predictions {
                writeln!(file, "{prediction}")?;
            }
        }
    }
    Ok(())
}
