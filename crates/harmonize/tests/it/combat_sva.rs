//! ComBat against sva 3.46 in every mode: reference/make_combat.py.

use std::collections::BTreeMap;

use crate::support::{Recipe, golden, settings, values, worst};
use radsurv_data::Fit;
use radsurv_data::saved::Saved;
use radsurv_harmonize::Combat;

#[test]
fn every_mode_is_that_of_sva() {
    let golden = golden("combat.jsonl.gz");
    assert!(golden.header["versions"].as_str().unwrap().contains("sva 3.46"));
    let mut table: BTreeMap<String, (usize, f64)> = BTreeMap::new();
    for row in &golden.rows {
        let settings = settings(row);
        let training = Recipe::from_json(&row["input"]).cohort();
        let combat = settings.fit(&training).unwrap();
        let ours = combat.apply(&training).unwrap();
        let difference = worst(&ours.table, &values(row));
        let iterations: Vec<u64> = row["iterations"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        // sva iterates for the reference too, and discards what it finds.
        for (batch, expected) in combat.batches().iter().zip(iterations) {
            if let Some(prior) = batch.prior {
                assert_eq!(prior.iterations as u64, expected, "batch {} of {row}", batch.name);
            }
        }
        let missing = if training.features().columns().iter().flatten().any(|v| v.is_nan()) { " missing" } else { "" };
        let special = row["case"].as_str().map_or(String::new(), |case| format!(" ({case})"));
        let key = format!(
            "{:?}{}{}{}{missing}{special}",
            settings.method,
            if settings.mean_only { " mean-only" } else { "" },
            if settings.reference.is_some() { " reference" } else { "" },
            if settings.covariates.is_empty() { "" } else { " covariates" },
        );
        let entry = table.entry(key).or_default();
        entry.0 += 1;
        entry.1 = entry.1.max(difference);
    }
    for (mode, (rows, difference)) in &table {
        println!("{mode:<70} {rows:>2} {difference:.1e}");
    }
    let bad: Vec<_> = table.iter().filter(|(_, (_, difference))| *difference > 1e-8).collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert_eq!(golden.rows.len(), 92);
}

#[test]
fn a_fitted_combat_is_read_as_it_was_saved() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("combat.json");
    for row in &golden("combat.jsonl.gz").rows {
        let training = Recipe::from_json(&row["input"]).cohort();
        let combat = settings(row).fit(&training).unwrap();
        combat.save(&path).unwrap();
        let back = Combat::load(&path).unwrap();
        assert_eq!(back, combat);
        // Not == : missing values are NaN.
        let (a, b) = (back.apply(&training).unwrap(), combat.apply(&training).unwrap());
        let bits = |t: &radsurv_data::FeatureTable| -> Vec<u64> {
            t.columns().iter().flatten().map(|v| v.to_bits()).collect()
        };
        assert_eq!(bits(&a.table), bits(&b.table));
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("\"P0\""), "a case id was saved");
}
