//! Forests beside those of randomForestSRC, ranger and scikit-survival (reference/forest_sksurv.py): trees are drawn, so what agrees are means over
//! twenty seeds (a hundred of ranger).

use std::path::Path;

use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::forest::{CutPoints, ForestSettings};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The variance of the mean.
fn variance(values: &[f64]) -> f64 {
    let (n, mean) = (values.len() as f64, mean(values));
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))
}

/// Within three standard errors of the difference, or 0.005.
fn near(found: &[f64], expected: &[f64], what: &str) {
    let error = (variance(found) + variance(expected)).sqrt();
    let (found, expected) = (mean(found), mean(expected));
    println!("{what}: {found:.4}, expected {expected:.4} ± {error:.4}");
    assert!((found - expected).abs() <= (3.0 * error).max(0.005), "{what}: {found} {expected} {error}");
}

#[test]
fn errors_are_those_of_other_programs() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/forest.jsonl.gz")).unwrap();
    assert_eq!(golden.rows.len(), 3);
    let mut compared = 0;
    for row in &golden.rows {
        let (mut names, mut columns, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
        for (name, column) in row["columns"].as_object().unwrap() {
            if ["time", "status"].contains(&name.as_str()) {
                outcome.push(numbers(column));
            } else {
                names.push(name.clone());
                columns.push(numbers(column));
            }
        }
        let n = outcome[0].len();
        let table = FeatureTable::new((0..n).map(|i| format!("P{i}")).collect(), names, columns).unwrap();
        let survival = Survival::new(outcome[0].clone(), outcome[1].iter().map(|e| *e == 1.0).collect()).unwrap();
        let (train, test): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| i % 2 == 0);
        let of = |cases: &[usize]| (table.rows(cases), survival.rows(cases));
        let (train, test) = (of(&train), of(&test));
        for (program, golden) in row["programs"].as_object().unwrap() {
            let settings = match program.as_str() {
                "randomForestSRC" => ForestSettings::default(),
                "randomForestSRC nsplit=0" => ForestSettings { cut_points: CutPoints::All, ..Default::default() },
                "ranger" => ForestSettings::ranger(),
                "scikit-survival" => ForestSettings::scikit_survival(table.names().len()),
                other => panic!("{other}"),
            };
            let trees = golden["trees"].as_u64().unwrap() as usize;
            let (mut errors, mut concordances) = (Vec::new(), Vec::new());
            for seed in 1..=golden["test_c"].as_array().unwrap().len() as u64 {
                let forest = ForestSettings { trees, seed, ..settings.clone() }.fit(&train.0, &train.1).unwrap();
                errors.push(forest.out_of_bag().harrell_error.unwrap());
                concordances.push(harrell(&forest.predict_risk(&test.0).unwrap(), &test.1).unwrap().estimate);
            }
            let name = format!("{} {program}", row["data"]);
            near(&errors, &numbers(&golden["oob_error"]), &format!("{name}, out of bag"));
            near(&concordances, &numbers(&golden["test_c"]), &format!("{name}, test"));
            compared += 1;
        }
    }
    assert_eq!(compared, 10);
}
