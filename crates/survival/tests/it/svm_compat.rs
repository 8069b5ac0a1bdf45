//! What R's package survivalsvm computes (reference/svm_survivalsvm.R).

use std::path::Path;

use radsurv_data::{FeatureTable, FitSurvival, Survival};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::svm::{Formulation, Kernel, Pairs, Programme, SvmSettings};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[test]
fn predictions_are_those_of_survivalsvm() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/svm_survivalsvm.jsonl.gz");
    let (tables, runs): (Vec<Value>, Vec<Value>) =
        Golden::read(&path).unwrap().rows.into_iter().partition(|row| row.get("table").is_some());
    assert_eq!((tables.len(), runs.len()), (2, 13));
    for run in &runs {
        let table = tables.iter().find(|table| table["table"] == run["of"]).unwrap();
        let columns: Vec<Vec<f64>> = table["columns"].as_array().unwrap().iter().map(numbers).collect();
        let n = columns[0].len();
        let ids = (0..n).map(|i| format!("P{i}")).collect();
        let names = (0..columns.len()).map(|j| format!("f{j}")).collect();
        let features = FeatureTable::new(ids, names, columns).unwrap();
        let event = numbers(&table["event"]).iter().map(|e| *e == 1.0).collect();
        let outcome = Survival::new(numbers(&table["time"]), event).unwrap();
        let train = run["train"].as_u64().unwrap() as usize;
        let (training, new): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| *i < train);
        let costs = numbers(&run["cost"]);
        let formulation = Formulation::SurvivalsvmCompat {
            programme: match run["programme"].as_str().unwrap() {
                "regression" => Programme::Regression,
                "vanbelle1" => Programme::Vanbelle1,
                "vanbelle2" => Programme::Vanbelle2,
                _ => Programme::Hybrid,
            },
            pair_cost: costs[0],
            cost: costs[costs.len() - 1],
            pairs: if run["pairs"] == "makediff1" { Pairs::Consecutive } else { Pairs::LastEvent },
        };
        let kernel = match run["kernel"].as_str().unwrap() {
            "lin_kernel" => Kernel::Linear,
            "add_kernel" => Kernel::Additive,
            _ => Kernel::Rbf { variance: run["variance"].as_f64() },
        };
        let settings = SvmSettings { kernel, formulation, curves: false, ..SvmSettings::default() };
        let model = settings.fit(&features.rows(&training), &outcome.rows(&training)).unwrap();
        let found = model.predict_score(&features.rows(&new)).unwrap();
        let expected = numbers(&run["predicted"]);
        let far = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let size = expected.iter().fold(0.0f64, |size, v| size.max(v.abs()));
        let risk: Vec<f64> = found.iter().map(|s| -s).collect();
        let concordance = harrell(&risk, &outcome.rows(&new)).unwrap().estimate;
        let close = match (run["programme"].as_str().unwrap(), run["kernel"].as_str().unwrap()) {
            // Matrices of rank 7 with features as they are: docs/differences.md.
            ("regression", "lin_kernel") => 0.1,
            ("hybrid", "lin_kernel") => 6e-3,
            _ => 1e-3,
        };
        assert!(far < close * size, "{far} of {size}: {settings:?}");
        assert!((concordance - number(&run["concordance"]).unwrap()).abs() < 1e-3, "{concordance}: {settings:?}");
    }
}

#[test]
fn what_fails_in_the_package_is_named() {
    let rows = (0..20).map(|i| (format!("P{i}"), vec![("a", f64::from(i % 7)), ("b", f64::from(i % 5))]));
    let features = FeatureTable::from_rows(rows).unwrap();
    let outcome = Survival::new((0..20).map(|i| f64::from(i + 1)).collect(), vec![true; 20]).unwrap();
    let with = |kernel, programme, pairs| {
        let formulation = Formulation::SurvivalsvmCompat { programme, cost: 0.1, pair_cost: 0.1, pairs };
        SvmSettings { kernel, formulation, curves: false, ..SvmSettings::default() }
    };
    let message = |settings: SvmSettings| settings.fit(&features, &outcome).unwrap_err().to_string();
    let polynomial = Kernel::Polynomial { degree: 2, offset: 1.0, scale: None };
    assert!(message(with(polynomial, Programme::Regression, Pairs::LastEvent)).contains("survivalsvm's fails"));
    let events = with(Kernel::Linear, Programme::Vanbelle1, Pairs::Events);
    assert!(message(events).starts_with("the choice of pairs is events: survivalsvm fails with it"));
    let weighted = outcome.clone().with_weights(vec![2.0; 20]).unwrap();
    let settings = with(Kernel::Linear, Programme::Regression, Pairs::LastEvent);
    assert!(settings.fit(&features, &weighted).unwrap_err().to_string().contains("case weights"));
    assert!(settings.fit(&features, &outcome).is_ok());
}
