//! The training cases, in the order in which trees need them.

use radsurv_data::{FeatureTable, Survival};

use super::sample::Weights;
use super::settings::ForestSettings;
use crate::error::{Error, Result};
use crate::tree::{RankedColumn, ranked};

/// The cases with a weight above 0, ascending in time.
pub(super) struct Training {
    /// The row of each case.
    pub(super) rows: Vec<usize>,
    /// The event times, ascending.
    pub(super) event_times: Vec<f64>,
    /// The number of event times up to the time of each case.
    pub(super) time: Vec<u32>,
    /// Whether the time of each case is that of an event.
    pub(super) event: Vec<bool>,
    pub(super) weights: Weights,
    pub(super) columns: Vec<RankedColumn>,
    /// Whether each feature is categorical.
    pub(super) categorical: Vec<bool>,
}

/// The number of categories of a feature at most: a bit for each.
pub(super) const LEVELS: usize = 64;

impl Training {
    pub(super) fn new(settings: &ForestSettings, features: &FeatureTable, outcome: &Survival) -> Result<Self> {
        let (times, event, rows) = (outcome.times(), outcome.event(), Self::rows(outcome));
        let event_times = outcome.event_times();
        let time = rows.iter().map(|&row| event_times.partition_point(|t| *t <= times[row]) as u32).collect();
        let columns = ranked(features.columns(), &rows);
        let categorical: Vec<bool> = features.names().iter().map(|name| settings.categorical.contains(name)).collect();
        for ((name, column), _) in features.names().iter().zip(&columns).zip(&categorical).filter(|(_, c)| **c) {
            if column.values.len() > LEVELS {
                let value = format!("{name}, with {} values", column.values.len());
                let what = "a categorical feature has 64 at most: join some, or take it for a number";
                return Err(Error::Setting { name: "a categorical feature", value, what });
            }
        }
        let weights = Self::weights(outcome, &rows);
        let event = rows.iter().map(|&row| event[row]).collect();
        Ok(Self { rows, event_times, time, event, weights, columns, categorical })
    }

    /// The rows of the cases.
    pub(super) fn rows(outcome: &Survival) -> Vec<usize> {
        let (times, event) = (outcome.times(), outcome.event());
        let mut rows: Vec<usize> = (0..outcome.len()).filter(|&row| outcome.weight(row) > 0.0).collect();
        rows.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(event[b].cmp(&event[a])));
        rows
    }

    /// The weights of these rows.
    pub(super) fn weights(outcome: &Survival, rows: &[usize]) -> Weights {
        Weights::new(&rows.iter().map(|&row| outcome.weight(row)).collect::<Vec<_>>())
    }

    /// The number of cases.
    pub(super) fn cases(&self) -> usize {
        self.rows.len()
    }
}
