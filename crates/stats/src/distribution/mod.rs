//! The normal, t, chi-squared and F distributions: both tails and quantiles; the hypergeometric distribution: both tails.
//!
//! Each tail is computed on its own, so that a p-value of 1e-300 has as many correct digits as one of 0.5, and quantiles
//! take either tail as well. Degrees of freedom need not be whole. On the grid that the tests compare with R, of degrees
//! of freedom from 0.5 to 100 000 and probabilities down to 1e-300, values agree with R's to 1e-12 relative, except
//! where R itself is less exact.
//!
//! Sources: DiDonato and Morris: Significant digit computation of the incomplete beta function ratios, ACM Transactions
//! on Mathematical Software 18 (1992) 360-373, for the continued fraction; Loader: Fast and accurate computation of
//! binomial probabilities (2000), for densities without cancellation; Gautschi: A computational procedure for incomplete
//! gamma functions, ACM Transactions on Mathematical Software 5 (1979) 466-481.

mod chi_squared;
mod fisher_f;
mod hypergeometric;
mod incomplete_beta;
mod incomplete_gamma;
mod normal;
mod series;
mod solve;
mod student_t;

pub use chi_squared::ChiSquared;
pub use fisher_f::FisherF;
pub use hypergeometric::Hypergeometric;
pub use normal::Normal;
pub use student_t::StudentT;

use crate::error::{Error, Result};

/// Both tails at a point, and their logarithms, which go on where the tails are too small for a number.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tails {
    lower: f64,
    upper: f64,
    ln_lower: f64,
    ln_upper: f64,
    /// Derivative of the lower tail by the logarithm of the point, as a logarithm.
    ln_slope: f64,
}

impl Tails {
    const BELOW_ALL: Tails =
        Tails { lower: 0.0, upper: 1.0, ln_lower: f64::NEG_INFINITY, ln_upper: 0.0, ln_slope: f64::NEG_INFINITY };
    const ABOVE_ALL: Tails =
        Tails { lower: 1.0, upper: 0.0, ln_lower: 0.0, ln_upper: f64::NEG_INFINITY, ln_slope: f64::NEG_INFINITY };
    const UNKNOWN: Tails =
        Tails { lower: f64::NAN, upper: f64::NAN, ln_lower: f64::NAN, ln_upper: f64::NAN, ln_slope: f64::NAN };

    /// The lower tail is `exp(ln_density) * factor`.
    fn from_lower(ln_density: f64, factor: f64) -> Self {
        let lower = (ln_density.exp() * factor).min(1.0);
        let ln_lower = (ln_density + factor.ln()).min(0.0);
        Self { lower, upper: 1.0 - lower, ln_lower, ln_upper: (-lower).ln_1p(), ln_slope: ln_density }
    }

    fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower, ln_lower: self.ln_upper, ln_upper: self.ln_lower, ..self }
    }
}

/// A probability in one of the tails.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tail {
    Lower(f64),
    Upper(f64),
}

impl Tail {
    fn lower(p: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&p) { Ok(Tail::Lower(p)) } else { Err(Error::NotProbability { value: p }) }
    }

    fn upper(p: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&p) { Ok(Tail::Upper(p)) } else { Err(Error::NotProbability { value: p }) }
    }

    /// The same point of the distribution by the smaller tail: `1 - p` is exact for `p` above one half.
    fn smaller(self) -> Self {
        match self {
            Tail::Lower(p) if p > 0.5 => Tail::Upper(1.0 - p),
            Tail::Upper(p) if p > 0.5 => Tail::Lower(1.0 - p),
            other => other,
        }
    }
}

/// Smaller probabilities have fewer digits, or none.
const LN_SMALLEST: f64 = -690.0;

fn ln_probability(ln_p: f64) -> Result<f64> {
    if ln_p <= 0.0 { Ok(ln_p) } else { Err(Error::NotProbability { value: ln_p.exp() }) }
}

fn degrees_of_freedom(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 { Ok(value) } else { Err(Error::NotPositive { name, value, unit: "number" }) }
}
