//! The JSON table: everything that is known of each region.
//!
//! ```json
//! {"radsurv": "0.1.0", "settings": {...}, "ring_mm": 50.0,
//!  "results": [{"case_id", "image", "mask", "label", "region", "columns": {...}, "features": {"name": number or null},
//!               "undefined": {"name": "reason"}, "diagnostics": {"name": "text"}, "notices": ["text"]}],
//!  "failed": [{"case_id", "image", "mask", "label", "region", "reason"}]}
//! ```
//! One result per line.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::cases::{Case, Cohort};
use super::outcome::{Outcome, RegionResult};
use super::work::Worker;

/// Writes the table.
pub fn write(out: &mut impl Write, cohort: &Cohort, outcomes: &[Outcome], worker: &Worker) -> io::Result<()> {
    let settings = serde_json::to_value(worker.extractor.settings())?;
    write!(out, "{{\"radsurv\": {}, ", json!(env!("CARGO_PKG_VERSION")))?;
    writeln!(out, "\"settings\": {settings}, \"ring_mm\": {},", json!(worker.ring_mm))?;
    let cases = || cohort.cases.iter().zip(outcomes);
    list(out, "results", cases().flat_map(|(c, o)| o.results.iter().map(move |r| result(cohort, c, r))))?;
    out.write_all(b",\n")?;
    let failures = cases().flat_map(|(case, outcome)| {
        outcome.failures.iter().map(move |f| {
            json!({
                "case_id": case.id, "image": case.image, "mask": case.mask, "label": f.label,
                "region": f.kind.map(|k| k.to_string()), "reason": f.line(),
            })
        })
    });
    list(out, "failed", failures)?;
    out.write_all(b"}\n")
}

fn list(out: &mut impl Write, name: &str, items: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, " \"{name}\": [")?;
    for (i, item) in items.enumerate() {
        out.write_all(if i == 0 { b"\n  " } else { b",\n  " })?;
        serde_json::to_writer(&mut *out, &item)?;
    }
    out.write_all(b"]")
}

fn result(cohort: &Cohort, case: &Case, result: &RegionResult) -> Value {
    let columns: Map<String, Value> =
        cohort.carried.iter().map(|&c| (cohort.columns[c].clone(), case.cells[c].as_str().into())).collect();
    // JSON has no NaN: the value is null and the reason stands under "undefined".
    let features: Map<String, Value> =
        result.names.iter().zip(&result.values).map(|(name, value)| (name.clone(), json!(value))).collect();
    let undefined: Map<String, Value> = result
        .undefined
        .iter()
        .filter_map(|(place, reason)| Some((result.names.get(*place)?.clone(), reason.as_str().into())))
        .collect();
    let diagnostics: Map<String, Value> =
        result.diagnostics.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
    json!({
        "case_id": case.id, "image": case.image, "mask": case.mask, "label": result.label,
        "region": result.kind.to_string(), "columns": columns, "features": features, "undefined": undefined,
        "diagnostics": diagnostics, "notices": result.notices,
    })
}
