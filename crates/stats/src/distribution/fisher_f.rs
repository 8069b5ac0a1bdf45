//! Fisher's F distribution.

use super::{ChiSquared, Tail, Tails, degrees_of_freedom, incomplete_beta, solve};
use crate::error::Result;

/// Fisher's F distribution: of the ratio of two independent mean squares with `df1` and `df2` degrees of freedom.
///
/// # Example
/// ```
/// use radsurv_stats::distribution::FisherF;
/// let f = FisherF::new(3.0, 17.5)?;
/// // R: pf(40, 3, 17.5, lower.tail = FALSE); qf(0.975, 3, 17.5)
/// assert!((f.upper(40.0) / 4.802_638_359_597_673e-8 - 1.0).abs() < 1e-12);
/// assert!((f.quantile(0.975)? - 3.981_570_814_755_367).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FisherF {
    df1: f64,
    df2: f64,
    /// Of the incomplete beta function.
    ln_scale: f64,
}

impl FisherF {
    /// With `df1` degrees of freedom of the numerator and `df2` of the denominator: positive numbers that need not be
    /// whole; either may be infinite (the mean square is then known), not both.
    ///
    /// # Errors
    /// [`Error::NotPositive`](crate::Error::NotPositive) if one is not positive, or both are infinite.
    pub fn new(df1: f64, df2: f64) -> Result<Self> {
        let df1 = degrees_of_freedom("degrees of freedom of the numerator", df1)?;
        let df2 = degrees_of_freedom("degrees of freedom of the denominator", df2)?;
        if df1.is_infinite() && df2.is_infinite() {
            let name = "degrees of freedom of the numerator and of the denominator";
            return Err(crate::Error::NotPositive { name, value: df1, unit: "finite number for one of them" });
        }
        Ok(Self { df1, df2, ln_scale: incomplete_beta::ln_scale(0.5 * df1, 0.5 * df2) })
    }

    /// Probability of a value up to `f`; 0 below 0, NaN for NaN.
    pub fn lower(&self, f: f64) -> f64 {
        self.tails(f).lower
    }

    /// Probability of a value above `f`, exact also where it is tiny; 1 below 0, NaN for NaN.
    pub fn upper(&self, f: f64) -> f64 {
        self.tails(f).upper
    }

    /// The `f` whose [`FisherF::lower`] is `p`; infinite if it is beyond the range of numbers.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        self.point(Tail::lower(p)?)
    }

    /// The `f` whose [`FisherF::upper`] is `p`; infinite if it is beyond the range of numbers.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn upper_quantile(&self, p: f64) -> Result<f64> {
        self.point(Tail::upper(p)?)
    }

    /// The logarithm of [`FisherF::lower`], which goes on where that is too small for a number.
    pub fn ln_lower(&self, f: f64) -> f64 {
        self.tails(f).ln_lower
    }

    /// The logarithm of [`FisherF::upper`], which goes on where that is too small for a number.
    pub fn ln_upper(&self, f: f64) -> f64 {
        self.tails(f).ln_upper
    }

    /// The density; 0 below 0, at 0 its limit, NaN for NaN.
    pub fn density(&self, f: f64) -> f64 {
        if f < 0.0 {
            return 0.0;
        }
        if f == 0.0 {
            return match self.df1.partial_cmp(&2.0) {
                Some(std::cmp::Ordering::Less) => f64::INFINITY,
                Some(std::cmp::Ordering::Equal) => 1.0,
                _ => 0.0,
            };
        }
        self.tails(f).ln_slope.exp() / f
    }

    /// The `f` whose [`FisherF::ln_lower`] is `ln_p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `ln_p` is above 0 or NaN.
    pub fn quantile_of_ln(&self, ln_p: f64) -> Result<f64> {
        self.point_of_ln(ln_p, false)
    }

    /// The `f` whose [`FisherF::ln_upper`] is `ln_p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `ln_p` is above 0 or NaN.
    pub fn upper_quantile_of_ln(&self, ln_p: f64) -> Result<f64> {
        self.point_of_ln(ln_p, true)
    }

    fn point_of_ln(&self, ln_p: f64, upper: bool) -> Result<f64> {
        let ln_p = super::ln_probability(ln_p)?;
        let side = |p: f64, upper: bool| if upper { Tail::Upper(p) } else { Tail::Lower(p) };
        if ln_p > -0.5 {
            return self.point(side(-ln_p.exp_m1(), !upper));
        }
        if ln_p > super::LN_SMALLEST || ln_p == f64::NEG_INFINITY {
            return self.point(side(ln_p.exp(), upper));
        }
        Ok(solve::ln_point_of_ln(side(0.0, upper), ln_p, |z| self.tails_at(z.exp(), z)).exp())
    }

    fn tails(&self, f: f64) -> Tails {
        if f.is_nan() {
            return Tails::UNKNOWN;
        }
        let f = f.max(0.0);
        self.tails_at(f, f.ln())
    }

    fn tails_at(&self, f: f64, ln_f: f64) -> Tails {
        let chi_squared =
            |df: f64, x: f64, ln_x: f64| super::incomplete_gamma::tails(0.5 * df, 0.5 * df * x, ln_x + (0.5 * df).ln());
        if self.df2.is_infinite() {
            chi_squared(self.df1, f, ln_f)
        } else if self.df1.is_infinite() {
            chi_squared(self.df2, 1.0 / f, -ln_f).swapped()
        } else {
            incomplete_beta::tails(0.5 * self.df1, 0.5 * self.df2, self.ln_scale, f, ln_f)
        }
    }

    fn point(&self, tail: Tail) -> Result<f64> {
        if self.df2.is_infinite() {
            let (Tail::Lower(p) | Tail::Upper(p)) = tail;
            let chi_squared = ChiSquared::new(self.df1)?;
            let lower = matches!(tail, Tail::Lower(_));
            return Ok(if lower { chi_squared.quantile(p)? } else { chi_squared.upper_quantile(p)? } / self.df1);
        }
        if self.df1.is_infinite() {
            let (Tail::Lower(p) | Tail::Upper(p)) = tail;
            let chi_squared = ChiSquared::new(self.df2)?;
            let lower = matches!(tail, Tail::Lower(_));
            return Ok(self.df2 / if lower { chi_squared.upper_quantile(p)? } else { chi_squared.quantile(p)? });
        }
        let (a, b) = (0.5 * self.df1, 0.5 * self.df2);
        let Some(z) = solve::ln_point(tail, |z| incomplete_beta::tails(a, b, self.ln_scale, z.exp(), z)) else {
            return Ok(if matches!(tail.smaller(), Tail::Lower(_)) { 0.0 } else { f64::INFINITY });
        };
        let f = z.exp();
        if f == 0.0 || f.is_infinite() {
            return Ok(f);
        }
        Ok(f + f * solve::last_correction(tail, &self.tails(f)))
    }
}
