//! What the tests of validation share: metrics, and cases without any effect.

use radsurv_data::{Cohort, FeatureTable, Metric, MetricError, Predictions, Survival};
use radsurv_stats::cox::{self, Design, FitSettings, Ties};
use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, Side, harrell};
use radsurv_testkit::splitmix::SplitMix64;

/// Harrell's C.
pub struct C;

impl Metric for C {
    fn name(&self) -> String {
        "harrell".to_string()
    }
    fn higher_is_better(&self) -> bool {
        true
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        Ok(harrell(predictions.risk(), outcome)?.estimate)
    }
}

/// The same as an error: *1 - C*.
pub struct Discordance;

impl Metric for Discordance {
    fn name(&self) -> String {
        "discordance".to_string()
    }
    fn higher_is_better(&self) -> bool {
        false
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        Ok(1.0 - C.of(predictions, outcome)?)
    }
}

/// The coefficient of a Cox model of the risk.
pub struct Slope(pub Ties);

impl Metric for Slope {
    fn name(&self) -> String {
        "slope".to_string()
    }
    fn higher_is_better(&self) -> bool {
        true
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let settings = FitSettings { ties: self.0, tolerance: 1e-12, ..FitSettings::default() };
        Ok(cox::fit(&Design::new(&[predictions.risk()], outcome), &settings)?.coefficients[0])
    }
}

/// The Brier score at a time, with censoring weights of the cases that are measured.
pub struct Brier(pub f64);

impl Metric for Brier {
    fn name(&self) -> String {
        format!("brier_{}", self.0)
    }
    fn higher_is_better(&self) -> bool {
        false
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let event = predictions.event_probability(self.0).ok_or("there are no curves")?;
        let censoring = CensoringDistribution::of(outcome, CensoringTies::AfterEvents)?;
        let weights = censoring.status_weights(outcome, self.0, Side::Left)?;
        let squared = |i: usize| (event[i] - f64::from(u8::from(outcome.times()[i] <= self.0))).powi(2);
        Ok((0..outcome.len()).map(|i| weights[i] * squared(i)).sum::<f64>() / outcome.len() as f64)
    }
}

pub fn cohort(columns: Vec<Vec<f64>>) -> Cohort {
    let ids = (0..columns[0].len()).map(|i| format!("P{i}")).collect();
    let names = (0..columns.len()).map(|j| format!("f{j}")).collect();
    Cohort::from(FeatureTable::new(ids, names, columns).unwrap())
}

pub fn uniform(rng: &mut SplitMix64) -> f64 {
    (rng.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30)
}

/// Features and outcomes that have nothing to do with each other.
pub fn noise(seed: u64, cases: usize, features: usize) -> (Cohort, Survival) {
    let mut rng = SplitMix64::new(seed);
    let columns = (0..features).map(|_| (0..cases).map(|_| uniform(&mut rng)).collect()).collect();
    let times = (0..cases).map(|_| -uniform(&mut rng).ln()).collect();
    (cohort(columns), Survival::new(times, (0..cases).map(|_| rng.chance(60)).collect()).unwrap())
}
