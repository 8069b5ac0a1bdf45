//! The tables that golden rows refer to by name.

use std::collections::BTreeMap;
use std::path::Path;

use radsurv_data::Survival;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

/// A golden file of this crate that was made with this version.
pub fn golden(file: &str, version: &str) -> Golden {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)).unwrap();
    assert!(golden.header["versions"].as_str().unwrap().contains(version));
    golden
}

/// Numbers; none for null.
pub fn column(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(Vec::new, |values| values.iter().map(|v| number(v).unwrap()).collect())
}

/// A number that may be missing.
pub fn optional(value: &Value) -> Option<f64> {
    number(value).filter(|v| !v.is_nan())
}

/// Follow-up with two risks, a group and a stratum per case.
pub struct Table {
    pub outcome: Survival,
    pub risk: Vec<f64>,
    pub other_risk: Vec<f64>,
    pub group: Vec<usize>,
    pub stratum: Vec<usize>,
}

/// The tables of a golden file.
pub struct Tables(BTreeMap<String, Table>);

impl Tables {
    pub fn of(golden: &Golden) -> Self {
        let rows = golden.rows.iter().filter_map(|row| Some((row.get("table")?.as_str()?.to_string(), row)));
        Self(rows.map(|(name, row)| (name, table(row))).collect())
    }

    pub fn get(&self, name: &str) -> &Table {
        &self.0[name]
    }
}

fn table(row: &Value) -> Table {
    let event = column(&row["event"]).iter().map(|e| *e == 1.0).collect();
    let mut outcome = Survival::new(column(&row["time"]), event).unwrap();
    if !row["entry"].is_null() {
        outcome = outcome.with_entry(column(&row["entry"])).unwrap();
    }
    if !row["weights"].is_null() {
        outcome = outcome.with_weights(column(&row["weights"])).unwrap();
    }
    let whole = |field: &str| column(&row[field]).iter().map(|v| *v as usize).collect();
    Table {
        outcome,
        risk: column(&row["risk"]),
        other_risk: column(&row["risk2"]),
        group: whole("group"),
        stratum: whole("stratum"),
    }
}
