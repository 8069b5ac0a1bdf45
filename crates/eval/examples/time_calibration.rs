//! Brier scores and calibration of a CSV file, timed: what benches/peers/calibration.py runs beside riskRegression and rms.
//!
//! `cargo run --release -p radsurv-eval --example time_calibration -- RUNS TABLE.csv TIME`
//!
//! TABLE.csv has the columns time, event, probability of the event until TIME (without a header). Printed are, for each measure,
//! its name, the seconds of the fastest run, and one of its numbers to compare. The number of threads is that of
//! RAYON_NUM_THREADS.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use radsurv_data::Survival;
use radsurv_eval::brier::BrierSettings;
use radsurv_eval::calibration::{GroupSettings, SmoothSettings};
use radsurv_stats::bootstrap::Bootstrap;

/// The fastest of some runs in seconds, and the number.
fn timed(name: &str, runs: usize, work: &dyn Fn() -> radsurv_eval::Result<f64>) -> radsurv_eval::Result<()> {
    let (mut fastest, mut value) = (f64::INFINITY, f64::NAN);
    for _ in 0..runs {
        let begin = Instant::now();
        value = black_box(work()?);
        fastest = fastest.min(begin.elapsed().as_secs_f64());
    }
    println!("{name},{fastest:.9},{value:.17}");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, path, time] = arguments.as_slice() else {
        return Err("give RUNS TABLE.csv TIME".into());
    };
    let (runs, time): (usize, f64) = (runs.parse()?, time.parse()?);
    let mut columns: [Vec<f64>; 3] = Default::default();
    for line in std::fs::read_to_string(path)?.lines() {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse()?);
        }
    }
    let [times, event, p] = columns;
    let outcome = Survival::new(times, event.iter().map(|e| *e == 1.0).collect())?;
    let (brier, groups, smooth) = (BrierSettings::default(), GroupSettings::default(), SmoothSettings::default());
    timed("brier", runs, &|| Ok(brier.at(time, &p, &outcome)?.se))?;
    timed("groups", runs, &|| Ok(groups.fit(time, &p, &outcome)?.groups.iter().filter_map(|g| g.observed).sum()))?;
    timed("smooth", runs, &|| Ok(smooth.fit(time, &p, &outcome)?.ici))?;
    let samples = Bootstrap { samples: 1000, ..Bootstrap::default() };
    timed("bootstrap", 1, &|| Ok(smooth.bootstrap(time, &p, &outcome, &samples)?.ici.estimate))?;
    Ok(())
}
