//! What is reported of a fitted Cox model.

use super::fit::Fit;
use crate::cholesky::Cholesky;
use crate::distribution::{ChiSquared, Normal};
use crate::error::{Error, Result};
use crate::hypothesis::ChiSquaredTest;

/// A coefficient with its error, test and hazard ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The log hazard ratio of a difference of 1.
    pub coefficient: f64,
    /// Its standard error, by the information.
    pub se: f64,
    /// Its robust standard error, if it was asked for. Then test and limits are of this.
    pub robust_se: Option<f64>,
    /// The coefficient in standard errors.
    pub z: f64,
    /// The probability of one as far from 0 if there is no effect.
    pub p_value: f64,
    /// The hazard ratio, *exp(coefficient)*.
    pub hazard_ratio: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
}

impl Coefficient {
    /// Test and limits of a coefficient, by the robust standard error if there is one.
    ///
    /// # Errors
    /// [`Error::NotProbability`] if the confidence is not between 0 and 1.
    pub fn new(coefficient: f64, se: f64, robust_se: Option<f64>, confidence: f64) -> Result<Self> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Error::NotProbability { value: confidence });
        }
        let used = robust_se.unwrap_or(se);
        let width = used * Normal.upper_quantile((1.0 - confidence) / 2.0)?;
        let z = coefficient / used;
        Ok(Self {
            coefficient,
            se,
            robust_se,
            z,
            p_value: 2.0 * Normal.upper(z.abs()),
            hazard_ratio: coefficient.exp(),
            lower: (coefficient - width).exp(),
            upper: (coefficient + width).exp(),
        })
    }
}

/// Coefficients and tests of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// A row per column.
    pub coefficients: Vec<Coefficient>,
    /// *2 (l - l_0)*; with Firth's penalty of the penalised likelihoods.
    pub likelihood_ratio: ChiSquaredTest,
    /// *β' V⁻¹ β*, with the robust covariance if it was asked for.
    pub wald: ChiSquaredTest,
    /// *u' I⁻¹ u* at coefficients of 0.
    pub score: ChiSquaredTest,
}

impl Fit {
    /// Coefficients with limits of this confidence (0.95 usually), and tests of whether all are 0.
    ///
    /// `robust` is the covariance of [`Residuals::robust_variance`](super::Residuals::robust_variance), if errors, limits
    /// and Wald tests shall be of it.
    ///
    /// # Errors
    /// [`Error::NotProbability`], [`Error::Length`] if `robust` is of another size, [`Error::NotPositiveDefinite`] if a
    /// covariance cannot be inverted, as where coefficients are [`infinite`](Self::infinite).
    pub fn summary(&self, confidence: f64, robust: Option<&[f64]>) -> Result<Summary> {
        let size = self.coefficients.len();
        if let Some(found) = robust.map(<[f64]>::len).filter(|found| *found != size * size) {
            return Err(Error::Length { column: 0, found, expected: size * size });
        }
        let row = |j: usize| {
            let error = |variance: &[f64]| variance[j * size + j].sqrt();
            Coefficient::new(self.coefficients[j], error(&self.variance), robust.map(error), confidence)
        };
        let distribution = ChiSquared::new(size as f64)?;
        let test =
            |statistic: f64| ChiSquaredTest { statistic, df: size as f64, p_value: distribution.upper(statistic) };
        let solved = Cholesky::new(size, robust.unwrap_or(&self.variance))?.solve(&self.coefficients)?;
        Ok(Summary {
            coefficients: (0..size).map(row).collect::<Result<_>>()?,
            likelihood_ratio: test(2.0 * (self.log_likelihood - self.null_log_likelihood)),
            wald: test(solved.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum()),
            score: test(self.score_test),
        })
    }

    /// Wald's test of whether some coefficients are 0 together, *β_S' V_SS⁻¹ β_S*: those of a category, or of a spline.
    ///
    /// # Errors
    /// [`Error::Length`] if a column is not there, [`Error::NotPositiveDefinite`] if their covariance cannot be inverted.
    pub fn wald(&self, columns: &[usize]) -> Result<ChiSquaredTest> {
        let size = self.coefficients.len();
        if let Some(&column) = columns.iter().find(|j| **j >= size) {
            return Err(Error::Length { column, found: size, expected: column + 1 });
        }
        let block: Vec<f64> = columns
            .iter()
            .flat_map(|j| columns.iter().map(move |k| j * size + k))
            .map(|at| self.variance[at])
            .collect();
        let beta: Vec<f64> = columns.iter().map(|&j| self.coefficients[j]).collect();
        let solved = Cholesky::new(columns.len(), &block)?.solve(&beta)?;
        let (statistic, df) = (solved.iter().zip(&beta).map(|(a, b)| a * b).sum(), columns.len() as f64);
        Ok(ChiSquaredTest { statistic, df, p_value: ChiSquared::new(df)?.upper(statistic) })
    }
}
