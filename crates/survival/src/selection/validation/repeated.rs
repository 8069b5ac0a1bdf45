//! Metrics of weighted cases as of repeated rows.

use radsurv_data::{Metric, MetricError, Predictions, Survival};

/// A metric that takes whole-number weights as how often a row is there.
///
/// A search inside a bootstrap sample measures cases with [weights](super::Copies::Weights). Metrics that take no weights (the
/// AUC at a time, the Brier score) measure them with this one around: a case of weight 2 is two rows without weight, one of
/// weight 0 is none. Weights that are not all whole numbers, and outcomes without weights, are given to the metric as they are.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, MetricError, Predictions, Survival};
/// use radsurv_survival::selection::validation::Repeated;
///
/// struct Cases;
/// impl Metric for Cases {
///     fn name(&self) -> String {
///         "cases".to_string()
///     }
///     fn higher_is_better(&self) -> bool {
///         true
///     }
///     fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
///         if outcome.weights().is_some() { Err("no weights, please".into()) } else { Ok(predictions.risk().len() as f64) }
///     }
/// }
/// let outcome = Survival::new(vec![3.0, 4.0, 9.0], vec![true, false, true])?.with_weights(vec![2.0, 0.0, 3.0])?;
/// let predictions = Predictions::new(vec![0.7, 0.1, -2.0]);
/// assert!(Cases.of(&predictions, &outcome).is_err());
/// assert_eq!(Repeated(&Cases).of(&predictions, &outcome)?, 5.0);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct Repeated<'a>(
    /// The metric.
    pub &'a dyn Metric,
);

impl Metric for Repeated<'_> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn higher_is_better(&self) -> bool {
        self.0.higher_is_better()
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        // Beyond a thousand it is no number of copies, and rows would be many.
        let whole = |weight: &f64| weight.fract() == 0.0 && *weight <= 1000.0;
        let Some(weights) = outcome.weights().filter(|weights| weights.iter().all(whole)) else {
            return self.0.of(predictions, outcome);
        };
        let copies = |(case, weight): (usize, &f64)| std::iter::repeat_n(case, *weight as usize);
        let rows: Vec<usize> = weights.iter().enumerate().flat_map(copies).collect();
        let weighted = outcome.rows(&rows);
        let alone = Survival::new(weighted.times().to_vec(), weighted.event().to_vec())?;
        let alone = match weighted.entry() {
            Some(entry) => alone.with_entry(entry.to_vec())?,
            None => alone,
        };
        self.0.of(&predictions.rows(&rows), &alone)
    }
}
