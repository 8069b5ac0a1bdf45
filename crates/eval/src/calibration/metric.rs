//! Calibration as numbers for the quality of predictions.

use radsurv_data::{Metric, MetricError, Predictions, Survival, number};

use super::smooth::{Distances, SmoothSettings};
use super::{in_the_large, slope, slope_of_probabilities};
use crate::input::{check_marker, check_plain, check_probabilities, event_probability};

/// Which distance of the smooth calibration curve from the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibrationIndex {
    /// The mean.
    Ici,
    /// The median.
    E50,
    /// The 90th percentile.
    E90,
    /// The largest.
    Emax,
}

/// A distance of the smooth calibration curve from the line, at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationIndexMetric {
    /// The time.
    pub time: f64,
    /// Which distance.
    pub index: CalibrationIndex,
    /// How the curve is fitted.
    pub settings: SmoothSettings,
}

/// The distance of the calibration slope from 1: of the risk, if it is a log hazard, or of probabilities at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationSlopeMetric {
    /// The time of the probabilities; the risk itself is the linear predictor without one.
    pub time: Option<f64>,
}

/// How far the logarithm of observed over expected events until a time is from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObservedExpectedMetric {
    /// The time.
    pub time: f64,
}

impl Metric for CalibrationIndexMetric {
    fn name(&self) -> String {
        let index = match self.index {
            CalibrationIndex::Ici => "ici",
            CalibrationIndex::E50 => "e50",
            CalibrationIndex::E90 => "e90",
            CalibrationIndex::Emax => "emax",
        };
        format!("{index}_{}", number::format(self.time))
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let events = event_probability(predictions, self.time)?;
        check_probabilities("event probability", &events, outcome)?;
        check_marker("event probability", &events, outcome)?;
        check_plain("a smooth calibration curve", outcome)?;
        let Distances { ici, e50, e90, emax } = self.settings.distances(self.time, &events, outcome)?;
        Ok(match self.index {
            CalibrationIndex::Ici => ici,
            CalibrationIndex::E50 => e50,
            CalibrationIndex::E90 => e90,
            CalibrationIndex::Emax => emax,
        })
    }
}

impl Metric for CalibrationSlopeMetric {
    fn name(&self) -> String {
        match self.time {
            Some(time) => format!("calibration_slope_error_{}", number::format(time)),
            None => "calibration_slope_error".to_string(),
        }
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let found = match self.time {
            Some(time) => slope_of_probabilities(&event_probability(predictions, time)?, outcome, 0.95)?,
            None => slope(predictions.risk(), outcome, 0.95)?,
        };
        Ok((found.estimate - 1.0).abs())
    }
}

impl Metric for ObservedExpectedMetric {
    fn name(&self) -> String {
        format!("observed_expected_error_{}", number::format(self.time))
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let events = event_probability(predictions, self.time)?;
        Ok(in_the_large(self.time, &events, outcome, 0.95)?.ratio.ln().abs())
    }
}
