//! Partial dependence against scikit-learn's (reference/explain.py), local effects against ALEPlot's (reference/local_effects.R), of a
//! function that both sides compute; the choice of a colour against shap's.

use std::path::Path;

use radsurv_data::{Cohort, FeatureTable, FitSurvival, LearnerError, Predictions, Predictor, SurvivalModel};
use radsurv_survival::explain::ShapValues;
use radsurv_survival::explain::local_effects::LocalEffectsSettings;
use radsurv_survival::explain::partial_dependence::{Grid, PartialDependenceSettings, Target};
use radsurv_survival::{CoxSettings, ForestSettings};
use radsurv_testkit::golden::Golden;
use serde_json::Value;

use crate::support::contract::Cases;

fn golden(name: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap()
}

fn numbers(values: &Value) -> Vec<f64> {
    // One number is no list in R.
    values
        .as_array()
        .map_or_else(|| vec![values.as_f64().unwrap()], |v| v.iter().map(|v| v.as_f64().unwrap()).collect())
}

fn data(golden: &Golden) -> FeatureTable {
    let columns: Vec<Vec<f64>> =
        ["a", "b", "c", "d"].iter().map(|name| numbers(&golden.header["data"][name])).collect();
    let ids = (0..columns[0].len()).map(|i| format!("P{i}")).collect();
    FeatureTable::new(ids, ["a", "b", "c", "d"].map(String::from).to_vec(), columns).unwrap()
}

/// The function of the scripts.
struct Function;

impl Predictor for Function {
    fn predict(&self, cohort: &Cohort, _: &[f64]) -> Result<Predictions, LearnerError> {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| cohort.features().column(name).unwrap());
        let risk = |i: usize| {
            let steep = if d[i] > 1.0 { 0.7 } else { 0.0 };
            0.8 * a[i] + (3.0 * a[i]).sin() * b[i] + 0.5 * b[i] * b[i] - a[i] * c[i] + steep * a[i]
        };
        Ok(Predictions::new((0..a.len()).map(risk).collect()))
    }

    fn used_features(&self) -> Vec<String> {
        ["a", "b", "c", "d"].map(String::from).to_vec()
    }
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found} {expected}");
    }
}

#[test]
fn local_effects_are_those_of_aleplot() {
    let golden = golden("local_effects.jsonl.gz");
    assert!(golden.header["versions"].as_str().unwrap().contains("ALEPlot 1.1"));
    let cohort = Cohort::from(data(&golden));
    assert_eq!(golden.rows.len(), 16);
    for row in &golden.rows {
        let (feature, intervals) = (row["feature"].as_str().unwrap(), row["intervals"].as_u64().unwrap() as usize);
        let settings = LocalEffectsSettings { intervals, ..Default::default() };
        let found = settings.of(&Function, &cohort, feature).unwrap();
        close(&found.ends, &numbers(&row["ends"]), 0.0);
        close(&found.effect, &numbers(&row["effect"]), 1e-12);
        assert_eq!(found.cases.iter().sum::<usize>(), cohort.cases());
        assert!(found.cases.iter().all(|n| *n > 0) && found.cases.len() + 1 == found.ends.len());
    }
}

#[test]
fn partial_dependence_is_that_of_scikit_learn() {
    let golden = golden("explain.jsonl.gz");
    let cohort = Cohort::from(data(&golden));
    let mut rows = 0;
    for row in golden.rows.iter().filter(|row| row["features"].is_array()) {
        let features: Vec<&str> = row["features"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        let grids: Vec<Vec<f64>> = row["grids"].as_array().unwrap().iter().map(numbers).collect();
        let settings =
            |grid: &Vec<f64>| PartialDependenceSettings { grid: Grid::Values(grid.clone()), ..Default::default() };
        let mean = row["mean"].as_array().unwrap();
        if let [feature] = features[..] {
            let found = settings(&grids[0]).of(&Function, &cohort, feature).unwrap();
            close(&found.mean, &numbers(&row["mean"]), 1e-12);
            for (found, expected) in found.cases.iter().zip(row["cases"].as_array().unwrap()) {
                close(found, &numbers(expected), 1e-12);
            }
        } else {
            // Of two features a grid of values is that of both: a row of the golden table is one value of the first.
            for (value, expected) in grids[0].iter().zip(mean) {
                let mut fixed = cohort.clone();
                fixed.feature_mut(features[0]).unwrap().fill(*value);
                let found = settings(&grids[1]).of(&Function, &fixed, features[1]).unwrap();
                close(&found.mean, &numbers(expected), 1e-12);
            }
        }
        rows += 1;
    }
    assert_eq!(rows, 5);
}

#[test]
fn two_features_are_one_given_the_other() {
    let cohort = Cohort::from(data(&golden("explain.jsonl.gz")));
    let settings = PartialDependenceSettings { grid: Grid::Quantiles(7), ..Default::default() };
    let found = settings.of_two(&Function, &cohort, ["a", "d"]).unwrap();
    assert_eq!([found.grids[0].len(), found.grids[1].len()], [7, 4]);
    for (value, expected) in found.grids[0].iter().zip(&found.mean) {
        let mut fixed = cohort.clone();
        fixed.feature_mut("a").unwrap().fill(*value);
        assert_eq!(&settings.of(&Function, &fixed, "d").unwrap().mean, expected);
    }
}

#[test]
fn what_goes_with_shap_values_is_what_shap_finds() {
    let golden = golden("explain.jsonl.gz");
    let whole = data(&golden);
    let (mut columns, n) = (whole.columns().to_vec(), whole.cases());
    (0..n).step_by(7).for_each(|i| columns[1][i] = f64::NAN);
    (3..n).step_by(5).for_each(|i| columns[2][i] = f64::NAN);
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| &whole.columns()[k]);
    let of = |f: &dyn Fn(usize) -> f64| (0..n).map(f).collect::<Vec<f64>>();
    let missing = |i: usize| columns[2][i].is_nan();
    let values = vec![
        of(&|i| a[i] * b[i]),
        of(&|i| (b[i] + d[i]).abs()),
        of(&|i| if missing(i) { c[i] } else { 1.0 }),
        d.clone(),
    ];
    let table = whole.with_columns(columns.clone()).unwrap();
    let (case_ids, features) = (table.case_ids().to_vec(), table.names().to_vec());
    let shap = ShapValues { base: 0.0, case_ids, features, values };
    let rows = golden.rows.iter().filter(|row| row["interacting"].is_string());
    let mut checked = 0;
    for row in rows {
        let found = shap.interacting(row["interacting"].as_str().unwrap(), &table).unwrap();
        let found: Vec<&str> = found.iter().map(|i| i.feature.as_str()).collect();
        let expected: Vec<&str> = row["order"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        assert_eq!(found, expected);
        checked += 1;
    }
    assert_eq!(checked, 2);
    assert!(shap.interacting("volume", &table).unwrap_err().to_string().contains("volume"));
    assert!(shap.interacting("a", &table.rows(&[0])).unwrap_err().to_string().contains("P1"));
    // Other cases and features do not matter, nor does their order.
    let order: Vec<usize> = (0..n).rev().collect();
    assert_eq!(shap.feature_values(&table.rows(&order)).unwrap().case_ids(), table.case_ids());
}

#[test]
fn survival_is_one_less_events_and_any_number_of_threads_gives_the_same() {
    let cases = Cases::new(3, 120);
    let forest = ForestSettings { trees: 20, ..Default::default() }.fit(&cases.features, &cases.outcome).unwrap();
    let cohort = Cohort::from(cases.features.clone());
    let of = |target: Target| {
        PartialDependenceSettings { grid: Grid::Quantiles(9), target }.of(&forest, &cohort, "strong").unwrap()
    };
    let (survival, event) = (of(Target::Survival(20.0)), of(Target::Event(20.0)));
    assert_eq!((survival.grid.len(), survival.cases.len(), survival.deciles.len()), (9, 120, 11));
    let other: Vec<f64> = event.mean.iter().map(|p| 1.0 - p).collect();
    close(&survival.mean, &other, 1e-12);
    // The naive way: each case on its own.
    let mut given = cases.features.clone();
    given.column_mut("strong").unwrap().fill(event.grid[4]);
    let naive = forest.predict_survival(&given, &[20.0]).unwrap().at_time(0);
    close(&survival.cases.iter().map(|line| line[4]).collect::<Vec<_>>(), &naive, 0.0);
    assert!(event.mean[8] > event.mean[0] + 0.1);
    let centred = event.centred();
    assert!(centred.cases.iter().all(|line| line[0] == 0.0) && centred.mean[0] == 0.0);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| of(Target::Event(20.0))), event);
    }
    // A feature without an effect that is correlated with one that has it: the partial dependence of Cox is flat as well.
    let model = CoxSettings::default().fit(&cases.features, &cases.outcome).unwrap();
    let effects = LocalEffectsSettings::default().of(&model, &cohort, "strong").unwrap();
    let slope = (effects.effect[1] - effects.effect[0]) / (effects.ends[1] - effects.ends[0]);
    let line: Vec<f64> = effects.ends.iter().map(|end| effects.effect[0] + slope * (end - effects.ends[0])).collect();
    close(&effects.effect, &line, 1e-9);
}

#[test]
fn what_cannot_be_explained_is_said() {
    let cases = Cases::new(3, 30);
    let mut cohort = Cohort::from(cases.features.clone());
    let message = |grid: Grid, cohort: &Cohort, feature: &str| {
        let settings = PartialDependenceSettings { grid, ..Default::default() };
        settings.of(&Constant, cohort, feature).unwrap_err().to_string()
    };
    assert!(message(Grid::default(), &cohort, "stron").contains("no column stron"));
    assert!(message(Grid::Quantiles(1), &cohort, "strong").contains("Quantiles(1)"));
    assert!(message(Grid::Values(vec![f64::NAN]), &cohort, "strong").contains("finite values"));
    let survival = PartialDependenceSettings { target: Target::Survival(3.0), ..Default::default() };
    assert!(survival.of(&Constant, &cohort, "strong").unwrap_err().to_string().contains("no survival curves"));
    let effects = |cohort: &Cohort, intervals| {
        let settings = LocalEffectsSettings { intervals, ..Default::default() };
        settings.of(&Constant, cohort, "strong").unwrap_err().to_string()
    };
    assert!(effects(&cohort, 0).contains("number of intervals is 0"));
    cohort.feature_mut("strong").unwrap().fill(2.0);
    assert!(effects(&cohort, 5).contains("one value in all cases"));
    let one = PartialDependenceSettings::default().of(&Constant, &cohort, "strong").unwrap();
    assert_eq!((one.grid, one.mean), (vec![2.0], vec![1.0]));
    cohort.feature_mut("strong").unwrap().fill(f64::NAN);
    assert!(message(Grid::default(), &cohort, "strong").contains("1 cases at least"));
}

/// The same risk for all.
struct Constant;

impl Predictor for Constant {
    fn predict(&self, cohort: &Cohort, _: &[f64]) -> Result<Predictions, LearnerError> {
        Ok(Predictions::new(vec![1.0; cohort.cases()]))
    }

    fn used_features(&self) -> Vec<String> {
        Vec::new()
    }
}
