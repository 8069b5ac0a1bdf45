//! Neighbouring grey tone difference matrix (NGTDM).

use super::{Named, angles::angles, index, neighbour, voxels};
use std::collections::BTreeMap;

/// A grey level of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tone {
    /// Number of voxels of the level.
    pub count: f64,
    /// Sum over these voxels of the absolute difference between the level and the mean level of the neighbours in the
    /// region; a voxel without such neighbours adds 0.
    pub difference: f64,
}

/// The matrix: a [`Tone`] for each grey level that occurs. Neighbours are those at the given distances.
pub fn matrix(size: [usize; 3], levels: &[u32], distances: &[u32], plane: Option<usize>) -> BTreeMap<u32, Tone> {
    let offsets = angles(size, distances, plane, true);
    let mut tones: BTreeMap<u32, Tone> = BTreeMap::new();
    for at in voxels(size) {
        let own = levels[index(size, at)];
        if own == 0 {
            continue;
        }
        let around: Vec<u32> = offsets
            .iter()
            .filter_map(|&o| neighbour(size, at, o))
            .map(|to| levels[index(size, to)])
            .filter(|&l| l > 0)
            .collect();
        let tone = tones.entry(own).or_default();
        tone.count += 1.0;
        if !around.is_empty() {
            let mean = around.iter().map(|&l| f64::from(l)).sum::<f64>() / around.len() as f64;
            tone.difference += (f64::from(own) - mean).abs();
        }
    }
    tones
}

/// One level in the formulas: its value i, probability p and sum of differences s.
struct Row {
    i: f64,
    p: f64,
    s: f64,
}

fn pairs(rows: &[Row], term: impl Fn(&Row, &Row) -> f64) -> f64 {
    rows.iter().map(|a| rows.iter().map(|b| term(a, b)).sum::<f64>()).sum()
}

/// The 5 features.
pub fn features(tones: &BTreeMap<u32, Tone>) -> Vec<Named> {
    let voxels: f64 = tones.values().map(|t| t.count).sum();
    let rows: Vec<Row> =
        tones.iter().map(|(&level, t)| Row { i: f64::from(level), p: t.count / voxels, s: t.difference }).collect();
    vec![
        ("Coarseness", coarseness(&rows)),
        ("Contrast", contrast(&rows, voxels)),
        ("Busyness", busyness(&rows)),
        ("Complexity", complexity(&rows, voxels)),
        ("Strength", strength(&rows)),
    ]
}

/// Sum of p s; its inverse is the coarseness.
fn weighted_differences(rows: &[Row]) -> f64 {
    rows.iter().map(|r| r.p * r.s).sum()
}

fn all_differences(rows: &[Row]) -> f64 {
    rows.iter().map(|r| r.s).sum()
}

fn coarseness(rows: &[Row]) -> f64 {
    let sum = weighted_differences(rows);
    if sum == 0.0 { 1e6 } else { 1.0 / sum }
}

fn contrast(rows: &[Row], voxels: f64) -> f64 {
    let n = rows.len() as f64;
    if rows.len() < 2 {
        return 0.0;
    }
    pairs(rows, |a, b| a.p * b.p * (a.i - b.i).powi(2)) * all_differences(rows) / voxels / (n * (n - 1.0))
}

fn busyness(rows: &[Row]) -> f64 {
    let spread = pairs(rows, |a, b| (a.i * a.p - b.i * b.p).abs());
    if spread == 0.0 { 0.0 } else { weighted_differences(rows) / spread }
}

fn complexity(rows: &[Row], voxels: f64) -> f64 {
    pairs(rows, |a, b| (a.i - b.i).abs() * (a.p * a.s + b.p * b.s) / (a.p + b.p)) / voxels
}

fn strength(rows: &[Row]) -> f64 {
    let differences = all_differences(rows);
    if differences == 0.0 { 0.0 } else { pairs(rows, |a, b| (a.p + b.p) * (a.i - b.i).powi(2)) / differences }
}
