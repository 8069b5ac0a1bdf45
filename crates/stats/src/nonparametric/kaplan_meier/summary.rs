//! What is read from a curve: values at a time, quantiles, the restricted mean.

use super::{KaplanMeier, KaplanMeierStep};
use crate::error::{Error, Result};

/// A curve at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The time.
    pub time: f64,
    /// The weight at risk at the time.
    pub at_risk: f64,
    /// Survival beyond the time.
    pub survival: f64,
    /// The standard error of survival; NaN where survival is 0.
    pub std_error: f64,
    /// The lower limit of survival; NaN where survival is 0.
    pub lower: f64,
    /// The upper limit of survival; NaN where survival is 0.
    pub upper: f64,
    /// The cumulative hazard.
    pub hazard: f64,
    /// The standard error of the cumulative hazard.
    pub hazard_std_error: f64,
}

/// The time by which a part of the cases had the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalQuantile {
    /// The time; `None` if the curve does not fall so far.
    pub time: Option<f64>,
    /// Its lower limit, where the lower limit of survival falls so far.
    pub lower: Option<f64>,
    /// Its upper limit; `None` if the upper limit of survival does not fall so far.
    pub upper: Option<f64>,
}

/// The mean of the time to the event or to a given time, whichever is first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMean {
    /// The time to which it is restricted.
    pub until: f64,
    /// The area below the curve up to there.
    pub mean: f64,
    /// Its standard error.
    pub std_error: f64,
}

/// R's tolerance for a curve that is flat at the level that is looked for.
const FLAT: f64 = 1.490_116_119_384_765_6e-8;

impl KaplanMeier {
    /// The curve at a time. Before the first time survival is 1 without error; after the last the curve keeps its value and
    /// nobody is at risk. All are NaN at a time that is NaN.
    pub fn at(&self, time: f64) -> CurvePoint {
        let at_risk = self.risk.at_risk(time);
        let same = |one: f64, zero: f64| CurvePoint {
            time,
            at_risk,
            survival: one,
            std_error: zero,
            lower: one,
            upper: one,
            hazard: zero,
            hazard_std_error: zero,
        };
        if time.is_nan() {
            return same(time, time);
        }
        match self.steps[..self.steps.partition_point(|step| step.set.time <= time)].last() {
            None => same(1.0, 0.0),
            Some(&KaplanMeierStep { survival, log_std_error, lower, upper, hazard, hazard_std_error, .. }) => {
                let std_error = log_std_error * survival;
                CurvePoint { time, at_risk, survival, std_error, lower, upper, hazard, hazard_std_error }
            }
        }
    }

    /// The time by which this part of the cases had the event: 0.5 for the median. Its limits are where those of survival
    /// cross the same level (Brookmeyer and Crowley).
    ///
    /// Where the curve is flat at the level, the middle of the flat part, up to the last time (as R's `quantile`). Limits of
    /// survival need not fall all the way; what counts is where they cross first.
    ///
    /// # Errors
    /// [`Error::NotProbability`] if it is none.
    pub fn quantile(&self, probability: f64) -> Result<SurvivalQuantile> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(Error::NotProbability { value: probability });
        }
        Ok(SurvivalQuantile {
            time: self.crossing(probability, |step| step.survival),
            lower: self.crossing(probability, |step| step.lower),
            upper: self.crossing(probability, |step| step.upper),
        })
    }

    fn crossing(&self, probability: f64, value: impl Fn(&KaplanMeierStep) -> f64) -> Option<f64> {
        if probability == 0.0 {
            return Some(0.0);
        }
        let first = |level: f64| self.steps.iter().find(|step| 1.0 - value(step) >= level).map(|step| step.set.time);
        let begin = first(probability - FLAT)?;
        let last = self.steps.last()?;
        if (1.0 - value(last) - probability).abs() < FLAT {
            return Some(0.5 * (begin + last.set.time));
        }
        Some(0.5 * (begin + first(probability + FLAT)?))
    }

    /// The mean time to the event, restricted to a time *τ*: the area *∫ S(t) dt* from 0 to *τ*, with the variance
    /// *Σ A_i² d_i / (Y_i (Y_i - d_i))*, *A_i* the area from *t_i* to *τ*.
    ///
    /// After the last time the curve keeps its value, as in R's `print(rmean = tau)`. The term of a set that all of leave
    /// with the event is 0.
    ///
    /// # Errors
    /// [`Error::NotPositive`] if *τ* is not a positive number.
    pub fn restricted_mean(&self, until: f64) -> Result<RestrictedMean> {
        if !(until > 0.0 && until.is_finite()) {
            return Err(Error::NotPositive { name: "time of a restricted mean", value: until, unit: "time" });
        }
        let steps = &self.steps[..self.steps.partition_point(|step| step.set.time <= until)];
        let (mut end, mut area, mut variance) = (until, 0.0, 0.0);
        for step in steps.iter().rev() {
            area += step.survival * (end - step.set.time);
            end = step.set.time;
            let rest = step.set.at_risk - step.set.events;
            if rest > 0.0 {
                variance += area * area * step.set.events / (step.set.at_risk * rest);
            }
        }
        Ok(RestrictedMean { until, mean: area + end, std_error: variance.sqrt() })
    }
}
