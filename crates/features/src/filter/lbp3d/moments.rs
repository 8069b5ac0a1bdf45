//! The kurtosis of scipy, in the precision and the order of additions in which it works.

use crate::pairwise::{Float, mean};

/// Working memory of [`kurtosis`].
#[derive(Default)]
pub(super) struct Scratch {
    /// Values as `f64`, for integers.
    pub wide: Vec<f64>,
    squares: Vec<f64>,
    squares_f32: Vec<f32>,
}

/// `m4 / m2² - 3`; NaN where `m2 <= (eps * mean)²`.
pub(super) fn kurtosis_f64(values: &[f64], scratch: &mut Vec<f64>) -> f64 {
    let (mean, m2, m4) = moments(values, scratch);
    let limit = f64::EPSILON * mean;
    if m2 <= limit * limit { f64::NAN } else { m4 / (m2 * m2) - 3.0 }
}

/// The same in single precision.
pub(super) fn kurtosis_f32(values: &[f32], scratch: &mut Scratch) -> f64 {
    let (mean, m2, m4) = moments(values, &mut scratch.squares_f32);
    let limit = f32::EPSILON * mean;
    if m2 <= limit * limit { f64::NAN } else { f64::from(m4 / (m2 * m2) - 3.0) }
}

impl Scratch {
    /// [`kurtosis_f64`] of whole numbers.
    pub fn kurtosis_of(&mut self, values: impl Iterator<Item = f64>) -> f64 {
        self.wide.clear();
        self.wide.extend(values);
        kurtosis_f64(&self.wide, &mut self.squares)
    }

    /// [`kurtosis_f64`].
    pub fn kurtosis(&mut self, values: &[f64]) -> f64 {
        kurtosis_f64(values, &mut self.squares)
    }
}

/// Mean, second and fourth central moment.
fn moments<T: Float>(values: &[T], squares: &mut Vec<T>) -> (T, T, T) {
    let centre = mean(values);
    squares.clear();
    squares.extend(values.iter().map(|&v| (v - centre).square()));
    let m2 = mean(squares);
    for s in squares.iter_mut() {
        *s = s.square();
    }
    (centre, m2, mean(squares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_have_the_smallest_kurtosis_and_equal_values_none() {
        assert_eq!(kurtosis_f64(&[1.0, 3.0, 1.0, 3.0], &mut Vec::new()), -2.0);
        assert_eq!(kurtosis_f32(&[1.0, 3.0, 1.0, 3.0], &mut Scratch::default()), -2.0);
        assert!(kurtosis_f64(&[5.0; 12], &mut Vec::new()).is_nan());
    }
}
