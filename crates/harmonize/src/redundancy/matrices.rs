//! The rules on matrices full of ties, given as they are, against caret and hclust: `reference/redundancy_matrices.R`.

use std::path::Path;

use radsurv_stats::correlation::CorrelationMatrix;
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value;

use super::*;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

/// The matrix of a row, whose lower triangle R writes column by column.
fn matrix(row: &Value) -> CorrelationMatrix {
    let size = row["size"].as_u64().unwrap() as usize;
    let divisor = if row["of"] == "sevenths" { 7.0 } else { 1.0 };
    let mut values = vec![1.0; size * size];
    let below = (0..size).flat_map(|j| (j + 1..size).map(move |i| (i, j)));
    for ((i, j), value) in below.zip(numbers(&row["lower"])) {
        values[i * size + j] = value / divisor;
        values[j * size + i] = value / divisor;
    }
    CorrelationMatrix::from_values(size, values).unwrap()
}

#[test]
fn what_goes_is_what_caret_removes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/redundancy_matrices.jsonl.gz");
    let golden = Golden::read(&path).unwrap();
    let mut wrong = Vec::new();
    for (number, row) in golden.rows.iter().enumerate() {
        let (matrix, cutoff) = (matrix(row), row["cutoff"].as_f64().unwrap());
        for (name, removed) in [("exact", exact::remove(&matrix, cutoff)), ("fast", fast::remove(&matrix, cutoff))] {
            let ours: Vec<f64> = (0..removed.len()).filter(|&i| removed[i].is_some()).map(|i| i as f64).collect();
            if ours != numbers(&row[name]) {
                wrong.push((number, name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows: {wrong:?}", wrong.len());
}
