//! Boosted trees against those of XGBoost (reference/boosting_xgboost.py), and what must hold of them.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::boosting::newton::{Distribution, Method, NewtonBoostingSettings, Objective};
use radsurv_survival::boosting::{Monotone, Stopping};
use radsurv_survival::folds::FoldSettings;
use radsurv_testkit::golden::Golden;

use crate::support::boosting::{newton_settings, numbers, table};

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
        let settings = newton_settings(row);
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

/// The largest gain of a split of all cases, by its definition, with derivatives at scores of 0 by Breslow's rule.
fn naive_gain(features: &FeatureTable, outcome: &Survival, lambda: f64, least: f64) -> f64 {
    let n = outcome.len();
    let at_risk = |t: f64| (0..n).filter(|&i| outcome.times()[i] >= t).count() as f64;
    let events: Vec<f64> = (0..n).filter(|&i| outcome.event()[i]).map(|i| outcome.times()[i]).collect();
    let sums = |i: usize, power: i32| -> f64 {
        events.iter().filter(|t| **t <= outcome.times()[i]).map(|t| at_risk(*t).powi(-power)).sum()
    };
    let event = |i: usize| f64::from(u8::from(outcome.event()[i]));
    let derivatives: Vec<[f64; 2]> = (0..n).map(|i| [sums(i, 1) - event(i), sums(i, 1) - sums(i, 2)]).collect();
    let total = |left: &dyn Fn(usize) -> bool| {
        (0..n).filter(|&i| left(i)).fold([0.0; 2], |[g, h], i| [g + derivatives[i][0], h + derivatives[i][1]])
    };
    let square = |[g, h]: [f64; 2]| g * g / (h + lambda);
    let mut best = 0.0f64;
    for column in features.columns() {
        for &threshold in column.iter().filter(|v| !v.is_nan()) {
            for missing_left in [false, true] {
                let goes = |i: usize| if column[i].is_nan() { missing_left } else { column[i] < threshold };
                let (left, right) = (total(&goes), total(&|i| !goes(i)));
                if left[1] >= least && right[1] >= least {
                    best = best.max(square(left) + square(right) - square(total(&|_| true)));
                }
            }
        }
        // All that have a value on one side.
        let (left, right) = (total(&|i| column[i].is_nan()), total(&|i| !column[i].is_nan()));
        if left[1] >= least && right[1] >= least {
            best = best.max(square(left) + square(right) - square(total(&|_| true)));
        }
    }
    best
}

#[test]
fn bins_of_all_values_are_exact() {
    for seed in 0..30u64 {
        let (cases, missing, levels) =
            (40 + 5 * seed as usize, [0, 10, 35][seed as usize % 3], [0, 7][seed as usize % 2]);
        let features = table(seed, cases, 9, missing, levels);
        let outcome = crate::support::boosting::follow(&features, seed, 5.0 + 10.0 * seed as f64);
        let histogram = NewtonBoostingSettings { rounds: 8, max_depth: 4, ..NewtonBoostingSettings::default() };
        let exact = NewtonBoostingSettings { method: Method::Exact, ..histogram.clone() };
        let [a, b] = [histogram, exact].map(|s| s.boost_and_predict(&features, &outcome, &features).unwrap());
        // The training cases, which other thresholds between the same values do not move. Single precision.
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-4), "seed {seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn splits_are_the_best_there_are(
        seed in 0u64..1000, cases in 30usize..90, missing in 0u64..40, levels in 0i64..9, unit in 3.0..60.0, exact: bool,
    ) {
        let features = table(seed, cases, 11, missing, levels);
        let outcome = crate::support::boosting::follow(&features, seed, unit);
        let settings = NewtonBoostingSettings {
            rounds: 1,
            max_depth: 1,
            stopping: Stopping::Never,
            method: if exact { Method::Exact } else { Method::default() },
            folds: FoldSettings { folds: 2, ..FoldSettings::default() },
            ..NewtonBoostingSettings::default()
        };
        let model = settings.fit(&features, &outcome).unwrap();
        let found = model.trees()[0].nodes()[0].split.map_or(0.0, |split| f64::from(split.gain));
        let expected = naive_gain(&features, &outcome, 1.0, 1.0);
        // Single precision.
        prop_assert!((found - expected).abs() <= 1e-5 * (1.0 + expected), "{found} {expected}");
    }

    #[test]
    fn risks_are_monotone_where_they_must_be(
        seed in 0u64..1000, missing in 0u64..30, exact: bool, accelerated: bool, step in 0.0..1.0,
    ) {
        let features = table(seed, 120, 5, missing, 0);
        let outcome = crate::support::boosting::follow(&features, seed, 40.0);
        let settings = NewtonBoostingSettings {
            objective: if accelerated {
                Objective::AcceleratedFailure { distribution: Distribution::Normal, scale: 1.0 }
            } else {
                Objective::default()
            },
            rounds: 15,
            max_depth: 4,
            stopping: Stopping::Never,
            method: if exact { Method::Exact } else { Method::default() },
            monotone: [("f0".to_string(), Monotone::FallingRisk), ("f3".to_string(), Monotone::RisingRisk)].into(),
            folds: FoldSettings { folds: 2, ..FoldSettings::default() },
            ..NewtonBoostingSettings::default()
        };
        let model = settings.fit(&features, &outcome).unwrap();
        let moved = |feature: usize| {
            let mut columns = features.columns().to_vec();
            columns[feature].iter_mut().for_each(|v| *v += step);
            model.predict_risk(&features.with_columns(columns).unwrap()).unwrap()
        };
        let risk = model.predict_risk(&features).unwrap();
        prop_assert!(moved(0).iter().zip(&risk).all(|(moved, risk)| moved <= risk));
        prop_assert!(moved(3).iter().zip(&risk).all(|(moved, risk)| moved >= risk));
    }

    #[test]
    fn rows_may_be_in_any_order_and_cases_without_weight_are_not_there(
        seed in 0u64..1000, missing in 0u64..30, exact: bool,
    ) {
        let features = table(seed, 100, 6, missing, 0);
        let outcome = crate::support::boosting::follow(&features, seed, 40.0);
        let settings = NewtonBoostingSettings {
            rounds: 6,
            max_depth: 3,
            method: if exact { Method::Exact } else { Method::default() },
            ..NewtonBoostingSettings::default()
        };
        let expected = settings.boost_and_predict(&features, &outcome, &features).unwrap();
        let order: Vec<usize> = (0..100).map(|i| (i * 37 + 11) % 100).collect();
        let moved = settings.boost_and_predict(&features.rows(&order), &outcome.rows(&order), &features).unwrap();
        // Single precision.
        prop_assert!(moved.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-5));
        let kept: Vec<usize> = (0..100).filter(|i| i % 4 > 0).collect();
        let fewer = settings.boost_and_predict(&features.rows(&kept), &outcome.rows(&kept), &features).unwrap();
        let weights = (0..100).map(|i| f64::from(u8::from(i % 4 > 0))).collect();
        let weighted = outcome.with_weights(weights).unwrap();
        prop_assert_eq!(settings.boost_and_predict(&features, &weighted, &features).unwrap(), fewer);
    }
}
