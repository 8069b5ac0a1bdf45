//! A survival SVM of a CSV file, timed: what benches/peers/svm.py runs beside scikit-survival and survivalsvm.
//!
//! `cargo run --release -p radsurv-survival --example time_svm -- RUNS OUT.csv TRAIN.csv NEW.csv SETTINGS`
//!
//! Tables have case ids, `time`, `event`, and features; SETTINGS are those of the model as JSON, `{"curves": false}`. Printed are the
//! seconds of each fit, without reading or writing, and at last the concordance in the training cases and in the new ones; OUT.csv has the
//! risks of the new ones.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::SvmSettings;

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
    let [runs, out, training, new, settings] = arguments.as_slice() else {
        return Err("give RUNS OUT.csv TRAIN.csv NEW.csv SETTINGS".into());
    };
    let (training, new) = (read(training)?, read(new)?);
    let settings: SvmSettings = serde_json::from_str(settings)?;
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let model = settings.fit(&training.0, &training.1)?;
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            let risk = model.predict_risk(&new.0)?;
            let mut file = std::fs::File::create(out)?;
            for (id, risk) in new.0.case_ids().iter().zip(&risk) {
                writeln!(file, "{id},{risk}")?;
            }
            let of_training = harrell(&model.predict_risk(&training.0)?, &training.1)?.estimate;
            let of_new = harrell(&risk, &new.1)?.estimate;
            let first: Vec<String> = model.importance().into_iter().take(3).map(|i| i.feature).collect();
            eprintln!("C {of_training:.4} {of_new:.4}, {} support vectors, {first:?}", model.support_vectors());
        }
    }
    Ok(())
}
