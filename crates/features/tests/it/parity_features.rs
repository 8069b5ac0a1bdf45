//! Feature values of random small images under random settings, against PyRadiomics 3.0.1
//! (`reference/make_features.py`).

use crate::support::feature_rows::Outcome;
use crate::support::golden;

fn run(group: &str) {
    let golden = golden(&format!("features_{group}.jsonl.gz"));
    let mut outcome = Outcome::default();
    for row in &golden.rows {
        outcome.row(row);
    }
    outcome.finish(group);
}

#[test]
fn original() {
    run("original");
}

#[test]
fn preprocessed() {
    run("preprocessed");
}

#[test]
fn filtered() {
    run("filtered");
}

#[test]
fn flat() {
    run("flat");
}

#[test]
fn special() {
    run("special");
}
