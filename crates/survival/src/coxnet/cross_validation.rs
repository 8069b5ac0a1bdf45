//! Which lambda predicts best, by cross-validation.
//!
//! For each fold a path is fitted to the other cases, at the lambdas of the path of all cases, and judged by the fold:
//!
//! | [`Measure`] | of a fold, with *D* = 2 (saturated - *l*) | divided by | the better |
//! |---|---|---|---|
//! | `GroupedDeviance` (default) | *D* of all cases less *D* of the others, at the coefficients of the others | the weight of its events | the lower |
//! | `Deviance` | *D* of its cases | the weight of its events | the lower |
//! | `Concordance` | Harrell's C of its cases | | the higher |
//!
//! The mean over folds is weighted by the weight of their events (of their cases for the concordance), and its standard error is
//! *sqrt(sum w (m_k - m)^2 / sum w / (K - 1))*. A fold with few cases says little by its own risk sets: the grouped deviance uses
//! those of all cases (Verweij and van Houwelingen 1993, Stat Med 12, p. 2307; Simon et al. 2011, J Stat Softw 39(5), 2.4).
//!
//! Repeated with other folds, means and standard errors are the means of the repeats: the repeats are not independent, so their
//! number does not make the error smaller.

use radsurv_data::{FeatureTable, Survival};
use radsurv_stats::nonparametric::harrell;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::path::{Coefficient, CoxnetPath, Lambdas, PathSettings};
use super::problem::{Likelihood, Problem};
use crate::error::{Error, Result};
use crate::folds::FoldSettings;

/// What a fold is judged by; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// What the fold adds to the deviance of all cases.
    #[default]
    GroupedDeviance,
    /// The deviance within the fold.
    Deviance,
    /// The concordance within the fold.
    Concordance,
}

/// How a path is cross-validated.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_survival::coxnet::{CrossValidationSettings, PathSettings};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let validated = CrossValidationSettings::default().run(&PathSettings::default(), &features, &outcome)?;
/// let best = &validated.points[validated.minimum];
/// assert!(best.features > 0);
/// assert!(validated.points[validated.one_error].lambda >= best.lambda);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrossValidationSettings {
    /// The number of folds. Each has the same share of events. Default 10.
    pub folds: usize,
    /// How often it is done, with other folds each time. Default 1.
    pub repeats: usize,
    /// What a fold is judged by. Default the grouped deviance.
    pub measure: Measure,
    /// The seed of the folds. Default 0.
    pub seed: u64,
}

impl Default for CrossValidationSettings {
    fn default() -> Self {
        Self { folds: 10, repeats: 1, measure: Measure::default(), seed: 0 }
    }
}

/// A cross-validated path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossValidation {
    /// The path of all cases.
    pub path: CoxnetPath,
    /// What `mean` is.
    pub measure: Measure,
    /// A point per lambda that was reached in all folds, the largest first.
    pub points: Vec<ValidatedPoint>,
    /// The place of the best mean; of equal ones that of the largest lambda.
    pub minimum: usize,
    /// The place of the largest lambda whose mean is not worse than the best one by more than the standard error there.
    pub one_error: usize,
}

/// What cross-validation says of one lambda.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatedPoint {
    /// Lambda.
    pub lambda: f64,
    /// The measure.
    pub mean: f64,
    /// Its standard error.
    pub error: f64,
    /// The number of features in the model of all cases.
    pub features: usize,
}

/// The measure of a fold at each lambda that it reached, and how much the fold counts.
struct Judged {
    values: Vec<f64>,
    weight: f64,
}

impl CrossValidationSettings {
    /// Fits the path and cross-validates it.
    ///
    /// # Errors
    /// As [`PathSettings::fit`]; [`Error::Setting`] if there are fewer than 2 folds, not an event per fold, or no repeat;
    /// [`Error::NotConverged`] if a fold or the path does not reach its first lambda.
    pub fn run(&self, path: &PathSettings, features: &FeatureTable, outcome: &Survival) -> Result<CrossValidation> {
        let full = path.fit(features, outcome)?;
        let Self { folds, repeats, seed, .. } = *self;
        let folds = FoldSettings { folds, repeats, seed }.draw(outcome, None)?;
        let assigned: Vec<Vec<usize>> = folds.iter().map(|folds| folds.of().to_vec()).collect();
        judge(path, full, features, outcome, &assigned, self.measure)
    }
}

impl PathSettings {
    /// Fits the path and cross-validates it with given folds: for each repeat a number for each case, equal ones being a
    /// fold.
    ///
    /// # Errors
    /// As [`CrossValidationSettings::run`].
    pub fn validate(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        folds: &[Vec<usize>],
        measure: Measure,
    ) -> Result<CrossValidation> {
        let full = self.fit(features, outcome)?;
        if folds.is_empty() || folds.iter().any(|repeat| repeat.len() != outcome.len()) {
            let what = "give the fold of each case, for one repeat or more";
            return Err(Error::Setting { name: "folds", value: format!("{} repeats", folds.len()), what });
        }
        judge(self, full, features, outcome, folds, measure)
    }
}

fn judge(
    settings: &PathSettings,
    full: CoxnetPath,
    features: &FeatureTable,
    outcome: &Survival,
    assigned: &[Vec<usize>],
    measure: Measure,
) -> Result<CrossValidation> {
    let factors = settings.factors(features)?;
    let lambdas: Vec<f64> = full.points.iter().map(|p| p.lambda).collect();
    let given = PathSettings { lambdas: Lambdas::Given(lambdas.clone()), ..settings.clone() };
    let all: Vec<usize> = (0..outcome.len()).collect();
    let likelihood = Likelihood::new(outcome, &all, settings.ties)?;
    let mut tasks: Vec<(usize, usize)> = Vec::new();
    for (repeat, fold) in assigned.iter().enumerate() {
        let mut numbers = fold.clone();
        numbers.sort_unstable();
        numbers.dedup();
        tasks.extend(numbers.into_iter().map(|number| (repeat, number)));
    }
    let counts = |i: usize| outcome.event()[i] && outcome.weight(i) > 0.0;
    if let Some((_, number)) = tasks.iter().find(|(r, f)| !all.iter().any(|&i| assigned[*r][i] != *f && counts(i))) {
        let value = format!("{number} for every case with an event");
        return Err(Error::Setting { name: "a fold", value, what: "give folds without which events are left" });
    }
    let one = |&(repeat, number): &(usize, usize)| -> Result<Option<Judged>> {
        let (fold, others): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&i| assigned[repeat][i] == number);
        let columns = features.columns();
        let problem = Problem::new(columns, outcome, None, &others, &factors, settings.standardize, settings.ties)?;
        let path = given.solve(&problem, others.len(), usize::MAX);
        let weight = |happened: bool| -> f64 {
            fold.iter().filter(|&&i| outcome.event()[i] || !happened).map(|&i| outcome.weight(i)).sum()
        };
        let predicted = path.points.iter().map(|point| linear_predictors(columns, &point.coefficients));
        if measure == Measure::Concordance {
            let own = outcome.rows(&fold);
            let values = predicted.map_while(|eta| {
                let risk: Vec<f64> = fold.iter().map(|&i| eta[i]).collect();
                harrell(&risk, &own).ok().map(|c| c.estimate)
            });
            // No pair that can be compared at any lambda: nothing to say.
            let values: Vec<f64> = values.collect();
            return Ok((!values.is_empty()).then_some(Judged { values, weight: weight(false) }));
        }
        let weight = weight(true);
        if weight == 0.0 {
            return Ok(None);
        }
        let own = Likelihood::new(outcome, &fold, settings.ties)?;
        let values = predicted.map_while(|eta| {
            let deviance = match measure {
                Measure::Deviance => own.deviance(&eta)?,
                _ => likelihood.deviance(&eta)? - problem.likelihood.deviance(&eta)?,
            };
            Some(deviance / weight)
        });
        Ok(Some(Judged { values: values.collect(), weight }))
    };
    let judged: Vec<Option<Judged>> = tasks.par_iter().map(one).collect::<Result<_>>()?;
    let reached = judged.iter().flatten().map(|j| j.values.len()).min().unwrap_or(0);
    if reached == 0 {
        return Err(Error::NotConverged { what: "cross-validation at the largest lambda" });
    }
    let repeats = assigned.len() as f64;
    let mut points: Vec<ValidatedPoint> = full.points[..reached]
        .iter()
        .map(|p| ValidatedPoint { lambda: p.lambda, mean: 0.0, error: 0.0, features: p.coefficients.len() })
        .collect();
    for repeat in 0..assigned.len() {
        let folds: Vec<&Judged> =
            tasks.iter().zip(&judged).filter(|((r, _), _)| *r == repeat).filter_map(|(_, j)| j.as_ref()).collect();
        if folds.len() < 2 {
            let what = "two folds at least must have events and pairs of cases to compare";
            return Err(Error::Setting {
                name: "the number of folds to judge by",
                value: folds.len().to_string(),
                what,
            });
        }
        let total: f64 = folds.iter().map(|f| f.weight).sum();
        for (k, point) in points.iter_mut().enumerate() {
            let mean = folds.iter().map(|f| f.weight * f.values[k]).sum::<f64>() / total;
            let squares = folds.iter().map(|f| f.weight * (f.values[k] - mean).powi(2)).sum::<f64>() / total;
            point.mean += mean / repeats;
            point.error += (squares / (folds.len() - 1) as f64).sqrt() / repeats;
        }
    }
    let sign = if measure == Measure::Concordance { -1.0 } else { 1.0 };
    let loss = |p: &ValidatedPoint| sign * p.mean;
    let best = points.iter().map(loss).fold(f64::INFINITY, f64::min);
    // The best mean is one of them.
    let minimum = points.iter().position(|p| loss(p) <= best).unwrap_or(0);
    let limit = best + points[minimum].error;
    let one_error = points.iter().position(|p| loss(p) <= limit).unwrap_or(minimum);
    Ok(CrossValidation { path: full, measure, points, minimum, one_error })
}

fn linear_predictors(columns: &[Vec<f64>], coefficients: &[Coefficient]) -> Vec<f64> {
    let mut eta = vec![0.0; columns.first().map_or(0, Vec::len)];
    for c in coefficients {
        super::kernel::add(&mut eta, c.value, &columns[c.feature]);
    }
    eta
}
