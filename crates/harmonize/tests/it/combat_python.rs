//! ComBat against neuroCombat, nested ComBat against its authors' code, and the test it uses against scipy:
//! reference/combat_python.py.

use std::collections::BTreeMap;

use crate::support::{Recipe, golden, settings, values, worst};
use radsurv_data::saved::Saved;
use radsurv_data::{Cohort, Covariate, Covariates, Fit, Groups};
use radsurv_harmonize::combat::{NestedCombat, NestedCombatSettings, Order, Unseen, kolmogorov_smirnov};
use radsurv_testkit::golden::number;
use serde_json::Value;

fn rows(tool: &str) -> Vec<Value> {
    let rows: Vec<Value> =
        golden("combat_python.jsonl.gz").rows.into_iter().filter(|row| row["tool"] == tool).collect();
    assert!(!rows.is_empty());
    rows
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_string()).collect()
}

#[test]
fn complete_tables_are_those_of_neuro_combat() {
    let mut most = 0.0_f64;
    for row in rows("neuroCombat") {
        let training = Recipe::from_json(&row["input"]).cohort();
        let ours = settings(&row).fit(&training).unwrap().apply(&training).unwrap().table;
        let difference = worst(&ours, &values(&row));
        most = most.max(difference);
        assert!(difference < 1e-8, "{difference:e} {row}");
    }
    println!("worst {most:.1e}");
}

#[test]
fn the_test_is_that_of_scipy() {
    for row in rows("ks_2samp") {
        let sample =
            |name: &str| -> Vec<f64> { row[name].as_array().unwrap().iter().map(|v| number(v).unwrap()).collect() };
        let (d, p) = kolmogorov_smirnov(&sample("a"), &sample("b")).unwrap();
        assert!((d - number(&row["statistic"]).unwrap()).abs() < 1e-15);
        // The complement of a probability: absolute digits.
        assert!((p - number(&row["p"]).unwrap()).abs() < 1e-13, "{p} {}", row["p"]);
    }
    assert!(kolmogorov_smirnov(&[f64::NAN], &[1.0]).is_none());
}

/// The cohort of a nested row: squares in one group of features, `late` for stage II or III.
fn nested_cohort(row: &Value) -> Cohort {
    let cohort = Recipe::from_json(&row["input"]).cohort();
    let groups = |name: &str| cohort.covariates().groups(name).unwrap();
    let (batch, sex, stage) = (groups("batch"), groups("sex"), groups("stage"));
    let mut columns = cohort.features().columns().to_vec();
    for (f, column) in columns.iter_mut().enumerate() {
        for (case, value) in column.iter_mut().enumerate() {
            if (f % 3 == 0 && batch.label(case) == Some("B")) || (f % 3 == 1 && sex.label(case) == Some("m")) {
                *value = *value * *value / 1024.0;
            }
        }
    }
    let mut covariates = Covariates::new(cohort.cases());
    for name in cohort.covariates().names() {
        covariates.add(name, cohort.covariates().get(name).unwrap().clone()).unwrap();
    }
    let late = (0..cohort.cases()).map(|case| Some(if stage.label(case) == Some("I") { "0" } else { "1" }));
    covariates.add("late", Covariate::Category(Groups::new(late))).unwrap();
    Cohort::new(cohort.features().with_columns(columns).unwrap(), covariates).unwrap()
}

#[test]
fn nested_combat_is_that_of_its_authors() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("nested.json");
    let mut most = 0.0_f64;
    for row in rows("NestedComBat") {
        let training = nested_cohort(&row);
        let settings = NestedCombatSettings {
            covariates: texts(&row["covariates"]),
            drop_different: row["drop"].as_bool().unwrap(),
            ..NestedCombatSettings::new(["batch", "sex", "late"])
        };
        let nested = settings.fit(&training).unwrap();
        let ours = nested.apply(&training).unwrap();
        // What was tried in each round, and how many features were left different.
        let counts = row["p"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p.as_array().unwrap().iter().filter(|p| number(p).unwrap() < 0.05).count());
        let names = row["tried"].as_array().unwrap().iter().flat_map(texts);
        let tried: Vec<(String, usize)> = nested.steps().iter().flat_map(|step| step.tried.clone()).collect();
        assert_eq!(tried, names.zip(counts).collect::<Vec<_>>());
        assert_eq!(ours.table.names(), texts(&row["features"]));
        let difference = worst(&ours.table, &values(&row));
        most = most.max(difference);
        assert!(difference < 1e-8, "{difference:e}");

        nested.save(&path).unwrap();
        let back = NestedCombat::load(&path).unwrap();
        assert_eq!(back, nested);
        assert_eq!(back.apply(&training).unwrap(), ours);
        let half: Vec<usize> = (0..training.cases()).step_by(2).collect();
        let part = nested.apply(&training.rows(&half)).unwrap();
        assert_eq!(part.table, ours.table.rows(&half));
    }
    println!("worst {most:.1e}");
}

#[test]
fn the_order_can_be_given_and_bad_settings_are_refused() {
    let training = nested_cohort(&rows("NestedComBat")[0]);
    let given = NestedCombatSettings { order: Order::Given, ..NestedCombatSettings::new(["late", "stage"]) };
    let error = given.fit(&training).map(|n| n.steps().len());
    assert_eq!(error.unwrap(), 2);
    let given = NestedCombatSettings { order: Order::Given, ..NestedCombatSettings::new(["late", "batch"]) };
    let nested = given.fit(&training).unwrap();
    let order: BTreeMap<usize, &str> =
        nested.steps().iter().map(|s| s.combat.settings().batch.as_str()).enumerate().collect();
    assert_eq!(order.into_values().collect::<Vec<_>>(), ["late", "batch"]);
    let none: [&str; 0] = [];
    assert!(NestedCombatSettings::new(none).fit(&training).is_err());
    assert!(NestedCombatSettings::new(["sex", "sex"]).fit(&training).unwrap_err().to_string().contains("given twice"));
    let settings = NestedCombatSettings { unseen: Unseen::Error, ..NestedCombatSettings::new(["batch", "sex"]) };
    let one_sex = training.covariates().groups("sex").unwrap();
    let women: Vec<usize> = (0..training.cases()).filter(|&c| one_sex.label(c) == Some("f")).collect();
    assert!(settings.fit(&training.rows(&women)).unwrap_err().to_string().contains("one batch (sex is f)"));
}
