//! Golden files of this crate, and the tables that their rows refer to by name.

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

/// Equal but for a part of the larger one, or of 1e-3 where both are tiny.
pub fn close(ours: f64, theirs: f64, part: f64, what: &str) {
    let scale = ours.abs().max(theirs.abs()).max(1e-3);
    assert!((ours - theirs).abs() <= part * scale, "{what}: {ours:.17} and {theirs:.17}");
}

/// As [`close`], for all of two lists of the same length.
pub fn all_close(ours: &[f64], theirs: &[f64], part: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    ours.iter().zip(theirs).enumerate().for_each(|(i, (a, b))| close(*a, *b, part, &format!("{what} [{i}]")));
}

/// Follow-up with two markers.
pub struct Table {
    pub outcome: Survival,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
}

impl Table {
    pub fn marker(&self, row: &Value) -> &[f64] {
        match row["marker"].as_str().unwrap() {
            "a" => &self.a,
            _ => &self.b,
        }
    }
}

/// The tables of a golden file by name.
pub fn tables(golden: &Golden) -> BTreeMap<String, Table> {
    let table = |row: &Value| {
        let event = column(&row["event"]).iter().map(|e| *e == 1.0).collect();
        let outcome = Survival::new(column(&row["time"]), event).unwrap();
        Table { outcome, a: column(&row["a"]), b: column(&row["b"]) }
    };
    golden.rows.iter().filter_map(|row| Some((row.get("table")?.as_str()?.to_string(), table(row)))).collect()
}

/// The rows that have this field, with the table it names.
pub fn rows<'a>(
    golden: &'a Golden,
    tables: &'a BTreeMap<String, Table>,
    field: &'a str,
) -> impl Iterator<Item = (&'a Value, &'a Table, String)> {
    golden.rows.iter().filter_map(move |row| {
        let name = row.get(field)?.as_str()?;
        Some((row, &tables[name], format!("{field} {name} {}", row["marker"].as_str().unwrap_or(""))))
    })
}
