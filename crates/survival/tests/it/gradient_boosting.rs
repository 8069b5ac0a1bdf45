//! Boosted trees against those of gbm (reference/boosting_gbm.R), and what must hold of them.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_stats::cox::{Design, PartialLikelihood, Ties};
use radsurv_survival::boosting::gradient::{GradientBoostingSettings, Learner};
use radsurv_survival::boosting::{Monotone, Stopping};
use radsurv_survival::folds::FoldSettings;
use radsurv_testkit::golden::Golden;
use serde_json::Value;

use crate::support::boosting::{numbers, table, table_of_r};

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

#[test]
fn component_wise_boosting_is_that_of_scikit_survival() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/componentwise_boosting.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("scikit-survival 0.28"));
    assert_eq!(golden.rows.len(), 3);
    for row in &golden.rows {
        let integer = |key: &str| row[key].as_u64().unwrap();
        let columns = integer("columns") as usize;
        let features = table(integer("seed"), integer("cases") as usize, columns, 0, 0);
        let new = table(integer("seed") + 1, 60, columns, 0, 0);
        let event = numbers(&row["event"]).into_iter().map(|e| e == 1.0).collect();
        let outcome = Survival::new(numbers(&row["time"]), event).unwrap();
        let settings = GradientBoostingSettings {
            learner: Learner::Linear { centre: false },
            stopping: Stopping::Never,
            rounds: integer("rounds") as usize,
            learning_rate: row["rate"].as_f64().unwrap(),
            cases: 1.0,
            ..GradientBoostingSettings::default()
        };
        let found = settings.boost_and_predict(&features, &outcome, &new).unwrap();
        found.iter().zip(numbers(&row["new"])).for_each(|(f, e)| assert!((f - e).abs() < 1e-8, "{f} {e}"));
        let model = settings.fit(&features, &outcome).unwrap();
        let mut coefficients = vec![0.0; columns];
        model.linear_terms().iter().for_each(|term| coefficients[term.feature] += term.coefficient);
        let expected = numbers(&row["coefficients"]);
        coefficients.iter().zip(expected).for_each(|(f, e)| assert!((f - e).abs() < 1e-8, "{f} {e}"));
    }
}

/// The largest improvement by a split of all cases, by its definition, with the martingale residuals at scores of 0 as the
/// response.
fn naive_improvement(features: &FeatureTable, outcome: &Survival, least: usize) -> f64 {
    let n = outcome.len();
    let weight = |i: usize| outcome.weight(i);
    let at_risk = |t: f64| (0..n).filter(|&i| outcome.times()[i] >= t).map(weight).sum::<f64>();
    let hazard = |i: usize| -> f64 {
        let events = (0..n).filter(|&j| outcome.event()[j] && outcome.times()[j] <= outcome.times()[i]);
        events.map(|j| weight(j) / at_risk(outcome.times()[j])).sum()
    };
    let response: Vec<f64> = (0..n).map(|i| f64::from(u8::from(outcome.event()[i])) - hazard(i)).collect();
    // The weighted sum of squares around the mean.
    let squares = |cases: &[usize]| -> f64 {
        let total: f64 = cases.iter().map(|&i| weight(i)).sum();
        let mean = cases.iter().map(|&i| weight(i) * response[i]).sum::<f64>() / total;
        cases.iter().map(|&i| weight(i) * (response[i] - mean).powi(2)).sum()
    };
    let all: Vec<usize> = (0..n).collect();
    let mut best = 0.0f64;
    for column in features.columns() {
        let missing: Vec<usize> = (0..n).filter(|&i| column[i].is_nan()).collect();
        for &threshold in column.iter().filter(|v| !v.is_nan()) {
            let (left, right): (Vec<usize>, Vec<usize>) =
                (0..n).filter(|&i| !column[i].is_nan()).partition(|&i| column[i] < threshold);
            if left.len() >= least && right.len() >= least {
                let mut within = squares(&left) + squares(&right);
                if !missing.is_empty() {
                    within += squares(&missing);
                }
                best = best.max(squares(&all) - within);
            }
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn splits_are_the_best_there_are(
        seed in 0u64..1000, cases in 30usize..90, missing in 0u64..40, levels in 0i64..9, unit in 3.0..60.0, weighted: bool,
    ) {
        let features = table(seed, cases, 11, missing, levels);
        let mut outcome = crate::support::boosting::follow(&features, seed, unit);
        if weighted {
            outcome = outcome.with_weights((0..cases).map(|i| 0.5 + (i % 5) as f64).collect()).unwrap();
        }
        let settings = GradientBoostingSettings {
            rounds: 1,
            splits: 1,
            min_leaf: 5,
            cases: 1.0,
            stopping: Stopping::Never,
            folds: FoldSettings { folds: 2, ..FoldSettings::default() },
            ..GradientBoostingSettings::default()
        };
        let model = settings.fit(&features, &outcome).unwrap();
        let found = model.trees()[0].nodes()[0].split.map_or(0.0, |split| split.improvement);
        let expected = naive_improvement(&features, &outcome, 5);
        prop_assert!((found - expected).abs() <= 1e-9 * (1.0 + expected), "{found} {expected}");
    }

    #[test]
    fn rows_may_be_in_any_order_and_cases_without_weight_are_not_there(seed in 0u64..1000, missing in 0u64..30) {
        let features = table(seed, 120, 6, missing, 0);
        let outcome = crate::support::boosting::follow(&features, seed, 40.0);
        let settings = GradientBoostingSettings { rounds: 20, cases: 1.0, ..GradientBoostingSettings::default() };
        let expected = settings.boost_and_predict(&features, &outcome, &features).unwrap();
        let order: Vec<usize> = (0..120).map(|i| (i * 37 + 11) % 120).collect();
        let moved = settings.boost_and_predict(&features.rows(&order), &outcome.rows(&order), &features).unwrap();
        prop_assert!(moved.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-8));
        let kept: Vec<usize> = (0..120).filter(|i| i % 4 > 0).collect();
        let fewer = settings.boost_and_predict(&features.rows(&kept), &outcome.rows(&kept), &features).unwrap();
        let weights = (0..120).map(|i| f64::from(u8::from(i % 4 > 0))).collect();
        let weighted = outcome.with_weights(weights).unwrap();
        let found = settings.boost_and_predict(&features, &weighted, &features).unwrap();
        // The weights that are left are 1, but not known to be.
        prop_assert!(found.iter().zip(&fewer).all(|(a, b)| (a - b).abs() <= 1e-8));
    }

    #[test]
    fn the_likelihood_of_the_training_cases_rises(seed in 0u64..1000, splits in 1usize..5, unit in 2.0..60.0) {
        let features = table(seed, 100, 5, 10, 0);
        let outcome = crate::support::boosting::follow(&features, seed, unit);
        let mut before = f64::NEG_INFINITY;
        for rounds in [1, 5, 20, 60] {
            let settings = GradientBoostingSettings { rounds, splits, cases: 1.0, ..GradientBoostingSettings::default() };
            let scores = settings.boost_and_predict(&features, &outcome, &features).unwrap();
            let columns = [scores.as_slice()];
            let design = Design::new(&columns, &outcome);
            let now = PartialLikelihood::new(&design, Ties::Breslow).unwrap().at(&[1.0]).unwrap().log_likelihood;
            prop_assert!(now >= before - 1e-9, "{rounds} rounds: {before} {now}");
            before = now;
        }
    }
}

#[test]
fn rounds_stop_where_cases_that_were_not_fitted_lose_least() {
    let features = table(5, 200, 6, 5, 0);
    let outcome = crate::support::boosting::follow(&features, 5, 50.0);
    for stopping in [Stopping::OutOfFold, Stopping::Part { share: 0.25, patience: 15 }, Stopping::OutOfBag] {
        let settings = GradientBoostingSettings { stopping, rounds: 300, ..GradientBoostingSettings::default() };
        let model = settings.fit(&features, &outcome).unwrap();
        let rounds = model.trees().len();
        assert!((5..300).contains(&rounds), "{stopping:?}: {rounds}");
        let losses = model.losses();
        if stopping == Stopping::OutOfBag {
            assert!(losses.is_empty());
            continue;
        }
        assert!(losses.iter().all(|loss| *loss >= losses[rounds]));
        if let Stopping::Part { patience, .. } = stopping {
            assert_eq!(losses.len() - 1, (rounds + patience).min(300));
        }
    }
    // Features without any effect: no tree is better than none, or hardly one.
    let noise = table(6, 200, 6, 0, 0);
    let model = GradientBoostingSettings { rounds: 100, ..Default::default() }.fit(&noise, &outcome).unwrap();
    assert!(model.trees().len() < 10, "{}", model.trees().len());
}
