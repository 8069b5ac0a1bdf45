//! The chi-squared distribution.

use super::{Tail, Tails, degrees_of_freedom, incomplete_gamma, solve};
use crate::error::Result;

/// The chi-squared distribution: of a sum of squares of `df` independent standard normal values.
///
/// # Example
/// ```
/// use radsurv_stats::distribution::ChiSquared;
/// let chi_squared = ChiSquared::new(1.0)?;
/// // R: pchisq(3.841459, 1, lower.tail = FALSE)
/// assert!((chi_squared.upper(3.841459) - 0.049_999_994_653_195_73).abs() < 1e-14);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    df: f64,
}

impl ChiSquared {
    /// With `df` degrees of freedom, a positive number that need not be whole.
    ///
    /// # Errors
    /// [`Error::NotPositive`](crate::Error::NotPositive) if `df` is not positive and finite.
    pub fn new(df: f64) -> Result<Self> {
        let df = degrees_of_freedom("degrees of freedom", df)?;
        if df.is_infinite() {
            return Err(crate::Error::NotPositive { name: "degrees of freedom", value: df, unit: "finite number" });
        }
        Ok(Self { df })
    }

    /// Probability of a value up to `x`; 0 below 0, NaN for NaN.
    pub fn lower(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    /// Probability of a value above `x`, exact also where it is tiny; 1 below 0, NaN for NaN.
    pub fn upper(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    /// The `x` whose [`ChiSquared::lower`] is `p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        Ok(self.point(Tail::lower(p)?))
    }

    /// The `x` whose [`ChiSquared::upper`] is `p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn upper_quantile(&self, p: f64) -> Result<f64> {
        Ok(self.point(Tail::upper(p)?))
    }

    fn tails(&self, x: f64) -> Tails {
        if x.is_nan() {
            return Tails::UNKNOWN;
        }
        let half = (0.5 * x).max(0.0);
        incomplete_gamma::tails(0.5 * self.df, half, half.ln())
    }

    fn point(&self, tail: Tail) -> f64 {
        let a = 0.5 * self.df;
        // The mean is at ln x = ln a: start there.
        let Some(z) = solve::ln_point(tail, |z| incomplete_gamma::tails(a, a * z.exp(), z + a.ln())) else {
            return if matches!(tail.smaller(), Tail::Lower(_)) { 0.0 } else { f64::INFINITY };
        };
        let x = 2.0 * a * z.exp();
        x + x * solve::last_correction(tail, &self.tails(x))
    }
}
