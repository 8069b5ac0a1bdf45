//! Splines and designs against Hmisc and rms: reference/spline.R.

use std::path::Path;

use radsurv_data::{Covariate, Covariates, Groups, Survival};
use radsurv_stats::cox::{Design, FitSettings, fit};
use radsurv_stats::spline::RestrictedCubicSpline;
use radsurv_stats::terms::{FittedTerms, Knots, Terms};
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn golden() -> Golden {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/spline.jsonl.gz")).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains("Hmisc 4.8.0, rms 6.5.0"));
    golden
}

fn column(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn knots_and_columns_are_those_of_hmisc() {
    let (mut splines, mut errors) = (0, 0);
    for row in golden().rows.iter().filter(|row| row.get("values").is_some()) {
        let (values, count) = (column(&row["values"]), row["count"].as_u64().unwrap() as usize);
        let what = format!("{} {count}", row["name"]);
        let spline = RestrictedCubicSpline::of_values(&values, count);
        if row.get("error").is_some() {
            assert!(spline.is_err(), "{what}: {spline:?}");
            errors += 1;
            continue;
        }
        let (spline, knots) = (spline.unwrap_or_else(|e| panic!("{what}: {e}")), column(&row["knots"]));
        assert_eq!(spline.knots().len(), knots.len(), "{what}: {:?} {knots:?}", spline.knots());
        for (ours, theirs) in spline.knots().iter().zip(&knots) {
            assert!(relative_difference(*ours, *theirs, 1e-3) < 1e-12, "{what}: {ours} {theirs}");
        }
        let ours = spline.columns(&column(&row["at"])).concat();
        let range = knots[knots.len() - 1] - knots[0];
        for (ours, theirs) in ours.iter().zip(column(&row["columns"])) {
            // Beyond the last knot cubes cancel: what is left is as large as the range.
            assert!(relative_difference(*ours, theirs, range) < 1e-9, "{what}: {ours} {theirs}");
        }
        splines += 1;
    }
    assert_eq!((splines, errors), (94, 2));
}

fn cases(row: &Value) -> (Covariates, Survival) {
    let outcome =
        Survival::new(column(&row["time"]), column(&row["event"]).iter().map(|e| *e == 1.0).collect()).unwrap();
    let mut covariates = Covariates::new(outcome.len());
    for name in ["age", "bili", "albumin"] {
        covariates.add(name, Covariate::Number(column(&row[name]))).unwrap();
    }
    covariates.add("log(bili)", Covariate::Number(column(&row["bili"]).iter().map(|b| b.ln()).collect())).unwrap();
    for name in ["sex", "stage"] {
        covariates.add(name, Covariate::Category(Groups::new(words(&row[name]).into_iter().map(Some)))).unwrap();
    }
    (covariates, outcome)
}

#[test]
fn designs_and_coefficients_are_those_of_rms() {
    let golden = golden();
    let (covariates, outcome) = cases(golden.rows.iter().find(|row| row.get("data").is_some()).unwrap());
    let spline = |terms: Terms, name: &str, count| terms.spline(name, Knots::Count(count));
    for row in golden.rows.iter().filter(|row| row.get("design").is_some()) {
        let name = row["design"].as_str().unwrap();
        let sex = |terms: Terms| terms.category("sex", Some("m"));
        let terms = match name {
            "main" => sex(spline(Terms::new(), "age", 4).linear("log(bili)")).category("stage", None),
            "spline by category" => sex(spline(Terms::new(), "age", 3)).linear("albumin").interaction("age", "sex"),
            "categories" => sex(Terms::new().linear("albumin")).category("stage", None).interaction("sex", "stage"),
            "splines" => sex(spline(spline(Terms::new(), "age", 3), "albumin", 4)).interaction("age", "albumin"),
            other => panic!("{other}"),
        };
        let fitted = terms.fit(&covariates).unwrap();
        // rms names a variable in a function after the variable.
        let names: Vec<String> = fitted.names().iter().map(|n| n.replace("log(bili)", "bili")).collect();
        assert_eq!(names, words(&row["names"]), "{name}");
        let columns = fitted.columns(&covariates).unwrap();
        let rows: Vec<usize> = column(&row["rows"]).iter().map(|r| *r as usize).collect();
        let ours = columns.iter().flat_map(|c| rows.iter().map(|&r| c[r]));
        for (ours, theirs) in ours.zip(column(&row["columns"])) {
            assert!(relative_difference(ours, theirs, 1.0) < 1e-11, "{name}: {ours} {theirs}");
        }
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = fit(&Design::new(&slices, &outcome), &FitSettings::default()).unwrap();
        for (ours, theirs) in found.coefficients.iter().zip(column(&row["coefficients"])) {
            assert_close(*ours, theirs, 1e-6);
        }
        // One case at a time, after saving and loading.
        let loaded: FittedTerms = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
        assert_eq!(loaded, fitted);
        let one = loaded.columns(&covariates.rows(&[7])).unwrap();
        assert!(one.iter().zip(&columns).all(|(one, all)| one[0] == all[7]));
    }
}

#[test]
fn what_cannot_be_a_term_is_explained() {
    let mut covariates = Covariates::new(3);
    covariates.add("age", Covariate::Number(vec![50.0, f64::NAN, 60.0])).unwrap();
    covariates.add("size", Covariate::Number(vec![1.0, 2.0, 3.0])).unwrap();
    let groups = |labels: [Option<&str>; 3]| Covariate::Category(Groups::new(labels));
    covariates.add("stage", groups([Some("I"), Some("II"), None])).unwrap();
    covariates.add("sex", groups([Some("f"); 3])).unwrap();
    covariates.add("centre", groups([Some("a"), Some("b"), Some("a")])).unwrap();
    let message = |terms: Terms| terms.fit(&covariates).unwrap_err().to_string();
    let new = Terms::new;
    assert!(message(new().linear("age")).starts_with("the variable age is missing in row 2 (1 such"));
    assert!(message(new().linear("centre")).contains("is a category, and a number is needed"));
    assert!(message(new().category("stage", None)).contains("missing in row 3"));
    assert!(message(new().category("sex", None)).contains("is f in all cases"));
    assert!(message(new().category("centre", Some("c"))).contains("reference level \"c\"; its levels are a, b"));
    assert!(message(new().linear("other")).contains("has no column other"));
    assert!(message(new().linear("size").linear("size")).contains("two terms"));
    assert!(message(new().linear("size").interaction("size", "centre")).contains("centre is in an interaction"));
    assert!(message(new().linear("size").interaction("size", "size")).contains("itself"));
    assert!(message(new().spline("size", Knots::Count(3))).starts_with("the variable size cannot be a spline"));
    assert_eq!(new().linear("age").category("stage", None).complete(&covariates).unwrap(), [0]);
    let bad = r#"{"variables": [{"name": "a", "coding": {"kind": "category", "levels": ["x"], "reference": "x"}}]}"#;
    assert!(serde_json::from_str::<FittedTerms>(bad).is_err());
}
