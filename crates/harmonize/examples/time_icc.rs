//! Intraclass correlations of CSV files, timed: what benches/peers/icc.py runs beside psych and pingouin.
//!
//! `cargo run --release -p radsurv-harmonize --example time_icc -- RUNS OUT.csv READING.csv READING.csv...`
//!
//! A file has case ids and features. Printed are the seconds of each run, without reading or writing; OUT.csv has the
//! correlations.

use std::error::Error;
use std::time::Instant;

use radsurv_data::FeatureTable;
use radsurv_harmonize::icc::{IccSettings, Reading};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, out, paths @ ..] = arguments.as_slice() else {
        return Err("give RUNS OUT.csv READING.csv READING.csv".into());
    };
    let tables: Vec<FeatureTable> = paths.iter().map(FeatureTable::read_csv).collect::<Result<_, _>>()?;
    let readings: Vec<Reading> = tables.iter().zip(paths).map(|(table, path)| Reading { name: path, table }).collect();
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let table = IccSettings::default().analyse(&readings)?;
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            table.write_csv(out)?;
        }
    }
    Ok(())
}
