//! Functions of time that change at single points.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A function that is constant between its jumps and right-continuous: at a jump it already has the new value.
///
/// Kaplan-Meier's estimate, a cumulative hazard and a baseline are such functions.
///
/// # Example
/// ```
/// use radsurv_data::StepFunction;
/// let survival = StepFunction::new(1.0, vec![2.0, 5.0], vec![0.75, 0.5])?;
/// assert_eq!(survival.at(1.0), 1.0);
/// assert_eq!(survival.at(2.0), 0.75);
/// assert_eq!(survival.before(2.0), 1.0);
/// assert_eq!(survival.at(9.0), 0.5);
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct StepFunction {
    initial: f64,
    times: Vec<f64>,
    values: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    initial: f64,
    times: Vec<f64>,
    values: Vec<f64>,
}

impl StepFunction {
    /// The value before the first jump, the times of the jumps in ascending order, and the value from each on.
    ///
    /// # Errors
    /// [`Error::Length`] if times and values differ in number, [`Error::Steps`] if the times are not finite and ascending.
    pub fn new(initial: f64, times: Vec<f64>, values: Vec<f64>) -> Result<Self> {
        if times.len() != values.len() {
            let (found, expected) = (values.len(), times.len());
            return Err(Error::Length { column: "of values of a step function".to_string(), found, expected });
        }
        ascending(&times)?;
        Ok(Self { initial, times, values })
    }

    /// The value at a time. NaN at a time that is NaN.
    pub fn at(&self, time: f64) -> f64 {
        self.after(time, self.times.partition_point(|t| *t <= time))
    }

    /// The value just before a time: the limit from the left.
    pub fn before(&self, time: f64) -> f64 {
        self.after(time, self.times.partition_point(|t| *t < time))
    }

    fn after(&self, time: f64, jumps: usize) -> f64 {
        if time.is_nan() {
            return f64::NAN;
        }
        jumps.checked_sub(1).map_or(self.initial, |last| self.values[last])
    }

    /// The value before the first jump.
    pub fn initial(&self) -> f64 {
        self.initial
    }

    /// When it jumps.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The value from each jump on.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same jumps with every value changed.
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let values = self.values.iter().map(|v| change(*v)).collect();
        Self { initial: change(self.initial), times: self.times.clone(), values }
    }
}

impl TryFrom<Parts> for StepFunction {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self> {
        Self::new(parts.initial, parts.times, parts.values)
    }
}

impl From<StepFunction> for Parts {
    fn from(f: StepFunction) -> Self {
        Self { initial: f.initial, times: f.times, values: f.values }
    }
}

/// Times that are finite and each later than the one before.
pub(crate) fn ascending(times: &[f64]) -> Result<()> {
    if let Some(place) = times.iter().position(|t| !t.is_finite()) {
        return Err(Error::Steps { place, what: "is not a finite number" });
    }
    match times.windows(2).position(|pair| pair[0] >= pair[1]) {
        Some(place) => Err(Error::Steps { place: place + 1, what: "is not later than the one before" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_must_ascend() {
        assert!(StepFunction::new(1.0, vec![1.0, 1.0], vec![0.5, 0.2]).unwrap_err().to_string().contains("number 2"));
        assert!(StepFunction::new(1.0, vec![f64::NAN], vec![0.5]).is_err());
        assert!(StepFunction::new(1.0, vec![1.0], vec![]).is_err());
        let text = r#"{"initial": 1.0, "times": [2.0, 1.0], "values": [0.5, 0.2]}"#;
        assert!(serde_json::from_str::<StepFunction>(text).is_err());
    }

    #[test]
    fn limits_on_both_sides() {
        let f = StepFunction::new(0.0, vec![1.0, 3.0], vec![0.1, 0.4]).unwrap();
        assert_eq!([f.before(1.0), f.at(1.0), f.before(3.0), f.at(2.9), f.at(3.0)], [0.0, 0.1, 0.1, 0.1, 0.4]);
        assert!(f.at(f64::NAN).is_nan());
        assert_eq!(f.map(|h| (-h).exp()).initial(), 1.0);
        let back: StepFunction = serde_json::from_str(&serde_json::to_string(&f).unwrap()).unwrap();
        assert_eq!(back, f);
    }
}
