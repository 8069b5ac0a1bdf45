//! Firth's penalty against coxphf, and against the largest penalised likelihood by its definition (reference/firth.R).

use std::path::Path;

use radsurv_data::Survival;
use radsurv_stats::cox::{Design, FitSettings, Penalty, Ties, fit};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[test]
fn coefficients_are_those_of_coxphf_and_of_the_largest_penalised_likelihood() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/firth.jsonl.gz")).unwrap();
    assert_eq!(golden.rows.len(), 12);
    for row in &golden.rows {
        let event = numbers(&row["event"]).iter().map(|e| *e == 1.0).collect();
        let mut outcome = Survival::new(numbers(&row["time"]), event).unwrap();
        if let Some(entry) = row.get("entry") {
            outcome = outcome.with_entry(numbers(entry)).unwrap();
        }
        let columns: Vec<Vec<f64>> = row["columns"].as_array().unwrap().iter().map(numbers).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let ties = if row["ties"] == "efron" { Ties::Efron } else { Ties::Breslow };
        let settings = FitSettings { ties, penalty: Penalty::Firth, ..FitSettings::default() };
        let found = fit(&Design::new(&columns, &outcome), &settings).unwrap();
        let what = format!("{} {} {}", row["name"], row["method"], row["ties"]);
        // Both stop when steps no longer show in the likelihood: of the separated feature of heart after 800 steps, with
        // coefficients 2.4e-7 apart from each other.
        let tolerance = if row["name"] == "heart, late entries" { 1e-6 } else { 1e-8 };
        let close = |ours: f64, golden: f64, scale: f64| {
            let difference = relative_difference(ours, golden, scale);
            assert!(difference <= tolerance, "{what}: {ours} {golden}, {difference:e}");
        };
        for (j, golden) in numbers(&row["coefficients"]).into_iter().enumerate() {
            close(found.coefficients[j], golden, 0.1 * found.variance[j * columns.len() + j].sqrt());
        }
        let variance = numbers(&row["variance"]);
        let largest = variance.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        found.variance.iter().zip(variance).for_each(|(ours, golden)| close(*ours, golden, 1e-3 * largest));
        // The penalty of columns in other units differs by a constant.
        let [null, best] = numbers(&row["penalised"])[..] else { panic!() };
        close(found.log_likelihood - found.null_log_likelihood, best - null, 0.0);
    }
}
