//! What is estimated from the measures of all samples.

use radsurv_data::Metric;
use radsurv_stats::bootstrap::{BootstrapLimits, percentile};
use radsurv_stats::summary::mean;
use serde::Serialize;

/// Why an estimate beyond its own limits has none.
const BEYOND: &str = "models overfit so much more on samples than on all cases that shifted limits lie beyond the estimate: read \
                      the limits of the mean out of bag";

/// A measure, or why there is none.
pub(super) type Measured = std::result::Result<f64, String>;

/// What a metric says of the model of a sample.
pub(super) struct OfSample {
    /// On the sample.
    pub(super) sample: Measured,
    /// On all cases.
    pub(super) original: Measured,
    /// On the cases that are not in the sample.
    pub(super) out_of_bag: Measured,
}

/// The measures of a sample's model; none where there is no model, or it cannot be measured.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct SampleValues {
    /// On the sample that it was learned from.
    pub sample: Option<f64>,
    /// On all cases.
    pub original: Option<f64>,
    /// On the cases that are not in the sample.
    pub out_of_bag: Option<f64>,
}

/// An estimate and its limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateWithLimits {
    /// The estimate.
    pub value: f64,
    /// Its limits.
    pub limits: Option<BootstrapLimits>,
    /// Why it has none.
    pub no_limits: Option<String>,
}

/// How many samples have no measure.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FailedSamples {
    /// Their number.
    pub count: usize,
    /// Why the first of them has none, with its number from 1.
    pub reason: Option<String>,
}

/// What models that say nothing of the outcome would reach.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoInformation {
    /// The mean measure *γ* over shifts; none if it cannot be measured after any.
    pub value: Option<f64>,
    /// The number of shifts with a measure.
    pub shifts: usize,
    /// Whether these are all shifts, so that each prediction has met each outcome.
    pub all_pairs: bool,
}

/// Estimates from the sample's models on all cases: those of Harrell, and the simple bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refitted {
    /// The mean on their own samples.
    pub sample: f64,
    /// The mean on all cases: the simple bootstrap.
    pub original: f64,
    /// The first less the second: above 0 if more is better, below 0 of errors, if models promise too much.
    pub optimism: f64,
    /// The apparent measure less optimism.
    pub corrected: EstimateWithLimits,
}

/// Estimates from the sample's models on the cases that they have not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutOfBag {
    /// The mean over samples: the leave-one-out bootstrap. It is of models of about 63 % of the cases, and cautious.
    pub mean: EstimateWithLimits,
    /// The .632 bootstrap.
    pub point632: EstimateWithLimits,
    /// The rate of overfitting *R'*, from 0 to 1; none without *γ*.
    pub overfitting: Option<f64>,
    /// The .632+ bootstrap.
    pub point632_plus: Option<EstimateWithLimits>,
}

/// A metric by bootstrap; see the [module](super).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidatedMetric {
    /// The metric.
    pub metric: String,
    /// Whether more is better; else less is.
    pub higher_is_better: bool,
    /// The model of all cases, on the cases it was learned from.
    pub apparent: f64,
    /// From samples and all cases; none if no sample has both measures.
    pub refitted: Option<Refitted>,
    /// The samples without them.
    pub failed: FailedSamples,
    /// From cases that are not in the sample; none if no sample has such a measure.
    pub out_of_bag: Option<OutOfBag>,
    /// The samples without such a measure.
    pub out_of_bag_failed: FailedSamples,
    /// What a model without information would reach.
    pub no_information: NoInformation,
    /// The measures of each sample.
    #[serde(skip)]
    pub samples: Vec<SampleValues>,
}

impl ValidatedMetric {
    /// From the measures of each sample, or why it has no model.
    pub(super) fn new(
        metric: &dyn Metric,
        apparent: f64,
        no_information: NoInformation,
        samples: &[std::result::Result<&OfSample, &str>],
        confidence: f64,
    ) -> Self {
        let part = |of: fn(&OfSample) -> &Measured| {
            let values = samples.iter().map(move |sample| match sample {
                Ok(sample) => of(sample).as_ref().copied().map_err(String::as_str),
                Err(why) => Err(*why),
            });
            values.collect::<Vec<std::result::Result<f64, &str>>>()
        };
        let (sample, original, out) = (part(|s| &s.sample), part(|s| &s.original), part(|s| &s.out_of_bag));
        let both: Vec<_> = sample.iter().zip(&original).map(|(s, o)| Ok(((*s)?, (*o)?))).collect();
        let (pairs, failed) = split(&both);
        let (out_of_bag, out_of_bag_failed) = split(&out);
        let on_samples: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
        // Noma et al.: the limits of the apparent measure, moved by what the estimate is away from it.
        let shifted = |value: f64| {
            let by = value - apparent;
            let moved = |l: BootstrapLimits| BootstrapLimits { lower: l.lower + by, upper: l.upper + by, ..l };
            let limits = limits_of_apparent(&on_samples, confidence).map(moved).and_then(|limits| {
                // Not by rounding.
                let inside = limits.lower - value <= 1e-12 && value - limits.upper <= 1e-12;
                if inside { Ok(limits) } else { Err(BEYOND.to_string()) }
            });
            EstimateWithLimits { value, no_limits: limits.as_ref().err().cloned(), limits: limits.ok() }
        };
        let refitted = (!pairs.is_empty()).then(|| {
            let (sample, original) = (mean(&on_samples), mean(&pairs.iter().map(|p| p.1).collect::<Vec<f64>>()));
            let optimism = sample - original;
            Refitted { sample, original, optimism, corrected: shifted(apparent - optimism) }
        });
        let higher = metric.higher_is_better();
        let out_of_bag = (!out_of_bag.is_empty()).then(|| {
            let value = mean(&out_of_bag);
            let limits = percentile(&out_of_bag, confidence).map_err(|e| e.to_string());
            let plus = no_information.value.map(|gamma| point632_plus(apparent, value, gamma, higher));
            OutOfBag {
                mean: EstimateWithLimits { value, no_limits: limits.as_ref().err().cloned(), limits: limits.ok() },
                point632: shifted(point632(apparent, value)),
                overfitting: plus.map(|plus| plus.overfitting),
                point632_plus: plus.map(|plus| shifted(plus.value)),
            }
        });
        let values = |place: usize| SampleValues {
            sample: sample[place].ok(),
            original: original[place].ok(),
            out_of_bag: out[place].ok(),
        };
        Self {
            metric: metric.name(),
            higher_is_better: higher,
            apparent,
            refitted,
            failed,
            out_of_bag,
            out_of_bag_failed,
            no_information,
            samples: (0..samples.len()).map(values).collect(),
        }
    }
}

/// The values that are there; how many are not, and why the first is not.
fn split<T: Copy>(values: &[std::result::Result<T, &str>]) -> (Vec<T>, FailedSamples) {
    let there: Vec<T> = values.iter().filter_map(|value| value.ok()).collect();
    let first = values.iter().enumerate().find_map(|(number, value)| Some((number + 1, value.err()?)));
    let reason = first.map(|(number, why)| format!("sample {number}: {why}"));
    let count = values.len() - there.len();
    (there, FailedSamples { count, reason })
}

/// Percentile limits of the measures on samples.
fn limits_of_apparent(on_samples: &[f64], confidence: f64) -> std::result::Result<BootstrapLimits, String> {
    let (low, high) = on_samples.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    // A calibration slope is 1 wherever it was fitted: up to the error of iterations.
    if high - low <= 1e-6 * high.abs() {
        return Err(
            "every model has the same measure on its own sample, which says nothing about its variation: read \
                    the limits of the mean out of bag"
                .to_string(),
        );
    }
    percentile(on_samples, confidence).map_err(|error| error.to_string())
}

/// Efron's .632 estimate of an apparent and an out-of-bag measure.
pub(super) fn point632(apparent: f64, out_of_bag: f64) -> f64 {
    0.368 * apparent + 0.632 * out_of_bag
}

/// The .632+ estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plus {
    pub(super) overfitting: f64,
    pub(super) value: f64,
}

/// Efron and Tibshirani's equations 28 to 32, for errors and for what is the better the higher: *R'* and the estimate do the
/// same whichever of the two a measure is turned into.
pub(super) fn point632_plus(apparent: f64, out_of_bag: f64, gamma: f64, higher: bool) -> Plus {
    // No worse than without information.
    let limited = if higher { out_of_bag.max(gamma) } else { out_of_bag.min(gamma) };
    let worse = if higher { limited < apparent } else { limited > apparent };
    let overfitting = if worse { (limited - apparent) / (gamma - apparent) } else { 0.0 };
    let more = 0.368 * 0.632 * overfitting / (1.0 - 0.368 * overfitting);
    Plus { overfitting, value: point632(apparent, out_of_bag) + (limited - apparent) * more }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plus_leans_on_the_unseen_as_far_as_models_overfit() {
        // Nothing learned: all the weight is on what was not seen.
        let plus = point632_plus(0.0, 0.5, 0.5, false);
        assert_eq!((plus.overfitting, plus.value), (1.0, 0.5));
        // No optimism: .632.
        let plus = point632_plus(0.8, 0.8, 0.5, true);
        assert_eq!((plus.overfitting, plus.value), (0.0, 0.8));
        // By hand: R = 0.4, weight 0.632 / (1 - 0.368 0.4) = 0.741088...
        let plus = point632_plus(0.1, 0.26, 0.5, false);
        assert!((plus.overfitting - 0.4).abs() < 1e-12);
        assert!((plus.value - (0.1 + 0.16 * 0.632 / (1.0 - 0.368 * 0.4))).abs() < 1e-12);
        // Without information the model of all cases would be better: R' is 0.
        assert_eq!(point632_plus(0.4, 0.6, 0.3, false).overfitting, 0.0);
    }

    proptest! {
        #[test]
        fn plus_is_between_and_does_not_depend_on_direction_and_scale(
            apparent in 0.0..1.0f64, out_of_bag in 0.0..1.0f64, gamma in 0.0..1.0f64, scale in 0.1..9.0f64,
        ) {
            let plus = point632_plus(apparent, out_of_bag, gamma, true);
            prop_assert!((0.0..=1.0).contains(&plus.overfitting));
            if out_of_bag <= apparent {
                prop_assert!(out_of_bag - 1e-12 <= plus.value && plus.value <= apparent + 1e-12);
                prop_assert!(gamma >= out_of_bag || plus.value <= point632(apparent, out_of_bag) + 1e-12);
            }
            let error = |value: f64| 3.0 - scale * value;
            let other = point632_plus(error(apparent), error(out_of_bag), error(gamma), false);
            prop_assert!((other.overfitting - plus.overfitting).abs() < 1e-6);
            prop_assert!((other.value - error(plus.value)).abs() < 1e-9);
        }
    }
}
