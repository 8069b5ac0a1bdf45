//! A random survival forest of a table, with this crate and radsurv-data alone.
//!
//! `cargo run --release -p radsurv-survival --example only_forest [TRAINING.csv OTHERS.csv]`
//!
//! Tables have ids, the columns `time` and `event` (1 or 0), and features. Without tables they are of numbers. Printed are the error out of
//! the bag, what the forest looks at, and the risks of the others, higher being worse.

use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::ForestSettings;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (training, others) = match arguments.as_slice() {
        [training, others] => (FeatureTable::read_csv(training)?, FeatureTable::read_csv(others)?),
        _ => (made_up(0..200)?, made_up(200..210)?),
    };
    let column = |name: &str| training.column(name).ok_or(format!("there is no column {name}"));
    let event = column("event")?.iter().map(|event| *event == 1.0).collect();
    let outcome = Survival::new(column("time")?.to_vec(), event)?;
    let names: Vec<&String> = training.names().iter().filter(|n| !["time", "event"].contains(&n.as_str())).collect();

    let forest =
        ForestSettings { trees: 500, seed: 1, ..Default::default() }.fit(&training.select(&names)?, &outcome)?;
    if let Some(error) = forest.out_of_bag().harrell_error {
        println!("concordance out of the bag: {:.3}", 1.0 - error);
    }
    for importance in forest.importance().iter().take(5) {
        println!("{:<20} {:.3}", importance.feature, importance.value);
    }
    for (case, risk) in others.case_ids().iter().zip(forest.predict_risk(&others)?) {
        println!("{case:<20} {risk:.2}");
    }
    Ok(())
}

/// Six features; the time is short where the first is large, and the more so where the second is.
fn made_up(cases: std::ops::Range<usize>) -> Result<FeatureTable> {
    let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i + k) % 31) as f64;
    let row = |i: usize| {
        let time = 70.0 - value(i, 0) - value(i, 0) * value(i, 1) / 31.0 + value(i, 7) / 3.0;
        let mut row =
            vec![("time".to_string(), time), ("event".to_string(), f64::from(u8::from(!i.is_multiple_of(4))))];
        row.extend((0..6).map(|k| (format!("feature_{k}"), value(i, k))));
        (format!("P{i}"), row)
    };
    Ok(FeatureTable::from_rows(cases.map(row))?)
}
