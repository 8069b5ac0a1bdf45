//! Bootstrap of any measures of fixed predictions: how much they would vary with other cases of the same kind.
//!
//! Cases are drawn with their predictions and their follow-up, entry times and weights included; nothing is fitted again.
//! Equations, limits and what happens to samples that cannot be measured: [`radsurv_stats::bootstrap`].
//!
//! All [`Metric`]s are measured on the same samples, and each sample is made once. Two predictions are compared on the same
//! samples as well ([`bootstrap_differences`]): the difference is that of each sample, so that what they have in common
//! cancels.
//!
//! A p-value of a difference is that of a normal distribution with the standard error of the replicates (as `roc.test` of R's
//! pROC with `method = "bootstrap"`).
//!
//! Limits are about the cases, not about the fit: of a model and the cases it was fitted on they are as flattering as the
//! measure itself.

use radsurv_data::{Metric, Predictions, Survival};
use radsurv_stats::bootstrap::{Bootstrap, Bootstrapped};
use radsurv_stats::distribution::Normal;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::estimate::Estimate;

/// From what each place of a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resampling<'a> {
    /// All cases.
    #[default]
    Cases,
    /// Cases with the event and cases without, so that each sample has as many events: for small numbers of events. Limits
    /// then leave out that the number of events is random.
    ByEvent,
    /// The cases of the same group, such as a centre: the number of its group for each case.
    ByGroup(&'a [usize]),
}

impl Resampling<'_> {
    pub(crate) fn strata(self, outcome: &Survival) -> Result<Option<Vec<usize>>> {
        match self {
            Self::Cases => Ok(None),
            Self::ByEvent => Ok(Some(outcome.event().iter().map(|e| usize::from(*e)).collect())),
            Self::ByGroup(groups) if groups.len() == outcome.len() => Ok(Some(groups.to_vec())),
            Self::ByGroup(groups) => Err(Error::Cases { what: "groups", found: groups.len(), outcomes: outcome.len() }),
        }
    }
}

impl From<&Bootstrapped> for Estimate {
    fn from(value: &Bootstrapped) -> Self {
        let &Bootstrapped { estimate, std_error, .. } = value;
        Self { estimate, std_error, lower: value.lower(), upper: value.upper() }
    }
}

/// A measure with its limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricEstimate {
    /// The name of the measure.
    pub metric: String,
    /// Whether more is better; else less is.
    pub higher_is_better: bool,
    /// The measure, its standard error and limits; none if these cases cannot be measured.
    pub value: Option<Bootstrapped>,
    /// Why there is no value.
    pub reason: Option<String>,
}

/// A measure of two predictions of the same cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricDifference {
    /// Of the first.
    pub first: MetricEstimate,
    /// Of the second.
    pub second: MetricEstimate,
    /// The first less the second.
    pub difference: MetricEstimate,
    /// The difference by its standard error; none if that is 0 or there is no difference.
    pub z: Option<f64>,
    /// The probability of a difference as far from 0 if both were as good.
    pub p_value: Option<f64>,
}

/// Measures predictions, and how much the measures vary over bootstrap samples of the cases. A measure that cannot be taken
/// of these cases has a reason in its place.
///
/// # Errors
/// [`Error::Cases`] if predictions, outcomes or groups are of different numbers of cases; [`Error::Stats`] for settings that
/// cannot be and without cases.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, MetricError, Predictions, Survival};
/// use radsurv_eval::bootstrap::{Resampling, bootstrap};
/// use radsurv_stats::bootstrap::Bootstrap;
/// use radsurv_stats::nonparametric::harrell;
///
/// struct Harrell;
/// impl Metric for Harrell {
///     fn name(&self) -> String {
///         "harrell".to_string()
///     }
///     fn higher_is_better(&self) -> bool {
///         true
///     }
///     fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
///         Ok(harrell(predictions.risk(), outcome)?.estimate)
///     }
/// }
/// let outcome = Survival::new((1..40).map(f64::from).collect(), (1..40).map(|i| i % 3 > 0).collect())?;
/// let predictions = Predictions::new((1..40).map(|i| -f64::from(i * 7 % 40 + i)).collect());
/// let result = bootstrap(&[&Harrell], &predictions, &outcome, Resampling::Cases, &Bootstrap::default())?;
/// let c = result[0].value.as_ref().unwrap();
/// assert!(c.lower().unwrap() < c.estimate && c.estimate < c.upper().unwrap());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bootstrap(
    metrics: &[&dyn Metric],
    predictions: &Predictions,
    outcome: &Survival,
    resampling: Resampling,
    settings: &Bootstrap,
) -> Result<Vec<MetricEstimate>> {
    same_cases(predictions, outcome)?;
    let strata = resampling.strata(outcome)?;
    let results = settings.run(outcome.len(), strata.as_deref(), |rows| {
        let (predictions, outcome) = (predictions.rows(rows), outcome.rows(rows));
        metrics.iter().map(|metric| metric.of(&predictions, &outcome)).collect()
    })?;
    Ok(metrics.iter().zip(results).map(|(metric, result)| estimate(*metric, metric.name(), result)).collect())
}

/// Measures two predictions of the same cases, and the first less the second, over the same bootstrap samples.
///
/// # Errors
/// As [`bootstrap`].
pub fn bootstrap_differences(
    metrics: &[&dyn Metric],
    first: &Predictions,
    second: &Predictions,
    outcome: &Survival,
    resampling: Resampling,
    settings: &Bootstrap,
) -> Result<Vec<MetricDifference>> {
    same_cases(first, outcome)?;
    same_cases(second, outcome)?;
    let strata = resampling.strata(outcome)?;
    let results = settings.run(outcome.len(), strata.as_deref(), |rows| {
        let (first, second, outcome) = (first.rows(rows), second.rows(rows), outcome.rows(rows));
        let three = |metric: &&dyn Metric| {
            let a = metric.of(&first, &outcome).map_err(|e| format!("first predictions: {e}"));
            let b = metric.of(&second, &outcome).map_err(|e| format!("second predictions: {e}"));
            let difference = match (&a, &b) {
                (Ok(a), Ok(b)) => Ok(a - b),
                (Err(why), _) | (_, Err(why)) => Err(why.clone()),
            };
            [a, b, difference]
        };
        metrics.iter().flat_map(three).collect()
    })?;
    let mut results = results.into_iter();
    let mut of = |metric: &&dyn Metric| {
        let mut next = |name: String| Some(estimate(*metric, name, results.next()?));
        let name = metric.name();
        let (first, second) = (next(name.clone())?, next(name.clone())?);
        let difference = next(format!("difference of {name}"))?;
        let z = difference.value.as_ref().and_then(|v| Some(v.estimate / v.std_error.filter(|se| *se > 0.0)?));
        let p_value = z.map(|z| (2.0 * Normal.upper(z.abs())).min(1.0));
        Some(MetricDifference { first, second, difference, z, p_value })
    };
    Ok(metrics.iter().filter_map(&mut of).collect())
}

fn estimate<E: ToString>(
    metric: &dyn Metric,
    name: String,
    result: std::result::Result<Bootstrapped, E>,
) -> MetricEstimate {
    let (value, reason) = match result {
        Ok(value) if value.estimate.is_finite() => (Some(value), None),
        Ok(value) => (None, Some(format!("the measure is {}", value.estimate))),
        Err(why) => (None, Some(why.to_string())),
    };
    MetricEstimate { metric: name, higher_is_better: metric.higher_is_better(), value, reason }
}

fn same_cases(predictions: &Predictions, outcome: &Survival) -> Result<()> {
    let (found, outcomes) = (predictions.risk().len(), outcome.len());
    if found == outcomes { Ok(()) } else { Err(Error::Cases { what: "predictions", found, outcomes }) }
}

#[cfg(test)]
mod tests {
    use radsurv_data::MetricError;
    use radsurv_stats::bootstrap::Samples;
    use radsurv_stats::nonparametric::harrell;

    use super::*;

    struct Harrell;
    impl Metric for Harrell {
        fn name(&self) -> String {
            "harrell".to_string()
        }
        fn higher_is_better(&self) -> bool {
            true
        }
        fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
            Ok(harrell(predictions.risk(), outcome)?.estimate)
        }
    }

    struct Nothing;
    impl Metric for Nothing {
        fn name(&self) -> String {
            "nothing".to_string()
        }
        fn higher_is_better(&self) -> bool {
            false
        }
        fn of(&self, _: &Predictions, _: &Survival) -> std::result::Result<f64, MetricError> {
            Err("it needs survival curves".into())
        }
    }

    fn case() -> (Predictions, Predictions, Survival) {
        let outcome =
            Survival::new((1..60).map(|i| f64::from(i % 23)).collect(), (1..60).map(|i| i % 4 == 0).collect());
        let one = Predictions::new((1..60).map(|i| -f64::from(i % 23) + f64::from(i * 11 % 31)).collect());
        let two = Predictions::new((1..60).map(|i| f64::from(i * 13 % 29)).collect());
        (one, two, outcome.unwrap())
    }

    #[test]
    fn replicates_are_the_measures_of_the_samples() {
        let (one, two, outcome) = case();
        let settings = Bootstrap { samples: 50, ..Bootstrap::default() };
        let metrics: [&dyn Metric; 2] = [&Nothing, &Harrell];
        let result = bootstrap(&metrics, &one, &outcome, Resampling::ByEvent, &settings).unwrap();
        assert_eq!(result[0].reason.as_deref(), Some("it needs survival curves"));
        let strata: Vec<usize> = outcome.event().iter().map(|e| usize::from(*e)).collect();
        let samples = Samples::new(59, Some(&strata), 1).unwrap();
        let of = |p: &Predictions, b| Harrell.of(&p.rows(&samples.rows(b)), &outcome.rows(&samples.rows(b))).unwrap();
        let value = result[1].value.as_ref().unwrap();
        assert!((0..50).all(|b| value.replicates[b] == Some(of(&one, b))));

        let both = bootstrap_differences(&metrics, &one, &two, &outcome, Resampling::ByEvent, &settings).unwrap();
        assert_eq!(both[0].difference.reason.as_deref(), Some("first predictions: it needs survival curves"));
        let difference = both[1].difference.value.as_ref().unwrap();
        assert!((0..50).all(|b| difference.replicates[b] == Some(of(&one, b) - of(&two, b))));
        assert_eq!(both[1].first.value.as_ref(), Some(value));
        assert_eq!(both[1].z, Some(difference.estimate / difference.std_error.unwrap()));
        let same = bootstrap_differences(&metrics, &one, &one, &outcome, Resampling::Cases, &settings).unwrap();
        let none = same[1].difference.value.as_ref().unwrap();
        assert_eq!((none.lower(), none.upper(), same[1].p_value), (Some(0.0), Some(0.0), None));
    }

    #[test]
    fn cases_must_be_the_same() {
        let (one, _, outcome) = case();
        let settings = Bootstrap::default();
        let short = Predictions::new(vec![1.0; 5]);
        assert!(bootstrap(&[&Harrell], &short, &outcome, Resampling::Cases, &settings).is_err());
        let groups = Resampling::ByGroup(&[0, 1]);
        let error = bootstrap(&[&Harrell], &one, &outcome, groups, &settings).unwrap_err();
        assert!(error.to_string().contains("there are groups of 2 cases"));
    }
}
