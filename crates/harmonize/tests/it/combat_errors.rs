//! Cohorts that ComBat cannot be fitted to or applied to: what the messages say.

use crate::support::Recipe;
use radsurv_data::saved::Saved;
use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Fit, Groups};
use radsurv_harmonize::combat::{Method, Notice, Unchanged};
use radsurv_harmonize::{Combat, CombatSettings};

/// A cohort of features and covariates by name; groups are letters.
fn cohort(columns: &[(&str, &[f64])], groups: &[(&str, &str)], numbers: &[(&str, &[f64])]) -> Cohort {
    let cases = columns[0].1.len();
    let ids = (1..=cases).map(|i| format!("P{i}")).collect();
    let names = columns.iter().map(|(name, _)| name.to_string()).collect();
    let features = FeatureTable::new(ids, names, columns.iter().map(|(_, c)| c.to_vec()).collect()).unwrap();
    let mut covariates = Covariates::new(cases);
    for (name, letters) in groups {
        let labels = letters.chars().map(|c| (c != '?').then(|| c.to_string()));
        covariates.add(*name, Covariate::Category(Groups::new(labels))).unwrap();
    }
    for (name, values) in numbers {
        covariates.add(*name, Covariate::Number(values.to_vec())).unwrap();
    }
    Cohort::new(features, covariates).unwrap()
}

const A: &[f64] = &[1.0, 2.0, 4.0, 3.0, 9.0, 7.0];
const B: &[f64] = &[0.5, 0.1, 0.7, 0.2, 0.3, 0.9];

fn with(covariates: &[&str]) -> CombatSettings {
    let covariates = covariates.iter().map(|c| c.to_string()).collect();
    CombatSettings { covariates, ..CombatSettings::new("site") }
}

fn message(settings: &CombatSettings, cohort: &Cohort) -> String {
    settings.fit(cohort).unwrap_err().to_string()
}

#[test]
fn confounded_covariates_are_named_with_what_they_equal() {
    let features: &[(&str, &[f64])] = &[("a", A), ("b", B)];
    let two = cohort(features, &[("site", "xxxyyy"), ("arm", "ppprrr"), ("stage", "IIKIIK")], &[]);
    assert_eq!(
        message(&with(&["arm"]), &two),
        "the covariate arm: r is confounded: it equals 1 x site: y, so their effects cannot be told apart; leave it out, \
         or join groups"
    );
    let age: &[f64] = &[50.0, 60.0, 70.0, 55.0, 65.0, 45.0];
    let days: Vec<f64> = age.iter().map(|a| a * 365.0).collect();
    let twice = cohort(features, &[("site", "xxxyyy")], &[("age", age), ("days", &days)]);
    assert!(message(&with(&["age", "days"]), &twice).contains("days is confounded: it equals 365 x age,"));
    // A level that all cases of one batch have, and none of the others.
    let three = cohort(features, &[("site", "xxyyzz"), ("stage", "LMNNML")], &[]);
    let error = message(&with(&["stage"]), &three);
    assert!(error.starts_with("the covariate stage: N is confounded: it equals 1 x site: y,"), "{error}");
    // Within the cases that have a value of one feature.
    let holed: &[f64] = &[1.0, 2.0, f64::NAN, 3.0, 9.0, f64::NAN];
    let holes = cohort(&[("a", A), ("b", holed), ("c", B)], &[("site", "xxxyyy"), ("stage", "IIKIIK")], &[]);
    let error = message(&CombatSettings { mean_only: true, ..with(&["stage"]) }, &holes);
    assert!(error.contains("stage: K is confounded among the cases that have a value of b: it equals 0,"), "{error}");
    assert!(with(&["stage"]).fit(&two).is_ok());
}

#[test]
fn batches_and_covariates_that_say_nothing() {
    let features: &[(&str, &[f64])] = &[("a", A), ("b", B)];
    let one = cohort(features, &[("site", "xxxxxx")], &[]);
    assert_eq!(
        message(&with(&[]), &one),
        "all training cases are in one batch (site is x): there is no difference to remove"
    );
    let missing = cohort(features, &[("site", "x?xyy?")], &[]);
    assert_eq!(message(&with(&[]), &missing), "site is missing, in 2 cases: P2, P6");
    let age: &[f64] = &[50.0, f64::NAN, 70.0, 55.0, f64::INFINITY, 45.0];
    let same: &[f64] = &[1.0; 6];
    let bad = cohort(features, &[("site", "xxxyyy"), ("sex", "mmmmmm")], &[("age", age), ("same", same)]);
    assert_eq!(message(&with(&["age"]), &bad), "age is missing, in 1 case: P2");
    let infinite: &[f64] = &[50.0, 51.0, 70.0, 55.0, f64::INFINITY, 1e160];
    let bad_age = cohort(features, &[("site", "xxxyyy")], &[("age", infinite)]);
    assert_eq!(message(&with(&["age"]), &bad_age), "age is infinite or too large, in 2 cases: P5, P6");
    let alone = CombatSettings { reference: Some("z".to_string()), ..with(&[]) };
    let error = message(&alone, &cohort(features, &[("site", "xxxyyz")], &[]));
    assert!(error.starts_with("the reference is z: it has one case"), "{error}");
    for name in ["sex", "same"] {
        assert!(message(&with(&[name]), &bad).starts_with(&format!("{name} is the same in all training cases")));
    }
    assert!(message(&with(&["weight"]), &bad).contains("no column weight; its columns are site, sex, age, same"));
    assert!(message(&with(&["sex", "sex"]), &bad).contains("given twice"));
    assert!(message(&with(&["site"]), &bad).contains("removed and preserved"));
    let unknown = CombatSettings { reference: Some("w".to_string()), ..with(&[]) };
    assert_eq!(message(&unknown, &bad), "no training case has site w, which is to be the reference; there are x, y");
    let few = cohort(&[("a", &A[..3]), ("b", &B[..3])], &[("site", "xyz")], &[]);
    assert!(message(&with(&[]), &few).contains("needs 4 cases at least, and there are 3"));
    assert!(with(&[]).fit(&cohort(&[("a", &[])], &[("site", "")], &[])).is_err());
}

#[test]
fn features_that_cannot_be_fitted_are_named() {
    let site = &[("site", "xxxyyy")];
    let nan = f64::NAN;
    let infinite: &[f64] = &[1.0, 2.0, f64::INFINITY, 3.0, 9.0, 7.0];
    assert!(
        message(&with(&[]), &cohort(&[("a", A), ("b", infinite)], site, &[])).contains("b is infinite in the case P3")
    );
    let large: &[f64] = &[1e200, 2e200, 3e200, 5e200, 1e200, 4e200];
    assert!(message(&with(&[]), &cohort(&[("a", A), ("b", large)], site, &[])).contains("values of b are too large"));
    let empty = &[("a", A), ("b", &[nan; 6] as &[f64])];
    assert!(message(&with(&[]), &cohort(empty, site, &[])).contains("no value in any training case: b"));
    let sparse = &[("a", A), ("b", &[1.0, nan, nan, 2.0, 3.0, 5.0] as &[f64]), ("c", B)];
    let error = message(&with(&[]), &cohort(sparse, site, &[]));
    assert!(
        error.starts_with("1 of the features have fewer than 2 values in a batch") && error.contains("b (1 in x)"),
        "{error}"
    );
    let alone = cohort(&[("a", A)], site, &[]);
    let error = message(&with(&[]), &alone);
    assert_eq!(
        error,
        "empirical Bayes fails in the batch x: there are fewer than two features to learn a prior from; use \
                       the method without it (no-eb)"
    );
    assert!(CombatSettings { method: Method::NoEb, ..with(&[]) }.fit(&alone).is_ok());
    // The same feature twice has one variance, and no distribution of variances.
    let twice = cohort(&[("a", A), ("b", A)], site, &[]);
    assert!(message(&with(&[]), &twice).contains("all features have the same variance"));
}

#[test]
fn what_passes_unchanged_is_named_with_the_reason() {
    let recipe = Recipe { seed: 5, sizes: vec![6, 8], features: 6, constant: vec![(2, 1)], ..Recipe::default() };
    let training = recipe.cohort();
    // A feature that is the age, and so all covariate.
    let Covariate::Number(age) = training.covariates().get("age").unwrap().clone() else { panic!() };
    let mut columns = training.features().columns().to_vec();
    columns[4] = age.iter().map(|a| 3.0 * a + 0.1).collect();
    let training = training.with_features(training.features().with_columns(columns).unwrap()).unwrap();
    let settings = CombatSettings { covariates: vec!["age".to_string()], ..CombatSettings::new("batch") };
    let combat = settings.fit(&training).unwrap();
    let unchanged: Vec<_> = combat.unchanged().collect();
    assert_eq!(unchanged, [("f2", &Unchanged::ConstantInBatch("B".to_string())), ("f4", &Unchanged::Explained)]);
    let after = combat.apply(&training).unwrap();
    for f in 0..6 {
        assert_eq!(after.table.columns()[f] == training.features().columns()[f], [2, 4].contains(&f), "{f}");
    }
}

#[test]
fn a_batch_of_one_is_noted() {
    let training = Recipe { seed: 5, sizes: vec![6, 1, 7], features: 6, ..Recipe::default() }.cohort();
    let combat = CombatSettings::new("batch").fit(&training).unwrap();
    assert!(combat.mean_only() && !combat.settings().mean_only);
    assert_eq!(combat.notices(), [Notice::MeanOnly { batches: vec!["B".to_string()] }]);
    assert!(combat.notices()[0].to_string().starts_with("B has one case, so differences of means alone"));
}

#[test]
fn cases_that_cannot_be_adjusted_are_named() {
    let features: &[(&str, &[f64])] = &[("a", A), ("b", B)];
    let age: &[f64] = &[50.0, 61.0, 70.0, 55.0, 65.0, 42.0];
    let groups = &[("site", "xxxyyy"), ("stage", "IIKIKI")];
    let combat = with(&["age", "stage"]).fit(&cohort(features, groups, &[("age", age)])).unwrap();
    let apply = |new: &Cohort| combat.apply(new).unwrap_err().to_string();
    let one: &[(&str, &[f64])] = &[("a", &[1.0]), ("b", &[2.0])];
    let level = cohort(one, &[("site", "x"), ("stage", "L")], &[("age", &[50.0])]);
    assert_eq!(
        apply(&level),
        "stage has the level L, which no case had that the model was fitted on (those were I, K), in 1 case: P1"
    );
    assert_eq!(
        apply(&cohort(one, &[("site", "x"), ("stage", "?")], &[("age", &[50.0])])),
        "stage is missing, in 1 case: P1"
    );
    assert_eq!(
        apply(&cohort(one, &[("site", "?"), ("stage", "I")], &[("age", &[50.0])])),
        "site is missing, in 1 case: P1"
    );
    assert_eq!(
        apply(&cohort(one, &[("site", "x"), ("stage", "I")], &[("age", &[f64::NAN])])),
        "age is missing, in 1 case: P1"
    );
    assert!(apply(&cohort(one, &[("site", "x"), ("stage", "I"), ("age", "o")], &[])).starts_with("age is text (o)"));
    assert!(apply(&cohort(one, &[("stage", "I")], &[("age", &[50.0])])).contains("no column site"));
    let other = cohort(&[("a", &[1.0]), ("c", &[2.0])], &[("site", "x"), ("stage", "I")], &[("age", &[50.0])]);
    assert_eq!(apply(&other), "the features are not those that were fitted: 1 missing (b), 1 unknown (c)");
    let infinite =
        cohort(&[("a", &[1.0]), ("b", &[f64::INFINITY])], &[("site", "x"), ("stage", "I")], &[("age", &[50.0])]);
    assert!(apply(&infinite).contains("b is infinite in the case P1"));
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let training = Recipe { seed: 5, sizes: vec![6, 5], features: 4, ..Recipe::default() }.cohort();
    let combat = CombatSettings::new("batch").fit(&training).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("combat.json");
    combat.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let refused = |json: &serde_json::Value| {
        std::fs::write(&path, json.to_string()).unwrap();
        Combat::load(&path).unwrap_err().to_string()
    };
    json["features"][1]["model"]["adjusted"]["gamma"] = serde_json::json!([0.5]);
    assert!(refused(&json).contains("the coefficients of f1 are not those of 2 batches"));
    json = serde_json::from_str(&text).unwrap();
    json["features"][2]["model"]["adjusted"]["delta"][0] = serde_json::json!(-1.0);
    assert!(refused(&json).contains("f2"));
    json = serde_json::from_str(&text).unwrap();
    json["settings"]["reference"] = serde_json::json!("Z");
    assert!(refused(&json).contains("its reference Z is not one of its batches"));
    json["version"] = serde_json::json!(2);
    assert!(refused(&json).contains("version 2"));
}
