//! The standard normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

use super::Tail;
use crate::error::Result;

/// The normal distribution of mean 0 and standard deviation 1.
///
/// # Example
/// ```
/// use radsurv_stats::distribution::Normal;
/// // R: qnorm(0.975)
/// assert!((Normal.upper(1.959_963_984_540_054) - 0.025).abs() < 1e-15);
/// assert!((Normal.quantile(0.975)? - 1.959_963_984_540_054).abs() < 1e-14);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Normal;

impl Normal {
    /// Density `exp(-x²/2) / sqrt(2π)`; NaN for NaN.
    pub fn density(self, x: f64) -> f64 {
        (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
    }

    /// Probability of a value up to `x`; NaN for NaN.
    pub fn lower(self, x: f64) -> f64 {
        self.upper(-x)
    }

    /// Probability of a value above `x`, exact also where it is tiny; NaN for NaN.
    pub fn upper(self, x: f64) -> f64 {
        // x / sqrt(2) = z + rest; erfc falls so steeply that the rest matters.
        let z = x * FRAC_1_SQRT_2;
        let plain = libm::erfc(z);
        if x.abs() < 1.0 || x.is_infinite() || plain == 0.0 {
            return 0.5 * plain;
        }
        // The digits of 1 / sqrt(2) beyond its f64.
        const BEYOND: f64 = -4.833_646_656_726_457e-17;
        let rest = x.mul_add(FRAC_1_SQRT_2, -z) + x * BEYOND;
        0.5 * (plain - FRAC_2_SQRT_PI * (-z * z).exp() * rest)
    }

    /// The `x` whose [`Normal::lower`] is `p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn quantile(self, p: f64) -> Result<f64> {
        Ok(Self::point(Tail::lower(p)?))
    }

    /// The `x` whose [`Normal::upper`] is `p`.
    ///
    /// # Errors
    /// [`Error::NotProbability`](crate::Error::NotProbability) if `p` is not between 0 and 1.
    pub fn upper_quantile(self, p: f64) -> Result<f64> {
        Ok(Self::point(Tail::upper(p)?))
    }

    fn point(tail: Tail) -> f64 {
        match tail.smaller() {
            Tail::Lower(p) => -Self::positive_point(p),
            Tail::Upper(p) => Self::positive_point(p),
        }
    }

    /// The point at or above 0 with this upper tail, which is at most one half.
    fn positive_point(p: f64) -> f64 {
        if p == 0.0 {
            return f64::INFINITY;
        }
        if p > 0.2 {
            // In the middle the distance of p from one half is what counts: solve erf(x / sqrt(2)) = 1 - 2p.
            let goal = 0.5 - p;
            let mut x = goal * (2.0 * PI).sqrt();
            for _ in 0..50 {
                let step = (0.5 * libm::erf(x * FRAC_1_SQRT_2) - goal) / Normal.density(x);
                x -= step;
                if step.abs() <= 1e-10 * x {
                    break;
                }
            }
            return x;
        }
        // Newton on the logarithm of the tail, which is concave: the first step leads to the far side, and from there x
        // falls to the root.
        let goal = p.ln();
        let mut x = (-2.0 * goal).sqrt();
        for _ in 0..50 {
            let tail = Normal.upper(x);
            let step = (goal - tail.ln()) * tail / Normal.density(x);
            x -= step;
            if step.abs() <= 1e-10 * x {
                break;
            }
        }
        x
    }
}
