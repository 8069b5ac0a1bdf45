//! How good predictions would be for new cases, by bootstrap.
//!
//! What is learned from *n* cases fits them better than others. Samples of *n* cases are drawn with replacement; from each all is
//! learned anew (steps, screening, a search for the best settings, the model), and measured where it was learned and where
//! it was not. With the measure *A* of the model of all cases on these, the *apparent* one, and for sample *b* the measures of its
//! model on the sample *S_b*, on all cases *O_b*, and on the cases that are not in the sample *E_b*:
//!
//! | | | |
//! |---|---|---|
//! | optimism | mean *(S_b - O_b)* | by how much a model looks better on the cases it comes from |
//! | corrected | *A* - optimism | Harrell's, as R's `rms::validate`; too good if the model overfits much |
//! | simple bootstrap | mean *O_b* | still too good: the model has seen 63 % of the cases |
//! | leave-one-out bootstrap | *E* = mean *E_b* | too bad: of models of 63 % of the cases |
//! | .632 | *0.368 A + 0.632 E* | too good if the model overfits much |
//! | .632+ | *.632 + (E' - A) 0.368 0.632 R' / (1 - 0.368 R')* | leans on *E* as far as the model overfits |
//!
//! *R' = (E' - A) / (γ - A)* is the relative rate of overfitting, from 0 (none) to 1 (nothing but overfitting). *γ* is what the model
//! of all cases would reach if its predictions said nothing of the outcomes, and *E'* the better of *E* and *γ*; where *E'* is no worse
//! than *A*, *R'* is 0. The same holds of errors, and of measures of which more is better.
//!
//! # No information
//! *γ* is the mean measure of predictions moved along the cases: in a random order, case *i* gets the prediction of case *i + s*.
//! All *n* shifts *s* together bring each prediction to each outcome once. For a measure that is a mean over cases, such as the Brier score,
//! this is exactly the mean over all pairs of the definition; for one of pairs of cases, such as concordance, it is a mean over *n*
//! permutations. With more cases than [`shifts`](BootstrapValidation::shifts), so many are taken, evenly
//! spaced. Predictions count the same whatever the weights of their cases.
//!
//! # Copies of a case
//! A case that was drawn twice must not be learned from in one part of an inner cross-validation and judged in another: the
//! search would choose what memorises. By default ([`Copies::Weights`]) a sample is therefore its distinct cases, with how often each was
//! drawn as its [weight](Survival::weights) (times its own), which all models here honour; inner folds, and what is out of the bag of a tree, are
//! then of distinct cases. Steps that look at features alone (a z-score) see each case once. [`Copies::Rows`] repeats the
//! rows, as R's packages do. They keep their covariates: a learner that keeps the groups of a covariate whole keeps copies together too. It
//! is for learners without inner folds, and for those that take no weights (exact ties).
//!
//! Measures of samples are always of repeated rows. A search inside a sample measures weighted cases: put [`Repeated`] around a metric
//! that takes no weights, such as the AUC at a time.
//!
//! # Limits
//! Those of the corrected estimates are the percentile limits of the apparent measure over samples, *S_b*, moved by the estimate less *A*
//! (location-shifted, Noma et al.). A model that overfits does so more on a sample with copies, so that *S_b* is above *A* on average and
//! these limits are too high, all the more the more it overfits. Where the estimate itself is beyond them there are none. The
//! limits of the leave-one-out bootstrap are the percentiles of *E_b*, and wide, since few cases are left out of a sample.
//!
//! # Which to read
//! Harrell's correction is for models that are fitted with restraint, such as Cox models of few features. What follows its cases
//! closely also follows the 63 % of all cases that are in its sample, and is measured on all: the optimism that is found is too small.
//! A forest of LUNG1 (388 cases, 797 features; 30 samples) has a C of 0.772 apparently, 0.689 corrected, 0.610 by .632+ and 0.582 out of
//! bag; in another centre it has 0.599. Of models that follow their cases so closely read .632+.
//!
//! # Edge cases
//! - Samples that cannot be learned from, or measured, are left out, counted, with the reason of the first
//!   ([`ValidatedMetric::failed`], [`ValidatedMetric::out_of_bag_failed`]). If there are many, what is left is a
//!   selection. It is an error if no sample can be learned from, or if a metric is not defined on all cases.
//! - *E* is the mean over samples, as in R's pec; in the paper the mean over cases of each case's mean loss, which only measures that are means over
//!   cases have. Their difference is small.
//! - Cases without weight are left out from the beginning.
//! - A number per sample and case decides all: the result is the same for any number of threads, and two learners with the same
//!   settings have the same samples.
//!
//! # Sources
//! Efron, Tibshirani: Improvements on cross-validation: the .632+ bootstrap method, *Journal of the American Statistical Association* 92 (1997)
//! 548-560 (section 3; equations 24 to 32). Harrell, Lee, Mark, *Statistics in Medicine* 15 (1996) 361-387 (optimism, p. 374). Noma,
//! Shinozaki, Iba, Teramukai, Furukawa, *Statistics in Medicine* 40 (2021) 5691-5701 (limits, section 3.1).

mod estimates;
mod repeated;
mod sample;

use radsurv_data::{Cohort, Learner, Predictions, Predictor, Survival};
use radsurv_stats::summary::mean;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

pub use estimates::{
    EstimateWithLimits, FailedSamples, NoInformation, OutOfBag, Refitted, SampleValues, ValidatedMetric,
};
pub use repeated::Repeated;

use super::cross_validate::{Measures, measure, sound};
use crate::error::{Error, Result};
use crate::random::Random;
use estimates::OfSample;

/// How a learner gets cases that were drawn several times; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Copies {
    /// Once, with a weight: no two rows are the same case.
    #[default]
    Weights,
    /// As often as they were drawn, under ids of their own.
    Rows,
}

/// How predictions are validated by bootstrap; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, Metric, MetricError, Predictions, Survival};
/// use radsurv_stats::nonparametric::harrell;
/// use radsurv_survival::CoxSettings;
/// use radsurv_survival::selection::{Measures, validation::BootstrapValidation};
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
/// // Features without any effect, which nevertheless fit.
/// let value = |i: usize, k: usize| ((i + 41 * k + 2).pow(5) % 211) as f64;
/// let rows = (0..40).map(|i| (format!("P{i}"), (0..8).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
/// let outcome = Survival::new((0..40).map(|i| value(i, 9)).collect(), vec![true; 40])?;
/// let measures = Measures { metrics: &[&Harrell], times: &[] };
/// let found = BootstrapValidation::default().run(&CoxSettings::default(), &cohort, &outcome, measures)?;
/// let c = &found.metrics[0];
/// let corrected = c.refitted.as_ref().unwrap().corrected.value;
/// assert!(c.apparent > 0.65 && corrected < c.apparent - 0.08);
/// let unseen = c.out_of_bag.as_ref().unwrap();
/// assert!(unseen.mean.value < 0.6 && unseen.overfitting.unwrap() > 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BootstrapValidation {
    /// The number of samples. Default 200.
    pub samples: usize,
    /// Whether a sample has as many cases with the event, and without, as there are (of groups: those in which it happened).
    /// Default false.
    pub stratified: bool,
    /// The covariate whose groups are drawn as a whole, as many as there are: a patient with several lesions, a centre. Default none:
    /// cases are drawn.
    pub groups: Option<String>,
    /// How a learner gets cases that were drawn several times. Default weights.
    pub copies: Copies,
    /// The number of shifts for the value without information at most. Default 1000.
    pub shifts: usize,
    /// The confidence of limits. Default 0.95.
    pub confidence: f64,
    /// The seed of the samples. Default 1.
    pub seed: u64,
}

impl Default for BootstrapValidation {
    fn default() -> Self {
        Self {
            samples: 200,
            stratified: false,
            groups: None,
            copies: Copies::default(),
            shifts: 1000,
            confidence: 0.95,
            seed: 1,
        }
    }
}

/// What was found by bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BootstrapValidated {
    /// The number of cases, with a weight above 0.
    pub cases: usize,
    /// The number of samples.
    pub samples: usize,
    /// Those that cannot be learned from.
    pub failed: FailedSamples,
    /// Each metric, in the order given.
    pub metrics: Vec<ValidatedMetric>,
    /// How often each feature was used, of those that were used at all: the most frequent first.
    pub features: Vec<UsedFeature>,
}

/// In how many samples a feature was used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsedFeature {
    /// The feature.
    pub feature: String,
    /// Whether the model of all cases uses it.
    pub in_model: bool,
    /// The number of samples whose model uses it.
    pub samples: usize,
}

impl BootstrapValidation {
    /// Draws samples, and learns from each.
    ///
    /// # Errors
    /// [`Error::Cases`]; [`Error::Setting`] without metrics, shifts or two samples; [`Error::Data`] if there is no covariate of the
    /// groups, [`Error::NoGroup`] at a case without one; [`Error::Stats`] if the confidence is not between 0 and 1;
    /// [`Error::Whole`] if all cases cannot be learned from; [`Error::Metric`] at a metric that is not defined on all
    /// cases; [`Error::Samples`] if no sample can be learned from.
    pub fn run<L: Learner>(
        &self,
        learner: &L,
        cohort: &Cohort,
        outcome: &Survival,
        measures: Measures,
    ) -> Result<BootstrapValidated> {
        if self.samples < 2 {
            let value = self.samples.to_string();
            return Err(Error::Setting { name: "the number of samples", value, what: "give 2 at least, 200 usually" });
        }
        let cases = Counted::new(cohort, outcome)?;
        let groups = self.groups.as_deref().map(|name| cases.cohort.covariates().groups(name)).transpose()?;
        let samples = sample::draw(self, &cases.outcome, groups.as_ref())?;
        self.learn(learner, &cases, &samples, measures)
    }

    /// The same with given samples: the cases of each, a case as often as it is drawn. Settings of drawing have no effect. They may
    /// also be parts of the cases, as in repeated splits.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Setting`] at fewer than two samples, and at a sample without cases or with one that is not
    /// there or has no weight.
    pub fn of<L: Learner>(
        &self,
        learner: &L,
        cohort: &Cohort,
        outcome: &Survival,
        samples: &[Vec<usize>],
        measures: Measures,
    ) -> Result<BootstrapValidated> {
        sample::check(samples, outcome.len())?;
        let cases = Counted::new(cohort, outcome)?;
        let place = |case: &usize| cases.places[*case];
        let within = samples.iter().map(|sample| sample.iter().map(place).collect::<Option<Vec<usize>>>());
        let Some(within) = within.collect::<Option<Vec<Vec<usize>>>>() else {
            let what = "samples have cases without weight: leave them out";
            return Err(Error::Setting { name: "the list of samples", value: "wrong".to_string(), what });
        };
        self.learn(learner, &cases, &within, measures)
    }

    fn learn<L: Learner>(
        &self,
        learner: &L,
        cases: &Counted,
        samples: &[Vec<usize>],
        measures: Measures,
    ) -> Result<BootstrapValidated> {
        if measures.metrics.is_empty() || self.shifts == 0 {
            let name = if self.shifts == 0 { "the number of shifts" } else { "the number of metrics" };
            return Err(Error::Setting { name, value: "0".to_string(), what: "give 1 at least" });
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(radsurv_stats::Error::NotProbability { value: self.confidence }.into());
        }
        let Counted { cohort, outcome, .. } = cases;
        let whole = |source| Error::Whole { source };
        let model = learner.learn(cohort, outcome, measures.times).map_err(whole)?;
        let predictions = predicted(&model, cohort, measures.times).map_err(whole)?;
        let apparent = measures.metrics.iter().map(|metric| {
            measure(*metric, &predictions, outcome).map_err(|why| Error::Metric { metric: metric.name(), why })
        });
        let apparent: Vec<f64> = apparent.collect::<Result<_>>()?;

        let one = |sample: &Vec<usize>| -> std::result::Result<Learned, String> {
            let (training, of_training) =
                sample::present(cohort, outcome, sample, self.copies).map_err(|e| e.to_string())?;
            let model = learner.learn(&training, &of_training, measures.times).map_err(|e| e.to_string())?;
            let predictions = predicted(&model, cohort, measures.times).map_err(|e| e.to_string())?;
            let others = sample::others(sample, outcome.len());
            let rows = |rows: &[usize]| (predictions.rows(rows), outcome.rows(rows));
            let (on_sample, on_others) = (rows(sample), rows(&others));
            let of = |metric: &&dyn radsurv_data::Metric| OfSample {
                sample: measure(*metric, &on_sample.0, &on_sample.1),
                original: measure(*metric, &predictions, outcome),
                out_of_bag: match others.is_empty() {
                    true => Err("all cases are in it".to_string()),
                    false => measure(*metric, &on_others.0, &on_others.1),
                },
            };
            Ok(Learned { measured: measures.metrics.iter().map(of).collect(), features: model.used_features() })
        };
        let learned: Vec<std::result::Result<Learned, String>> = samples.par_iter().map(one).collect();

        let first = learned.iter().enumerate().find_map(|(number, found)| Some((number + 1, found.as_ref().err()?)));
        let reason = first.map(|(number, why)| format!("sample {number}: {why}"));
        let failed = FailedSamples { count: learned.iter().filter(|found| found.is_err()).count(), reason };
        if failed.count == samples.len() {
            return Err(Error::Samples { samples: failed.count, why: failed.reason.unwrap_or_default() });
        }
        let features = used(&model.used_features(), &learned);
        let shifted = self.shifted(&predictions, outcome, measures);
        let metrics = measures.metrics.iter().zip(apparent).zip(shifted).enumerate();
        let metrics = metrics.map(|(place, ((metric, apparent), shifted))| {
            let measured =
                learned.iter().map(|found| found.as_ref().map(|l| &l.measured[place]).map_err(String::as_str));
            let measured: Vec<_> = measured.collect();
            ValidatedMetric::new(*metric, apparent, shifted, &measured, self.confidence)
        });
        let metrics = metrics.collect();
        Ok(BootstrapValidated { cases: outcome.len(), samples: samples.len(), failed, metrics, features })
    }

    /// Each metric of predictions that are moved along the cases.
    fn shifted(&self, predictions: &Predictions, outcome: &Survival, measures: Measures) -> Vec<NoInformation> {
        let n = outcome.len();
        let mut order: Vec<usize> = (0..n).collect();
        // A stream that no sample has.
        Random::new(self.seed, u64::MAX).shuffle(&mut order);
        let count = self.shifts.min(n);
        let one = |number: usize| -> Vec<Option<f64>> {
            let shift = number * n / count;
            let mut from = vec![0; n];
            (0..n).for_each(|place| from[order[place]] = order[(place + shift) % n]);
            let moved = predictions.rows(&from);
            measures.metrics.iter().map(|metric| measure(*metric, &moved, outcome).ok()).collect()
        };
        let all: Vec<Vec<Option<f64>>> = (0..count).into_par_iter().map(one).collect();
        let of = |place: usize| {
            let values: Vec<f64> = all.iter().filter_map(|shift| shift[place]).collect();
            let value = (!values.is_empty()).then(|| mean(&values));
            NoInformation { value, shifts: values.len(), all_pairs: values.len() == n }
        };
        (0..measures.metrics.len()).map(of).collect()
    }
}

/// What a sample gave.
struct Learned {
    measured: Vec<OfSample>,
    features: Vec<String>,
}

/// Cases with a weight above 0.
struct Counted<'a> {
    cohort: Cow<'a, Cohort>,
    outcome: Cow<'a, Survival>,
    /// The place of each of all cases among them.
    places: Vec<Option<usize>>,
}

impl<'a> Counted<'a> {
    fn new(cohort: &'a Cohort, outcome: &'a Survival) -> Result<Self> {
        if cohort.cases() != outcome.len() {
            return Err(Error::Cases { features: cohort.cases(), outcomes: outcome.len() });
        }
        let rows: Vec<usize> = (0..outcome.len()).filter(|&case| outcome.weight(case) > 0.0).collect();
        let mut places = vec![None; outcome.len()];
        rows.iter().enumerate().for_each(|(place, &case)| places[case] = Some(place));
        Ok(match rows.len() == outcome.len() {
            true => Self { cohort: Cow::Borrowed(cohort), outcome: Cow::Borrowed(outcome), places },
            false => Self { cohort: Cow::Owned(cohort.rows(&rows)), outcome: Cow::Owned(outcome.rows(&rows)), places },
        })
    }
}

fn predicted(
    model: &impl Predictor,
    cohort: &Cohort,
    times: &[f64],
) -> std::result::Result<Predictions, radsurv_data::LearnerError> {
    sound(model.predict(cohort, times)?, cohort.cases())
}

/// Counts features over samples.
fn used(of_all: &[String], learned: &[std::result::Result<Learned, String>]) -> Vec<UsedFeature> {
    let mut counts: std::collections::BTreeMap<&str, (bool, usize)> =
        of_all.iter().map(|feature| (feature.as_str(), (true, 0))).collect();
    for feature in learned.iter().flatten().flat_map(|sample| &sample.features) {
        counts.entry(feature).or_insert((false, 0)).1 += 1;
    }
    let row = |(feature, (in_model, samples)): (&str, (bool, usize))| UsedFeature {
        feature: feature.to_string(),
        in_model,
        samples,
    };
    let mut all: Vec<UsedFeature> = counts.into_iter().map(row).collect();
    all.sort_by_key(|feature| std::cmp::Reverse(feature.samples));
    all
}
