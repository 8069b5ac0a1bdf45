//! Cox tables against R's survival and rms: reference/cox_table.R.

use std::path::Path;

use proptest::prelude::*;
use radsurv_data::{Covariate, Covariates, Groups, Survival};
use radsurv_eval::Error;
use radsurv_eval::cox_table::{CoxTable, CoxTableSettings, CoxVariable};
use radsurv_eval::risk_groups::HazardRatio;
use radsurv_stats::cox::FitSettings;
use radsurv_stats::terms::{Knots, Terms};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

fn column(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

/// Both fits end within 1e-12 of the likelihood.
#[track_caller]
fn close(ours: f64, golden: f64, what: &str) {
    assert!((ours - golden).abs() <= 1e-6 * golden.abs(), "{what}: {ours} is not {golden}");
}

#[track_caller]
fn same(ours: &HazardRatio, golden: &[f64], p: Option<f64>, what: &str) {
    close(ours.estimate, golden[0], what);
    close(ours.lower, golden[1], what);
    close(ours.upper, golden[2], what);
    // A tail of 1e-36 has ten times the error of its quantile.
    p.iter().for_each(|p| assert!((ours.p_value - p).abs() <= 1e-5 * p, "{what} {} {p}", ours.p_value));
}

fn pbc(row: &Value) -> (Covariates, Survival) {
    let mut covariates = Covariates::new(column(&row["time"]).len());
    for name in ["age", "lbili", "trt"] {
        covariates.add(name, Covariate::Number(column(&row[name]))).unwrap();
    }
    for name in ["stage", "sex", "edema"] {
        let labels = row[name].as_array().unwrap().iter().map(Value::as_str);
        covariates.add(name, Covariate::Category(Groups::new(labels))).unwrap();
    }
    let event = column(&row["event"]).iter().map(|e| *e == 1.0).collect();
    (covariates, Survival::new(column(&row["time"]), event).unwrap())
}

fn variable<'a>(table: &'a CoxTable, name: &str) -> &'a CoxVariable {
    table.variables.iter().find(|v| v.name == name).unwrap()
}

#[test]
fn tables_are_those_of_r() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cox_table.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    let (covariates, outcome) = pbc(&golden.rows[0]);
    let fit = FitSettings { tolerance: 1e-12, ..FitSettings::default() };
    let settings = CoxTableSettings { fit, ..CoxTableSettings::default() };
    let terms = Terms::new().linear("age").linear("lbili").category("stage", Some("S4")).category("sex", Some("m"));
    let table = settings.of(&covariates, &terms.category("edema", Some("e0")), &outcome).unwrap();
    let crossed = Terms::new().linear("age").category("sex", Some("m")).linear("lbili").interaction("age", "sex");
    let crossed = settings.of(&covariates, &crossed, &outcome).unwrap();
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("model").is_some()) {
        let name = row["model"].as_str().unwrap();
        let table = if name == "interaction" { &crossed } else { &table };
        let alone = !matches!(name, "all" | "interaction");
        let variables: Vec<&CoxVariable> =
            table.variables.iter().filter(|v| if alone { v.name == name } else { true }).collect();
        let ours = variables.iter().flat_map(|v| &v.rows).filter(|row| !row.reference);
        let ours: Vec<HazardRatio> =
            ours.map(|r| if alone { r.univariable } else { r.multivariable }.unwrap()).collect();
        let theirs = row["hr"].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (i, ours) in ours.iter().enumerate() {
            same(ours, &column(&theirs[i]), Some(column(&row["p"])[i]), &format!("{name} {i}"));
        }
        if !alone {
            let model = table.multivariable.as_ref().unwrap();
            assert_eq!(
                (model.cases as f64, model.events as f64),
                (number(&row["n"]).unwrap(), number(&row["events"]).unwrap())
            );
            close(model.log_likelihood, number(&row["loglik"]).unwrap(), name);
            assert!((model.likelihood_ratio.p_value.ln() - number(&row["lr_p"]).unwrap().ln()).abs() < 1e-6, "{name}");
        }
        for (variable, tests) in row["tests"].as_object().unwrap() {
            let found = variables.iter().find(|v| v.name == *variable).unwrap();
            let ours = if alone { found.univariable } else { found.multivariable }.unwrap();
            let theirs = column(tests);
            close(ours.wald.statistic, theirs[0], &format!("{name} {variable} Wald"));
            close(ours.likelihood_ratio.statistic, theirs[1], &format!("{name} {variable} likelihood ratio"));
            assert_eq!((ours.wald.df, ours.likelihood_ratio.df), (theirs[2], theirs[2]));
        }
        if alone {
            let counted: usize = variables[0].rows.iter().map(|r| r.cases).sum();
            assert_eq!(counted as f64, number(&row["n"]).unwrap(), "{name}");
            assert_eq!(
                variables[0].rows.iter().map(|r| r.events).sum::<usize>() as f64,
                number(&row["events"]).unwrap()
            );
        }
        seen += 1;
    }
    assert_eq!(seen, 7);
    // rms gives the effect of a spline between quartiles.
    let row = golden.rows.last().unwrap();
    let terms = Terms::new().spline("age", Knots::Count(4)).category("sex", Some("m")).linear("lbili");
    let table = settings.of(&covariates, &terms, &outcome).unwrap();
    let age = variable(&table, "age");
    assert_eq!(age.rows[0].label, "58.24 against 42.83");
    same(&age.rows[0].univariable.unwrap(), &column(&row["univariable"])[2..], None, "spline alone");
    same(&age.rows[0].multivariable.unwrap(), &column(&row["multivariable"])[2..], None, "spline");
    close(age.multivariable.unwrap().wald.statistic, column(&row["wald"])[0], "spline");
    assert_eq!(age.multivariable.unwrap().wald.df, 3.0);
}

fn small() -> (Covariates, Survival) {
    let mut covariates = Covariates::new(10);
    let numbers = |v: [f64; 10]| Covariate::Number(v.to_vec());
    let labels = |v: [&str; 10]| Covariate::Category(Groups::new(v.map(|l| Some(l).filter(|l| !l.is_empty()))));
    covariates.add("age", numbers([61.0, 55.0, 70.0, 48.0, 66.0, 59.0, 72.0, 50.0, f64::NAN, 64.0])).unwrap();
    covariates.add("dose", numbers([1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 2.5, 1.5, 3.5, 4.5])).unwrap();
    covariates.add("twice", numbers([2.0, 6.0, 4.0, 10.0, 8.0, 12.0, 5.0, 3.0, 7.0, 9.0])).unwrap();
    covariates.add("same", numbers([3.0; 10])).unwrap();
    covariates.add("stage", labels(["I", "II", "II", "I", "II", "I", "I", "II", "III", ""])).unwrap();
    let event = [true, false, true, true, true, false, true, true, false, true];
    (covariates, Survival::new((1..11).map(|t| f64::from(t * 7 % 11)).collect(), event.to_vec()).unwrap())
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let (covariates, outcome) = small();
    let settings = CoxTableSettings { per: [("age".to_string(), 10.0)].into(), ..CoxTableSettings::default() };
    let terms = Terms::new().linear("age").linear("same").category("stage", None);
    let table = settings.of(&covariates, &terms, &outcome).unwrap();
    assert!(variable(&table, "same").no_univariable.as_ref().unwrap().contains("same in all cases"));
    assert!(table.no_multivariable.as_ref().unwrap().contains("same is the same in all cases"));
    // The one case of stage III has no event.
    let stage = variable(&table, "stage");
    assert_eq!((stage.rows[2].label.as_str(), stage.rows[2].cases, stage.rows[2].events), ("III", 1, 0));
    assert!(stage.rows[2].univariable.is_none() && stage.rows[1].univariable.is_some());
    assert!(stage.no_univariable.as_ref().unwrap().contains("stage=III"));
    let text = table.text().to_markdown();
    assert!(text.contains("| age, per 10 | 9 | 7 |") && text.contains("not estimable"), "{text}");
    assert!(text.contains("|   I | 4 | 3 | reference |  |"), "{text}");
    assert!(table.notes().iter().any(|note| note.starts_with("No multivariable model")));
    // Beside another variable it still has none, and the reason is there.
    let beside =
        settings_plain().of(&covariates, &Terms::new().linear("dose").category("stage", None), &outcome).unwrap();
    assert_eq!(beside.multivariable.as_ref().unwrap().not_finite, ["stage=III"]);
    assert!(variable(&beside, "dose").rows[0].multivariable.is_some());
    assert!(beside.notes().iter().any(|note| note.starts_with("No finite multivariable hazard ratio of stage=III")));
    let depends = Terms::new().linear("dose").linear("twice");
    let table = settings_plain().of(&covariates, &depends, &outcome).unwrap();
    assert_eq!(table.no_multivariable.as_deref(), Some("twice is a linear combination of dose"));
    assert!(variable(&table, "twice").univariable.is_some());
    assert!(!serde_json::to_string(&table).unwrap().contains("NaN"));
}

fn settings_plain() -> CoxTableSettings {
    CoxTableSettings::default()
}

#[test]
fn cases_are_those_asked_for_and_bad_settings_errors() {
    let (covariates, outcome) = small();
    let terms = Terms::new().linear("age").linear("dose");
    let available = settings_plain().of(&covariates, &terms, &outcome).unwrap();
    assert_eq!((available.variables[0].rows[0].cases, available.variables[1].rows[0].cases), (9, 10));
    assert_eq!(available.multivariable.as_ref().unwrap().cases, 9);
    let complete = CoxTableSettings { complete_cases: true, ..settings_plain() };
    assert_eq!(complete.of(&covariates, &terms, &outcome).unwrap().variables[1].rows[0].cases, 9);
    let strict = CoxTableSettings { enter_below: Some(1e-9), ..settings_plain() };
    assert!(strict.of(&covariates, &terms, &outcome).unwrap().no_multivariable.unwrap().contains("small enough"));
    // A difference of ten is the tenth power.
    let per = CoxTableSettings { per: [("age".to_string(), 10.0)].into(), ..settings_plain() };
    let ten = per.of(&covariates, &terms, &outcome).unwrap().variables[0].rows[0].univariable.unwrap();
    let one = available.variables[0].rows[0].univariable.unwrap();
    assert!(
        (ten.estimate - one.estimate.powi(10)).abs() < 1e-12 * ten.estimate
            && (ten.p_value - one.p_value).abs() < 1e-12
    );
    let bad = |settings: CoxTableSettings, terms: &Terms| settings.of(&covariates, terms, &outcome).unwrap_err();
    let per = |name: &str, v| CoxTableSettings { per: [(name.to_string(), v)].into(), ..settings_plain() };
    assert!(matches!(bad(per("stage", 10.0), &terms), Error::Unknown { .. }));
    assert!(matches!(bad(per("age", 0.0), &terms), Error::Setting { .. }));
    assert!(matches!(bad(CoxTableSettings { confidence: 1.0, ..settings_plain() }, &terms), Error::Setting { .. }));
    assert!(matches!(bad(settings_plain(), &Terms::new()), Error::Setting { .. }));
    assert!(settings_plain().of(&covariates, &Terms::new().linear("nobody"), &outcome).is_err());
    assert!(settings_plain().of(&covariates, &terms, &outcome.rows(&[0, 1])).is_err());
}

/// A model must not compare with another level because its cases lack the first one.
#[test]
fn all_models_have_the_same_reference() {
    let mut covariates = Covariates::new(12);
    let stage: Vec<&str> = (0..12).map(|i| if i < 3 { "I" } else { ["II", "III"][i % 2] }).collect();
    covariates.add("stage", Covariate::Category(Groups::new(stage.iter().map(Some)))).unwrap();
    let age = (0..12).map(|i| if i < 3 { f64::NAN } else { f64::from(50 + i * 5 % 17) }).collect();
    covariates.add("age", Covariate::Number(age)).unwrap();
    let outcome = Survival::new((0..12).map(|i| f64::from(1 + i * 7 % 13)).collect(), vec![true; 12]).unwrap();
    let terms = Terms::new().category("stage", None).linear("age");
    let table = settings_plain().of(&covariates, &terms, &outcome).unwrap();
    assert!(table.variables[0].rows[0].reference && table.variables[0].rows[0].label == "I");
    assert!(table.no_multivariable.as_ref().unwrap().contains("reference level \"I\""), "{:?}", table.no_multivariable);
    assert!(table.variables[0].rows.iter().all(|row| row.multivariable.is_none()));
}

proptest! {
    #[test]
    fn another_reference_turns_hazard_ratios_round(rows in prop::collection::vec((1u8..60, any::<bool>(), 0u8..3, -9i8..9), 25..60)) {
        let outcome = Survival::new(rows.iter().map(|r| f64::from(r.0)).collect(), rows.iter().map(|r| r.1).collect()).unwrap();
        let mut covariates = Covariates::new(rows.len());
        covariates.add("g", Covariate::Category(Groups::new(rows.iter().map(|r| Some(["a", "b", "c"][usize::from(r.2)]))))).unwrap();
        covariates.add("x", Covariate::Number(rows.iter().map(|r| f64::from(r.3)).collect())).unwrap();
        let fit = FitSettings { tolerance: 1e-13, ..FitSettings::default() };
        let settings = CoxTableSettings { fit, ..settings_plain() };
        let of = |reference: &str| settings.of(&covariates, &Terms::new().category("g", Some(reference)).linear("x"), &outcome);
        let (Ok(from_a), Ok(from_b)) = (of("a"), of("b")) else { return Ok(()) };
        let row = |table: &CoxTable, level: &str| table.variables[0].rows.iter().find(|r| r.label == level).and_then(|r| r.multivariable);
        if let (Some(b), Some(a)) = (row(&from_a, "b"), row(&from_b, "a")) {
            prop_assert!((b.estimate * a.estimate - 1.0).abs() < 1e-5 && (b.lower * a.upper - 1.0).abs() < 1e-5);
            prop_assert!(b.lower <= b.estimate && b.estimate <= b.upper);
        }
        if let (Some(one), Some(other)) = (&from_a.variables[0].multivariable, &from_b.variables[0].multivariable) {
            prop_assert!((one.wald.statistic - other.wald.statistic).abs() <= 1e-5 * (1.0 + one.wald.statistic));
            prop_assert!((one.likelihood_ratio.statistic - other.likelihood_ratio.statistic).abs() <= 1e-6 * (1.0 + one.likelihood_ratio.statistic));
        }
    }
}
