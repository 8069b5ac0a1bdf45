//! What the tests of the elastic net share: the recipe of reference/coxnet_glmnet.R, and Cox's likelihood by its definition.

use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::cox::Ties;
use radsurv_testkit::golden::number;
use serde_json::Value;

/// The generator of the recipe, exact in double precision.
struct Uniform(f64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = (16807.0 * self.0) % 2147483647.0;
        self.0 / 2147483647.0
    }

    fn wave(&mut self) -> f64 {
        self.next() + self.next() + self.next() + self.next() - 2.0
    }
}

/// Features that share some latent causes.
pub fn columns(seed: u64, n: usize, p: usize, latent: usize) -> Vec<Vec<f64>> {
    let mut uniform = Uniform(seed as f64);
    let common: Vec<Vec<f64>> = (0..latent).map(|_| (0..n).map(|_| uniform.wave()).collect()).collect();
    let value = |c: f64, w: f64| (1000.0 * (c + w) + 0.5).floor() / 1000.0;
    (0..p).map(|j| common[j % latent].iter().map(|c| value(*c, uniform.wave())).collect()).collect()
}

pub fn table(columns: Vec<Vec<f64>>) -> FeatureTable {
    let ids = (0..columns[0].len()).map(|i| format!("P{i}")).collect();
    let names = (0..columns.len()).map(|j| format!("f{j}")).collect();
    FeatureTable::new(ids, names, columns).unwrap()
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| number(v).unwrap()).collect()
}

/// The features and outcomes of a golden row.
pub fn case(row: &Value) -> (FeatureTable, Survival) {
    let field = |name: &str| row[name].as_u64().unwrap();
    let columns = columns(field("seed"), field("cases") as usize, field("features") as usize, field("latent") as usize);
    let sum: f64 = columns.iter().flatten().sum();
    assert!((sum - row["sum"].as_f64().unwrap()).abs() < 1e-6, "both sides make the same features");
    let event = numbers(&row["event"]).iter().map(|e| *e == 1.0).collect();
    let mut outcome = Survival::new(numbers(&row["time"]), event).unwrap();
    if row.get("weights").is_some() {
        outcome = outcome.with_weights(numbers(&row["weights"])).unwrap();
    }
    (table(columns), outcome)
}

/// The logarithm of the partial likelihood and its derivative by each linear predictor, divided by the sum of weights.
pub fn naive(outcome: &Survival, eta: &[f64], ties: Ties) -> (f64, Vec<f64>) {
    let n = outcome.len();
    let total: f64 = (0..n).map(|i| outcome.weight(i)).sum();
    let (mut ln, mut gradient) = (0.0, vec![0.0; n]);
    for time in outcome.event_times() {
        let entry = |i: usize| outcome.entry().map_or(f64::NEG_INFINITY, |e| e[i]);
        let at_risk: Vec<usize> = (0..n).filter(|&i| entry(i) < time && time <= outcome.times()[i]).collect();
        let happens = |i: usize| outcome.event()[i] && outcome.times()[i] == time && outcome.weight(i) > 0.0;
        let events: Vec<usize> = (0..n).filter(|&i| happens(i)).collect();
        let weight: f64 = events.iter().map(|&i| outcome.weight(i)).sum();
        let hazard = |i: usize| outcome.weight(i) * eta[i].exp();
        for &i in &events {
            ln += outcome.weight(i) * eta[i];
            gradient[i] += outcome.weight(i);
        }
        let d = events.len();
        let count = if ties == Ties::Efron { d } else { 1 };
        for l in 0..count {
            let fraction = l as f64 / d as f64;
            let part = |i: usize| if happens(i) { 1.0 - fraction } else { 1.0 };
            let sum: f64 = at_risk.iter().map(|&i| part(i) * hazard(i)).sum();
            ln -= weight / count as f64 * sum.ln();
            for &i in &at_risk {
                gradient[i] -= weight / count as f64 * part(i) * hazard(i) / sum;
            }
        }
    }
    (ln / total, gradient.iter().map(|g| g / total).collect())
}

/// Weighted mean and standard deviation of a column.
pub fn moments(column: &[f64], outcome: &Survival) -> [f64; 2] {
    let n = column.len();
    let total: f64 = (0..n).map(|i| outcome.weight(i)).sum();
    let mean = (0..n).map(|i| outcome.weight(i) * column[i]).sum::<f64>() / total;
    let variance = (0..n).map(|i| outcome.weight(i) * (column[i] - mean).powi(2)).sum::<f64>() / total;
    [mean, variance.sqrt()]
}

/// How far a point is from its conditions of optimality at worst.
pub fn violation(
    features: &FeatureTable,
    outcome: &Survival,
    coefficients: &[f64],
    ties: Ties,
    lambda: f64,
    alpha: f64,
) -> f64 {
    let n = features.cases();
    let scaled: Vec<[f64; 2]> = features.columns().iter().map(|c| moments(c, outcome)).collect();
    let eta: Vec<f64> = (0..n)
        .map(|i| features.columns().iter().zip(&scaled).zip(coefficients).map(|((c, m), b)| b * (c[i] - m[0])).sum())
        .collect();
    let (_, gradient) = naive(outcome, &eta, ties);
    let of = |((column, [mean, deviation]), b): ((&Vec<f64>, &[f64; 2]), &f64)| {
        let slope: f64 = (0..n).map(|i| gradient[i] * (column[i] - mean) / deviation).sum();
        let b = b * deviation;
        if b == 0.0 {
            (slope.abs() - lambda * alpha).max(0.0)
        } else {
            (slope - lambda * (1.0 - alpha) * b - lambda * alpha * b.signum()).abs()
        }
    };
    features.columns().iter().zip(&scaled).zip(coefficients).map(of).fold(0.0, f64::max)
}
