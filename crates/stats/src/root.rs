//! Where a function of one number is 0.

use crate::error::{Error, Result};

/// A point where `f` is 0, between two points where it has different signs, by Brent's method.
///
/// As R's `uniroot`, step by step: interpolation by a line or an inverse parabola through the last points, and halving
/// where that gains too little. It ends when the point is within `tolerance` (and four roundings of the point itself), or `f`
/// is exactly 0.
///
/// Brent: Algorithms for Minimization without Derivatives (1973) chapter 4.
///
/// # Errors
/// [`Error::NoSignChange`] if `f` has the same sign at both ends, or is NaN; [`Error::NotConverged`] after 1000 steps.
///
/// # Example
/// ```
/// use radsurv_stats::root::brent;
/// let root = brent(|x| x * x - 2.0, [0.0, 2.0], 1e-12)?;
/// assert!((root - 2f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn brent(mut f: impl FnMut(f64) -> f64, between: [f64; 2], tolerance: f64) -> Result<f64> {
    let ends = [f(between[0]), f(between[1])];
    brent_from(f, between, ends, tolerance)
}

/// As [`brent`], where the values of `f` at the ends are known.
///
/// # Errors
/// As [`brent`].
pub fn brent_from(mut f: impl FnMut(f64) -> f64, between: [f64; 2], ends: [f64; 2], tolerance: f64) -> Result<f64> {
    const STEPS: usize = 1000;
    let ([mut a, mut b], [mut fa, mut fb]) = (between, ends);
    if fa == 0.0 {
        return Ok(a);
    }
    if fb == 0.0 {
        return Ok(b);
    }
    if fa.is_nan() || fb.is_nan() || (fa > 0.0) == (fb > 0.0) {
        return Err(Error::NoSignChange { between, values: ends });
    }
    // b is the best point, a the one before, and the root is between b and c.
    let (mut c, mut fc) = (a, fa);
    for _ in 0..STEPS {
        let last = b - a;
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let close = 2.0 * f64::EPSILON * b.abs() + tolerance / 2.0;
        let half = (c - b) / 2.0;
        if half.abs() <= close || fb == 0.0 {
            return Ok(b);
        }
        let mut step = half;
        if last.abs() >= close && fa.abs() > fb.abs() {
            let (mut p, mut q) = if a == c {
                let s = fb / fa;
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r, s) = (fa / fc, fb / fc, fb / fa);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            if p < 1.5 * half * q - (close * q).abs() / 2.0 && p < (last * q / 2.0).abs() {
                step = p / q;
            }
        }
        if step.abs() < close {
            step = if step > 0.0 { close } else { -close };
        }
        (a, fa) = (b, fb);
        b += step;
        fb = f(b);
        if (fb > 0.0) == (fc > 0.0) && fb != 0.0 {
            (c, fc) = (a, fa);
        }
    }
    Err(Error::NotConverged { steps: STEPS })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ends_are_looked_at_first() {
        assert_eq!(brent(|x| x, [0.0, 1.0], 1e-9).unwrap(), 0.0);
        assert_eq!(brent(|x| x, [-1.0, 0.0], 1e-9).unwrap(), 0.0);
        assert!(brent(|x| x * x + 1.0, [-1.0, 1.0], 1e-9).unwrap_err().to_string().contains("same sign"));
        assert!(brent(|_| f64::NAN, [-1.0, 1.0], 1e-9).is_err());
    }

    proptest! {
        #[test]
        fn a_root_is_found(root in -0.99..0.99f64, steep in 0.1..50.0f64, power in 0u8..3) {
            let f = |x: f64| {
                let u = steep * (x - root);
                match power { 0 => u, 1 => u * u * u, _ => u.exp_m1() }
            };
            let found = brent(f, [-1.0, 1.0], 1e-10).unwrap();
            prop_assert!((found - root).abs() <= 1e-10, "{} {}", found, root);
        }
    }
}
