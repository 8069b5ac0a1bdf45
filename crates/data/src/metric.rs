//! What a number for the quality of predictions is.

use crate::error::{Error, Result};
use crate::survival::Survival;
use crate::survival_curves::SurvivalCurves;

/// What a model says of some cases: a score for each, higher is worse, and survival curves if it has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    risk: Vec<f64>,
    survival: Option<SurvivalCurves>,
}

impl Predictions {
    /// Scores, higher is worse.
    pub fn new(risk: Vec<f64>) -> Self {
        Self { risk, survival: None }
    }

    /// The same, with the survival curves of the same cases.
    ///
    /// # Errors
    /// [`Error::Length`] if they are of another number of cases.
    pub fn with_survival(mut self, survival: SurvivalCurves) -> Result<Self> {
        let (found, expected) = (survival.cases(), self.risk.len());
        if found != expected {
            return Err(Error::Length { column: "survival curves".to_string(), found, expected });
        }
        self.survival = Some(survival);
        Ok(self)
    }

    /// The score of each case, higher is worse.
    pub fn risk(&self) -> &[f64] {
        &self.risk
    }

    /// The survival curve of each case.
    pub fn survival(&self) -> Option<&SurvivalCurves> {
        self.survival.as_ref()
    }

    /// The probability of each case to have the event until a time, if there are curves with exactly this time.
    pub fn event_probability(&self, time: f64) -> Option<Vec<f64>> {
        let curves = self.survival.as_ref()?;
        let place = curves.times().iter().position(|t| *t == time)?;
        Some(curves.at_time(place).iter().map(|s| 1.0 - s).collect())
    }

    /// Some cases, in the order asked for, each as often as asked for: a fold, a bootstrap sample.
    ///
    /// # Panics
    /// If a case is not there.
    pub fn rows(&self, cases: &[usize]) -> Self {
        let risk = cases.iter().map(|&i| self.risk[i]).collect();
        Self { risk, survival: self.survival.as_ref().map(|curves| curves.rows(cases)) }
    }
}

/// A number that says how good predictions are, such as the AUC at five years. It sees predictions, never models, so that
/// folds, bootstrap samples and test sets are measured alike.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, MetricError, Predictions, Survival};
///
/// /// The share of events among the cases with a positive score.
/// struct EventsAmongPositive;
/// impl Metric for EventsAmongPositive {
///     fn name(&self) -> String {
///         "events_among_positive".to_string()
///     }
///     fn higher_is_better(&self) -> bool {
///         true
///     }
///     fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
///         let positive: Vec<usize> = (0..outcome.len()).filter(|&i| predictions.risk()[i] > 0.0).collect();
///         if positive.is_empty() {
///             return Err("no score is positive".into());
///         }
///         Ok(outcome.rows(&positive).events() as f64 / positive.len() as f64)
///     }
/// }
/// let outcome = Survival::new(vec![3.0, 4.0, 9.0], vec![true, false, false])?;
/// assert_eq!(EventsAmongPositive.of(&Predictions::new(vec![0.7, 0.1, -2.0]), &outcome)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub trait Metric: Send + Sync {
    /// Its name in tables, such as `auc_60`.
    fn name(&self) -> String;

    /// Whether more is better; else less is.
    fn higher_is_better(&self) -> bool;

    /// Measures predictions of cases with their outcome, row by row the same cases.
    ///
    /// # Errors
    /// Why it cannot be measured: it needs survival curves that are not there, or these cases do not tell (no event until
    /// its time, nobody followed for longer).
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError>;
}

/// Why predictions cannot be measured.
pub type MetricError = Box<dyn std::error::Error + Send + Sync>;
