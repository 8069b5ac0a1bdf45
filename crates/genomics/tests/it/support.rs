//! What tests share.

use std::path::Path;

use radsurv_genomics::Expression;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

pub fn golden(name: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap()
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

pub fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string()).collect()
}

pub fn flags(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect()
}

/// A table of genes `g0`, `g1`, ... and samples `s0`, `s1`, ...
pub fn table(values: Vec<f64>, samples: usize) -> Expression {
    let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    Expression::new(names(values.len() / samples, "g"), names(samples, "s"), values).unwrap()
}

/// Relative to the larger of the golden value and `scale`; missing values must agree.
#[track_caller]
pub fn assert_near(ours: &[f64], golden: &[f64], tolerance: f64, scale: f64, what: &str) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(golden).enumerate() {
        let same = (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(scale);
        assert!(same, "{what} {at}: {a} {b}, {:e}", (a - b) / b.abs().max(scale));
    }
}
