//! Areas as metrics, which bootstrap and selection measure with.

use radsurv_data::{Metric, MetricError, Predictions, Survival};
use serde::{Deserialize, Serialize};

use super::{Definition, Integration, TimeRocSettings};
use crate::input::{Scores, check_scores, check_time};

/// *AUC(t)* of the risks, with weights from the measured cases.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, Predictions, Survival};
/// use radsurv_eval::time_roc::AucAt;
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, false])?;
/// let metric = AucAt::new(2.5);
/// assert_eq!(metric.name(), "auc_2.5");
/// assert_eq!(metric.of(&Predictions::new(vec![0.9, 0.2, 0.4, 0.1]), &outcome)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AucAt {
    /// The time *t*.
    pub time: f64,
    /// The rule for ties and weights.
    #[serde(default)]
    pub definition: Definition,
}

impl AucAt {
    /// By timeROC's rule.
    pub fn new(time: f64) -> Self {
        Self { time, definition: Definition::default() }
    }
}

impl Metric for AucAt {
    fn name(&self) -> String {
        format!("auc_{}", self.time)
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        if same("auc", predictions, outcome, &[self.time])? {
            return Ok(0.5);
        }
        let settings = TimeRocSettings::default().definition(self.definition).areas_only();
        Ok(settings.of(predictions.risk(), outcome, &[self.time])?.at[0].auc)
    }
}

/// Whether a model that found nothing predicts all cases the same: its area is 0.5 where there is one.
fn same(what: &'static str, predictions: &Predictions, outcome: &Survival, times: &[f64]) -> crate::Result<bool> {
    super::plain(what, outcome)?;
    times.iter().try_for_each(|time| check_time(*time, outcome))?;
    Ok(matches!(check_scores("risk", predictions.risk(), outcome)?, Scores::Same(_)))
}

/// The integrated area over some times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegratedAuc {
    /// The times, ascending.
    pub times: Vec<f64>,
    /// How the areas are weighted.
    #[serde(default)]
    pub rule: Integration,
    /// The rule for ties and weights.
    #[serde(default)]
    pub definition: Definition,
}

impl Metric for IntegratedAuc {
    fn name(&self) -> String {
        "integrated_auc".to_string()
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        if same("auc", predictions, outcome, &self.times)? {
            return Ok(0.5);
        }
        let settings = TimeRocSettings::default().definition(self.definition).areas_only();
        let areas = settings.of(predictions.risk(), outcome, &self.times)?;
        Ok(areas.integrated(outcome, self.rule)?.estimate)
    }
}
