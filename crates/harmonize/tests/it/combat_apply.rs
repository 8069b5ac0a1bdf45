//! Fitted on some cases, applied to others.

use crate::support::{Recipe, golden, settings, values, worst};
use radsurv_data::{Cohort, Fit, Transform};
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::{Method, RowOutcome, Unseen};

/// The cases that are fitted and the new ones, as reference/combat_apply.R divides them: batch D is unseen.
fn divided(cohort: &Cohort) -> (Cohort, Cohort) {
    let groups = cohort.covariates().groups("batch").unwrap();
    let is_new = |case: &usize| case % 4 == 3 || groups.label(*case) == Some("D");
    let (new, old): (Vec<usize>, Vec<usize>) = (0..cohort.cases()).partition(is_new);
    (cohort.rows(&old), cohort.rows(&new))
}

fn example() -> (Cohort, Cohort) {
    divided(&Recipe { seed: 21, sizes: vec![16, 12, 9, 13], features: 12, ..Recipe::default() }.cohort())
}

#[test]
fn new_cases_are_those_of_the_reference() {
    let mut most = 0.0_f64;
    for row in &golden("combat_apply.jsonl.gz").rows {
        let (old, new) = divided(&Recipe::from_json(&row["input"]).cohort());
        let settings = CombatSettings { unseen: Unseen::Estimate, ..settings(row) };
        let harmonised = settings.fit(&old).unwrap().apply(&new).unwrap();
        let difference = worst(&harmonised.table, &values(row));
        println!("{:?} mean-only {} {:?}: {difference:.1e}", settings.method, settings.mean_only, settings.covariates);
        most = most.max(difference);
        assert!(difference < 1e-8);
        assert_eq!(harmonised.estimated.len(), 1);
        assert_eq!(harmonised.estimated[0].name, "D");
    }
    println!("worst {most:.1e}");
}

#[test]
fn an_unseen_batch_is_refused_passed_or_estimated() {
    let (old, new) = example();
    let combat = CombatSettings::new("batch").fit(&old).unwrap();
    let error = combat.apply(&new).unwrap_err().to_string();
    assert!(error.starts_with("no training case was in batch D, and cases are there now: P"), "{error}");

    let passed = combat.clone().with_unseen(Unseen::Pass).apply(&new).unwrap();
    let estimated = combat.clone().with_unseen(Unseen::Estimate).apply(&new).unwrap();
    let groups = new.covariates().groups("batch").unwrap();
    let mut count = 0;
    for (case, (pass, estimate)) in passed.rows.iter().zip(&estimated.rows).enumerate() {
        let value = |table: &radsurv_data::FeatureTable| table.columns()[0][case];
        if groups.label(case) == Some("D") {
            count += 1;
            assert_eq!(*pass, RowOutcome::Passed { batch: "D".to_string() });
            assert!(!pass.is_harmonised());
            assert_eq!(value(&passed.table).to_bits(), value(new.features()).to_bits());
            assert_eq!(estimate.to_string(), "estimated: unseen batch D");
            assert_ne!(value(&estimated.table), value(new.features()));
        } else {
            assert_eq!((pass, estimate), (&RowOutcome::Adjusted, &RowOutcome::Adjusted));
            assert_eq!(value(&passed.table).to_bits(), value(&estimated.table).to_bits());
        }
    }
    assert_eq!((count, estimated.estimated[0].cases), (13, 13));
    assert!(passed.estimated.is_empty());

    let few: Vec<usize> = (0..new.cases()).filter(|&c| groups.label(c) == Some("D")).take(9).collect();
    let error = combat.clone().with_unseen(Unseen::Estimate).apply(&new.rows(&few)).unwrap_err().to_string();
    assert_eq!(error, "estimating the effect of an unseen batch needs 10 cases at least, and there are 9");
}

#[test]
fn cases_do_not_depend_on_those_they_are_applied_with() {
    let (old, new) = example();
    for method in [Method::Parametric, Method::NonParametric, Method::NoEb] {
        let covariates = vec!["stage".to_string(), "age".to_string()];
        let settings = CombatSettings { method, covariates, unseen: Unseen::Pass, ..CombatSettings::new("batch") };
        let combat = settings.fit(&old).unwrap();
        let together = combat.transform(&new).unwrap();
        let fitted = combat.transform(&old).unwrap();
        for case in 0..new.cases() {
            let alone = combat.transform(&new.rows(&[case])).unwrap();
            for (a, b) in alone.features().columns().iter().zip(together.features().columns()) {
                assert_eq!(a[0].to_bits(), b[case].to_bits());
            }
        }
        let part = combat.transform(&old.rows(&[5, 2])).unwrap();
        for (a, b) in part.features().columns().iter().zip(fitted.features().columns()) {
            assert_eq!([a[0], a[1]], [b[5], b[2]]);
        }
    }
}

#[test]
fn the_reference_stays_to_the_bit() {
    let (old, _) = example();
    let settings = CombatSettings { reference: Some("B".to_string()), ..CombatSettings::new("batch") };
    let harmonised = settings.fit(&old).unwrap().apply(&old).unwrap();
    let groups = old.covariates().groups("batch").unwrap();
    for (case, row) in harmonised.rows.iter().enumerate() {
        let same = harmonised.table.columns().iter().zip(old.features().columns()).all(|(a, b)| a[case] == b[case]);
        assert_eq!(*row == RowOutcome::Reference, groups.label(case) == Some("B"));
        assert_eq!(same, groups.label(case) == Some("B"));
    }
}

#[test]
fn threads_change_no_bit() {
    let cohort = Recipe { seed: 22, sizes: vec![30, 20, 25], features: 60, missing: 2, ..Recipe::default() }.cohort();
    for method in [Method::Parametric, Method::NonParametric] {
        let settings = CombatSettings { method, covariates: vec!["age".to_string()], ..CombatSettings::new("batch") };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| settings.fit(&cohort).unwrap())
        };
        assert_eq!(run(1), run(5));
    }
}
