//! The regularised incomplete gamma functions `P(a, x)` and `Q(a, x) = 1 - P(a, x)`.

use std::f64::consts::PI;

use super::Tails;
use super::series::{Lentz, TINY, ln_1p_minus, stirling_rest};

/// `P` (lower) and `Q` (upper) at `x = exp(ln_x)`, for `a > 0`. `x` itself is given so that it has no rounding of the
/// exponential; it may be 0 or infinite where it is beyond the range of numbers.
pub(super) fn tails(a: f64, x: f64, ln_x: f64) -> Tails {
    if ln_x == f64::NEG_INFINITY {
        return Tails::BELOW_ALL;
    }
    if x == f64::INFINITY {
        return Tails::ABOVE_ALL;
    }
    let ln_density = ln_density(a, x, ln_x);
    if x < a + 1.0 {
        Tails::from_lower(ln_density, series(a, x))
    } else {
        Tails::from_lower(ln_density, fraction(a, x)).swapped()
    }
}

/// Logarithm of `x^a e^-x / Γ(a)`, in Loader's form: with `x = a (1 + u)` it is
/// `sqrt(a / 2π) exp(a (ln(1 + u) - u) - δ(a))`, where nothing cancels.
fn ln_density(a: f64, x: f64, ln_x: f64) -> f64 {
    let u = (x - a) / a;
    let deviance = if u < -0.5 { ln_x - a.ln() - u } else { ln_1p_minus(u) };
    a * deviance - stirling_rest(a) + 0.5 * (a / (2.0 * PI)).ln()
}

/// `P / density = Σ x^n / (a (a + 1) ... (a + n))`.
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut n = a;
    while term > 1e-17 * sum {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

/// `Q / density` by Legendre's continued fraction, evaluated by Lentz's method.
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let first = 1.0 / if b == 0.0 { TINY } else { b };
    let mut fraction = Lentz { c: 1.0 / TINY, d: first, value: first };
    let mut n = 0.0;
    // Near x = a the number of terms grows as the root of a: 1e7 is enough for a = 1e13.
    while n < 1e7 {
        n += 1.0;
        let numerator = n * (a - n);
        b += 2.0;
        if !fraction.goes_on(numerator, b) {
            break;
        }
    }
    fraction.value
}
