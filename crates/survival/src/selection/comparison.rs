//! Whether models differ, given their measures on the same resamples.
//!
//! Two models are measured on the same *J* folds of repeated cross-validation (or on the same random splits), *d_j* being the
//! difference in resample *j*. The resamples share most of their training cases, so that the *d_j* are not independent, and the usual
//! paired t-test finds differences that are none. Nadeau and Bengio's corrected test takes the variance of their mean to be
//!
//! *v = (1 / J + n_test / n_train) s²*,
//!
//! *s²* being the variance of the *d_j*; *t = mean d / √v* is compared with Student's distribution of *J - 1* degrees of freedom, and the
//! limits are *mean d ± t_(1-α/2) √v*. Of *r* times *k* folds *J = r k* and *n_test / n_train = 1 / (k - 1)* (Bouckaert and Frank): repeats make
//! *s²* surer, not *v* arbitrarily small.
//!
//! The correction is an approximation, on the cautious side in most simulations. Of predictions that are fixed, compare the
//! models on test cases instead, by bootstrap of the cases.
//!
//! # Edge cases
//! - Resamples in which either model has no measure are left out, and counted.
//! - Without two pairs there is no test, nor if all differences are the same but for 0, which has no variance to compare with. If all are 0,
//!   *t* is 0 and *p* is 1.
//!
//! # Sources
//! Nadeau, Bengio: Inference for the generalization error, *Machine Learning* 52 (2003) 239-281 (section 4.2). Bouckaert, Frank: Evaluating the
//! replicability of significance tests for comparing learning algorithms, *PAKDD* (2004) 3-12. The numbers are those of R's correctR 0.3.1.

use radsurv_stats::distribution::StudentT;
use radsurv_stats::multiple::{Adjustment, adjust};
use radsurv_stats::rank::average_ranks;
use radsurv_stats::summary;
use serde::Serialize;

use super::cross_validate::CrossValidated;
use crate::error::{Error, Result};

/// How two models differ over resamples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// The number of resamples in which both are measured.
    pub resamples: usize,
    /// The number of the others.
    pub undefined: usize,
    /// The mean difference, the first less the second; none without resamples.
    pub difference: Option<f64>,
    /// The corrected test of it.
    pub test: Option<CorrectedTest>,
    /// Why there is no test.
    pub no_test: Option<String>,
}

/// The corrected resampled t-test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CorrectedTest {
    /// The corrected standard error *√v* of the mean difference.
    #[serde(rename = "se")]
    pub std_error: f64,
    /// The mean difference in standard errors.
    pub t: f64,
    /// The degrees of freedom *J - 1*.
    pub df: f64,
    /// The two-sided p-value.
    pub p_value: f64,
    /// The lower limit of the difference.
    pub lower: f64,
    /// The upper limit of the difference.
    pub upper: f64,
}

impl Paired {
    /// Compares two models, each with a measure per resample, or none where it is not defined.
    ///
    /// `test_to_training` is *n_test / n_train*, the number of cases in a resample that are measured by the number that was learned from:
    /// *1 / (k - 1)* of *k* folds.
    ///
    /// # Errors
    /// [`Error::Setting`] if the numbers of resamples differ, a measure is not finite, or the ratio is not positive; [`Error::Stats`] if the
    /// confidence is not between 0 and 1.
    ///
    /// # Example
    /// ```
    /// use radsurv_survival::selection::comparison::Paired;
    /// let first = [0.71, 0.68, 0.74, 0.70, 0.69].map(Some);
    /// let second = [0.66, 0.67, 0.70, 0.69, 0.66].map(Some);
    /// let found = Paired::of(&first, &second, 0.25, 0.95)?;
    /// let test = found.test.unwrap();
    /// // The usual paired test has t = 3.5.
    /// assert!((test.t - 2.333).abs() < 1e-3 && test.p_value > 0.05);
    /// assert!(test.lower < 0.0 && found.difference.unwrap() > 0.027);
    /// # Ok::<(), radsurv_survival::Error>(())
    /// ```
    pub fn of(first: &[Option<f64>], second: &[Option<f64>], test_to_training: f64, confidence: f64) -> Result<Self> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        if first.len() != second.len() {
            let value = format!("{} and {}", first.len(), second.len());
            return bad("the number of resamples", value, "give the measures of both models on the same ones");
        }
        if let Some(value) = first.iter().chain(second).flatten().find(|value| !value.is_finite()) {
            return bad("a measure", value.to_string(), "give none where it is not defined");
        }
        if !(test_to_training > 0.0 && test_to_training.is_finite()) {
            return bad(
                "the ratio of test to training cases",
                test_to_training.to_string(),
                "give 1 / (k - 1) of k folds",
            );
        }
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(radsurv_stats::Error::NotProbability { value: confidence }.into());
        }
        let upper_tail = (1.0 - confidence) / 2.0;
        let differences: Vec<f64> = first.iter().zip(second).filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
        let (resamples, undefined) = (differences.len(), first.len() - differences.len());
        let difference = (resamples > 0).then(|| summary::mean(&differences));
        let test = match difference {
            Some(mean) if resamples > 1 => corrected(&differences, mean, test_to_training, upper_tail)?,
            _ => Err("both models are measured in fewer than two resamples"),
        };
        let (test, no_test) = match test {
            Ok(test) => (Some(test), None),
            Err(why) => (None, Some(why.to_string())),
        };
        Ok(Self { resamples, undefined, difference, test, no_test })
    }
}

fn corrected(
    differences: &[f64],
    mean: f64,
    ratio: f64,
    upper_tail: f64,
) -> Result<std::result::Result<CorrectedTest, &'static str>> {
    let count = differences.len() as f64;
    let df = count - 1.0;
    let student = StudentT::new(df)?;
    let variance = summary::variance(differences);
    if differences.iter().all(|d| *d == 0.0) {
        return Ok(Ok(CorrectedTest { std_error: 0.0, t: 0.0, df, p_value: 1.0, lower: 0.0, upper: 0.0 }));
    }
    // Rounding of measures leaves this much of a constant difference.
    if variance.sqrt() <= 1e-12 * mean.abs() {
        return Ok(Err("all differences are the same"));
    }
    let std_error = (variance * (1.0 / count + ratio)).sqrt();
    let t = mean / std_error;
    let half = student.upper_quantile(upper_tail)? * std_error;
    Ok(Ok(CorrectedTest { std_error, t, df, p_value: student.two_sided(t), lower: mean - half, upper: mean + half }))
}

/// Several models, each against each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The models, in the order given.
    pub models: Vec<MeanRank>,
    /// The number of resamples in which all are measured, which ranks are of.
    pub ranked: usize,
    /// Each pair once, the earlier model first.
    pub pairs: Vec<PairOfModels>,
}

/// Where a model stands on average.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanRank {
    /// The model.
    pub model: String,
    /// The mean of its rank over the resamples in which all models are measured, 1 being the best, equal ones sharing their ranks. It
    /// describes: the tests of Friedman and Nemenyi ask for independent data sets, which resamples are not.
    pub mean_rank: Option<f64>,
}

/// Two models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairOfModels {
    /// The first.
    pub first: String,
    /// The second.
    pub second: String,
    /// The first less the second.
    pub paired: Paired,
    /// The p-value adjusted by Holm's method for the number of pairs with a test.
    pub adjusted_p_value: Option<f64>,
}

/// A model and its measures.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The model.
    pub model: &'a str,
    /// Its measure in each resample, or none where it is not defined.
    pub values: &'a [Option<f64>],
}

impl Comparison {
    /// Compares all pairs of models, as [`Paired::of`], with p-values adjusted by Holm's method.
    ///
    /// # Errors
    /// As [`Paired::of`]; [`Error::Setting`] with fewer than two models.
    ///
    /// # Example
    /// ```
    /// use radsurv_survival::selection::comparison::{Comparison, Measured};
    /// let cox = [0.71, 0.68, 0.74, 0.70, 0.69].map(Some);
    /// let forest = [0.66, 0.67, 0.70, 0.69, 0.66].map(Some);
    /// let svm = [Some(0.50), Some(0.52), None, Some(0.49), Some(0.55)];
    /// let models = [("cox", &cox), ("forest", &forest), ("svm", &svm)];
    /// let models = models.map(|(model, values)| Measured { model, values });
    /// let found = Comparison::of(&models, 0.25, 0.95, true)?;
    /// assert_eq!(found.models[0].mean_rank, Some(1.0));
    /// let pair = &found.pairs[1];
    /// assert_eq!((pair.second.as_str(), pair.paired.undefined), ("svm", 1));
    /// assert!(pair.adjusted_p_value.unwrap() > pair.paired.test.unwrap().p_value);
    /// # Ok::<(), radsurv_survival::Error>(())
    /// ```
    pub fn of(models: &[Measured], test_to_training: f64, confidence: f64, higher_is_better: bool) -> Result<Self> {
        if models.len() < 2 {
            let value = models.len().to_string();
            return Err(Error::Setting { name: "the number of models", value, what: "give 2 at least" });
        }
        let mut pairs = Vec::new();
        for (place, first) in models.iter().enumerate() {
            for second in &models[place + 1..] {
                let paired = Paired::of(first.values, second.values, test_to_training, confidence)?;
                let names = [first, second].map(|model| model.model.to_string());
                let [first, second] = names;
                pairs.push(PairOfModels { first, second, paired, adjusted_p_value: None });
            }
        }
        let p_values: Vec<f64> = pairs.iter().map(|p| p.paired.test.map_or(f64::NAN, |test| test.p_value)).collect();
        for (pair, p) in pairs.iter_mut().zip(adjust(&p_values, Adjustment::Holm)?) {
            pair.adjusted_p_value = Some(p).filter(|p| !p.is_nan());
        }
        let mut sums = vec![0.0; models.len()];
        let mut ranked = 0;
        for resample in 0..models[0].values.len() {
            let sign = if higher_is_better { -1.0 } else { 1.0 };
            let values = models.iter().map(|model| Some(sign * model.values[resample]?));
            let Some(values) = values.collect::<Option<Vec<f64>>>() else { continue };
            sums.iter_mut().zip(average_ranks(&values)?).for_each(|(sum, rank)| *sum += rank);
            ranked += 1;
        }
        let of = |(model, sum): (&Measured, f64)| MeanRank {
            model: model.model.to_string(),
            mean_rank: (ranked > 0).then(|| sum / ranked as f64),
        };
        Ok(Self { models: models.iter().zip(sums).map(of).collect(), ranked, pairs })
    }

    /// Compares models that were cross-validated on the same folds by one of their metrics; *n_test / n_train* is the mean over folds.
    ///
    /// # Errors
    /// As [`of`](Self::of); [`Error::Setting`] if a model was not measured by the metric, or folds differ.
    ///
    /// # Example
    /// ```
    /// # use radsurv_data::{Cohort, FeatureTable, Metric, MetricError, Predictions, Survival};
    /// # use radsurv_stats::nonparametric::harrell;
    /// use radsurv_survival::selection::{CrossValidation, Measures, comparison::Comparison};
    /// use radsurv_survival::{CoxSettings, ForestSettings};
    /// # struct Harrell;
    /// # impl Metric for Harrell {
    /// #     fn name(&self) -> String { "harrell".to_string() }
    /// #     fn higher_is_better(&self) -> bool { true }
    /// #     fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
    /// #         Ok(harrell(predictions.risk(), outcome)?.estimate)
    /// #     }
    /// # }
    /// # let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
    /// # let rows = (0..60).map(|i| (format!("P{i}"), vec![("a", value(i, 0)), ("b", value(i, 1))]));
    /// # let cohort = Cohort::from(FeatureTable::from_rows(rows)?);
    /// # let outcome = Survival::new((0..60).map(|i| 40.0 - value(i, 0) + value(i, 5)).collect(), vec![true; 60])?;
    /// let measures = Measures { metrics: &[&Harrell], times: &[] };
    /// let cox = CrossValidation::default().run(&CoxSettings::default(), &cohort, &outcome, measures)?;
    /// let forest = ForestSettings { trees: 20, ..ForestSettings::default() };
    /// let forest = CrossValidation::default().run(&forest, &cohort, &outcome, measures)?;
    /// let found = Comparison::of_folds(&[("cox", &cox), ("forest", &forest)], "harrell", 0.95)?;
    /// assert_eq!(found.pairs[0].paired.resamples, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_folds<T>(models: &[(&str, &CrossValidated<T>)], metric: &str, confidence: f64) -> Result<Self> {
        let bad = |name, value: String, what| Err(Error::Setting { name, value, what });
        let Some((_, first)) = models.first() else {
            return bad("the number of models", "0".to_string(), "give 2 at least");
        };
        let mut values: Vec<Vec<Option<f64>>> = Vec::with_capacity(models.len());
        let mut higher_is_better = true;
        for (model, found) in models {
            let same = found.folds.iter().map(|fold| &fold.cases).eq(first.folds.iter().map(|fold| &fold.cases));
            if !same {
                return bad(
                    "a model",
                    (*model).to_string(),
                    "its folds are not those of the first: validate with the same",
                );
            }
            let Some(place) = found.summaries.iter().position(|summary| summary.metric == metric) else {
                return bad("the metric to compare by", metric.to_string(), "a model was not measured by it");
            };
            higher_is_better = found.summaries[place].higher_is_better;
            values.push(found.folds.iter().map(|fold| fold.values[place].as_ref().ok().copied()).collect());
        }
        let ratios: Vec<f64> = first.folds.iter().map(|fold| fold.cases.len() as f64 / fold.training as f64).collect();
        let measured = models.iter().zip(&values).map(|((model, _), values)| Measured { model, values });
        Self::of(&measured.collect::<Vec<_>>(), summary::mean(&ratios), confidence, higher_is_better)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_compared_is_named() {
        let message = |a: &[Option<f64>], b: &[Option<f64>], ratio, confidence| {
            Paired::of(a, b, ratio, confidence).unwrap_err().to_string()
        };
        let a = [Some(0.5), Some(0.6)];
        assert!(message(&a, &a[..1], 0.1, 0.95).starts_with("the number of resamples is 2 and 1"));
        assert!(message(&[Some(f64::NAN)], &a[..1], 0.1, 0.95).starts_with("a measure is NaN"));
        assert!(message(&a, &a, 0.0, 0.95).contains("1 / (k - 1)"));
        for confidence in [0.0, 1.0, f64::NAN] {
            assert!(Paired::of(&a[..1], &a[..1], 0.1, confidence).is_err());
        }
        assert!(Comparison::of(&[Measured { model: "a", values: &a }], 0.1, 0.95, true).is_err());
        let none = Paired::of(&[None, Some(0.5)], &a, 0.1, 0.95).unwrap();
        assert_eq!((none.resamples, none.undefined, none.test), (1, 1, None));
        assert!(none.no_test.unwrap().contains("fewer than two"));
        let none = Paired::of(&[None, None], &a, 0.1, 0.95).unwrap();
        assert_eq!((none.difference, none.test), (None, None));
        let constant = Paired::of(&[Some(0.1), Some(0.2), Some(0.3)], &[0.4, 0.5, 0.6].map(Some), 0.1, 0.95).unwrap();
        assert_eq!(constant.no_test.unwrap(), "all differences are the same");
        let same = Paired::of(&a, &a, 0.1, 0.95).unwrap().test.unwrap();
        assert_eq!((same.t, same.p_value, same.upper), (0.0, 1.0, 0.0));
    }

    #[test]
    fn ranks_follow_the_direction_and_share_ties() {
        let values = [[0.5, 0.7], [0.5, 0.6], [0.4, 0.9]].map(|v| v.map(Some));
        let models: Vec<Measured> =
            ["a", "b", "c"].iter().zip(&values).map(|(model, values)| Measured { model, values }).collect();
        let ranks = |higher| {
            let found = Comparison::of(&models, 0.5, 0.9, higher).unwrap();
            assert_eq!(found.ranked, 2);
            found.models.iter().map(|m| m.mean_rank.unwrap()).collect::<Vec<f64>>()
        };
        assert_eq!(ranks(true), [1.75, 2.25, 2.0]);
        assert_eq!(ranks(false), [2.25, 1.75, 2.0]);
    }

    proptest! {
        #[test]
        fn limits_hold_the_mean_and_turn_with_the_order(
            values in prop::collection::vec((-1.0..1.0f64, -1.0..1.0f64, 0..9u8), 2..40), ratio in 0.01..1.0f64,
        ) {
            let some = |value: f64, missing: bool| (!missing).then_some(value);
            let first: Vec<Option<f64>> = values.iter().map(|(a, _, m)| some(*a, *m == 0)).collect();
            let second: Vec<Option<f64>> = values.iter().map(|(_, b, m)| some(*b, *m == 1)).collect();
            let found = Paired::of(&first, &second, ratio, 0.95).unwrap();
            let turned = Paired::of(&second, &first, ratio, 0.95).unwrap();
            prop_assert_eq!(found.resamples + found.undefined, values.len());
            let Some(test) = found.test else { return Ok(()) };
            let (mean, other) = (found.difference.unwrap(), turned.test.unwrap());
            prop_assert!(test.lower <= mean && mean <= test.upper);
            prop_assert!((test.lower + other.upper).abs() < 1e-12 && (test.p_value - other.p_value).abs() < 1e-12);
            // The limits of 95 % hold 0 where p is above 5 %.
            prop_assert_eq!(test.p_value > 0.05, test.lower < 0.0 && test.upper > 0.0);
            let more = Paired::of(&first, &second, 2.0 * ratio, 0.95).unwrap().test.unwrap();
            prop_assert!(more.p_value >= test.p_value);
        }
    }
}
