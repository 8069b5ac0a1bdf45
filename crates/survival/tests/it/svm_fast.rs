//! The survival SVM of squared losses: against scikit-survival (reference/svm_sksurv.py).

use std::path::Path;

use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::svm::{Formulation, Kernel, SvmSettings};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[test]
fn risks_are_those_of_scikit_survival() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/svm_sksurv.jsonl.gz");
    let (cases, runs): (Vec<Value>, Vec<Value>) =
        Golden::read(&path).unwrap().rows.into_iter().partition(|row| row.get("case").is_some());
    assert_eq!((cases.len(), runs.len()), (4, 32));
    for run in &runs {
        let case = cases.iter().find(|case| case["case"] == run["of"]).unwrap();
        let columns: Vec<Vec<f64>> = case["columns"].as_array().unwrap().iter().map(numbers).collect();
        let n = columns[0].len();
        let ids = (0..n).map(|i| format!("P{i}")).collect();
        let names = (0..columns.len()).map(|j| format!("f{j}")).collect();
        let features = FeatureTable::new(ids, names, columns).unwrap();
        let event = numbers(&case["event"]).iter().map(|e| *e == 1.0).collect();
        let outcome = Survival::new(numbers(&case["time"]), event).unwrap();
        let (new, training): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| i % 4 == 0);
        let parameter = |name: &str| run["kernel"][name].as_f64().unwrap();
        let kernel = match run["kernel"]["kernel"].as_str().unwrap() {
            "linear" => Kernel::Linear,
            "rbf" => Kernel::Rbf { variance: Some(0.5 / parameter("gamma")) },
            _ => Kernel::Polynomial {
                degree: parameter("degree") as u32,
                offset: parameter("coef0"),
                scale: Some(parameter("gamma")),
            },
        };
        let formulation = Formulation::Fast {
            alpha: run["alpha"].as_f64(),
            rank_ratio: run["rank_ratio"].as_f64().unwrap(),
            intercept: run["intercept"].as_bool().unwrap(),
        };
        let settings = SvmSettings { kernel, formulation, curves: false, ..SvmSettings::default() };
        let model = settings.fit(&features.rows(&training), &outcome.rows(&training)).unwrap();
        let found = model.predict_risk(&features.rows(&new)).unwrap();
        let expected = numbers(&run["risk"]);
        let (low, high) = expected.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        let far = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / (high - low);
        // The optimiser there stops at derivatives of some 1e-8 by the weights of cases, which says less of a kernel that is
        // nearly singular; nearly all are within 1e-7.
        assert!(far < 5e-6, "{far} {} {:?}", run["of"], settings);
    }
}
