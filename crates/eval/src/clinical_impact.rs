//! Clinical impact curves: of 1000 cases, how many are at high risk at a threshold, and how many of these have the event.
//!
//! Of a population of *N* with the predicted risk *R*, at the threshold *p* and the time *t*:
//!
//! | | |
//! |---|---|
//! | number at high risk | *N P(R >= p)* |
//! | of these with the event | *N P(R >= p) (1 - S_p(t))*, *S_p* by Kaplan and Meier among them |
//! | harm to benefit | *p / (1 - p)*: the harm of an intervention in vain by the benefit of one that is needed |
//!
//! Where nobody is censored before *t* the numbers are those of R's rmda, which counts and has no place for censoring (its
//! risks are above the threshold, not at it).
//!
//! # Edge cases
//! As [`decision_curve`](crate::decision_curve): a number with the event that is not known has a reason; weights count, entry
//! times are refused.
//!
//! # Sources
//! Kerr, Brown, Zhu, Janes, *Journal of Clinical Oncology* 34 (2016) 2534-2540. Brown: rmda, an R package (1.6).

use radsurv_data::Survival;
use radsurv_stats::bootstrap::{Bootstrap, Bootstrapped};
use serde::Serialize;

use crate::bootstrap::Resampling;
use crate::decision_curve::{NOT_FOLLOWED, check_thresholds};
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::high_risk::{FollowUp, no_entry};
use crate::input::{check_direction, check_probabilities, check_time};

/// What is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct ClinicalImpactSettings {
    /// The time *t* until which events count.
    pub time: f64,
    /// The thresholds, from 0 to below 1; 0.01, 0.02, ... 0.99.
    pub thresholds: Vec<f64>,
    /// The size *N* of the population, 1000.
    pub population: f64,
    /// How limits are made; none without.
    pub bootstrap: Option<Bootstrap>,
}

impl ClinicalImpactSettings {
    /// The default thresholds and population at a time, without limits.
    pub fn at(time: f64) -> Self {
        let thresholds = (1..100).map(|p| f64::from(p) / 100.0).collect();
        Self { time, thresholds, population: 1000.0, bootstrap: None }
    }
}

/// The numbers at a threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImpactPoint {
    /// The threshold *p*.
    pub threshold: f64,
    /// The harm of an intervention in vain by the benefit of one that is needed, which the threshold stands for.
    pub harm_to_benefit: f64,
    /// The number at high risk.
    pub high_risk: Estimate,
    /// The number at high risk that has the event until the time.
    pub with_event: Option<Estimate>,
    /// The number of bootstrap samples whose number with the event could not be computed.
    pub failed: usize,
    /// Why there is no number with the event.
    pub reason: Option<String>,
}

/// The clinical impact of a model; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
/// let outcome = Survival::new(vec![1.0, 2.0, 4.0, 5.0], vec![true, false, true, false])?;
/// let settings = ClinicalImpactSettings { thresholds: vec![0.3, 0.5], ..ClinicalImpactSettings::at(4.0) };
/// let impact = ClinicalImpact::of(&[0.9, 0.4, 0.6, 0.1], &outcome, &settings)?;
/// let at_half = &impact.points[1];
/// assert_eq!((at_half.high_risk.estimate, at_half.with_event.unwrap().estimate), (500.0, 500.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClinicalImpact {
    /// The time until which events count.
    pub time: f64,
    /// The size of the population.
    pub population: f64,
    /// The curve.
    pub points: Vec<ImpactPoint>,
}

impl ClinicalImpact {
    /// The clinical impact of predicted probabilities of the event until the time, with the outcome of the same cases.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`] for risks that are none, [`Error::Direction`] for
    /// what look like probabilities of survival; [`Error::Time`] with the usable range; [`Error::Setting`] for thresholds outside of 0 to below 1 or not ascending, and a population that is not positive;
    /// [`Error::Stats`] for entry times and settings of the bootstrap that cannot be.
    pub fn of(risk: &[f64], outcome: &Survival, settings: &ClinicalImpactSettings) -> Result<Self> {
        Self::resampled(risk, outcome, settings, Resampling::Cases)
    }

    /// The same, with bootstrap samples drawn within groups of cases.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn resampled(
        risk: &[f64],
        outcome: &Survival,
        settings: &ClinicalImpactSettings,
        resampling: Resampling,
    ) -> Result<Self> {
        let &ClinicalImpactSettings { time, ref thresholds, population, ref bootstrap } = settings;
        no_entry("a clinical impact curve", outcome)?;
        check_thresholds(thresholds)?;
        if !(population > 0.0 && population.is_finite()) {
            let what = "give a positive number, such as 1000";
            return Err(Error::Setting { name: "population", value: population.to_string(), what });
        }
        check_probabilities("event probability", risk, outcome)?;
        check_time(time, outcome)?;
        check_direction(time, risk, outcome)?;
        // Two numbers for each threshold.
        let statistics = |rows: &[usize]| {
            let follow_up = FollowUp::until(time, &outcome.rows(rows));
            let of = |threshold: &f64| {
                let group = follow_up.group(|place| risk[rows[place]] >= *threshold);
                let with_event = group.with_event().map(|share| share * population).ok_or(NOT_FOLLOWED);
                [Ok(group.share * population), with_event]
            };
            thresholds.iter().flat_map(of).collect::<Vec<_>>()
        };
        let results = match bootstrap {
            Some(bootstrap) => bootstrap.run(outcome.len(), resampling.strata(outcome)?.as_deref(), statistics)?,
            None => {
                let all: Vec<usize> = (0..outcome.len()).collect();
                statistics(&all).into_iter().map(|value| value.map(Bootstrapped::alone)).collect()
            }
        };
        let point = |(&threshold, pair): (&f64, &[std::result::Result<Bootstrapped, &'static str>])| match pair {
            [Ok(high_risk), with_event] => Some(ImpactPoint {
                threshold,
                harm_to_benefit: threshold / (1.0 - threshold),
                high_risk: high_risk.into(),
                with_event: with_event.as_ref().ok().map(Estimate::from),
                failed: with_event.as_ref().map_or(0, |value| value.failed),
                reason: with_event.as_ref().err().map(|why| (*why).to_string()),
            }),
            _ => None,
        };
        let points = thresholds.iter().zip(results.chunks(2)).filter_map(point).collect();
        Ok(Self { time, population, points })
    }
}
