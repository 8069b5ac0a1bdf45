//! Golden files, and the tables of reference/benefit.R.

use std::path::Path;

use radsurv_data::Survival;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

pub fn read(file: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)).unwrap()
}

pub fn column(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

/// Equal to 1e-10, of the value or of 1 if it is smaller: shares and differences of shares may be near 0.
#[track_caller]
pub fn close(ours: f64, golden: f64, what: &str) {
    assert!((ours - golden).abs() <= 1e-10 * golden.abs().max(1.0), "{what}: {ours} is not {golden}");
}

/// Follow-up, and two models' probabilities of the event until a time.
pub struct Table {
    pub name: String,
    pub time: f64,
    pub outcome: Survival,
    pub risk: Vec<f64>,
    pub risk2: Vec<f64>,
}

pub struct Tables(pub Vec<Table>);

impl Tables {
    pub fn read() -> Self {
        let of = |row: &Value| {
            let event = column(&row["event"]).iter().map(|e| *e == 1.0).collect();
            Table {
                name: row["table"].as_str().unwrap().to_string(),
                time: row["t"].as_f64().unwrap(),
                outcome: Survival::new(column(&row["time"]), event).unwrap(),
                risk: column(&row["risk"]),
                risk2: column(&row["risk2"]),
            }
        };
        Self(read("benefit.jsonl.gz").rows.iter().filter(|row| row.get("table").is_some()).map(of).collect())
    }

    pub fn get(&self, name: &str) -> &Table {
        self.0.iter().find(|table| table.name == name).unwrap()
    }
}
