//! Nested cross-validation against scikit-learn's pipelines of scikit-survival's elastic net (reference/selection_sklearn.py).

use std::path::Path;

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Cohort, FeatureTable, Fit, Survival, Transform};
use radsurv_survival::coxnet::{CoxnetSettings, LambdaChoice};
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::{Candidate, CrossValidation, Measures, Nested, Search, Steps, Tuning};
use radsurv_testkit::golden::{Golden, number};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::validation::C;

/// scikit-learn's scaler: the mean, and the standard deviation of the training cases as a population.
struct StandardScaler;

#[derive(Serialize, Deserialize)]
struct Scaled(Vec<(f64, f64)>);

impl Saved for Scaled {
    const FORMAT: Format = Format { name: "test-scaled", version: 1 };
}

impl Fit for StandardScaler {
    type Fitted = Scaled;
    type Error = radsurv_data::Error;
    fn fit(&self, training: &Cohort) -> Result<Scaled, radsurv_data::Error> {
        let moments = |column: &Vec<f64>| {
            let count = column.len() as f64;
            let mean = column.iter().sum::<f64>() / count;
            (mean, (column.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt())
        };
        Ok(Scaled(training.features().columns().iter().map(moments).collect()))
    }
}

impl Transform for Scaled {
    type Error = radsurv_data::Error;
    fn transform(&self, cohort: &Cohort) -> Result<Cohort, radsurv_data::Error> {
        let columns = cohort.features().columns().iter().zip(&self.0);
        let columns =
            columns.map(|(column, (mean, deviation))| column.iter().map(|v| (v - mean) / deviation).collect());
        cohort.with_features(cohort.features().with_columns(columns.collect())?)
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn digits(value: &Value) -> Vec<usize> {
    value.as_str().unwrap().bytes().map(|digit| usize::from(digit - b'0')).collect()
}

fn folds(folds: usize, seed: u64) -> CrossValidation {
    CrossValidation { folds: FoldSettings { folds, repeats: 1, seed }, groups: None }
}

/// The cases of a golden row.
fn cases(row: &Value) -> (Cohort, Survival) {
    let columns: Vec<Vec<f64>> = row["columns"].as_array().unwrap().iter().map(numbers).collect();
    let ids = (0..columns[0].len()).map(|i| format!("P{i}")).collect();
    let names = (0..columns.len()).map(|j| format!("f{j}")).collect();
    let event = row["event"].as_array().unwrap().iter().map(|e| e.as_bool().unwrap()).collect();
    let features = FeatureTable::new(ids, names, columns).unwrap();
    (features.into(), Survival::new(numbers(&row["time"]), event).unwrap())
}

/// Both solvers stop near the minimum; scaled features are standardised no more.
fn elastic_net(candidate: &Value) -> Candidate<CoxnetSettings> {
    let [alpha, lambda] = numbers(candidate)[..] else { panic!("two settings") };
    let mut settings = CoxnetSettings { lambda: LambdaChoice::Fixed(lambda), ..CoxnetSettings::default() };
    settings.path.alpha = alpha;
    settings.path.standardize = false;
    settings.path.tolerance = 1e-12;
    Candidate { name: candidate.to_string(), model: "coxnet".to_string(), steps: 0, settings }
}

/// Concordances are ratios of counts of pairs, and no two risks are so near that scikit-survival takes them for one: they are equal but
/// for the last digit of a division, and the same candidates are chosen. Risks are as near as their solver goes, to some 2e-7.
#[test]
fn nested_cross_validation_is_that_of_scikit_learn() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/selection.jsonl.gz");
    let rows = Golden::read(&file).unwrap().rows;
    assert_eq!(rows.len(), 2);
    for row in rows {
        let (cohort, outcome) = cases(&row);
        let candidates = row["candidates"].as_array().unwrap().iter().map(elastic_net).collect();
        let steps = vec![Steps::new().then("scale", StandardScaler)];
        let tuning = Tuning { division: folds(3, 11), ..Tuning::new(steps, candidates, &C) };
        let outer = folds(4, 3);
        let drawn = &outer.draw(&cohort, &outcome).unwrap()[0];
        assert_eq!(drawn.of(), digits(&row["outer"]));
        for (fold, inner) in row["inner"].as_array().unwrap().iter().enumerate() {
            let others = drawn.others(fold);
            let inside = tuning.division.draw(&cohort.rows(&others), &outcome.rows(&others)).unwrap();
            assert_eq!(inside[0].of(), digits(inner));
        }
        let measures = Measures { metrics: &[&C], times: &[] };
        let nested = Nested { tuning: &tuning, outer: outer.clone() }.run(&cohort, &outcome, measures).unwrap();
        let golden = row["folds"].as_array().unwrap();
        for ((search, found), golden) in nested.searches.iter().zip(&nested.best.folds).zip(golden) {
            let Search { trials, chosen, .. } = search.as_ref().unwrap();
            for (trial, golden) in trials.iter().zip(golden["values"].as_array().unwrap()) {
                for (ours, golden) in trial.folds.iter().zip(numbers(golden)) {
                    assert!((ours.unwrap() - golden).abs() < 1e-12, "{}: {ours:?} {golden}", trial.name);
                }
            }
            assert_eq!(*chosen as u64, golden["chosen"].as_u64().unwrap());
            assert!((found.values[0].clone().unwrap() - number(&golden["c"]).unwrap()).abs() < 1e-12);
            // Their risks have another origin.
            let (ours, theirs) = (found.predictions.as_ref().unwrap().risk(), numbers(&golden["risk"]));
            let largest = theirs.iter().fold(0.0f64, |most, risk| most.max((risk - theirs[0]).abs()));
            for (ours, theirs) in ours.iter().map(|risk| risk - ours[0]).zip(theirs.iter().map(|risk| risk - theirs[0]))
            {
                assert!((ours - theirs).abs() < 1e-6 * largest, "{ours} {theirs}");
            }
            let used = numbers(&golden["coefficients"]).iter().filter(|c| **c != 0.0).count();
            assert_eq!(found.used_features.len(), used);
        }
        let mean = nested.best.summaries[0].mean.unwrap();
        assert!((mean - number(&row["mean"]).unwrap()).abs() < 1e-12, "{mean}");
        // The same as cross-validation of the search.
        let alone = outer.run(&tuning, &cohort, &outcome, measures).unwrap();
        assert_eq!(alone.summaries, nested.best.summaries);
    }
}
