//! The distribution of censoring times, and weights by its inverse.

use radsurv_data::{StepFunction, Survival};

use super::risk_set::RiskSets;
use crate::error::{Error, Result};

/// Which cases are at risk of censoring at a time at which others have the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CensoringTies {
    /// Those without the event there: events come before censorings at the same time, as everywhere in survival analysis.
    /// *G* falls by *c / (Y - d)*. R's `concordance`, scikit-survival.
    #[default]
    AfterEvents,
    /// All: *G* falls by *c / Y*. R's `survfit(Surv(time, 1 - event) ~ 1)`, which is often written for the purpose.
    WithEvents,
}

/// Which limit of a step function is taken at a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The limit from the left, *G(t-) = P(C >= t)*: what a case that has the event at *t* needed to be seen. R, timeROC.
    #[default]
    Left,
    /// The value, *G(t) = P(C > t)*. scikit-survival.
    Right,
}

/// The distribution of censoring times *G(t) = P(C > t)*, by Kaplan and Meier with events and censorings exchanged.
///
/// With *Y* at risk, *d* events and *c* censored at each time *t_i*: *G(t) = Π (1 - c_i / (Y_i - d_i))*, or *c_i / Y_i* with
/// [`CensoringTies::WithEvents`]. Censoring is taken to be independent of everything.
///
/// # Edge cases
/// - Beyond the last time of the cases it was estimated from, *G* is known only if it is 0: other weights are errors.
/// - With left truncation the cases under observation are at risk of censoring.
///
/// # Sources
/// Graf, Schmoor, Sauerbrei, Schumacher, *Statistics in Medicine* 18 (1999) 2529-2545 (weights p. 2537). Uno, Cai, Pencina,
/// D'Agostino, Wei, *Statistics in Medicine* 30 (2011) 1105-1117.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::nonparametric::{CensoringDistribution, CensoringTies, Side};
/// let outcome = Survival::new(vec![1.0, 2.0, 2.0, 3.0], vec![true, true, false, true])?;
/// let censoring = CensoringDistribution::of(&outcome, CensoringTies::AfterEvents)?;
/// assert_eq!([censoring.before(2.0), censoring.at(2.0)], [1.0, 0.5]);
/// assert_eq!(censoring.inverse(3.0, Side::Left)?, 2.0);
/// assert!(censoring.inverse(3.5, Side::Left).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CensoringDistribution {
    curve: StepFunction,
    last: f64,
}

impl CensoringDistribution {
    /// The distribution of the censoring times of these cases: the training cases, if weights are for others.
    ///
    /// # Errors
    /// [`Error::TooFew`] if there is no case of positive weight.
    pub fn of(outcome: &Survival, ties: CensoringTies) -> Result<Self> {
        let risk = RiskSets::of(outcome)?;
        let (mut product, mut last) = (1.0, 0.0);
        let (mut times, mut values) = (Vec::new(), Vec::new());
        for set in risk.sets() {
            last = set.time;
            if set.leaving == set.event_count {
                continue;
            }
            product *= match ties {
                // Not as a difference of products: exactly 0 where all that are left are censored.
                CensoringTies::AfterEvents if set.at_risk - set.events <= set.censored => 0.0,
                CensoringTies::AfterEvents => {
                    let at_risk = set.at_risk - set.events;
                    (at_risk - set.censored) / at_risk
                }
                CensoringTies::WithEvents => (set.at_risk - set.censored) / set.at_risk,
            };
            times.push(set.time);
            values.push(product);
        }
        Ok(Self { curve: StepFunction::new(1.0, times, values)?, last })
    }

    /// *G* as a function of time.
    pub fn curve(&self) -> &StepFunction {
        &self.curve
    }

    /// *G(t)*, the probability that censoring is later than *t*. NaN at a time that is NaN.
    pub fn at(&self, time: f64) -> f64 {
        self.curve.at(time)
    }

    /// *G(t-)*, the probability that censoring is not before *t*. NaN at a time that is NaN.
    pub fn before(&self, time: f64) -> f64 {
        self.curve.before(time)
    }

    /// The last time of the cases it was estimated from.
    pub fn last(&self) -> f64 {
        self.last
    }

    /// *1 / G* at a time, from one side.
    ///
    /// # Errors
    /// [`Error::NoCensoringWeight`] if *G* is 0 there, or the time is later than the [`last`](Self::last).
    pub fn inverse(&self, time: f64, side: Side) -> Result<f64> {
        let g = match side {
            Side::Left => self.before(time),
            Side::Right => self.at(time),
        };
        if g > 0.0 && time <= self.last {
            return Ok(1.0 / g);
        }
        let what = if time <= self.last {
            "nobody is followed for longer"
        } else if g.is_nan() {
            "it is no number"
        } else {
            "it is later than all times it was estimated from"
        };
        Err(Error::NoCensoringWeight { time, what })
    }

    /// For each case *δ / G(T)*: the weight of its event, 0 for the censored. Times after `until` have the weight 0 as well.
    ///
    /// # Errors
    /// As [`inverse`](Self::inverse).
    pub fn event_weights(&self, outcome: &Survival, side: Side, until: Option<f64>) -> Result<Vec<f64>> {
        let counts = |i: usize| outcome.event()[i] && until.is_none_or(|until| outcome.times()[i] <= until);
        let weight = |i: usize| if counts(i) { self.inverse(outcome.times()[i], side) } else { Ok(0.0) };
        (0..outcome.len()).map(weight).collect()
    }

    /// For each case the weight of its status at a time *t*: *1 / G(T)* after an event until *t*, *1 / G(t)* if it is followed
    /// for longer than *t*, 0 if it was censored before or at *t*.
    ///
    /// `side` is that of *G(T)*; *G(t)* is the value, since being followed for longer than *t* has that probability.
    ///
    /// # Errors
    /// As [`inverse`](Self::inverse); *G(t)* is needed only if a case is followed for longer.
    pub fn status_weights(&self, outcome: &Survival, time: f64, side: Side) -> Result<Vec<f64>> {
        let mut weights = self.event_weights(outcome, side, Some(time))?;
        if outcome.times().iter().any(|t| *t > time) {
            let later = self.inverse(time, Side::Right)?;
            let followed = weights.iter_mut().zip(outcome.times()).filter(|(_, t)| **t > time);
            followed.for_each(|(weight, _)| *weight = later);
        }
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_before_censorings() {
        let outcome = Survival::new(vec![1.0, 1.0, 2.0, 3.0], vec![true, false, false, false]).unwrap();
        let proper = CensoringDistribution::of(&outcome, CensoringTies::AfterEvents).unwrap();
        let together = CensoringDistribution::of(&outcome, CensoringTies::WithEvents).unwrap();
        assert_eq!([proper.at(1.0), together.at(1.0)], [2.0 / 3.0, 3.0 / 4.0]);
        assert_eq!([proper.at(3.0), proper.before(3.0)], [0.0, 1.0 / 3.0]);
    }

    #[test]
    fn what_has_no_weight_is_named() {
        let outcome = Survival::new(vec![1.0, 2.0], vec![true, false]).unwrap();
        let g = CensoringDistribution::of(&outcome, CensoringTies::default()).unwrap();
        assert!(g.inverse(2.0, Side::Right).unwrap_err().to_string().contains("nobody is followed for longer"));
        assert!(g.inverse(2.5, Side::Left).unwrap_err().to_string().contains("later than all times"));
        assert!(g.inverse(f64::NAN, Side::Left).is_err());
        assert_eq!(g.status_weights(&outcome, 1.5, Side::Left).unwrap(), [1.0, 1.0]);
        assert_eq!(g.status_weights(&outcome, 2.0, Side::Left).unwrap(), [1.0, 0.0]);
        let other = Survival::new(vec![3.0, 1.0], vec![true, true]).unwrap();
        assert!(g.event_weights(&other, Side::Left, None).is_err());
        assert_eq!(g.event_weights(&other, Side::Left, Some(2.0)).unwrap(), [0.0, 1.0]);
    }
}
