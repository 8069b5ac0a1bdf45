//! Cross-validation of whatever is learned as a whole.
//!
//! The cases are divided into folds; what is learned of the other folds predicts a fold, and is measured there. All of it is
//! learned anew each time: steps, screening, a search for the best settings, the model. With a search as the learner
//! ([`Tuning`](super::Tuning)) this is nested cross-validation: the search has folds of its own, within the cases that are not
//! judged.
//!
//! | | |
//! |---|---|
//! | [`Summary::mean`] | the mean of the measure over folds |
//! | [`Summary::std_error`] | the standard deviation over folds by the root of their number; folds share their training cases, so it is too small ([comparison](super::comparison) corrects differences for that) |
//! | [`Summary::pooled`] | the measure of all cases together, each predicted by what has not seen it; the mean over repeats |
//!
//! # Edge cases
//! - A measure that a fold does not allow (nobody is followed for longer than its time there) has a reason in its place; the mean is over
//!   the other folds, [`Summary::undefined`] counts, and [`Summary::reason`] is the first reason, with its fold. Where many folds are too
//!   small, [pooled](Summary::pooled) is the measure to read.
//! - What cannot be learned without a fold has no measure there, for the reason of the learner. [`CrossValidated::failures`] lists
//!   them; if nothing could be learned in any fold it is an error.
//! - Risks of different folds are of different models. Those that are known to depend on the number of events are brought to the scale of a model of all cases
//!   ([`Learner::risk_scale`]); see [`HeldOut`] on the others, before reading pooled concordance of SVMs, or of a search that chose different models.
//! - Cases without weight are predicted, but do not count in measures that honour weights.
//!
//! Sources: Stone, *Journal of the Royal Statistical Society* B 36 (1974) 111-147; Varma, Simon: Bias in error estimation when using
//! cross-validation for model selection, *BMC Bioinformatics* 7 (2006) 91 (nested).

use radsurv_data::{
    Cohort, HeldOut, HeldOutBy, Learner, LearnerError, Metric, Predictions, Predictor, Survival, SurvivalCurves,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::folds::{FoldSettings, Folds};

/// What predictions are measured by.
#[derive(Clone, Copy)]
pub struct Measures<'a> {
    /// The measures.
    pub metrics: &'a [&'a dyn Metric],
    /// The times at which survival is predicted, for measures that need it; risks alone without.
    pub times: &'a [f64],
}

/// How cases are divided; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, Metric, MetricError, Predictions, Survival};
/// use radsurv_stats::nonparametric::harrell;
/// use radsurv_survival::CoxSettings;
/// use radsurv_survival::selection::{CrossValidation, Measures};
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
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), vec![("a", value(i, 0)), ("b", value(i, 1))]));
/// let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
/// let outcome = Survival::new((0..60).map(|i| 40.0 - value(i, 0) + value(i, 5)).collect(), vec![true; 60])?;
/// let measures = Measures { metrics: &[&Harrell], times: &[] };
/// let found = CrossValidation::default().run(&CoxSettings::default(), &cohort, &outcome, measures)?;
/// assert_eq!(found.folds.len(), 5);
/// assert!(found.summaries[0].mean.unwrap() > 0.6);
/// assert_eq!(found.held_out()?.absent(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrossValidation {
    /// The folds, each with its share of events. Default 5, once.
    pub folds: FoldSettings,
    /// The covariate whose groups stay together: a patient with several lesions, a centre. Default none.
    pub groups: Option<String>,
}

impl Default for CrossValidation {
    fn default() -> Self {
        Self { folds: FoldSettings { folds: 5, ..FoldSettings::default() }, groups: None }
    }
}

/// What was found without a fold, on the fold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldResult<T = ()> {
    /// The repeat, from 0.
    pub repeat: usize,
    /// The fold, from 0.
    pub fold: usize,
    /// The number of cases that were learned from.
    pub training: usize,
    /// The cases of the fold.
    #[serde(skip)]
    pub cases: Vec<usize>,
    /// Each measure, or why there is none.
    #[serde(serialize_with = "values_only")]
    pub values: Vec<std::result::Result<f64, String>>,
    /// The features that the predictions of the fold depend on.
    pub used_features: Vec<String>,
    /// What was asked of what was learned; none if nothing could be.
    #[serde(skip)]
    pub noted: Option<T>,
    /// Predictions of the fold.
    #[serde(skip)]
    pub predictions: Option<Predictions>,
}

fn values_only<S: serde::Serializer>(
    values: &[std::result::Result<f64, String>],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|value| value.as_ref().ok()))
}

/// A measure over all folds; see the [module](self).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The measure.
    pub metric: String,
    /// Whether more is better; else less is.
    pub higher_is_better: bool,
    /// The mean over folds; none if no fold can be measured.
    pub mean: Option<f64>,
    /// The standard deviation over folds; none of fewer than two.
    pub std_dev: Option<f64>,
    /// That by the root of their number.
    pub std_error: Option<f64>,
    /// The measure of all cases together, the mean over repeats; none if a fold was not predicted, or it cannot be measured.
    pub pooled: Option<f64>,
    /// The number of folds that cannot be measured.
    pub undefined: usize,
    /// Why the first of them cannot.
    pub reason: Option<String>,
}

/// Everything that cross-validation has found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrossValidated<T = ()> {
    /// Each fold of each repeat, in order.
    pub folds: Vec<FoldResult<T>>,
    /// Each measure.
    pub summaries: Vec<Summary>,
    /// Folds without which nothing could be learned or predicted, and why.
    pub failures: Vec<String>,
    /// The number of cases.
    pub cases: usize,
    /// How they were divided.
    pub division: FoldSettings,
}

impl CrossValidation {
    /// The folds of some cases, once for each repeat.
    ///
    /// # Errors
    /// As [`FoldSettings::draw`]; [`Error::Data`] if the covariate of the groups is not there; [`Error::Cases`].
    pub fn draw(&self, cohort: &Cohort, outcome: &Survival) -> Result<Vec<Folds>> {
        if cohort.cases() != outcome.len() {
            return Err(Error::Cases { features: cohort.cases(), outcomes: outcome.len() });
        }
        let groups = self.groups.as_deref().map(|name| cohort.covariates().groups(name)).transpose()?;
        self.folds.draw(outcome, groups.as_ref())
    }

    /// Learns without each fold, and measures there.
    ///
    /// # Errors
    /// As [`draw`](Self::draw); [`Error::Fold`] with what the learner says of the first fold if nothing can be learned without any.
    pub fn run<L: Learner>(
        &self,
        learner: &L,
        cohort: &Cohort,
        outcome: &Survival,
        measures: Measures,
    ) -> Result<CrossValidated> {
        self.run_noting(learner, cohort, outcome, measures, |_| ())
    }

    /// The same, and asks something of what was learned without each fold, which is then dropped: which settings were chosen.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_noting<L: Learner, T: Send>(
        &self,
        learner: &L,
        cohort: &Cohort,
        outcome: &Survival,
        measures: Measures,
        note: impl Fn(&L::Learned) -> T + Sync,
    ) -> Result<CrossValidated<T>> {
        let division = self.draw(cohort, outcome)?;
        let one = |&(repeat, fold): &(usize, usize)| {
            let place = Place { repeat, fold, division: &division[repeat] };
            let (training, of_training) = place.others(cohort, outcome);
            let learned = learner.learn(&training, &of_training, measures.times);
            let scale = learner.risk_scale(outcome) / learner.risk_scale(&of_training);
            place.judge(learned, cohort, outcome, scale, measures, &note)
        };
        let judged: Vec<Judged<T>> = tasks(&division).par_iter().map(one).collect();
        self.assemble(judged, outcome, measures)
    }

    /// Puts the folds together.
    pub(super) fn assemble<T>(
        &self,
        judged: Vec<Judged<T>>,
        outcome: &Survival,
        measures: Measures,
    ) -> Result<CrossValidated<T>> {
        let mut folds = Vec::with_capacity(judged.len());
        let (mut failures, mut first) = (Vec::new(), None);
        for result in judged {
            folds.push(result.unwrap_or_else(|failed| {
                let Failed { fold, error } = *failed;
                failures.push(error.to_string());
                first.get_or_insert(error);
                fold
            }));
        }
        if let Some(error) = first
            && failures.len() == folds.len()
        {
            return Err(error);
        }
        let summaries = measures.metrics.iter().enumerate().map(|(place, metric)| {
            let pooled = pooled(*metric, &folds, outcome, self.folds.repeats);
            Summary::of(*metric, &folds, place, pooled)
        });
        let summaries = summaries.collect();
        Ok(CrossValidated { summaries, folds, failures, cases: outcome.len(), division: self.folds })
    }
}

/// A fold of a repeat.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) repeat: usize,
    pub(super) fold: usize,
    pub(super) division: &'a Folds,
}

/// What came of a fold.
pub(super) type Judged<T> = std::result::Result<FoldResult<T>, Box<Failed<T>>>;

/// A fold without which nothing was learned, or that was not predicted.
pub(super) struct Failed<T> {
    fold: FoldResult<T>,
    error: Error,
}

impl Place<'_> {
    /// The cases that are learned from.
    pub(super) fn others(&self, cohort: &Cohort, outcome: &Survival) -> (Cohort, Survival) {
        let others = self.division.others(self.fold);
        (cohort.rows(&others), outcome.rows(&others))
    }

    /// Measures what was learned without the fold.
    pub(super) fn judge<L: Predictor, T>(
        &self,
        learned: std::result::Result<L, LearnerError>,
        cohort: &Cohort,
        outcome: &Survival,
        scale: f64,
        measures: Measures,
        note: impl Fn(&L) -> T,
    ) -> Judged<T> {
        let cases = self.division.cases(self.fold);
        self.judge_rows(learned, &cohort.rows(&cases), &outcome.rows(&cases), scale, measures, note)
    }

    /// The same, given the cases of the fold.
    pub(super) fn judge_rows<L: Predictor, T>(
        &self,
        learned: std::result::Result<L, LearnerError>,
        kept: &Cohort,
        outcome: &Survival,
        scale: f64,
        measures: Measures,
        note: impl Fn(&L) -> T,
    ) -> Judged<T> {
        let Self { repeat, fold, division } = *self;
        let cases = division.cases(fold);
        let training = division.of().len() - cases.len();
        let found = learned.and_then(|learned| {
            let predictions = scaled(sound(learned.predict(kept, measures.times)?, kept.cases())?, scale)?;
            Ok((learned, predictions))
        });
        match found {
            Ok((learned, predictions)) => {
                let values = measures.metrics.iter().map(|metric| measure(*metric, &predictions, outcome)).collect();
                let (used_features, noted) = (learned.used_features(), Some(note(&learned)));
                let predictions = Some(predictions);
                Ok(FoldResult { repeat, fold, training, cases, values, used_features, noted, predictions })
            }
            Err(source) => {
                let values = measures.metrics.iter().map(|_| Err(source.to_string())).collect();
                let (used_features, noted, predictions) = (Vec::new(), None, None);
                let of_fold = FoldResult { repeat, fold, training, cases, values, used_features, noted, predictions };
                let error = Error::Fold { fold: fold + 1, repeat: repeat + 1, source };
                Err(Box::new(Failed { fold: of_fold, error }))
            }
        }
    }
}

/// Each repeat and fold.
pub(crate) fn tasks(division: &[Folds]) -> Vec<(usize, usize)> {
    let of = |(repeat, folds): (usize, &Folds)| (0..folds.count()).map(move |fold| (repeat, fold));
    division.iter().enumerate().flat_map(of).collect()
}

/// Measures predictions; NaN is no measure.
pub(crate) fn measure(
    metric: &dyn Metric,
    predictions: &Predictions,
    outcome: &Survival,
) -> std::result::Result<f64, String> {
    match metric.of(predictions, outcome) {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(value) => Err(format!("{} is {value}", metric.name())),
        Err(why) => Err(why.to_string()),
    }
}

/// Refuses risks that are no numbers, or of another number of cases.
pub(crate) fn sound(predictions: Predictions, cases: usize) -> std::result::Result<Predictions, LearnerError> {
    let found = predictions.risk().len();
    if found != cases {
        return Err(format!("{found} cases were predicted of {cases}").into());
    }
    match predictions.risk().iter().position(|risk| !risk.is_finite()) {
        None => Ok(predictions),
        Some(row) => {
            let value = predictions.risk()[row];
            Err(format!("the predicted risk of case {} of the fold is {value}", row + 1).into())
        }
    }
}

/// Risks on the scale of what is learned of all cases.
fn scaled(predictions: Predictions, scale: f64) -> std::result::Result<Predictions, LearnerError> {
    if scale == 1.0 {
        return Ok(predictions);
    }
    let risks = Predictions::new(predictions.risk().iter().map(|risk| risk * scale).collect());
    Ok(match predictions.survival() {
        Some(curves) => risks.with_survival(curves.clone())?,
        None => risks,
    })
}

impl Summary {
    fn of<T>(metric: &dyn Metric, folds: &[FoldResult<T>], place: usize, pooled: Option<f64>) -> Self {
        let values: Vec<f64> = folds.iter().filter_map(|fold| fold.values[place].as_ref().ok().copied()).collect();
        let reason = folds.iter().find_map(|fold| {
            let why = fold.values[place].as_ref().err()?;
            Some(format!("fold {} of repeat {}: {why}", fold.fold + 1, fold.repeat + 1))
        });
        let Spread { mean, std_dev, std_error } = Spread::of(&values);
        Self {
            metric: metric.name(),
            higher_is_better: metric.higher_is_better(),
            mean,
            std_dev,
            std_error,
            pooled,
            undefined: folds.len() - values.len(),
            reason,
        }
    }
}

/// Mean and spread of a measure over folds.
pub(crate) struct Spread {
    pub(crate) mean: Option<f64>,
    pub(crate) std_dev: Option<f64>,
    pub(crate) std_error: Option<f64>,
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / count);
        let std_dev = mean.filter(|_| values.len() > 1).map(|mean| {
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            (squares / (count - 1.0)).sqrt()
        });
        Self { mean, std_dev, std_error: std_dev.map(|deviation| deviation / count.sqrt()) }
    }
}

fn pooled<T>(metric: &dyn Metric, folds: &[FoldResult<T>], outcome: &Survival, repeats: usize) -> Option<f64> {
    let of = |repeat| measure(metric, &together(folds, outcome.len(), repeat)?, outcome).ok();
    let values: Vec<f64> = (0..repeats).map(of).collect::<Option<_>>()?;
    Spread::of(&values).mean
}

/// The predictions of all cases in a repeat, if all folds were predicted.
fn together<T>(folds: &[FoldResult<T>], cases: usize, repeat: usize) -> Option<Predictions> {
    let of: Vec<&FoldResult<T>> = folds.iter().filter(|fold| fold.repeat == repeat).collect();
    let mut risk = vec![0.0; cases];
    let mut curves: Vec<Vec<f64>> = vec![Vec::new(); cases];
    let mut times: Option<Vec<f64>> = None;
    for fold in of {
        let predictions = fold.predictions.as_ref()?;
        for (place, &case) in fold.cases.iter().enumerate() {
            risk[case] = predictions.risk()[place];
            if let Some(survival) = predictions.survival() {
                curves[case] = survival.of(place).to_vec();
                times.get_or_insert_with(|| survival.times().to_vec());
            }
        }
    }
    let predictions = Predictions::new(risk);
    match times {
        None => Some(predictions),
        Some(times) => predictions.with_survival(SurvivalCurves::new(times, curves).ok()?).ok(),
    }
}

impl<T> CrossValidated<T> {
    /// The score of each case by what was learned without it, the mean over repeats: what a later step may learn from.
    ///
    /// A case whose folds all failed has none.
    ///
    /// # Errors
    /// As [`HeldOut::new`].
    pub fn held_out(&self) -> Result<HeldOut> {
        let (mut sums, mut counts) = (vec![0.0; self.cases], vec![0usize; self.cases]);
        for fold in &self.folds {
            let Some(predictions) = &fold.predictions else { continue };
            for (&case, risk) in fold.cases.iter().zip(predictions.risk()) {
                sums[case] += risk;
                counts[case] += 1;
            }
        }
        let score = |(sum, count): (f64, usize)| (count > 0).then(|| sum / count as f64);
        let by = HeldOutBy::Folds { folds: self.division.folds, repeats: self.division.repeats };
        Ok(HeldOut::new(sums.into_iter().zip(counts).map(score).collect(), by)?)
    }

    /// The predictions of all cases in a repeat, each by what was learned without it; none if a fold failed.
    pub fn predictions(&self, repeat: usize) -> Option<Predictions> {
        if repeat < self.division.repeats { together(&self.folds, self.cases, repeat) } else { None }
    }
}
