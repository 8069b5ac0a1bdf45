//! What the golden files of reference/genomics_enrichment.{R,py} hold.

use std::path::Path;

use radsurv_genomics::{GeneSet, GeneSets};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

/// Texts of an array; a single one that R did not put into an array is one.
pub fn texts(value: &Value) -> Vec<String> {
    match value.as_array() {
        Some(texts) => texts.iter().map(|text| text.as_str().unwrap().to_string()).collect(),
        None => vec![value.as_str().unwrap().to_string()],
    }
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| number(value).unwrap_or(f64::NAN)).collect()
}

/// The golden file by its name, and a piece of text that its header must have.
pub fn golden(name: &str, version: &str) -> Golden {
    let golden = Golden::read(&Path::new("tests/golden").join(name)).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains(version), "{}", golden.header);
    golden
}

/// A ranking and sets.
pub struct Input {
    pub genes: Vec<String>,
    pub stats: Vec<f64>,
    pub sets: GeneSets,
    pub golden: Golden,
}

pub fn input() -> Input {
    let golden = golden("enrichment.jsonl.gz", "fgsea 1.31.6");
    let row = golden.rows.iter().find(|row| row["kind"] == "input").unwrap();
    let sets = row["sets"].as_object().unwrap().iter().map(|(name, genes)| GeneSet::new(name, texts(genes))).collect();
    Input {
        genes: texts(&row["genes"]),
        stats: numbers(&row["stats"]),
        sets: GeneSets::new(sets).unwrap(),
        golden: golden.clone(),
    }
}
