//! Redundant features against caret, hclust and cutree: reference/make_redundancy.py.

use std::collections::BTreeSet;
use std::path::Path;

use radsurv_data::{FeatureTable, Fit};
use radsurv_harmonize::redundancy::{Linkage, NearZeroSettings, RedundancySettings, Rule, Scores};
use radsurv_harmonize::selection::Selection;
use radsurv_testkit::golden::Golden;
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

fn golden(name: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap()
}

/// The table that the script makes of a recipe.
fn table(row: &Value) -> FeatureTable {
    let whole = |key: &str| row[key].as_u64().unwrap();
    let (cases, features, factors, levels) = (whole("cases"), whole("features"), whole("factors"), whole("levels"));
    let mut rng = SplitMix64::new(whole("seed"));
    let common: Vec<Vec<i64>> = (0..factors).map(|_| (0..cases).map(|_| rng.below(4096) as i64).collect()).collect();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for _ in 0..features {
        let kind = rng.below(16);
        let column: Vec<f64> = if kind == 0 && !columns.is_empty() {
            columns[rng.below(columns.len() as u64) as usize].clone()
        } else if kind == 1 {
            let rare = rng.below(cases);
            (0..cases).map(|case| if case == rare && rng.below(4) > 0 { 1.0 } else { 0.0 }).collect()
        } else {
            let (factor, sign, noise) = (rng.below(factors), 1 - 2 * rng.below(2) as i64, 1 + rng.below(4096));
            let value = |&c: &i64| (sign * c + rng.below(noise) as i64).div_euclid(levels as i64) as f64;
            common[factor as usize].iter().map(value).collect()
        };
        columns.push(column);
    }
    let ids = (0..cases).map(|i| format!("P{i}")).collect();
    FeatureTable::new(ids, (0..features).map(|f| format!("f{f}")).collect(), columns).unwrap()
}

fn places(value: &Value) -> BTreeSet<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn removed(selection: &Selection) -> BTreeSet<usize> {
    selection.decisions().iter().enumerate().filter(|(_, d)| !d.keep).map(|(f, _)| f).collect()
}

fn check(table: &FeatureTable, row: &Value) {
    let constant: BTreeSet<usize> =
        (0..table.names().len()).filter(|&f| table.columns()[f].iter().all(|v| *v == table.columns()[f][0])).collect();
    let settings = |rule: Rule| RedundancySettings {
        correlation: serde_json::from_value(row["correlation"].clone()).unwrap(),
        threshold: row["threshold"].as_f64().unwrap(),
        rule,
        ..RedundancySettings::default()
    };
    let fit = |rule: Rule| settings(rule).fit(&table.clone().into()).unwrap();
    for (name, rule) in [("exact", Rule::Exact), ("fast", Rule::Fast)] {
        let selection = fit(rule);
        let ours: BTreeSet<usize> = removed(&selection).difference(&constant).copied().collect();
        assert_eq!(ours, places(&row[name]), "{name} of {row}");
        for d in selection.decisions() {
            assert_eq!(d.reason.is_empty(), d.keep);
        }
    }
    assert_eq!(
        removed(&NearZeroSettings::default().fit(&table.clone().into()).unwrap()),
        places(&row["near_zero"]),
        "near zero of {row}"
    );
    for (name, linkage) in [("complete", Linkage::Complete), ("average", Linkage::Average), ("single", Linkage::Single)]
    {
        // With scores that fall, the first feature of each cluster stands for it.
        let scores: Scores = table.names().iter().enumerate().map(|(f, n)| (n.clone(), -(f as f64))).collect();
        let ours = removed(&fit(Rule::Cluster { linkage, scores: Some(scores) }));
        let clusters = row[name].as_array().unwrap().iter().map(places);
        let theirs: BTreeSet<usize> = clusters.flat_map(|c| c.into_iter().skip(1)).chain(constant.clone()).collect();
        assert_eq!(ours, theirs, "{name} linkage of {row}");
    }
}

#[test]
fn the_sets_are_those_of_caret_and_hclust() {
    let golden = golden("redundancy.jsonl.gz");
    assert!(golden.header["versions"].as_str().unwrap().contains("caret 6.0"));
    assert_eq!(golden.rows.len(), 54);
    golden.rows.iter().for_each(|row| check(&table(row), row));
}

#[test]
#[ignore = "needs the real data"]
fn the_sets_of_lung1_are_those_of_caret_and_hclust() {
    let path = radsurv_testkit::data::folder().unwrap().join("tables/lung1_rdr_features.csv.gz");
    let mut text = String::new();
    let mut unpacked = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    std::io::Read::read_to_string(&mut unpacked, &mut text).unwrap();
    let raw = radsurv_data::Table::from_reader(text.as_bytes(), "lung1").unwrap();
    let features = FeatureTable::from_table(&raw, &raw.columns()[1..]).unwrap();
    for row in &golden("redundancy_lung1.jsonl.gz").rows {
        check(&features, row);
        println!(
            "{} {}: {} of {} go",
            row["correlation"],
            row["threshold"],
            places(&row["exact"]).len(),
            raw.columns().len() - 1
        );
    }
}
