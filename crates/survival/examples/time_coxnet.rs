//! Cox-LASSO paths and their cross-validation of a CSV file, timed: what benches/peers/coxnet.py runs beside glmnet and
//! scikit-survival.
//!
//! `cargo run --release -p radsurv-survival --example time_coxnet -- RUNS OUT.csv TABLE.csv`
//!
//! The table has case ids, `time`, `event`, and features. Printed are for each run the seconds of the path and of the
//! cross-validation, without reading or writing; OUT.csv has lambda and the deviance ratio of each point, then its coefficients.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use radsurv_data::{FeatureTable, Survival};
use radsurv_survival::coxnet::{CrossValidationSettings, PathSettings};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, out, table] = arguments.as_slice() else {
        return Err("give RUNS OUT.csv TABLE.csv".into());
    };
    let table = FeatureTable::read_csv(table)?;
    let column = |name: &str| table.column(name).ok_or(format!("there is no column {name}"));
    let event = column("event")?.iter().map(|e| *e == 1.0).collect();
    let outcome = Survival::new(column("time")?.to_vec(), event)?;
    let names: Vec<&String> = table.names().iter().filter(|n| !["time", "event"].contains(&n.as_str())).collect();
    let features = table.select(&names)?;
    let settings = PathSettings::default();
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let path = settings.fit(&features, &outcome)?;
        let of_path = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        CrossValidationSettings::default().run(&settings, &features, &outcome)?;
        println!("{of_path:.9} {:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            let mut file = std::fs::File::create(out)?;
            for (point, at) in path.points.iter().enumerate() {
                write!(file, "{},{}", at.lambda, at.deviance_ratio)?;
                for value in path.coefficients(point) {
                    write!(file, ",{value}")?;
                }
                writeln!(file)?;
            }
        }
    }
    Ok(())
}
