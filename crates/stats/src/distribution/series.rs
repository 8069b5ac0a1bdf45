//! Small functions that keep their digits where the plain formula cancels, and continued fractions.

/// `ln(1 + u) - u`, for `u > -1`: about `-u²/2` for small `u`, without the cancellation.
///
/// With `w = u / (2 + u)`, `ln(1 + u) = 2 artanh(w)` and `u - 2 w = u w`.
pub(super) fn ln_1p_minus(u: f64) -> f64 {
    if !(-0.5..=1.0).contains(&u) {
        return u.ln_1p() - u;
    }
    let w = u / (2.0 + u);
    2.0 * w * artanh_excess(w) - u * w
}

/// `artanh(w) / w - 1 = w²/3 + w⁴/5 + ...`, for `|w| <= 2/3`.
fn artanh_excess(w: f64) -> f64 {
    let square = w * w;
    let (mut sum, mut power, mut k) = (0.0, 1.0, 1.0);
    loop {
        power *= square;
        k += 2.0;
        let term = power / k;
        sum += term;
        if term <= 1e-17 * sum {
            return sum;
        }
    }
}

/// What Stirling's formula leaves of `ln Γ(a)`: `ln Γ(a) = (a - 1/2) ln a - a + ln(2π)/2 + δ(a)`, for `a > 0`.
///
/// Gudermann's series `δ(a) = Σ ((a + k + 1/2) ln(1 + 1/(a + k)) - 1)` up to 12, the asymptotic one (Abramowitz and Stegun
/// 6.1.42) from there.
pub(super) fn stirling_rest(a: f64) -> f64 {
    let mut sum = 0.0;
    let mut a = a;
    while a < 12.0 {
        let w = 1.0 / (2.0 * a + 1.0);
        sum += if a >= 0.25 { artanh_excess(w) } else { (a + 0.5) * (1.0 / a).ln_1p() - 1.0 };
        a += 1.0;
    }
    let square = (1.0 / a) / a;
    let coefficients = [1.0 / 156.0, -691.0 / 360360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0];
    let polynomial = coefficients.iter().fold(0.0, |sum, c| sum * square + c);
    sum + (1.0 / 12.0 + polynomial * square) / a
}

/// In place of a 0 in [`Lentz`].
pub(super) const TINY: f64 = 1e-300;

/// A continued fraction by Lentz's method, as modified by Thompson and Barnett: with the terms *a_n* and *b_n*,
/// *d_n = 1 / (a_n d_{n-1} + b_n)*, *c_n = b_n + a_n / c_{n-1}*, and its value is the product of *c_n d_n*.
pub(super) struct Lentz {
    pub(super) c: f64,
    pub(super) d: f64,
    pub(super) value: f64,
}

impl Lentz {
    /// Takes another term in; whether it still changes the value.
    pub(super) fn goes_on(&mut self, a: f64, b: f64) -> bool {
        let d = a * self.d + b;
        self.d = 1.0 / if d == 0.0 { TINY } else { d };
        self.c = b + a / self.c;
        if self.c == 0.0 {
            self.c = TINY;
        }
        let ratio = self.c * self.d;
        self.value *= ratio;
        (ratio - 1.0).abs() > 2e-16
    }
}

#[cfg(test)]
mod tests {
    use radsurv_testkit::compare::assert_close;

    use super::*;

    #[test]
    fn known_values() {
        // mpmath 1.4.1, 60 digits: log(1+u)-u; loggamma(a)-(a-0.5)*log(a)+a-log(2*pi)/2
        for (u, golden) in MINUS {
            assert_close(ln_1p_minus(u), golden, 1e-15);
        }
        for (a, golden) in REST {
            assert_close(stirling_rest(a), golden, 1e-15);
        }
    }

    const MINUS: [(f64, f64); 9] = [
        (-0.9, -1.402585092994046),
        (-0.5, -0.19314718055994531),
        (-0.2, -0.02314355131420976),
        (-1e-5, -5.0000333335833364e-11),
        (1e-9, -4.999999996666667e-19),
        (0.3, -0.03763573553250894),
        (0.9, -0.2581461138276052),
        (1.5, -0.5837092681258449),
        (1e6, -999986.184488442),
    ];
    const REST: [(f64, f64); 8] = [
        (0.01, 1.4340079537031842),
        (0.25, 0.27251040121343206),
        (0.5, 0.15342640972002736),
        (1.0, 0.08106146679532726),
        (3.7, 0.022468770580143144),
        (11.9, 0.00700115605153421),
        (12.0, 0.00694284010720953),
        (5e4, 1.6666666666444443e-06),
    ];
}
