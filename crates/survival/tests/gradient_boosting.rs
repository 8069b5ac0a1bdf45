//! Boosted trees against those of gbm (reference/boosting_gbm.R), and what must hold of them.

use std::path::Path;

use radsurv_data::{FitSurvival, Survival, SurvivalModel};
use radsurv_survival::boosting::gradient::GradientBoostingSettings;
use radsurv_survival::boosting::{Monotone, Stopping};
use radsurv_testkit::golden::Golden;
use serde_json::Value;

#[path = "support/boosting.rs"]
mod support;

use support::{numbers, table_of_r};

fn settings(row: &Value) -> GradientBoostingSettings {
    let integer = |key: &str| row[key].as_u64().unwrap() as usize;
    let monotone = |(at, v): (usize, f64)| {
        (v != 0.0).then(|| (format!("f{at}"), if v > 0.0 { Monotone::RisingRisk } else { Monotone::FallingRisk }))
    };
    GradientBoostingSettings {
        stopping: Stopping::Never,
        rounds: integer("trees"),
        splits: integer("depth"),
        min_leaf: integer("least"),
        learning_rate: row["shrinkage"].as_f64().unwrap(),
        cases: 1.0,
        monotone: numbers(&row["monotone"]).into_iter().enumerate().filter_map(monotone).collect(),
        ..GradientBoostingSettings::default()
    }
}

#[test]
fn predictions_and_influences_are_those_of_gbm() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gradient_boosting.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("gbm 2.1.8"));
    assert_eq!(golden.rows.len(), 10);
    let mut wrong = Vec::new();
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        let integer = |key: &str| row[key].as_u64().unwrap();
        let make = |seed: u64, cases: u64| {
            table_of_r(seed, cases as usize, integer("columns") as usize, integer("missing"), integer("levels") as i64)
        };
        let (features, new) = (make(integer("seed"), integer("cases")), make(integer("seed") + 1, 60));
        let sum: f64 = features.columns().iter().flatten().filter(|v| !v.is_nan()).sum();
        assert!((sum - row["sum"].as_f64().unwrap()).abs() < 1e-9, "{name}");
        let event = numbers(&row["event"]).into_iter().map(|e| e == 1.0).collect();
        let mut outcome = Survival::new(numbers(&row["time"]), event).unwrap();
        if let Some(weights) = row.get("weights") {
            let weights = numbers(weights);
            let mean = weights.iter().sum::<f64>() / weights.len() as f64;
            outcome = outcome.with_weights(weights.iter().map(|w| w / mean).collect()).unwrap();
        }
        let settings = settings(row);
        for margins in row["margins"].as_array().unwrap() {
            let rounds = margins["rounds"].as_u64().unwrap() as usize;
            let settings = GradientBoostingSettings { rounds, ..settings.clone() };
            let mut largest = 0.0f64;
            for (of, key) in [(&features, "fitted"), (&new, "new")] {
                let found = settings.boost_and_predict(&features, &outcome, of).unwrap();
                for (found, expected) in found.iter().zip(numbers(&margins[key])) {
                    largest = largest.max((found - expected).abs());
                }
            }
            if largest > 1e-6 {
                wrong.push(format!("{name}, {rounds} rounds: {largest:.1e}"));
            }
        }
        let model = settings.fit(&features, &outcome).unwrap();
        let influence = numbers(&row["influence"]);
        for found in model.importance() {
            let expected = influence[found.feature[1..].parse::<usize>().unwrap()];
            if (found.value - expected).abs() > 1e-6 * expected {
                wrong.push(format!("{name}, influence of {}: {} {expected}", found.feature, found.value));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
