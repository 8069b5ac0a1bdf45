//! Smooth curves against R's lowess.

use std::path::Path;

use proptest::prelude::*;
use radsurv_stats::Error;
use radsurv_stats::lowess::LowessSettings;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

#[test]
fn curves_are_those_of_r() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lowess.jsonl.gz")).unwrap();
    assert_eq!(golden.rows.len(), 16);
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        let settings = LowessSettings {
            span: number(&row["span"]).unwrap(),
            iterations: row["iterations"].as_u64().unwrap() as usize,
            delta: number(&row["delta"]),
        };
        let (x, y) = (numbers(&row["x"]), numbers(&row["y"]));
        let curve = settings.fit(&x, &y).unwrap();
        // Of values a million away from zero six digits fewer are left of their distances.
        let tolerance = if name == "far from zero" { 1e-9 } else { 1e-12 };
        let size = y.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        for (ours, theirs) in curve.fitted().iter().zip(numbers(&row["fitted"])) {
            assert!((ours - theirs).abs() <= tolerance * size, "{name}: {ours} {theirs}");
        }
        for (at, theirs) in numbers(&row["at"]).into_iter().zip(numbers(&row["between"])) {
            let ours = curve.at(at);
            assert!((ours - theirs).abs() <= tolerance * size, "{name} at {at}: {ours} {theirs}");
        }
    }
}

#[test]
fn what_has_no_curve_is_an_error() {
    let settings = LowessSettings::default();
    assert!(matches!(settings.fit(&[], &[]), Err(Error::TooFew { .. })));
    assert!(matches!(settings.fit(&[1.0], &[]), Err(Error::Length { column: 1, .. })));
    assert!(matches!(settings.fit(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Error::Missing { column: 0, row: 1 })));
    let none = LowessSettings { span: 0.0, ..settings };
    assert!(matches!(none.fit(&[1.0], &[1.0]), Err(Error::NotPositive { .. })));
    let negative = LowessSettings { delta: Some(-1.0), ..settings };
    assert!(matches!(negative.fit(&[1.0], &[1.0]), Err(Error::Negative { .. })));
    assert!(settings.fit(&[1.0], &[1.0]).unwrap().at(f64::NAN).is_nan());
}

proptest! {
    #[test]
    fn points_on_a_line_stay_there_in_any_order(
        x in prop::collection::vec(-9.0..9.0f64, 3..60), slope in -3.0..3.0f64, span in 0.2..1.2f64,
    ) {
        let y: Vec<f64> = x.iter().map(|x| slope * x + 1.0).collect();
        // Not robust: residuals are rounding, and outliers by nothing else.
        let settings = LowessSettings { span, iterations: 0, ..LowessSettings::default() };
        let curve = settings.fit(&x, &y).unwrap();
        for (fitted, y) in curve.fitted().iter().zip(&y) {
            // Points that nearly coincide have their mean instead of a line: see `line`.
            prop_assert!((fitted - y).abs() < 0.1, "{} {}", fitted, y);
        }
        let reversed: Vec<f64> = x.iter().rev().copied().collect();
        let again = settings.fit(&reversed, &y.iter().rev().copied().collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(curve.y(), again.y());
    }
}
