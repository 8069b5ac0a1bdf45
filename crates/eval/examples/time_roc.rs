//! AUC(t) with standard errors of a CSV file, timed: what benches/peers/time_roc.py runs beside timeROC.
//!
//! `cargo run --release -p radsurv-eval --example time_roc -- RUNS OUT.csv TABLE.csv TIME[,TIME]`
//!
//! TABLE.csv has the columns time, event, marker, other marker (without a header). Printed are the seconds of the fastest run of
//! each, without reading; OUT.csv has time, area, standard error, p value of the comparison.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use radsurv_data::Survival;
use radsurv_eval::time_roc::{Definition, TimeRocSettings};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, out, path, at] = arguments.as_slice() else {
        return Err("give RUNS OUT.csv TABLE.csv TIME[,TIME]".into());
    };
    let runs: usize = runs.parse()?;
    let at: Vec<f64> = at.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let mut columns: [Vec<f64>; 4] = Default::default();
    for line in std::fs::read_to_string(path)?.lines() {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse()?);
        }
    }
    let [times, event, marker, other] = columns;
    let outcome = Survival::new(times, event.iter().map(|e| *e == 1.0).collect())?;
    let settings = TimeRocSettings::default();
    let areas = settings.clone().areas_only();
    let roc = fastest(runs, "with-errors", || settings.of(&marker, &outcome, &at))?;
    fastest(runs, "areas", || areas.of(&marker, &outcome, &at))?;
    let theirs = areas.definition(Definition::ScikitSurvival);
    fastest(runs, "areas-sksurv-rule", || theirs.of(&marker, &outcome, &at))?;
    let differences = fastest(runs, "comparison", || settings.compare([&marker, &other], &outcome, &at))?;
    let mut lines = String::new();
    for (at, difference) in roc.at.iter().zip(&differences) {
        let (se, p) = (at.std_error.unwrap_or(f64::NAN), difference.p_value.unwrap_or(f64::NAN));
        writeln!(lines, "{},{:.17e},{se:.17e},{p:.17e}", at.time, at.auc)?;
    }
    std::fs::write(out, lines)?;
    Ok(())
}

fn fastest<T>(runs: usize, name: &str, work: impl Fn() -> radsurv_eval::Result<T>) -> Result<T, Box<dyn Error>> {
    let (mut best, mut last) = (f64::INFINITY, None);
    for _ in 0..runs.max(1) {
        let begin = Instant::now();
        last = Some(work()?);
        best = best.min(begin.elapsed().as_secs_f64());
    }
    println!("{name} {best:.9}");
    last.ok_or_else(|| "no run".into())
}
