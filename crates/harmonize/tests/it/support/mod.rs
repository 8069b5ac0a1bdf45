//! Cohorts made from integers (as reference/combat_inputs.py makes them), golden files, and the measure of a difference.

use std::path::Path;

use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Groups};
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::Method;
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::{Golden, number};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

/// What a table is made of.
#[derive(Debug, Clone, Default)]
pub struct Recipe {
    pub seed: u64,
    pub sizes: Vec<usize>,
    pub features: usize,
    pub missing: u64,
    pub holes: Option<usize>,
    pub constant: Vec<(usize, usize)>,
}

impl Recipe {
    pub fn from_json(json: &Value) -> Self {
        let whole = |v: &Value| v.as_u64().unwrap() as usize;
        let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
        Self {
            seed: json["seed"].as_u64().unwrap(),
            sizes: list(&json["sizes"]).iter().map(whole).collect(),
            features: whole(&json["features"]),
            missing: json["missing"].as_u64().unwrap_or(0),
            holes: json["holes"].as_u64().map(|h| h as usize),
            constant: list(&json["constant"]).iter().map(|pair| (whole(&pair[0]), whole(&pair[1]))).collect(),
        }
    }

    pub fn cohort(&self) -> Cohort {
        let mut rng = SplitMix64::new(self.seed);
        let mut below = |n: u64| rng.below(n) as i64;
        let mut batch: Vec<usize> =
            self.sizes.iter().enumerate().flat_map(|(b, size)| std::iter::repeat_n(b, *size)).collect();
        for i in (1..batch.len()).rev() {
            let j = below(i as u64 + 1) as usize;
            batch.swap(i, j);
        }
        let cases = batch.len();
        let age: Vec<i64> = (0..cases).map(|_| 40 + below(40)).collect();
        let sex: Vec<i64> = (0..cases).map(|_| below(2)).collect();
        let stage: Vec<i64> = (0..cases).map(|_| below(3)).collect();
        let mut columns = Vec::new();
        for _ in 0..self.features {
            let (base, scale) = (below(1000), 1 + below(8));
            let shift: Vec<i64> = self.sizes.iter().map(|_| below(65) - 32).collect();
            let spread: Vec<i64> = self.sizes.iter().map(|_| 4 + below(9)).collect();
            let (slope, of_sex, of_stage) = (below(9) - 4, below(9) - 4, below(9) - 4);
            let mut column = Vec::new();
            for (case, &b) in batch.iter().enumerate() {
                let noise = (0..4).map(|_| below(256)).sum::<i64>() - 510;
                let known = slope * age[case] * 8 + of_sex * sex[case] * 300 + of_stage * stage[case] * 200;
                let value = base * 256 + scale * (shift[b] * 128 + spread[b] * noise + known);
                column.push(if below(100) < self.missing as i64 { f64::NAN } else { value as f64 / 256.0 });
            }
            columns.push(column);
        }
        for &(feature, b) in &self.constant {
            for (value, of) in columns[feature].iter_mut().zip(&batch) {
                *value = if *of == b { 0.1 } else { *value };
            }
        }
        if let Some(holes) = self.holes {
            (0..cases).filter(|&case| batch[case] != 1).take(2).for_each(|case| columns[holes][case] = f64::NAN);
        }
        let ids = (0..cases).map(|case| format!("P{case}")).collect();
        let names = (0..self.features).map(|f| format!("f{f}")).collect();
        let mut covariates = Covariates::new(cases);
        let letters: Vec<String> = batch.iter().map(|b| char::from(b'A' + *b as u8).to_string()).collect();
        covariates.add("batch", Covariate::Category(Groups::new(letters.iter().map(Some)))).unwrap();
        covariates.add("age", Covariate::Number(age.iter().map(|a| *a as f64).collect())).unwrap();
        let groups = |names: &[&str], codes: &[i64]| {
            Covariate::Category(Groups::new(codes.iter().map(|c| Some(names[*c as usize]))))
        };
        covariates.add("sex", groups(&["f", "m"], &sex)).unwrap();
        covariates.add("stage", groups(&["I", "II", "III"], &stage)).unwrap();
        Cohort::new(FeatureTable::new(ids, names, columns).unwrap(), covariates).unwrap()
    }
}

/// The settings of a golden row.
pub fn settings(row: &Value) -> CombatSettings {
    CombatSettings {
        covariates: row["covariates"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_string()).collect(),
        method: serde_json::from_value::<Method>(row["method"].clone()).unwrap(),
        mean_only: row["mean_only"].as_bool().unwrap(),
        reference: row["reference"].as_str().map(String::from),
        ..CombatSettings::new("batch")
    }
}

pub fn golden(name: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap()
}

/// The values of a row: `values[case][feature]`.
pub fn values(row: &Value) -> Vec<Vec<f64>> {
    let list = |v: &Value| v.as_array().unwrap().clone();
    list(&row["values"]).iter().map(|line| list(line).iter().map(|v| number(v).unwrap()).collect()).collect()
}

/// The worst difference of two tables (`expected[case][feature]`), relative to the value or to the standard deviation of
/// the feature, whichever is larger: a value that happens to be near 0 has the rounding errors of its terms.
pub fn worst(ours: &FeatureTable, expected: &[Vec<f64>]) -> f64 {
    let mut worst = 0.0_f64;
    for (f, column) in ours.columns().iter().enumerate() {
        let values: Vec<f64> = expected.iter().map(|row| row[f]).filter(|v| !v.is_nan()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        for (value, row) in column.iter().zip(expected) {
            if !(value.is_nan() && row[f].is_nan()) {
                worst = worst.max(relative_difference(*value, row[f], sd));
            }
        }
    }
    worst
}
