//! The cases of reference/cox.R.

use std::collections::HashMap;
use std::path::Path;

use radsurv_data::Survival;
use radsurv_stats::cox::{Design, Ties};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

pub struct Case {
    pub name: String,
    pub row: Value,
    pub ties: Ties,
    pub outcome: Survival,
    pub strata: Option<Vec<usize>>,
    pub offset: Option<Vec<f64>>,
    pub clusters: Option<Vec<usize>>,
    x: Vec<Vec<f64>>,
}

impl Case {
    pub fn columns(&self) -> Vec<&[f64]> {
        self.x.iter().map(Vec::as_slice).collect()
    }

    pub fn design<'a>(&'a self, columns: &'a [&'a [f64]]) -> Design<'a> {
        Design { columns, outcome: &self.outcome, strata: self.strata.as_deref(), offset: self.offset.as_deref() }
    }
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

pub fn columns(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// Equal to `tolerance` of the value or of `scale`, whichever is larger.
#[track_caller]
pub fn assert_all(ours: &[f64], golden: &[f64], tolerance: f64, scale: f64, what: &str) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(golden).enumerate() {
        let difference = relative_difference(*a, *b, scale);
        assert!(difference <= tolerance, "{what}, {i}: {a} {b}, {difference:e}");
    }
}

/// The cases of a kind in a golden file, with the data of `cox.jsonl.gz`.
pub fn golden(file: &str, kind: &str) -> Vec<Case> {
    let read =
        |file: &str| Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)).unwrap().rows;
    let mut sets: HashMap<String, HashMap<String, Vec<f64>>> = HashMap::new();
    for row in read("cox.jsonl.gz").iter().filter(|r| r["kind"] == "data") {
        let names = row["names"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_string());
        let set = names.zip(row["columns"].as_array().unwrap().iter().map(numbers)).collect();
        sets.insert(row["name"].as_str().unwrap().to_string(), set);
    }
    let case = |row: Value| {
        let set = &sets[row["data"].as_str().unwrap()];
        let column = |name: &Value| name.as_str().map(|name| set[name].clone());
        let whole = |name: &Value| column(name).map(|c| c.iter().map(|v| *v as usize).collect::<Vec<usize>>());
        let mut outcome = Survival::new(set["time"].clone(), set["event"].iter().map(|e| *e == 1.0).collect()).unwrap();
        if let Some(entry) = set.get("entry") {
            outcome = outcome.with_entry(entry.clone()).unwrap();
        }
        if !row["weights"].is_null() {
            outcome = outcome.with_weights(numbers(&row["weights"])).unwrap();
        }
        let ties = match row["ties"].as_str().unwrap() {
            "efron" => Ties::Efron,
            "breslow" => Ties::Breslow,
            _ => Ties::Exact,
        };
        Case {
            name: format!("{} {} {} {} {}", row["data"], row["x"], row["ties"], row["strata"], row["offset"]),
            ties,
            outcome,
            strata: whole(&row["strata"]),
            offset: column(&row["offset"]),
            clusters: whole(&row["cluster"]),
            x: row["x"].as_array().unwrap().iter().map(|x| column(x).unwrap()).collect(),
            row,
        }
    };
    read(file).into_iter().filter(|r| r["kind"] == kind).map(case).collect()
}
