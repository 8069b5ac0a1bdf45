//! A random survival forest of a CSV file, timed: what benches/peers/forest.py runs beside ranger, scikit-survival and
//! randomForestSRC.
//!
//! `cargo run --release -p radsurv-survival --example time_forest -- RUNS SETTINGS.json OUT.csv TABLE.csv TEST.csv`
//!
//! The settings are those of `ForestSettings`, as JSON. The tables have case ids, `time`, `event`, and features. Printed are for
//! each run the seconds of fitting (with out-of-bag scores and error) and of predicting the risks of TEST.csv, without reading or
//! writing, and then the out-of-bag errors (Harrell, Uno), the size of the saved model in bytes, and its splits per tree; OUT.csv
//! has the risks.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use radsurv_data::saved::Saved;
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::forest::{Forest, ForestSettings};

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
    let [runs, settings, out, table, test] = arguments.as_slice() else {
        return Err("give RUNS SETTINGS.json OUT.csv TABLE.csv TEST.csv".into());
    };
    let settings: ForestSettings = serde_json::from_str(&std::fs::read_to_string(settings)?)?;
    let ((features, outcome), (test, _)) = (read(table)?, read(test)?);
    let mut last = None;
    for _ in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let forest = settings.fit(&features, &outcome)?;
        let of_fit = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let risk = forest.predict_risk(&test)?;
        println!("{of_fit:.6} {:.6}", begin.elapsed().as_secs_f64());
        last = Some((forest, risk));
    }
    let Some((forest, risk)) = last else { return Err("give 1 run at least".into()) };
    let mut file = std::fs::File::create(out)?;
    risk.iter().try_for_each(|risk| writeln!(file, "{risk}"))?;
    let found = forest.out_of_bag();
    let error = |error: Option<f64>| error.map_or("none".to_string(), |e| e.to_string());
    let splits: usize = forest.splits().iter().map(|s| s.count).sum();
    let per_tree = splits as f64 / forest.settings().trees as f64;
    let size = Forest::FORMAT.to_json(&forest)?.len();
    println!("{} {} {size} {per_tree}", error(found.harrell_error), error(found.uno_error));
    Ok(())
}
