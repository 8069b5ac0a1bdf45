//! Predicted probabilities of survival.

use crate::error::{Error, Result};
use crate::step_function::ascending;

/// For each case the probability of surviving beyond each of some times, *S(t) = P(T > t)*.
///
/// # Example
/// ```
/// use radsurv_data::SurvivalCurves;
/// let curves = SurvivalCurves::new(vec![12.0, 36.0], vec![vec![0.9, 0.6], vec![0.7, 0.2]])?;
/// assert_eq!(curves.of(1), [0.7, 0.2]);
/// assert_eq!(curves.at_time(0), [0.9, 0.7]);
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurves {
    times: Vec<f64>,
    probabilities: Vec<Vec<f64>>,
}

impl SurvivalCurves {
    /// The times, ascending, and for each case a probability at each of them.
    ///
    /// # Errors
    /// [`Error::Steps`] if the times are not finite and ascending, [`Error::Curve`] at a curve that does not have a
    /// probability per time, leaves 0 to 1, or rises.
    pub fn new(times: Vec<f64>, probabilities: Vec<Vec<f64>>) -> Result<Self> {
        ascending(&times)?;
        for (row, curve) in probabilities.iter().enumerate() {
            let what = if curve.len() != times.len() {
                "does not have a probability for each time"
            } else if curve.iter().any(|p| !(0.0..=1.0).contains(p)) {
                "leaves the range of 0 to 1"
            } else if curve.windows(2).any(|pair| pair[0] < pair[1]) {
                "rises"
            } else {
                continue;
            };
            return Err(Error::Curve { row, what });
        }
        Ok(Self { times, probabilities })
    }

    /// The times.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The number of cases.
    pub fn cases(&self) -> usize {
        self.probabilities.len()
    }

    /// The curve of a case.
    ///
    /// # Panics
    /// If the case is not there.
    pub fn of(&self, case: usize) -> &[f64] {
        &self.probabilities[case]
    }

    /// The probability of each case to survive beyond the time of that place among the [`times`](Self::times).
    ///
    /// # Panics
    /// If there is no such place.
    pub fn at_time(&self, place: usize) -> Vec<f64> {
        self.probabilities.iter().map(|curve| curve[place]).collect()
    }

    /// The curves at some of the [`times`](Self::times), by their places, ascending.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn at_places(&self, places: &[usize]) -> Self {
        let at = |values: &[f64]| places.iter().map(|&place| values[place]).collect();
        Self { times: at(&self.times), probabilities: self.probabilities.iter().map(|curve| at(curve)).collect() }
    }

    /// Some cases, in the order asked for, each as often as asked for.
    ///
    /// # Panics
    /// If a case is not there.
    pub fn rows(&self, cases: &[usize]) -> Self {
        Self {
            times: self.times.clone(),
            probabilities: cases.iter().map(|&i| self.probabilities[i].clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_curve_is_refused() {
        let message = |curve: Vec<f64>| SurvivalCurves::new(vec![1.0, 2.0], vec![curve]).unwrap_err().to_string();
        assert!(message(vec![0.5]).contains("for each time"));
        assert!(message(vec![1.1, 0.5]).contains("0 to 1"));
        assert!(message(vec![f64::NAN, 0.5]).contains("0 to 1"));
        assert!(message(vec![0.5, 0.6]).contains("rises"));
        assert!(SurvivalCurves::new(vec![2.0, 1.0], vec![]).is_err());
    }
}
