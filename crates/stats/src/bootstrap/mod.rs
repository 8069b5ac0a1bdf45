//! The bootstrap: how much a statistic of cases would vary with other cases of the same kind.
//!
//! *R* samples are drawn with replacement from the *n* cases, each of *n* cases; the statistic *θ* of sample *b* is the
//! replicate *θ\*_b*.
//!
//! | | |
//! |---|---|
//! | standard error | the standard deviation of the replicates, with *R - 1* |
//! | bias | their mean less *θ* |
//! | [`LimitsBy::Percentile`] | the quantiles *α/2* and *1 - α/2* of the replicates |
//! | [`LimitsBy::Basic`] | *2 θ* less these quantiles |
//! | [`LimitsBy::Bca`] | the quantiles *Φ(w + (w + z) / (1 - a (w + z)))* for *z = ∓ z_(1-α/2)*, with the bias correction *w = Φ⁻¹(#(θ\* < θ) / R)* and the acceleration *a = Σ l_i³ / (6 (Σ l_i²)^1.5)* of the jackknife influences *l_i = (n - 1) (θ - θ_(-i))* |
//!
//! Quantiles are at the rank *(R + 1) p*, interpolated on the scale of the normal quantile. The numbers are those of R's
//! `boot::boot.ci` for the same replicates and influences (its own default for BCa are influences of a regression).
//!
//! Within strata as many cases are drawn as the stratum has, and *n* of the influence is its number of cases.
//!
//! # Edge cases
//! - A sample of which the statistic cannot be computed has no replicate. Such samples are counted ([`Bootstrapped::failed`])
//!   with the reason of the first; standard error and limits are those of the others, and are of doubtful worth if there are
//!   many: it may be the unlucky samples that fail.
//! - Limits that do not exist have a reason ([`Bootstrapped::no_limits`]): for BCa if no or every replicate is below the
//!   estimate (as for a statistic at the end of its range), or if one of the jackknife fails.
//! - Limits at the lowest or highest replicate are marked [`extreme`](BootstrapLimits::extreme).
//!
//! # Sources
//! Efron, *Journal of the American Statistical Association* 82 (1987) 171-185 (BCa p. 174, acceleration p. 178). Davison and
//! Hinkley: Bootstrap Methods and their Application (1997), sections 5.2.1, 5.3.1 and 5.3.2. R's boot 1.3-28.

mod limits;
mod sample;

use rayon::prelude::*;
use std::fmt::Display;

pub use limits::{BootstrapLimits, basic, bca, percentile};
pub use sample::Samples;

use crate::error::{Error, Result};
use crate::summary;

/// What limits are made of; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitsBy {
    /// The quantiles of the replicates.
    #[default]
    Percentile,
    /// These mirrored at the estimate.
    Basic,
    /// Corrected for bias and skewness; it needs the statistic of all cases but one as well, for each.
    Bca,
}

/// How to bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// The number of samples, 1000.
    pub samples: usize,
    /// The seed of the samples, 1.
    pub seed: u64,
    /// The confidence of the limits, 0.95.
    pub confidence: f64,
    /// What limits are made of.
    pub limits: LimitsBy,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { samples: 1000, seed: 1, confidence: 0.95, limits: LimitsBy::default() }
    }
}

/// A statistic and how much it varies over the samples.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Bootstrapped {
    /// The statistic of all cases.
    pub estimate: f64,
    /// Its standard error; none with fewer than two replicates.
    #[serde(rename = "se")]
    pub std_error: Option<f64>,
    /// By how much the replicates are larger than the estimate, on average.
    pub bias: Option<f64>,
    /// The limits.
    pub limits: Option<BootstrapLimits>,
    /// Why there are no limits.
    pub no_limits: Option<String>,
    /// The number of samples without a replicate.
    pub failed: usize,
    /// Why the first of them has none.
    pub failure: Option<String>,
    /// The replicate of each sample.
    #[serde(skip)]
    pub replicates: Vec<Option<f64>>,
}

impl Bootstrapped {
    /// The lower limit.
    pub fn lower(&self) -> Option<f64> {
        self.limits.map(|limits| limits.lower)
    }

    /// The upper limit.
    pub fn upper(&self) -> Option<f64> {
        self.limits.map(|limits| limits.upper)
    }

    /// An estimate of which nothing more is asked.
    pub fn alone(estimate: f64) -> Self {
        let no_limits = Some("no bootstrap was asked for".to_string());
        let replicates = Vec::new();
        Self { estimate, std_error: None, bias: None, limits: None, no_limits, failed: 0, failure: None, replicates }
    }

    /// Standard error, bias and limits of replicates that are already there, with the influences for [`LimitsBy::Bca`] or
    /// the reason why there are none.
    pub fn of(
        estimate: f64,
        replicates: Vec<Option<f64>>,
        influence: std::result::Result<&[f64], String>,
        settings: &Bootstrap,
    ) -> Self {
        let there: Vec<f64> = replicates.iter().flatten().copied().filter(|r| r.is_finite()).collect();
        let limits = match (settings.limits, influence) {
            (LimitsBy::Percentile, _) => percentile(&there, settings.confidence).map_err(|e| e.to_string()),
            (LimitsBy::Basic, _) => basic(estimate, &there, settings.confidence).map_err(|e| e.to_string()),
            (LimitsBy::Bca, Ok(l)) => bca(estimate, &there, l, settings.confidence).map_err(|e| e.to_string()),
            (LimitsBy::Bca, Err(why)) => Err(why),
        };
        let several = there.len() > 1;
        Self {
            estimate,
            std_error: several.then(|| summary::standard_deviation(&there)).filter(|v| v.is_finite()),
            bias: several.then(|| summary::mean(&there) - estimate).filter(|v| v.is_finite()),
            no_limits: limits.as_ref().err().cloned(),
            limits: limits.ok(),
            failed: replicates.len() - there.len(),
            failure: None,
            replicates,
        }
    }
}

/// A statistic of some cases, or why there is none.
type Value<E> = std::result::Result<f64, E>;

impl Bootstrap {
    /// Bootstraps statistics of cases: each sample is drawn once and given to the function, which returns all of them, always
    /// as many and in the same order. Samples are computed in parallel; the result is the same for any number of threads.
    ///
    /// A statistic that cannot be computed of all cases is returned as its error. A value that is no finite number counts as
    /// failed.
    ///
    /// # Errors
    /// [`Error::TooFew`] without cases or with fewer than two samples, [`Error::Length`] if the strata are those of another
    /// number of cases, [`Error::NotProbability`] if the confidence is not between 0 and 1.
    ///
    /// # Example
    /// ```
    /// use radsurv_stats::bootstrap::Bootstrap;
    /// let values = [2.0, 3.0, 5.0, 7.0, 11.0, 13.0];
    /// let mean = |rows: &[usize]| vec![Ok::<f64, String>(rows.iter().map(|&i| values[i]).sum::<f64>() / rows.len() as f64)];
    /// let result = Bootstrap::default().run(6, None, mean)?.remove(0)?;
    /// let limits = result.limits.unwrap();
    /// assert!(limits.lower < result.estimate && result.estimate < limits.upper);
    /// assert_eq!(result.failed, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run<E: Display + Send>(
        &self,
        cases: usize,
        strata: Option<&[usize]>,
        statistics: impl Fn(&[usize]) -> Vec<Value<E>> + Sync,
    ) -> Result<Vec<std::result::Result<Bootstrapped, E>>> {
        self.check()?;
        let samples = Samples::new(cases, strata, self.seed)?;
        let estimates = statistics(&(0..cases).collect::<Vec<usize>>());
        let replicates: Vec<_> =
            (0..self.samples).into_par_iter().map(|b| checked(statistics(&samples.rows(b)))).collect();
        let without: Vec<_> = match self.limits {
            LimitsBy::Bca if cases > 1 => {
                (0..cases).into_par_iter().map(|i| checked(statistics(&samples.without(i)))).collect()
            }
            _ => Vec::new(),
        };
        let of = |(place, estimate): (usize, Value<E>)| {
            let estimate = estimate?;
            let mut values = Vec::with_capacity(self.samples);
            let mut failure = None;
            for (number, sample) in replicates.iter().enumerate() {
                values.push(match replicate(sample, place) {
                    Ok(value) => Some(value),
                    Err(why) => {
                        failure.get_or_insert_with(|| format!("sample {}: {why}", number + 1));
                        None
                    }
                });
            }
            let influence = influence(&samples, &without, estimate, place);
            let result = Bootstrapped::of(estimate, values, influence.as_deref().map_err(Clone::clone), self);
            Ok(Bootstrapped { failure, ..result })
        };
        Ok(estimates.into_iter().enumerate().map(of).collect())
    }

    fn check(&self) -> Result<()> {
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(Error::NotProbability { value: self.confidence });
        }
        if self.samples < 2 {
            return Err(Error::TooFew { what: "a bootstrap (samples)", needed: 2, found: self.samples });
        }
        Ok(())
    }
}

fn checked<E: Display>(values: Vec<Value<E>>) -> Vec<std::result::Result<f64, String>> {
    let finite = |v: f64| if v.is_finite() { Ok(v) } else { Err(format!("the statistic is {v}")) };
    values.into_iter().map(|value| value.map_err(|e| e.to_string()).and_then(finite)).collect()
}

fn replicate(sample: &[std::result::Result<f64, String>], place: usize) -> std::result::Result<f64, &str> {
    match sample.get(place) {
        Some(value) => value.as_ref().copied().map_err(String::as_str),
        None => Err("there is no value of this statistic"),
    }
}

/// The influences by the jackknife, or why there are none.
fn influence(
    samples: &Samples,
    without: &[Vec<std::result::Result<f64, String>>],
    estimate: f64,
    place: usize,
) -> std::result::Result<Vec<f64>, String> {
    let of = |(case, sample): (usize, &Vec<_>)| match replicate(sample, place) {
        Ok(value) => Ok((samples.in_stratum_of(case) as f64 - 1.0) * (estimate - value)),
        Err(why) => Err(format!("without case {}: {why}", case + 1)),
    };
    without.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mean(values: &[f64]) -> impl Fn(&[usize]) -> Vec<Value<String>> + Sync {
        |rows| vec![Ok(rows.iter().map(|&i| values[i]).sum::<f64>() / rows.len() as f64)]
    }

    #[test]
    fn failing_samples_are_counted_and_explained() {
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        let fails = |rows: &[usize]| {
            let sum = rows.iter().map(|&i| values[i]).sum::<f64>();
            vec![
                if rows.contains(&4) { Ok(sum) } else { Err("the fifth case is missing") },
                Ok(if rows.contains(&0) { sum } else { f64::NAN }),
                Err("never"),
            ]
        };
        let settings = Bootstrap { samples: 200, limits: LimitsBy::Bca, ..Bootstrap::default() };
        let results = settings.run(5, None, fails).unwrap();
        let first = results[0].as_ref().unwrap();
        let expected = (0..200).filter(|b| !Samples::new(5, None, 1).unwrap().rows(*b).contains(&4)).count();
        assert!(first.failed == expected && expected > 30, "{expected}");
        assert_eq!(first.replicates.iter().filter(|r| r.is_none()).count(), expected);
        assert!(first.failure.as_ref().unwrap().ends_with("the fifth case is missing"));
        assert_eq!(first.no_limits.as_deref(), Some("without case 5: the fifth case is missing"));
        let second = results[1].as_ref().unwrap();
        assert!(second.failed > 30 && second.failure.as_ref().unwrap().ends_with("the statistic is NaN"));
        assert_eq!(results[2].as_ref().unwrap_err(), &"never");
    }

    #[test]
    fn settings_that_cannot_be_are_refused() {
        let run = |settings: Bootstrap| settings.run(3, None, mean(&[1.0, 2.0, 3.0])).unwrap_err().to_string();
        assert!(run(Bootstrap { samples: 1, ..Bootstrap::default() }).contains("needs 2"));
        assert!(run(Bootstrap { confidence: 95.0, ..Bootstrap::default() }).contains("not a probability"));
        assert!(Bootstrap::default().run(0, None, mean(&[])).is_err());
        assert!(Bootstrap::default().run(2, Some(&[1]), mean(&[1.0, 2.0])).is_err());
        assert!(percentile(&[1.0, f64::NAN], 0.95).is_err() && percentile(&[1.0], 0.95).is_err());
    }

    #[test]
    fn a_constant_statistic_has_an_interval_of_its_value_and_no_bca() {
        let constant = |_: &[usize]| vec![Ok::<f64, String>(3.0)];
        let result =
            |limits| Bootstrap { limits, ..Bootstrap::default() }.run(4, None, constant).unwrap().remove(0).unwrap();
        let plain = result(LimitsBy::Percentile);
        assert_eq!((plain.lower(), plain.upper(), plain.std_error), (Some(3.0), Some(3.0), Some(0.0)));
        assert_eq!(
            result(LimitsBy::Bca).no_limits.unwrap(),
            Error::NoBcaLimits { what: "no replicate is below the estimate" }.to_string()
        );
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17)).collect();
        let strata: Vec<usize> = (0..50).map(|i| i % 3).collect();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let settings = Bootstrap { samples: 300, limits: LimitsBy::Bca, ..Bootstrap::default() };
            pool.install(|| settings.run(50, Some(&strata), mean(&values)).unwrap().remove(0).unwrap())
        };
        assert_eq!(with(1), with(3));
        // The standard error of a stratified mean: the variances within strata.
        let within = |s: usize| summary::variance(&values.iter().skip(s).step_by(3).copied().collect::<Vec<f64>>());
        let n = |s: usize| strata.iter().filter(|x| **x == s).count() as f64;
        let expected = ((0..3).map(|s| within(s) * (n(s) - 1.0)).sum::<f64>()).sqrt() / 50.0;
        assert!((with(2).std_error.unwrap() / expected - 1.0).abs() < 0.15);
    }

    proptest! {
        #[test]
        fn limits_are_ordered_within_the_replicates_and_wider_with_confidence(
            replicates in prop::collection::vec(-5.0..5.0f64, 2..60),
            influence in prop::collection::vec(-1.0..1.0f64, 2..20),
            estimate in -5.0..5.0f64,
        ) {
            let (low, high) = replicates.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), r| (l.min(*r), h.max(*r)));
            let narrow = percentile(&replicates, 0.8).unwrap();
            let wide = percentile(&replicates, 0.95).unwrap();
            prop_assert!(low <= wide.lower && wide.lower <= narrow.lower && narrow.lower <= narrow.upper);
            prop_assert!(narrow.upper <= wide.upper && wide.upper <= high);
            let mirrored = basic(estimate, &replicates, 0.8).unwrap();
            prop_assert!(mirrored.lower <= mirrored.upper);
            if let Ok(limits) = bca(estimate, &replicates, &influence, 0.8) {
                prop_assert!(low <= limits.lower && limits.lower <= limits.upper && limits.upper <= high);
            }
        }

        #[test]
        fn samples_keep_strata(strata in prop::collection::vec(0usize..4, 1..40), seed in any::<u64>(), number in 0usize..9) {
            let rows = Samples::new(strata.len(), Some(&strata), seed).unwrap().rows(number);
            prop_assert!(rows.iter().zip(&strata).all(|(case, stratum)| strata[*case] == *stratum));
            let plain = Samples::new(strata.len(), None, seed).unwrap().rows(number);
            prop_assert!(plain.len() == strata.len() && plain.iter().all(|case| *case < strata.len()));
        }
    }
}
