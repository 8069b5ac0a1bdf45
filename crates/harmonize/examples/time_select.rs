//! A Spearman matrix, and it with what is redundant in it, timed: what benches/peers/selection.py runs beside R.
//!
//! `cargo run --release -p radsurv-harmonize --example time_select -- TABLE.csv THRESHOLD RUNS OUT.csv`
//!
//! The file has the cases in its first column and features. Printed are the seconds of each run, without reading or writing:
//! of the matrix, of matrix and caret's exact mode, of matrix and its fast mode. OUT.csv gets the places of what goes.

use std::error::Error;
use std::time::Instant;

use radsurv_data::{Cohort, FeatureTable, Fit};
use radsurv_harmonize::redundancy::{RedundancySettings, Rule};
use radsurv_harmonize::selection::Selection;
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, threshold, runs, out] = arguments.as_slice() else {
        return Err("give TABLE.csv THRESHOLD RUNS OUT.csv".into());
    };
    let cohort: Cohort = FeatureTable::read_csv(path)?.into();
    let threshold: f64 = threshold.parse()?;
    let settings = |rule| RedundancySettings { threshold, rule, ..RedundancySettings::default() };
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        CorrelationMatrix::new(cohort.features().columns(), Method::Spearman, Missing::Refuse)?;
        let of_matrix = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let exact = settings(Rule::Exact).fit(&cohort)?;
        let with_exact = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let fast = settings(Rule::Fast).fit(&cohort)?;
        println!("{of_matrix:.9} {with_exact:.9} {:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            std::fs::write(out, format!("{}\n{}\n", places(&exact), places(&fast)))?;
        }
    }
    Ok(())
}

fn places(selection: &Selection) -> String {
    let goes = selection.decisions().iter().enumerate().filter(|(_, d)| !d.keep);
    goes.map(|(i, _)| i.to_string()).collect::<Vec<_>>().join(",")
}
