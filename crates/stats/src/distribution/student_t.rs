//! Student's t distribution.

use super::{Normal, Tail, Tails, degrees_of_freedom, incomplete_beta, solve};
use crate::error::Result;

/// Student's t distribution. The square of a t value with `df` degrees of freedom is an F value with 1 and `df`.
///
/// # Example
/// ```
/// use radsurv_stats::distribution::StudentT;
/// let t = StudentT::new(9.0)?;
/// // R: 2 * pt(-4.5, 9); qt(0.975, 9)
/// assert!((t.two_sided(4.5) / 0.001_488_949_415_411_731 - 1.0).abs() < 1e-12);
/// assert!((t.quantile(0.975)? - 2.262_157_162_798_205).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    df: f64,
    /// Of the incomplete beta function.
    ln_scale: f64,
}

impl StudentT {
    /// With `df` degrees of freedom, a positive number that need not be whole; infinite for the normal distribution.
    ///
    /// # Errors
    /// [`Error::NotPositive`](crate::Error::NotPositive) if `df` is not positive.
    pub fn new(df: f64) -> Result<Self> {
        let df = degrees_of_freedom("degrees of freedom", df)?;
        Ok(Self { df, ln_scale: incomplete_beta::ln_scale(0.5, 0.5 * df) })
    }

    /// Probability of a value up to `t`; NaN for NaN.
    pub fn lower(&self, t: f64) -> f64 {
        self.upper(-t)
    }

    /// Probability of a value above `t`, exact also where it is tiny; NaN for NaN.
    pub fn upper(&self, t: f64) -> f64 {
        if self.df.is_infinite() {
            return Normal.upper(t);
        }
        let beyond = 0.5 * self.two_sided(t);
        if t < 0.0 { 1.0 - beyond } else { beyond }
    }

    /// Probability of a value farther from 0 than `t`, on either side: the p-value of a two-sided test; NaN for NaN.
    pub fn two_sided(&self, t: f64) -> f64 {
        if t.is_nan() {
            return f64::NAN;
        }
        if self.df.is_infinite() {
            return 2.0 * Normal.upper(t.abs());
        }
        self.tails_of_square(t.abs()).upper
    }

    /// The `t` whose [`StudentT::lower`] is `p`; infinite if it is beyond the range of numbers.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        self.point(Tail::lower(p)?)
    }

    /// The `t` whose [`StudentT::upper`] is `p`; infinite if it is beyond the range of numbers.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn upper_quantile(&self, p: f64) -> Result<f64> {
        self.point(Tail::upper(p)?)
    }

    /// The logarithm of [`StudentT::upper`], which goes on where that is too small for a number; NaN for NaN.
    pub fn ln_upper(&self, t: f64) -> f64 {
        if t.is_nan() {
            return f64::NAN;
        }
        if t < 0.0 {
            return (-self.upper(-t)).ln_1p();
        }
        // The square of a normal variable is chi-squared with one degree of freedom.
        let ln_two_sided = match self.df.is_infinite() {
            true => super::incomplete_gamma::tails(0.5, 0.5 * t * t, 2.0 * t.ln() - std::f64::consts::LN_2).ln_upper,
            false => self.tails_of_square(t).ln_upper,
        };
        ln_two_sided - std::f64::consts::LN_2
    }

    /// The `t` whose [`StudentT::ln_upper`] is `ln_p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `ln_p` is above 0 or NaN.
    pub fn upper_quantile_of_ln(&self, ln_p: f64) -> Result<f64> {
        let ln_p = super::ln_probability(ln_p)?;
        if ln_p > -std::f64::consts::LN_2 {
            return self.point(Tail::Lower(-ln_p.exp_m1()));
        }
        if ln_p > super::LN_SMALLEST || ln_p == f64::NEG_INFINITY {
            return self.point(Tail::Upper(ln_p.exp()));
        }
        let goal = ln_p + std::f64::consts::LN_2;
        if self.df.is_infinite() {
            let tails = |z: f64| super::incomplete_gamma::tails(0.5, z.exp(), z);
            return Ok((2.0 * solve::ln_point_of_ln(Tail::Upper(0.0), goal, tails).exp()).sqrt());
        }
        let (a, b) = (0.5, 0.5 * self.df);
        let z =
            solve::ln_point_of_ln(Tail::Upper(0.0), goal, |z| incomplete_beta::tails(a, b, self.ln_scale, z.exp(), z));
        Ok((0.5 * z).exp())
    }

    /// Tails of `t²`, whose logarithm goes on where the square does not.
    fn tails_of_square(&self, t: f64) -> Tails {
        incomplete_beta::tails(0.5, 0.5 * self.df, self.ln_scale, t * t, 2.0 * t.ln())
    }

    fn point(&self, tail: Tail) -> Result<f64> {
        let tail = tail.smaller();
        if self.df.is_infinite() {
            return match tail {
                Tail::Lower(p) => Normal.quantile(p),
                Tail::Upper(p) => Normal.upper_quantile(p),
            };
        }
        let (p, sign) = match tail {
            Tail::Lower(p) => (p, -1.0),
            Tail::Upper(p) => (p, 1.0),
        };
        // Two-sided, and in the middle by the probability between -t and t, which is exact.
        let of_square = if p < 0.25 { Tail::Upper(2.0 * p) } else { Tail::Lower(1.0 - 2.0 * p) };
        let (a, b) = (0.5, 0.5 * self.df);
        let Some(z) = solve::ln_point(of_square, |z| incomplete_beta::tails(a, b, self.ln_scale, z.exp(), z)) else {
            return Ok(if p > 0.25 { 0.0 } else { sign * f64::INFINITY });
        };
        let t = (0.5 * z).exp();
        if t == 0.0 || t.is_infinite() {
            return Ok(sign * t);
        }
        // A relative step of t² is half of it for t.
        Ok(sign * (t + 0.5 * t * solve::last_correction(of_square, &self.tails_of_square(t))))
    }
}
