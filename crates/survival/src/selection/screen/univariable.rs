//! Cox models of each feature alone.

use radsurv_data::{Cohort, FeatureTable, FitToOutcome, Survival};
use radsurv_stats::cox::{Ties, Univariable};
use radsurv_stats::distribution::ChiSquared;
use radsurv_stats::multiple::{Adjustment, adjust};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::screened::{Screen, Screened, ScreenedBy, ranks};
use super::{CONSTANT, Counted, short};
use crate::error::{Error, Result};

/// How a feature is tested. All are chi-squared with one degree of freedom if it has no effect, and the same in large samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// *(b / se)²*, that of tables of hazard ratios.
    Wald,
    /// *2 (l(b) - l(0))*.
    #[default]
    LikelihoodRatio,
    /// *u² / I* at *b = 0*: the log-rank test, of a number. No model is fitted.
    Score,
}

/// Screening by Cox models of each feature alone: kept are those with a p-value below the threshold, the best so many of them, or both.
///
/// It does not see what features do together, keeps every copy of a feature that has an effect, and among very many keeps some
/// by chance: a threshold of 0.05 keeps one in twenty of features without effect, unless p-values are adjusted.
///
/// # Edge cases
/// - A feature that separates the cases with events from the others has no finite coefficient, of which Wald's test means nothing: its
///   test is the score test. So it is where the likelihood has no maximum to be found.
/// - A feature that does not vary among cases that are at risk together has no test, and is not kept.
/// - Weights count as repetitions, as in `coxph` without a robust variance. With [`Ties::Exact`] they are an error.
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, Survival};
/// use radsurv_stats::multiple::Adjustment;
/// use radsurv_survival::selection::screen::UnivariableSettings;
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 2) + value(i, 9) / 3.0).collect();
/// let outcome = Survival::new(times, vec![true; 60])?;
/// let settings = UnivariableSettings { adjustment: Some(Adjustment::BenjaminiHochberg), ..Default::default() };
/// let tested = settings.test(&features, &outcome)?;
/// let strong = tested[2].tested.unwrap();
/// assert!(strong.coefficient.unwrap() > 0.0 && strong.p_value < strong.adjusted && strong.adjusted < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnivariableSettings {
    /// The test. Default likelihood ratio.
    pub test: Test,
    /// How p-values are adjusted for the number of features that were tested. Default none: they are taken as they are.
    pub adjustment: Option<Adjustment>,
    /// A feature is kept if its (adjusted) p-value is below. Default 0.05; none to keep the [`best`](Self::best) whatever they are.
    pub threshold: Option<f64>,
    /// The number of features that are kept at most, those with the largest statistics. Default none: any number.
    pub best: Option<usize>,
    /// How events of the same time are counted. Default Efron's rule.
    pub ties: Ties,
}

impl Default for UnivariableSettings {
    fn default() -> Self {
        let (test, ties) = (Test::default(), Ties::default());
        Self { test, adjustment: None, threshold: Some(0.05), best: None, ties }
    }
}

/// A feature and its test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestedFeature {
    /// The feature.
    pub feature: String,
    /// Its test; none if it does not vary (among cases that are at risk together).
    pub tested: Option<Tested>,
}

/// The test of a feature alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// The log hazard ratio of a difference of 1; none if it has no finite one, or no model was fitted (the score test was asked for).
    pub coefficient: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// The test that was taken: the one asked for, or the score test where that has no meaning.
    pub by: Test,
    /// Its statistic.
    pub statistic: f64,
    /// Its p-value.
    pub p_value: f64,
    /// The p-value adjusted; the same if none is.
    pub adjusted: f64,
}

impl UnivariableSettings {
    /// The tests of all features, in their order.
    ///
    /// # Errors
    /// As [`input::check`](crate::input::check); [`Error::Constant`] if no feature varies; [`Error::Stats`] of weights with
    /// [`Ties::Exact`], and for values whose squares leave the range of numbers.
    pub fn test(&self, features: &FeatureTable, outcome: &Survival) -> Result<Vec<TestedFeature>> {
        let counted = Counted::new(features, outcome)?;
        let models = Univariable::new(&counted.outcome, None, self.ties)?;
        let chi_squared = ChiSquared::new(1.0)?;
        let of = |feature: &usize| -> Result<Option<Tested>> {
            let found = match self.one(&models, &counted.features.columns()[*feature]) {
                Ok(found) => found,
                Err(radsurv_stats::Error::Constant { .. } | radsurv_stats::Error::Collinear { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            // Rounding may take a likelihood ratio below 0.
            let p_value = chi_squared.upper(found.statistic.max(0.0));
            Ok(Some(Tested { p_value, adjusted: p_value, ..found }))
        };
        // Collected before the first error is looked for, so that it is the same one for any number of threads.
        let found: Vec<Result<Option<Tested>>> = counted.varying.par_iter().map(of).collect();
        let mut tested = vec![None; features.names().len()];
        for (feature, found) in counted.varying.iter().zip(found) {
            tested[*feature] = found?;
        }
        if let Some(adjustment) = self.adjustment {
            let p_values: Vec<f64> = tested.iter().map(|t| t.map_or(f64::NAN, |t| t.p_value)).collect();
            let adjusted = adjust(&p_values, adjustment)?;
            tested.iter_mut().zip(adjusted).for_each(|(t, p)| t.iter_mut().for_each(|t| t.adjusted = p));
        }
        let named = features.names().iter().zip(tested);
        Ok(named.map(|(feature, tested)| TestedFeature { feature: feature.clone(), tested }).collect())
    }

    /// The test of a column, without its p-value.
    fn one(&self, models: &Univariable, column: &[f64]) -> radsurv_stats::Result<Tested> {
        let by_score = |statistic: f64| Tested {
            coefficient: None,
            std_error: None,
            by: Test::Score,
            statistic,
            p_value: f64::NAN,
            adjusted: f64::NAN,
        };
        if self.test == Test::Score {
            return Ok(by_score(models.score_test(column)?));
        }
        let fit = match models.fit(column) {
            Err(radsurv_stats::Error::NotConverged { .. }) => return Ok(by_score(models.score_test(column)?)),
            fit => fit?,
        };
        if fit.infinite {
            return Ok(by_score(fit.score_test));
        }
        let statistic = if self.test == Test::Wald { fit.wald() } else { fit.likelihood_ratio() };
        let (coefficient, std_error) = (Some(fit.coefficient), Some(fit.se));
        Ok(Tested { coefficient, std_error, by: self.test, ..by_score(statistic) })
    }

    fn check(&self) -> Result<()> {
        let wrong = |name, value: String, what| Err(Error::Setting { name, value, what });
        match (self.threshold, self.best) {
            (Some(t), _) if !(t > 0.0 && t <= 1.0) => {
                wrong("the threshold of p-values", t.to_string(), "give a number above 0, 1 at most")
            }
            (_, Some(0)) => {
                wrong("the number of best features", "0".to_string(), "give 1 or more, or none for any number")
            }
            (None, None) => wrong(
                "the threshold of p-values",
                "none".to_string(),
                "give one, or the number of best features, or both",
            ),
            _ => Ok(()),
        }
    }
}

impl FitToOutcome for UnivariableSettings {
    type Fitted = Screen;
    type Error = Error;

    /// Tests the features and decides.
    ///
    /// # Errors
    /// As [`test`](UnivariableSettings::test); [`Error::Setting`].
    fn fit(&self, training: &Cohort, outcome: &Survival) -> Result<Screen> {
        self.check()?;
        let tested = self.test(training.features(), outcome)?;
        let scores: Vec<Option<f64>> = tested.iter().map(|t| t.tested.map(|t| t.statistic)).collect();
        let p = if self.adjustment.is_some() { "adjusted p" } else { "p" };
        let decide = |(found, rank): (&TestedFeature, Option<usize>)| {
            let Some(tested) = found.tested else {
                return Screened { score: None, rank, keep: false, reason: CONSTANT.to_string() };
            };
            let above = self.threshold.filter(|threshold| tested.adjusted >= *threshold);
            let late = self.best.filter(|best| rank.is_none_or(|rank| rank > *best));
            let reason = match (above, late) {
                (Some(threshold), _) => format!("{p} {} is not below {threshold}", short(tested.adjusted)),
                (None, Some(best)) => format!("not among the best {best} ({p} {})", short(tested.adjusted)),
                (None, None) => String::new(),
            };
            Screened { score: Some(tested.statistic), rank, keep: reason.is_empty(), reason }
        };
        let found = tested.iter().zip(ranks(&scores)).map(decide).collect();
        Ok(Screen::new(ScreenedBy::Univariable, training.features(), found))
    }
}
