//! Imputation of clinical variables: medians, Gower's neighbours and regressions of R (reference/clinical.R), chained
//! regressions of scikit-learn (reference/clinical_impute.py), and what holds of any.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::saved::Saved;
use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_survival::clinical::{Imputer, ImputerSettings};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn golden(file: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)).unwrap()
}

/// Columns of numbers, with `"nan"` where missing, and of text, with null.
fn covariates(columns: &Value) -> Covariates {
    let columns = columns.as_object().unwrap();
    let mut covariates = Covariates::new(columns.values().next().unwrap().as_array().unwrap().len());
    for (name, values) in columns {
        let values = values.as_array().unwrap();
        let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
        let covariate = match numbers {
            Some(numbers) => Covariate::Number(numbers),
            None => Covariate::Category(Groups::new(values.iter().map(Value::as_str))),
        };
        covariates.add(name, covariate).unwrap();
    }
    covariates
}

#[track_caller]
fn same(ours: &Covariates, golden: &Covariates, tolerance: f64, what: &str) {
    for name in golden.names() {
        match (ours.get(name).unwrap(), golden.get(name).unwrap()) {
            (Covariate::Number(ours), Covariate::Number(theirs)) => {
                for (row, (a, b)) in ours.iter().zip(theirs).enumerate() {
                    assert!((a - b).abs() <= tolerance * b.abs().max(1e-2), "{what} {name} {row}: {a} is not {b}");
                }
            }
            (Covariate::Category(ours), Covariate::Category(theirs)) => assert_eq!(ours, theirs, "{what} {name}"),
            _ => panic!("{name}"),
        }
    }
}

fn table(golden: &Golden) -> (Covariates, Vec<usize>) {
    let row = golden.rows.iter().find(|row| row["impute"] == "table").unwrap();
    let train = row["train"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect();
    (covariates(&row["columns"]), train)
}

#[test]
fn filled_values_are_those_of_r() {
    let golden = golden("clinical.jsonl.gz");
    let (all, train) = table(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("impute").is_some_and(|kind| kind != "table")) {
        let count = |field: &str| row[field].as_u64().unwrap() as usize;
        let (settings, tolerance) = match row["impute"].as_str().unwrap() {
            "typical" => (ImputerSettings::default(), 1e-12),
            "near" => (ImputerSettings::Neighbours { k: count("k") }, 1e-12),
            _ => (ImputerSettings::Regression { rounds: count("rounds") }, 1e-9),
        };
        let imputer = settings.fit(&all.rows(&train)).unwrap();
        let filled = imputer.fill(&all).unwrap();
        same(&filled.covariates, &covariates(&row["columns"]), tolerance, &format!("{settings:?}"));
        assert_eq!(filled.empty, 2);
        assert!(filled.variables.iter().all(|v| v.unseen == 0 && v.missing > 20));
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn chained_regressions_are_those_of_scikit_learn() {
    let (all, train) = table(&golden("clinical.jsonl.gz"));
    for row in &golden("clinical_impute.jsonl.gz").rows {
        let expected = covariates(&row["columns"]);
        // In their order of columns, which decides between variables that as many cases lack.
        let mut numbers = Covariates::new(all.cases());
        for name in ["age", "bili", "chol", "albumin", "copper", "trig", "platelet", "protime"] {
            numbers.add(name, all.get(name).unwrap().clone()).unwrap();
        }
        let rounds = row["rounds"].as_u64().unwrap() as usize;
        let imputer = ImputerSettings::Regression { rounds }.fit(&numbers.rows(&train)).unwrap();
        same(&imputer.fill(&numbers).unwrap().covariates, &expected, 1e-9, &format!("{rounds} rounds"));
    }
}

fn small(age: &[f64], stage: &[Option<&str>]) -> Covariates {
    let mut cases = Covariates::new(age.len());
    cases.add("age", Covariate::Number(age.to_vec())).unwrap();
    cases.add("stage", Covariate::Category(Groups::new(stage.iter().copied()))).unwrap();
    cases
}

#[test]
fn levels_that_are_not_known_and_cases_without_values() {
    let training = small(&[50.0, 60.0, 70.0, 72.0], &[Some("I"), Some("I"), Some("II"), None]);
    let new = small(&[f64::NAN, 71.0, f64::NAN], &[None, Some("IV"), Some("IV")]);
    for settings in
        [ImputerSettings::default(), ImputerSettings::Neighbours { k: 2 }, ImputerSettings::Regression { rounds: 3 }]
    {
        let filled = settings.fit(&training).unwrap().fill(&new).unwrap();
        let counts: Vec<(usize, usize)> = filled.variables.iter().map(|v| (v.missing, v.unseen)).collect();
        assert_eq!((counts, filled.empty), (vec![(2, 0), (1, 2)], 1), "{settings:?}");
        let groups = filled.covariates.groups("stage").unwrap();
        assert!(groups.codes().iter().all(Option::is_some));
        assert!(
            matches!(filled.covariates.get("age").unwrap(), Covariate::Number(v) if v.iter().all(|v| v.is_finite()))
        );
    }
    let by_typical = ImputerSettings::default().fit(&training).unwrap().fill(&new).unwrap();
    assert!(matches!(by_typical.covariates.get("age").unwrap(), Covariate::Number(v) if v[0] == 65.0));
    // With an indicator a level that is not known is not missing.
    let indicated = ImputerSettings::Typical { indicator: true }.fit(&training).unwrap();
    assert_eq!(indicated.indicators().collect::<Vec<_>>(), ["stage missing"]);
    let groups = indicated.fill(&new).unwrap().covariates.groups("stage missing").unwrap();
    assert_eq!((0..3).map(|i| groups.label(i).unwrap()).collect::<Vec<_>>(), ["yes", "no", "no"]);
}

#[test]
fn other_covariates_stay_and_bad_ones_are_named() {
    let training = small(&[50.0, 60.0, 70.0], &[Some("I"), Some("I"), Some("II")]);
    let imputer = ImputerSettings::default().fit(&training).unwrap();
    let mut more = small(&[f64::NAN], &[Some("II")]);
    more.add("centre", Covariate::Category(Groups::new([None::<&str>]))).unwrap();
    let filled = imputer.fill(&more).unwrap().covariates;
    assert_eq!(filled.groups("centre").unwrap().codes(), [None]);
    let message = |settings: ImputerSettings, cases: &Covariates| settings.fit(cases).unwrap_err().to_string();
    let nan = f64::NAN;
    let none = small(&[nan, nan], &[Some("I"), None]);
    assert!(message(ImputerSettings::default(), &none).contains("age has no value in any training case"));
    let none = small(&[1.0], &[None]);
    assert!(message(ImputerSettings::default(), &none).contains("stage has no value in any training case"));
    let infinite = small(&[1.0, f64::INFINITY], &[Some("I"), None]);
    assert!(message(ImputerSettings::default(), &infinite).contains("age is infinite in row 2"));
    assert!(message(ImputerSettings::Neighbours { k: 0 }, &training).contains("the number of neighbours is 0"));
    assert!(message(ImputerSettings::Regression { rounds: 0 }, &training).contains("the number of rounds is 0"));
    assert!(imputer.fill(&Covariates::new(2)).unwrap_err().to_string().contains("age"));
    let mut text = Covariates::new(1);
    text.add("age", Covariate::Category(Groups::new([Some("old")]))).unwrap();
    assert!(imputer.fill(&text).unwrap_err().to_string().contains("age is a category, and was a number"));
}

#[test]
fn a_saved_imputer_is_the_same_and_says_what_is_in_it() {
    let golden = golden("clinical.jsonl.gz");
    let (all, train) = table(&golden);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imputer.json");
    for settings in [
        ImputerSettings::Typical { indicator: true },
        ImputerSettings::Neighbours { k: 3 },
        ImputerSettings::Regression { rounds: 2 },
    ] {
        let imputer = settings.fit(&all.rows(&train)).unwrap();
        imputer.save(&path).unwrap();
        assert_eq!(Imputer::load(&path).unwrap(), imputer);
        let rows = matches!(settings, ImputerSettings::Neighbours { .. });
        assert_eq!(imputer.contains_training_rows(), rows);
        let text = std::fs::read_to_string(&path).unwrap();
        let flag = |value: bool| format!("\"contains_training_rows\": {value}");
        for broken in [
            text.replace(&flag(rows), &flag(!rows)),
            text.replacen("\"most\": ", "\"most\": 9", 1),
            text.replacen("\"lowest\": ", "\"lowest\": 1e9", 1),
        ] {
            std::fs::write(&path, broken).unwrap();
            assert!(Imputer::load(&path).is_err(), "{settings:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_learned_from_the_cases_that_are_filled(
        cells in proptest::collection::vec((proptest::option::weighted(0.7, -9i32..9), proptest::option::weighted(0.7, 0usize..3), proptest::option::weighted(0.7, -9i32..9)), 6..30),
        kind in 0usize..4,
    ) {
        let cases = |cells: &[(Option<i32>, Option<usize>, Option<i32>)]| {
            let number = |v: Option<i32>| v.map_or(f64::NAN, f64::from);
            let mut cases = small(&cells.iter().map(|c| number(c.0)).collect::<Vec<_>>(), &cells.iter().map(|c| c.1.map(|l| ["x", "y", "z"][l])).collect::<Vec<_>>());
            cases.add("dose", Covariate::Number(cells.iter().map(|c| number(c.2)).collect())).unwrap();
            cases
        };
        let (training, new) = cells.split_at(4);
        let settings = [ImputerSettings::default(), ImputerSettings::Typical { indicator: true }, ImputerSettings::Neighbours { k: 2 }, ImputerSettings::Regression { rounds: 2 }][kind].clone();
        let Ok(imputer) = settings.fit(&cases(training)) else { return Ok(()) };
        let new = cases(new);
        let whole = imputer.fill(&new).unwrap();
        let missing: usize = whole.variables.iter().map(|v| v.missing).sum();
        prop_assert_eq!(missing, cells[4..].iter().map(|c| usize::from(c.0.is_none()) + usize::from(c.1.is_none()) + usize::from(c.2.is_none())).sum::<usize>());
        for case in 0..new.cases() {
            let one = imputer.fill(&new.rows(&[case])).unwrap().covariates;
            prop_assert_eq!(&one, &whole.covariates.rows(&[case]));
            for (name, known) in [("age", cells[4 + case].0.map(f64::from)), ("dose", cells[4 + case].2.map(f64::from))] {
                let Covariate::Number(values) = one.get(name).unwrap() else { panic!("{name}") };
                prop_assert!(values[0].is_finite() && known.is_none_or(|known| known == values[0]));
            }
        }
    }
}
