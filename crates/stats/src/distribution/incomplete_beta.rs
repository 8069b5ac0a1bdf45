//! The regularised incomplete beta function at the point of an F statistic.

use std::f64::consts::PI;

use super::Tails;
use super::series::{Lentz, TINY, ln_1p_minus, stirling_rest};

/// `I_x(a, b)` (lower) and `I_y(b, a)` (upper) where `y = 1 - x` and `x / y = f a / b`, for `a, b > 0`: the tails of the F
/// distribution with `2a` and `2b` degrees of freedom at `f = exp(ln_f)`.
///
/// `ln_scale` is [`ln_scale`] of `a` and `b`.
///
/// The F scale, and not `x`, since the mean is at `f = 1`: the distance from it, which all depends on, is then exact. `f`
/// may be 0 or infinite where `exp(ln_f)` is beyond the range of numbers.
pub(super) fn tails(a: f64, b: f64, ln_scale: f64, f: f64, ln_f: f64) -> Tails {
    if ln_f == f64::NEG_INFINITY {
        return Tails::BELOW_ALL;
    }
    if ln_f == f64::INFINITY {
        return Tails::ABOVE_ALL;
    }
    let at = Point::new(a, b, ln_scale, f, ln_f);
    if at.x <= (a + 1.0) / (a + b + 2.0) { at.lower() } else { at.mirrored().lower().swapped() }
}

/// What of the density does not depend on the point: `δ(a + b) - δ(a) - δ(b) + ln(a b / (2π (a + b))) / 2`, computed once for
/// many points.
pub(super) fn ln_scale(a: f64, b: f64) -> f64 {
    if !(a.is_finite() && b.is_finite()) {
        // There the distribution is another one.
        return f64::NAN;
    }
    stirling_rest(a + b) - stirling_rest(a) - stirling_rest(b) + 0.5 * (a / (2.0 * PI) * (b / (a + b))).ln()
}

/// `x` and `y`, and how far they are from their means `x0 = a / (a + b)` and `y0 = b / (a + b)`.
#[derive(Debug, Clone, Copy)]
struct Point {
    a: f64,
    b: f64,
    x: f64,
    /// `x / x0 - 1`.
    u: f64,
    /// `y / y0 - 1`.
    v: f64,
    ln_f: f64,
    ln_scale: f64,
}

impl Point {
    fn new(a: f64, b: f64, ln_scale: f64, f: f64, ln_f: f64) -> Self {
        if f <= 1.0 {
            let sum = a * f + b;
            Self { a, b, x: a * f / sum, u: (f - 1.0) * b / sum, v: (1.0 - f) * a / sum, ln_f, ln_scale }
        } else {
            let g = 1.0 / f;
            let sum = a + b * g;
            // (f - 1) / f has its digits also where 1 - 1/f has lost them.
            let distance = if f < 2.0 { (f - 1.0) / f } else { 1.0 - g };
            Self { a, b, x: a / sum, u: distance * b / sum, v: -distance * a / sum, ln_f, ln_scale }
        }
    }

    /// The same point seen from the upper end.
    fn mirrored(self) -> Self {
        Self { a: self.b, b: self.a, x: self.y(), u: self.v, v: self.u, ln_f: -self.ln_f, ln_scale: self.ln_scale }
    }

    fn y(&self) -> f64 {
        (1.0 + self.v) * self.b / (self.a + self.b)
    }

    fn lower(&self) -> Tails {
        Tails::from_lower(self.ln_density(), 1.0 / self.fraction())
    }

    /// Logarithm of `x^a y^b / B(a, b)`, which with Stirling's formula is
    /// `sqrt(a b / (2π (a + b))) (x / x0)^a (y / y0)^b exp(δ(a + b) - δ(a) - δ(b))`. As `a u + b v = 0`, the powers are
    /// `exp(a (ln(1 + u) - u) + b (ln(1 + v) - v))`: two terms of the same sign.
    fn ln_density(&self) -> f64 {
        let Self { a, b, u, v, ln_f, ln_scale, .. } = *self;
        // x / x0 = f y / y0
        let of_x = if u < -0.5 { ln_f + v.ln_1p() - u } else { ln_1p_minus(u) };
        let of_y = if v < -0.5 { u.ln_1p() - ln_f - v } else { ln_1p_minus(v) };
        a * of_x + b * of_y + ln_scale
    }

    /// `x^a y^b / B(a, b) / I_x(a, b)` by the continued fraction of DiDonato and Morris, evaluated by Lentz's method.
    fn fraction(&self) -> f64 {
        let Self { a, b, x, .. } = *self;
        // a y - b x, without the cancellation
        let excess = -a * self.u;
        let first = a / (a + 1.0) * (excess + 1.0);
        let first = if first == 0.0 { TINY } else { first };
        let mut fraction = Lentz { c: first, d: 0.0, value: first };
        let mut n = 0.0;
        // Near the mean the number of terms grows as the root of a and b: 1e7 is enough for 1e13.
        while n < 1e7 {
            n += 1.0;
            let odd = a + 2.0 * n - 1.0;
            let numerator = ((a + n - 1.0) / odd * x) * ((a + b + n - 1.0) / odd * x) * (n * (b - n));
            let middle = n * (b - n) * x / odd;
            let denominator = n + middle + (a + n) / (odd + 2.0) * (excess + 1.0 + n * (2.0 - x));
            if !fraction.goes_on(numerator, denominator) {
                break;
            }
        }
        fraction.value
    }
}
