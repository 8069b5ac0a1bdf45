//! CovBat against its authors' code: reference/make_combat.py.

use crate::support::{Recipe, golden, settings, values, worst};
use radsurv_data::Fit;
use radsurv_data::saved::Saved;
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::{CovBat, CovBatSettings, RowOutcome, Unseen};
use radsurv_testkit::golden::number;

#[test]
fn covbat_is_that_of_its_authors() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("covbat.json");
    let mut most = 0.0_f64;
    for row in &golden("covbat.jsonl.gz").rows {
        let training = Recipe::from_json(&row["input"]).cohort();
        let mut combat = row.clone();
        combat["mean_only"] = false.into();
        let covbat = CovBatSettings {
            explained: number(&row["explained"]).unwrap(),
            components: row["components"].as_u64().map(|n| n as usize),
            unit_variance: row["unit_variance"].as_bool().unwrap(),
            ..CovBatSettings::new(settings(&combat))
        };
        let fitted = covbat.fit(&training).unwrap();
        assert_eq!(fitted.components().loadings.len() as u64, row["harmonised_components"].as_u64().unwrap());
        let ours = fitted.apply(&training).unwrap();
        let difference = worst(&ours.table, &values(row));
        most = most.max(difference);
        assert!(difference < 1e-8, "{difference:e} {:?}", row["input"]);

        fitted.save(&path).unwrap();
        let back = CovBat::load(&path).unwrap();
        assert_eq!(back, fitted);
        let part = back.apply(&training.rows(&[7, 1, 4])).unwrap();
        assert_eq!(part.table, ours.table.rows(&[7, 1, 4]));
    }
    println!("worst {most:.1e}");
}

#[test]
fn rows_that_combat_leaves_are_left() {
    let recipe = Recipe { seed: 71, sizes: vec![16, 12, 13], features: 9, constant: vec![(4, 0)], ..Recipe::default() };
    let cohort = recipe.cohort();
    let groups = cohort.covariates().groups("batch").unwrap();
    let (old, new): (Vec<usize>, Vec<usize>) = (0..cohort.cases()).partition(|&c| groups.label(c) != Some("C"));
    let combat = CombatSettings {
        covariates: vec!["age".to_string()],
        reference: Some("A".to_string()),
        unseen: Unseen::Pass,
        ..CombatSettings::new("batch")
    };
    let fitted = CovBatSettings::new(combat.clone()).fit(&cohort.rows(&old)).unwrap();
    let done = fitted.apply(&cohort).unwrap();
    for (case, row) in done.rows.iter().enumerate() {
        let same = done.table.columns().iter().zip(cohort.features().columns()).all(|(a, b)| a[case] == b[case]);
        assert_eq!(same, *row != RowOutcome::Adjusted, "{row}");
    }
    assert_eq!(done.table.columns()[4], cohort.features().columns()[4]);
    // An unseen batch that is estimated has its scores estimated too.
    let combat = CombatSettings { unseen: Unseen::Estimate, ..combat };
    let fitted = CovBatSettings::new(combat).fit(&cohort.rows(&old)).unwrap();
    let estimated = fitted.apply(&cohort.rows(&new)).unwrap();
    assert_eq!((estimated.estimated.len(), estimated.estimated[0].cases), (1, 13));
    assert!(estimated.table.columns()[0] != fitted.combat().apply(&cohort.rows(&new)).unwrap().table.columns()[0]);
}

#[test]
fn what_covbat_cannot_do_is_named() {
    let training = Recipe { seed: 72, sizes: vec![9, 8], features: 6, missing: 2, ..Recipe::default() }.cohort();
    let settings = CovBatSettings::new(CombatSettings::new("batch"));
    let message = |settings: CovBatSettings| settings.fit(&training).unwrap_err().to_string();
    assert!(message(settings.clone()).starts_with("CovBat needs all values, and "));
    for explained in [0.0, 1.0, f64::NAN] {
        assert!(message(CovBatSettings { explained, ..settings.clone() }).contains("between 0 and 1"));
    }
    let complete = Recipe { seed: 72, sizes: vec![9, 8], features: 6, ..Recipe::default() }.cohort();
    let many = CovBatSettings { components: Some(7), ..settings.clone() };
    assert!(many.fit(&complete).unwrap_err().to_string().contains("not as many"));
    // A missing value in a new case.
    let fitted = settings.fit(&complete).unwrap();
    assert!(fitted.apply(&training).unwrap_err().to_string().starts_with("CovBat needs all values"));
}
