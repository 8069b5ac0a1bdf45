//! Bootstrap of measures of a CSV file, timed: what benches/peers/bootstrap.py runs beside scikit-survival and dcurves.
//!
//! `cargo run --release -p radsurv-eval --example time_bootstrap -- RUNS SAMPLES OUT.csv TABLE.csv TIME`
//!
//! TABLE.csv has the columns time, event, risk, probability of the event until TIME (without a header). Printed are the seconds
//! of the fastest run of each measure and of all in one pass, without reading; OUT.csv has the measures with their limits. The
//! number of threads is that of RAYON_NUM_THREADS.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use radsurv_data::{Metric, Predictions, Survival, SurvivalCurves};
use radsurv_eval::bootstrap::{Resampling, bootstrap};
use radsurv_eval::brier::{BrierMetric, BrierRule};
use radsurv_eval::calibration::{CalibrationIndex, CalibrationIndexMetric, CalibrationSlopeMetric, SmoothSettings};
use radsurv_eval::concordance::Measure;
use radsurv_eval::decision_curve::NetBenefit;
use radsurv_eval::time_roc::{AucAt, Definition};
use radsurv_stats::bootstrap::{Bootstrap, LimitsBy};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, samples, out, path, time] = arguments.as_slice() else {
        return Err("give RUNS SAMPLES OUT.csv TABLE.csv TIME".into());
    };
    let (runs, samples, time): (usize, usize, f64) = (runs.parse()?, samples.parse()?, time.parse()?);
    let mut columns: [Vec<f64>; 4] = Default::default();
    for line in std::fs::read_to_string(path)?.lines() {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse()?);
        }
    }
    let [times, event, risk, probability] = columns;
    let outcome = Survival::new(times, event.iter().map(|e| *e == 1.0).collect())?;
    let curves = SurvivalCurves::new(vec![time], probability.iter().map(|p| vec![1.0 - p]).collect())?;
    let predictions = Predictions::new(risk).with_survival(curves)?;
    // Both by scikit-survival's rules, so that values can be compared.
    let auc = AucAt { time, definition: Definition::ScikitSurvival };
    let brier = BrierMetric { time, rule: BrierRule::ScikitSurvival };
    let net_benefit = NetBenefit { time, threshold: 0.3, harm: 0.0 };
    let slope = CalibrationSlopeMetric { time: None };
    let smooth = CalibrationIndexMetric { time, index: CalibrationIndex::Ici, settings: SmoothSettings::default() };
    let metrics: [&dyn Metric; 6] = [&Measure::Harrell, &auc, &brier, &slope, &smooth, &net_benefit];
    let settings = Bootstrap { samples, ..Bootstrap::default() };
    let timed = |metrics: &[&dyn Metric], settings: &Bootstrap| -> Result<_, Box<dyn Error>> {
        let mut fastest = f64::INFINITY;
        let mut last = Vec::new();
        for _ in 0..runs {
            let begin = Instant::now();
            last = bootstrap(metrics, &predictions, &outcome, Resampling::Cases, settings)?;
            fastest = fastest.min(begin.elapsed().as_secs_f64());
        }
        Ok((fastest, last))
    };
    for metric in metrics {
        println!("{} {:.6}", metric.name(), timed(&[metric], &settings)?.0);
    }
    let (seconds, values) = timed(&metrics, &settings)?;
    println!("all {seconds:.6}");
    let bca = Bootstrap { limits: LimitsBy::Bca, ..settings };
    println!("all_bca {:.6}", timed(&metrics, &bca)?.0);
    let mut lines = String::new();
    for value in values {
        let Some(found) = value.value else { return Err(value.reason.unwrap_or_default().into()) };
        let [lower, upper] = [found.lower(), found.upper()].map(|limit| limit.unwrap_or(f64::NAN));
        let (estimate, se) = (found.estimate, found.std_error.unwrap_or(f64::NAN));
        writeln!(lines, "{},{estimate:.17e},{se:.17e},{lower:.17e},{upper:.17e},{}", value.metric, found.failed)?;
    }
    std::fs::write(out, lines)?;
    Ok(())
}
