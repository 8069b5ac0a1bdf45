//! Brier scores as numbers for the quality of predictions.

use radsurv_data::{Metric, MetricError, Predictions, Survival, number};

use super::{BrierRule, Integration, Weights};
use crate::input::{check_probabilities, event_probability};

/// The Brier score at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BrierMetric {
    /// The time.
    pub time: f64,
    /// How cases are weighted.
    pub rule: BrierRule,
}

/// The index of prediction accuracy at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IpaMetric {
    /// The time.
    pub time: f64,
    /// How cases are weighted.
    pub rule: BrierRule,
}

/// The Brier score integrated over times.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegratedBrierMetric {
    /// The times, ascending.
    pub times: Vec<f64>,
    /// How scores become one.
    pub integration: Integration,
    /// How cases are weighted.
    pub rule: BrierRule,
}

impl Metric for BrierMetric {
    fn name(&self) -> String {
        format!("brier_{}", number::format(self.time))
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let events = event_probability(predictions, self.time)?;
        check_probabilities("event probability", &events, outcome)?;
        Ok(Weights::new(self.rule, outcome, None)?.scored(self.time, &events)?.estimate())
    }
}

impl Metric for IpaMetric {
    fn name(&self) -> String {
        format!("ipa_{}", number::format(self.time))
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let score = BrierMetric { time: self.time, rule: self.rule }.of(predictions, outcome)?;
        Ok(1.0 - score / Weights::new(self.rule, outcome, None)?.null(self.time)?.estimate())
    }
}

impl Metric for IntegratedBrierMetric {
    fn name(&self) -> String {
        "integrated_brier".to_string()
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let weights = Weights::new(self.rule, outcome, None)?;
        let mut sum = 0.0;
        for (&time, share) in self.times.iter().zip(self.integration.shares(&self.times)?) {
            let events = event_probability(predictions, time)?;
            check_probabilities("event probability", &events, outcome)?;
            sum += share * weights.scored(time, &events)?.estimate();
        }
        Ok(sum)
    }
}
