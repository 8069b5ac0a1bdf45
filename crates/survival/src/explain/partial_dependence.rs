//! What is predicted by the value of a feature.
//!
//! The *partial dependence* of predictions *f* on a feature *j* is their mean over the cases, all of which are given the same value of it,
//!
//! *PD_j(v) = mean_i f(x_i with x_ij = v)*.
//!
//! The summands, by *v*, are a line for each case: its *individual conditional expectation* (ICE). Lines that are not parallel
//! say that other features decide what this one says; [centred](PartialDependence::centred) at one value they show it best.
//! Of two features it is the mean with both values given.
//!
//! Cases are given values that they never have together with the rest of theirs: where features are correlated, see
//! [`local_effects`](super::local_effects) instead.
//!
//! # Edge cases
//! - A case without a value of the feature is given one as all others.
//! - The time of a [`Target`] is in the unit of the outcomes.
//!
//! Sources: Friedman: Greedy function approximation, *Annals of Statistics* 29 (2001) 1189-1232 (p. 1219); Goldstein, Kapelner, Bleich,
//! Pitkin: Peeking inside the black box, *Journal of Computational and Graphical Statistics* 24 (2015) 44-65.

use radsurv_data::{Cohort, Predictor};
use radsurv_stats::summary::quantile_sorted;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What of the predictions is explained.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The risk.
    #[default]
    Risk,
    /// The probability to survive beyond this time.
    Survival(f64),
    /// The probability of an event until this time.
    Event(f64),
}

impl Target {
    /// That of each case.
    ///
    /// # Errors
    /// Those of the predictor.
    pub(super) fn of<P: Predictor + ?Sized>(self, predictor: &P, cohort: &Cohort) -> Result<Vec<f64>> {
        let times = match self {
            Self::Risk => vec![],
            Self::Survival(time) | Self::Event(time) => vec![time],
        };
        let predictions = predictor.predict(cohort, &times).map_err(Error::of_prediction)?;
        let survival = || {
            let curves = predictions.survival().map(|curves| curves.at_time(0));
            curves.ok_or_else(|| Error::Prediction("there are risks, but no survival curves".into()))
        };
        match self {
            Self::Risk => Ok(predictions.risk().to_vec()),
            Self::Survival(_) => survival(),
            Self::Event(_) => Ok(survival()?.into_iter().map(|s| 1.0 - s).collect()),
        }
    }
}

/// The values that cases are given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grid {
    /// So many quantiles (type 7), from that of 5 % to that of 95 % in equal steps of cases; all values of a feature that has no
    /// more than these. Those that are the same count once.
    Quantiles(usize),
    /// These values, in this order.
    Values(Vec<f64>),
}

impl Default for Grid {
    /// 40 quantiles.
    fn default() -> Self {
        Self::Quantiles(40)
    }
}

impl Grid {
    /// The values of a feature, and of it the deciles from the lowest to the highest value.
    fn of(&self, cohort: &Cohort, feature: &str) -> Result<(Vec<f64>, Vec<f64>)> {
        let sorted = sorted(cohort, feature)?;
        let deciles = (0..=10).map(|k| quantile_sorted(&sorted, f64::from(k) / 10.0)).collect();
        let mut distinct = sorted.clone();
        distinct.dedup();
        let grid = match self {
            Self::Values(values) => values.clone(),
            Self::Quantiles(count) if distinct.len() <= *count => distinct,
            Self::Quantiles(count) => {
                let at = |k: usize| 0.05 + 0.9 * k as f64 / (*count as f64 - 1.0);
                let mut values: Vec<f64> = (0..*count).map(|k| quantile_sorted(&sorted, at(k))).collect();
                values.dedup();
                values
            }
        };
        // A feature that does not vary has one value, whatever was asked for.
        let wrong = match self {
            Self::Quantiles(count) => *count < 2,
            Self::Values(values) => values.is_empty() || values.iter().any(|v| !v.is_finite()),
        };
        if wrong {
            let (name, what) = ("the grid of a partial dependence", "give two quantiles at least, or finite values");
            return Err(Error::Setting { name, value: format!("{self:?}"), what });
        }
        Ok((grid, deciles))
    }
}

/// What is computed; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, FitSurvival, Survival};
/// use radsurv_survival::{CoxSettings, explain::partial_dependence::PartialDependenceSettings};
/// let rows = (0..60).map(|i| (format!("P{i}"), vec![("a", f64::from(i % 10)), ("b", f64::from(i * 7 % 13))]));
/// let features = FeatureTable::from_rows(rows)?;
/// let outcome = Survival::new((0..60).map(|i| f64::from(20 - i % 10 + i % 7)).collect(), vec![true; 60])?;
/// let model = CoxSettings::default().fit(&features, &outcome)?;
/// let found = PartialDependenceSettings::default().of(&model, &Cohort::from(features), "a")?;
/// assert_eq!(found.grid.len(), 10);
/// // A linear model: equal steps, the same for all cases.
/// let centred = found.centred();
/// assert!((centred.mean[2] - 2.0 * centred.mean[1]).abs() < 1e-9);
/// assert!((centred.cases[7][9] - centred.mean[9]).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PartialDependenceSettings {
    /// The values that cases are given. Default 40 quantiles.
    pub grid: Grid,
    /// What of the predictions. Default the risk.
    pub target: Target,
}

/// What is predicted by the value of a feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartialDependence {
    /// The feature.
    pub feature: String,
    /// What of the predictions.
    pub target: Target,
    /// The values.
    pub grid: Vec<f64>,
    /// The mean over the cases at each value.
    pub mean: Vec<f64>,
    /// The prediction of each case at each value: ICE.
    pub cases: Vec<Vec<f64>>,
    /// The deciles of the feature in these cases, its lowest and highest value among them: where there are cases at all.
    pub deciles: Vec<f64>,
}

impl PartialDependence {
    /// The same with each case as a difference from its prediction at the first value.
    #[must_use]
    pub fn centred(&self) -> Self {
        let from_first = |line: &Vec<f64>| {
            let first = line.first().copied().unwrap_or(0.0);
            line.iter().map(|v| v - first).collect()
        };
        Self { mean: from_first(&self.mean), cases: self.cases.iter().map(from_first).collect(), ..self.clone() }
    }
}

/// What is predicted by the values of two features.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartialDependenceOfTwo {
    /// The features.
    pub features: [String; 2],
    /// What of the predictions.
    pub target: Target,
    /// The values of each.
    pub grids: [Vec<f64>; 2],
    /// For each value of the first, the mean over the cases at each value of the second.
    pub mean: Vec<Vec<f64>>,
}

impl PartialDependenceSettings {
    /// Of one feature. The same for any number of threads.
    ///
    /// # Errors
    /// [`radsurv_data::Error::MissingColumn`]; [`Error::TooFewCases`] if no case has a value of the feature; [`Error::Setting`] of a grid
    /// of fewer than two quantiles, or of values that are not finite; those of the predictor.
    pub fn of<P>(&self, predictor: &P, cohort: &Cohort, feature: &str) -> Result<PartialDependence>
    where
        P: Predictor + Sync + ?Sized,
    {
        let (grid, deciles) = self.grid.of(cohort, feature)?;
        let given: Vec<[(&str, f64); 1]> = grid.iter().map(|value| [(feature, *value)]).collect();
        let lines = self.predict(predictor, cohort, &given)?;
        let mean = lines.iter().map(|line| mean(line)).collect();
        let cases = (0..cohort.cases()).map(|case| lines.iter().map(|line| line[case]).collect()).collect();
        Ok(PartialDependence { feature: feature.to_string(), target: self.target, grid, mean, cases, deciles })
    }

    /// Of two features, each with its grid. The same for any number of threads.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn of_two<P>(&self, predictor: &P, cohort: &Cohort, features: [&str; 2]) -> Result<PartialDependenceOfTwo>
    where
        P: Predictor + Sync + ?Sized,
    {
        let [first, second] = features;
        let grids = [self.grid.of(cohort, first)?.0, self.grid.of(cohort, second)?.0];
        let pairs = grids[0].iter().flat_map(|a| grids[1].iter().map(move |b| [(first, *a), (second, *b)]));
        let lines = self.predict(predictor, cohort, &pairs.collect::<Vec<_>>())?;
        let mean = lines.chunks(grids[1].len()).map(|row| row.iter().map(|line| mean(line)).collect()).collect();
        Ok(PartialDependenceOfTwo { features: features.map(String::from), target: self.target, grids, mean })
    }

    /// The predictions of all cases with each of these values of features.
    fn predict<P, const N: usize>(
        &self,
        predictor: &P,
        cohort: &Cohort,
        given: &[[(&str, f64); N]],
    ) -> Result<Vec<Vec<f64>>>
    where
        P: Predictor + Sync + ?Sized,
    {
        let at = |own: &mut Cohort, values: &[(&str, f64); N]| {
            for (feature, value) in values {
                if let Some(column) = own.feature_mut(feature) {
                    column.fill(*value);
                }
            }
            self.target.of(predictor, own)
        };
        // A copy for each thread. Collected before the first error is looked for, so that it is the same one for any number of them.
        let found: Vec<Result<Vec<f64>>> = given.par_iter().map_init(|| cohort.clone(), at).collect();
        found.into_iter().collect()
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The finite values of a feature, ascending.
pub(super) fn sorted(cohort: &Cohort, feature: &str) -> Result<Vec<f64>> {
    let column = cohort.features().column(feature).ok_or_else(|| radsurv_data::Error::MissingColumn {
        table: "the table".into(),
        column: feature.to_string(),
        present: cohort.features().names().to_vec(),
    })?;
    let mut sorted: Vec<f64> = column.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.is_empty() {
        return Err(Error::TooFewCases { what: "the effect of a feature", needed: 1, found: 0 });
    }
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}
