//! The partial likelihood at any coefficients.

use super::Ties;
use super::fit::{Design, Scaled};
use super::likelihood::{Evaluation, Likelihood};
use crate::error::{Error, Result};

/// The partial likelihood of a design, prepared for many coefficients: the cases sorted, the columns centred.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{Design, PartialLikelihood, Ties};
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0], vec![true, true, false])?;
/// let columns = [&[1.0, 0.0, 0.5][..]];
/// let likelihood = PartialLikelihood::new(&Design::new(&columns, &outcome), Ties::Efron)?;
/// // Of three at risk one, then of two at risk one.
/// assert!((likelihood.at(&[0.0])?.log_likelihood + 6f64.ln()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PartialLikelihood {
    likelihood: Likelihood,
    scales: Vec<f64>,
}

impl PartialLikelihood {
    /// The likelihood of a design.
    ///
    /// # Errors
    /// As [`fit`](super::fit), without those of dependent columns and of the iteration.
    pub fn new(design: &Design, ties: Ties) -> Result<Self> {
        let Scaled { likelihood, scales, .. } = Scaled::new(design, ties)?;
        Ok(Self { likelihood, scales })
    }

    /// The likelihood at coefficients. It is not finite where *exp(η)* leaves the range of numbers.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a coefficient per column.
    pub fn at(&self, coefficients: &[f64]) -> Result<Evaluation> {
        let size = self.scales.len();
        if coefficients.len() != size {
            return Err(Error::Length { column: 0, found: coefficients.len(), expected: size });
        }
        let scaled: Vec<f64> = coefficients.iter().zip(&self.scales).map(|(b, s)| b * s).collect();
        let mut found = self.likelihood.at(&scaled);
        found.gradient.iter_mut().zip(&self.scales).for_each(|(u, s)| *u *= s);
        found
            .information
            .iter_mut()
            .enumerate()
            .for_each(|(at, v)| *v *= self.scales[at / size] * self.scales[at % size]);
        Ok(found)
    }
}
