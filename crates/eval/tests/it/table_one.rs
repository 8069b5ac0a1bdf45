//! Table 1 against R's tests and tableone: reference/table_one.R.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_eval::Error;
use radsurv_eval::table_one::{
    CategoryRule, NumberRule, Summary, TableOneFormat, TableOneSettings, standardised_difference_of_counts,
};
use radsurv_stats::multiple::Adjustment;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn column(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

fn labels(value: &Value) -> Groups {
    Groups::new(value.as_array().unwrap().iter().map(Value::as_str))
}

#[track_caller]
fn close(ours: Option<f64>, golden: f64, what: &str) {
    let ours = ours.unwrap_or(f64::NAN);
    assert!(
        (ours - golden).abs() <= 1e-9 * golden.abs() || ours.is_nan() && golden.is_nan(),
        "{what}: {ours} {golden}"
    );
}

#[test]
fn tables_are_those_of_r_and_tableone() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/table_one.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    let (mut numbers, mut categories) = (0, 0);
    for row in &golden.rows {
        let groups = labels(&row["g"]);
        let of = |covariate: Covariate, settings: &TableOneSettings| {
            let mut covariates = Covariates::new(groups.len());
            covariates.add("x", covariate).unwrap();
            settings.of(&covariates, &["x"], Some(&groups)).unwrap().variables.remove(0)
        };
        let smd = column(&row["smd"]);
        let mean = smd.iter().sum::<f64>() / smd.len() as f64;
        if let Some(name) = row.get("number").and_then(Value::as_str) {
            let p = |numbers, equal_variances| {
                let settings = TableOneSettings { numbers, equal_variances, ..TableOneSettings::default() };
                of(Covariate::Number(column(&row["x"])), &settings).test.map(|t| t.p_value)
            };
            close(p(NumberRule::Mean, false), number(&row["welch"]).unwrap(), name);
            close(p(NumberRule::Mean, true), number(&row["equal"]).unwrap(), name);
            close(p(NumberRule::Median, false), number(&row["rank"]).unwrap(), name);
            let found = of(Covariate::Number(column(&row["x"])), &TableOneSettings::default());
            close(found.smd, mean, name);
            for (ours, theirs) in found.pairs.iter().zip(&smd) {
                close(*ours, *theirs, name);
            }
            for (summary, theirs) in found.groups.iter().zip(row["summary"].as_array().unwrap()) {
                let Summary::Number(s) = summary else { panic!() };
                let ours =
                    [s.mean, s.standard_deviation, s.minimum, s.lower_quartile, s.median, s.upper_quartile, s.maximum];
                let theirs = column(theirs);
                ours.iter().zip(&theirs).for_each(|(a, b)| close(*a, *b, name));
                assert_eq!(s.missing as f64, theirs[7]);
            }
            numbers += 1;
        } else {
            let name = row["category"].as_str().unwrap();
            let p = |categories, continuity| {
                let settings = TableOneSettings { categories, continuity, ..TableOneSettings::default() };
                of(Covariate::Category(labels(&row["x"])), &settings).test.map(|t| t.p_value)
            };
            close(p(CategoryRule::ChiSquared, true), number(&row["chisq"]).unwrap(), name);
            close(p(CategoryRule::ChiSquared, false), number(&row["uncorrected"]).unwrap(), name);
            close(p(CategoryRule::Fisher, true), number(&row["fisher"]).unwrap(), name);
            let found = of(Covariate::Category(labels(&row["x"])), &TableOneSettings::default());
            close(found.smd, mean, name);
            for (k, counts) in row["counts"].as_array().unwrap().iter().enumerate() {
                let Summary::Category(s) = &found.groups[k] else { panic!() };
                let ours: Vec<f64> = s.levels.iter().map(|level| level.count as f64).collect();
                assert_eq!(ours, column(counts), "{name}");
            }
            categories += 1;
        }
    }
    assert_eq!((numbers, categories), (11, 8));
}

fn cases() -> (Covariates, Groups) {
    let mut covariates = Covariates::new(8);
    let number = |v: [f64; 8]| Covariate::Number(v.to_vec());
    let label = |v: [&str; 8]| Covariate::Category(Groups::new(v.map(|l| Some(l).filter(|l| !l.is_empty()))));
    covariates.add("age", number([60.0, 71.0, 55.0, f64::NAN, 49.0, 62.0, 58.0, 66.0])).unwrap();
    covariates.add("marker", number([1.0, 2.0, 1.5, 90.0, 1.2, 0.4, 2.2, 1.1])).unwrap();
    covariates.add("same", number([3.0; 8])).unwrap();
    covariates.add("stage", label(["I", "II", "II", "I", "", "I", "II", "II"])).unwrap();
    covariates.add("one", label(["y", "y", "y", "y", "y", "y", "y", "y"])).unwrap();
    (covariates, Groups::new(["a", "a", "a", "a", "b", "b", "b", ""].map(|l| Some(l).filter(|l| !l.is_empty()))))
}

#[test]
fn choices_are_said_and_what_cannot_be_tested_too() {
    let (covariates, groups) = cases();
    let names = ["age", "marker", "same", "stage", "one"];
    let settings = TableOneSettings { adjustment: Some(Adjustment::Holm), ..TableOneSettings::default() };
    let table = settings.of(&covariates, &names, Some(&groups)).unwrap();
    assert_eq!((table.cases, table.ungrouped), (7, 1));
    let test = |k: usize| table.variables[k].test.as_ref().map(|t| t.name);
    assert_eq!(test(0), Some("Welch's t test"));
    assert_eq!(test(1), Some("exact Wilcoxon rank sum test"));
    assert_eq!(test(3), Some("Fisher's exact test"));
    assert!(table.variables[1].by_median && !table.variables[0].by_median);
    assert_eq!((test(2), test(4)), (None, None));
    assert!(table.variables[2].no_test.as_ref().unwrap().contains("equal"));
    assert!(table.variables[4].no_test.as_ref().unwrap().contains("one category"));
    assert_eq!((table.variables[2].smd, table.variables[4].smd), (Some(0.0), Some(0.0)));
    let p: Vec<f64> = table.variables.iter().filter_map(|v| v.test.as_ref()).map(|t| t.p_value).collect();
    let adjusted: Vec<f64> = table.variables.iter().filter_map(|v| v.test.as_ref()?.adjusted).collect();
    assert!(p.len() == 3 && adjusted.len() == 3 && p.iter().zip(&adjusted).all(|(p, a)| p <= a));
    let notes = table.notes().join("\n");
    assert!(notes.contains("Welch's t test: age.") && notes.contains("1 cases without a group"), "{notes}");
    let text = table.text(&TableOneFormat { test: true, ..TableOneFormat::default() });
    let markdown = text.to_markdown();
    assert!(markdown.contains("| marker, median [q1, q3] | 1.5 [1.1, 2.1] | 1.8 [1.4, 24.0] |"), "{markdown}");
    assert!(markdown.contains("|   I | 3 (50.0) | 2 (50.0) | 1 (50.0) |"), "{markdown}");
    assert!(markdown.contains("|   missing, n | 1 | 1 | 0 |") && markdown.contains("not tested"), "{markdown}");
    assert!(text.rows.iter().all(|row| row.len() == text.header.len()));
    assert!(text.to_html().contains("<th>overall (n = 7)</th>"));
    // Without groups: described, and not tested.
    let alone = settings.of(&covariates, &names, None).unwrap();
    assert!(alone.variables.iter().all(|v| v.test.is_none() && v.no_test.is_none() && v.smd.is_none()));
    assert_eq!(alone.text(&TableOneFormat::default()).header.len(), 2);
    // A rule for one variable.
    let by_variable = [("age".to_string(), NumberRule::Median)].into_iter().collect();
    let ruled = TableOneSettings { by_variable, ..TableOneSettings::default() };
    assert!(ruled.of(&covariates, &names, Some(&groups)).unwrap().variables[0].by_median);
}

#[test]
fn what_cannot_be_made_is_an_error() {
    let (mut covariates, groups) = cases();
    let settings = TableOneSettings::default();
    let error = settings.of(&covariates, &["age", "grade"], Some(&groups)).unwrap_err();
    assert!(error.to_string().contains("grade") && error.to_string().contains("marker"), "{error}");
    let few = Groups::new([Some("a")]);
    assert!(matches!(settings.of(&covariates, &["age"], Some(&few)), Err(Error::Cases { .. })));
    let none = Groups::new([None::<&str>; 8]);
    assert!(matches!(settings.of(&covariates, &["age"], Some(&none)), Err(Error::Setting { .. })));
    let mut values = vec![1.0; 8];
    values[2] = f64::INFINITY;
    covariates.add("bad", Covariate::Number(values)).unwrap();
    assert!(matches!(settings.of(&covariates, &["bad"], Some(&groups)), Err(Error::NotFinite { row: 2, .. })));
    assert!(serde_json::from_str::<TableOneSettings>(r#"{"number": "mean"}"#).is_err(), "unknown keys are errors");
}

proptest! {
    #[test]
    fn counts_add_up_and_differences_have_no_direction(rows in prop::collection::vec((prop::option::of(0u8..4), prop::option::of(0u8..3), -50i16..50), 4..60)) {
        let label = |v: Option<u8>| v.map(|v| format!("l{v}"));
        let groups = Groups::new(rows.iter().map(|r| label(r.1)));
        let mut covariates = Covariates::new(rows.len());
        covariates.add("c", Covariate::Category(Groups::new(rows.iter().map(|r| label(r.0))))).unwrap();
        covariates.add("n", Covariate::Number(rows.iter().map(|r| f64::from(r.2)).collect())).unwrap();
        let Ok(table) = TableOneSettings::default().of(&covariates, &["c", "n"], Some(&groups)) else { return Ok(()) };
        prop_assert_eq!(table.groups.iter().map(|g| g.cases).sum::<usize>() + table.ungrouped, rows.len());
        for variable in &table.variables {
            prop_assert_eq!(variable.overall.missing(), variable.groups.iter().map(Summary::missing).sum::<usize>());
            if let Some(test) = &variable.test {
                prop_assert!((0.0..=1.0).contains(&test.p_value));
            }
            prop_assert!(variable.test.is_some() != variable.no_test.is_some() || table.groups.len() < 2);
            prop_assert!(variable.pairs.iter().flatten().all(|smd| *smd >= 0.0 && smd.is_finite()));
        }
        let json = serde_json::to_value(&table).unwrap();
        prop_assert!(json["variables"].as_array().unwrap().len() == 2);
        prop_assert!(table.text(&TableOneFormat::default()).rows.iter().all(|row| row.iter().all(|cell| !cell.contains("NaN"))));
    }

    #[test]
    fn differences_of_two_categories_are_those_of_a_share(a in (0u64..40, 0u64..40), b in (0u64..40, 0u64..40)) {
        let (one, two) = ([a.0, a.1], [b.0, b.1]);
        let Some(smd) = standardised_difference_of_counts(&one, &two) else { return Ok(()) };
        prop_assert_eq!(Some(smd), standardised_difference_of_counts(&two, &one));
        let (p, q) = (a.0 as f64 / (a.0 + a.1) as f64, b.0 as f64 / (b.0 + b.1) as f64);
        let direct = if p == q { 0.0 } else { (p - q).abs() / ((p * (1.0 - p) + q * (1.0 - q)) / 2.0).sqrt() };
        prop_assert!((smd - direct).abs() <= 1e-7 * (1.0 + direct), "{} {}", smd, direct);
    }
}
