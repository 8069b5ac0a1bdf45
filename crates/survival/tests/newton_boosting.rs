//! Boosted trees against those of XGBoost (reference/boosting_xgboost.py), and what must hold of them.

use std::path::Path;

use radsurv_data::Survival;
use radsurv_survival::boosting::newton::{BoostingTies, Distribution, Method, NewtonBoostingSettings, Objective};
use radsurv_survival::boosting::{Monotone, Stopping};
use radsurv_testkit::golden::Golden;
use serde_json::Value;

#[path = "support/boosting.rs"]
mod support;

use support::{numbers, table};

fn settings(row: &Value) -> NewtonBoostingSettings {
    let objective = match row["objective"].as_str() {
        // Correct where there are no ties.
        Some(_) if row["time"].as_array().unwrap().len() == row["times"].as_u64().unwrap() as usize => {
            Objective::default()
        }
        Some(_) => Objective::Cox { ties: BoostingTies::AsXgboost },
        None => Objective::AcceleratedFailure {
            distribution: serde_json::from_value::<Distribution>(row["objective"][0].clone()).unwrap(),
            scale: row["objective"][1].as_f64().unwrap(),
        },
    };
    let given = &row["settings"];
    let number = |name: &str, default: f64| given.get(name).map_or(default, |v| v.as_f64().unwrap());
    let falling = matches!(objective, Objective::AcceleratedFailure { .. });
    let monotone = |(at, v): (usize, f64)| {
        let rising = (v > 0.0) != falling;
        (v != 0.0).then(|| (format!("f{at}"), if rising { Monotone::RisingRisk } else { Monotone::FallingRisk }))
    };
    NewtonBoostingSettings {
        objective,
        stopping: Stopping::Never,
        rounds: row["rounds"].as_u64().unwrap() as usize,
        learning_rate: number("eta", 0.3),
        max_depth: number("max_depth", 6.0) as usize,
        min_child_weight: number("min_child_weight", 1.0),
        lambda: number("lambda", 1.0),
        alpha: number("alpha", 0.0),
        gamma: number("gamma", 0.0),
        max_delta_step: number("max_delta_step", 0.0),
        base_score: given.get("base_score").map(|v| v.as_f64().unwrap()),
        method: match row["method"].as_str().unwrap() {
            "exact" => Method::Exact,
            _ => Method::Histogram { bins: number("max_bin", 256.0) as usize },
        },
        monotone: numbers(&row["monotone"]).into_iter().enumerate().filter_map(monotone).collect(),
        ..NewtonBoostingSettings::default()
    }
}

#[test]
fn predictions_are_those_of_xgboost() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/newton_boosting.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("xgboost 3.2.0"));
    assert_eq!(golden.rows.len(), 31);
    let mut wrong = Vec::new();
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        let integer = |key: &str| row[key].as_u64().unwrap();
        let make = |seed: u64, cases: u64| {
            table(seed, cases as usize, integer("columns") as usize, integer("missing"), integer("levels") as i64)
        };
        let (features, new) = (make(integer("seed"), integer("cases")), make(integer("seed") + 1, 60));
        let event = numbers(&row["event"]).into_iter().map(|e| e == 1.0).collect();
        let outcome = Survival::new(numbers(&row["time"]), event).unwrap();
        let settings = settings(row);
        for margins in row["margins"].as_array().unwrap() {
            let rounds = margins["rounds"].as_u64().unwrap() as usize;
            let settings = NewtonBoostingSettings { rounds, ..settings.clone() };
            let mut largest = 0.0f64;
            for (of, key) in [(&features, "fitted"), (&new, "new")] {
                let found = settings.boost_and_predict(&features, &outcome, of).unwrap();
                for (found, expected) in found.iter().zip(numbers(&margins[key])) {
                    largest = largest.max((found - expected).abs());
                }
            }
            // Sums of single precision numbers: XGBoost's risk sets are differences of them.
            if largest > 1e-5 {
                wrong.push(format!("{name}, {rounds} rounds: {largest:.1e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
