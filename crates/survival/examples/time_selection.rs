//! A nested search among the six models, timed.
//!
//! `cargo run --release -p radsurv-survival --example time_selection -- CASES FEATURES CANDIDATES OUTER INNER RACING MODEL[,MODEL]`
//!
//! Features are made up, ten of which say something. RACING is `yes` or `no`. Printed are for each model the seconds of its nested
//! validation, and its concordance.

use std::error::Error;
use std::time::Instant;

use radsurv_data::{Cohort, FeatureTable, Metric, MetricError, Predictions, Survival};
use radsurv_stats::nonparametric::harrell;
use radsurv_stats::random::Random;
use radsurv_survival::ModelKind;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::{CrossValidation, Measures, Nested, Racing, Steps, Tuning};

struct Harrell;
impl Metric for Harrell {
    fn name(&self) -> String {
        "harrell".to_string()
    }
    fn higher_is_better(&self) -> bool {
        true
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        Ok(harrell(predictions.risk(), outcome)?.estimate)
    }
}

fn normal(random: &mut Random) -> f64 {
    (-2.0 * random.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * random.uniform()).cos()
}

/// Features in blocks of eight that correlate, as filtered images of one region do.
fn cohort(cases: usize, count: usize) -> Result<(Cohort, Survival), Box<dyn Error>> {
    let mut random = Random::new(1, 0);
    let blocks = count.div_ceil(8);
    let common: Vec<Vec<f64>> = (0..blocks).map(|_| (0..cases).map(|_| normal(&mut random)).collect()).collect();
    let column = |f: usize, random: &mut Random| -> Vec<f64> {
        common[f / 8].iter().map(|c| 0.7 * c + 0.7 * normal(random)).collect()
    };
    let columns: Vec<Vec<f64>> = (0..count).map(|f| column(f, &mut random)).collect();
    let (mut times, mut event) = (Vec::new(), Vec::new());
    for case in 0..cases {
        let eta: f64 = (0..10.min(blocks)).map(|b| 0.3 * columns[8 * b][case]).sum();
        let (death, censored) = (-random.uniform().ln() * 60.0 * (-eta).exp(), 24.0 + 60.0 * random.uniform());
        times.push(death.min(censored));
        event.push(death <= censored);
    }
    let ids = (0..cases).map(|i| format!("P{i}")).collect();
    let names = (0..count).map(|f| format!("f{f}")).collect();
    Ok((FeatureTable::new(ids, names, columns)?.into(), Survival::new(times, event)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cases, features, candidates, outer, inner, racing, models] = arguments.as_slice() else {
        return Err("give CASES FEATURES CANDIDATES OUTER INNER RACING MODEL[,MODEL]".into());
    };
    let (cohort, outcome) = cohort(cases.parse()?, features.parse()?)?;
    println!("{} events", outcome.events());
    let folds = |folds: usize| CrossValidation {
        folds: FoldSettings { folds, ..FoldSettings::default() },
        ..CrossValidation::default()
    };
    let mut all = 0.0;
    for name in models.split(',') {
        let candidates = name.parse::<ModelKind>()?.search().draw(name, 0, candidates.parse()?, 1)?;
        let tuning = Tuning {
            division: folds(inner.parse()?),
            racing: (racing == "yes").then(Racing::default),
            ..Tuning::new(vec![Steps::new()], candidates, &Harrell)
        };
        let begin = Instant::now();
        let measures = Measures { metrics: &[&Harrell], times: &[] };
        let found = Nested { tuning: &tuning, outer: folds(outer.parse()?) }.run(&cohort, &outcome, measures)?;
        let seconds = begin.elapsed().as_secs_f64();
        all += seconds;
        let mean = found.best.summaries[0].mean.unwrap_or(f64::NAN);
        println!("{name:8} {seconds:9.2} s   C {mean:.4}");
    }
    println!("together {all:.2} s");
    Ok(())
}
