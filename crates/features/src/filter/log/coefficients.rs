//! The coefficients of ITK's recursive Gaussian and of its second derivative.

/// Coefficients of one pass along a line with values `x`: the sum of a causal and an anticausal recursion of order 4,
///
/// ```text
/// c[i] = n0 x[i] + n1 x[i-1] + n2 x[i-2] + n3 x[i-3] - (d1 c[i-1] + d2 c[i-2] + d3 c[i-3] + d4 c[i-4])
/// a[i] = m1 x[i+1] + m2 x[i+2] + m3 x[i+3] + m4 x[i+4] - (d1 a[i+1] + d2 a[i+2] + d3 a[i+3] + d4 a[i+4])
/// ```
///
/// The line goes on beyond its ends with its first and last value. There the recursions are at rest, at
/// `x * sum(n) / (1 + sum(d))` and `x * sum(m) / (1 + sum(d))`; `bn` and `bm` are `d` times those factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coefficients {
    /// Causal, for the input: n0, n1, n2, n3.
    pub n: [f64; 4],
    /// Of the recursion, the same both ways: d1, d2, d3, d4.
    pub d: [f64; 4],
    /// Anticausal, for the input: m1, m2, m3, m4.
    pub m: [f64; 4],
    /// Causal, at the boundary.
    pub bn: [f64; 4],
    /// Anticausal, at the boundary.
    pub bm: [f64; 4],
}

// Farnebäck and Westin, "Improving Deriche-style Recursive Gaussian Filters", J Math Imaging Vis 26 (2006), table 3:
// exponential series that approximate the Gaussian (first of each pair) and its second derivative.
const A1: [f64; 2] = [1.3530, -1.3563];
const B1: [f64; 2] = [1.8151, 5.2318];
const W1: f64 = 0.6681;
const L1: f64 = -1.3932;
const A2: [f64; 2] = [-0.3531, 0.3446];
const B2: [f64; 2] = [0.0902, -2.2355];
const W2: f64 = 2.0787;
const L2: f64 = -1.3732;

/// Sines, cosines and exponentials of the two poles.
struct Poles {
    sin1: f64,
    sin2: f64,
    cos1: f64,
    cos2: f64,
    exp1: f64,
    exp2: f64,
}

/// The numerator of one exponential series with its moments.
struct Numerator {
    n: [f64; 4],
    sum: f64,
    first: f64,
    second: f64,
}

impl Poles {
    fn new(sigma: f64) -> Self {
        Self {
            sin1: (W1 / sigma).sin(),
            sin2: (W2 / sigma).sin(),
            cos1: (W1 / sigma).cos(),
            cos2: (W2 / sigma).cos(),
            exp1: (L1 / sigma).exp(),
            exp2: (L2 / sigma).exp(),
        }
    }

    fn denominator(&self) -> [f64; 4] {
        let Self { cos1, cos2, exp1, exp2, .. } = *self;
        let d4 = exp1 * exp1 * exp2 * exp2;
        let mut d3 = -2.0 * cos1 * exp1 * exp2 * exp2;
        d3 += -2.0 * cos2 * exp2 * exp1 * exp1;
        let mut d2 = 4.0 * cos2 * cos1 * exp1 * exp2;
        d2 += exp1 * exp1 + exp2 * exp2;
        let d1 = -2.0 * (exp2 * cos2 + exp1 * cos1);
        [d1, d2, d3, d4]
    }

    fn numerator(&self, which: usize) -> Numerator {
        let Self { sin1, sin2, cos1, cos2, exp1, exp2 } = *self;
        let (a1, b1, a2, b2) = (A1[which], B1[which], A2[which], B2[which]);
        let n0 = a1 + a2;
        let mut n1 = exp2 * (b2 * sin2 - (a2 + 2.0 * a1) * cos2);
        n1 += exp1 * (b1 * sin1 - (a1 + 2.0 * a2) * cos1);
        let mut n2 = (a1 + a2) * cos2 * cos1;
        n2 -= b1 * cos2 * sin1 + b2 * cos1 * sin2;
        n2 *= 2.0 * exp1 * exp2;
        n2 += a2 * exp1 * exp1 + a1 * exp2 * exp2;
        let mut n3 = exp2 * exp1 * exp1 * (b2 * sin2 - a2 * cos2);
        n3 += exp1 * exp2 * exp2 * (b1 * sin1 - a1 * cos1);
        Numerator {
            n: [n0, n1, n2, n3],
            sum: n0 + n1 + n2 + n3,
            first: n1 + 2.0 * n2 + 3.0 * n3,
            second: n1 + 4.0 * n2 + 9.0 * n3,
        }
    }
}

impl Coefficients {
    /// Smoothing with a Gaussian of `sigma_mm` along an axis with this spacing; gain 1.
    pub fn smoothing(sigma_mm: f64, spacing_mm: f64) -> Self {
        let poles = Poles::new(sigma_mm / spacing_mm);
        let d = poles.denominator();
        let Numerator { n, sum, .. } = poles.numerator(0);
        let alpha = 2.0 * sum / (1.0 + d[0] + d[1] + d[2] + d[3]) - n[0];
        Self::complete(n.map(|v| v * (1.0 / alpha)), d)
    }

    /// Second derivative of a Gaussian of `sigma_mm`, per voxel squared, times sigma² (ITK's NormalizeAcrossScale).
    pub fn second_derivative(sigma_mm: f64, spacing_mm: f64) -> Self {
        let poles = Poles::new(sigma_mm / spacing_mm);
        let d = poles.denominator();
        let sd = 1.0 + d[0] + d[1] + d[2] + d[3];
        let dd = d[0] + 2.0 * d[1] + 3.0 * d[2] + 4.0 * d[3];
        let ed = d[0] + 4.0 * d[1] + 9.0 * d[2] + 16.0 * d[3];
        let p = poles.numerator(0);
        let q = poles.numerator(1);
        // A share of the smoothing series is added so that a constant gives 0.
        let beta = -(2.0 * q.sum - sd * q.n[0]) / (2.0 * p.sum - sd * p.n[0]);
        let n = [0, 1, 2, 3].map(|i| q.n[i] + beta * p.n[i]);
        let sn = q.sum + beta * p.sum;
        let dn = q.first + beta * p.first;
        let en = q.second + beta * p.second;
        let mut alpha = en * sd * sd - ed * sn * sd - 2.0 * dn * dd * sd + 2.0 * dd * dd * sn;
        alpha /= sd * sd * sd;
        Self::complete(n.map(|v| v * (sigma_mm * sigma_mm / alpha)), d)
    }

    /// Anticausal and boundary coefficients of a symmetric kernel.
    fn complete(n: [f64; 4], d: [f64; 4]) -> Self {
        let m = [n[1] - d[0] * n[0], n[2] - d[1] * n[0], n[3] - d[2] * n[0], -d[3] * n[0]];
        let sum_n = n[0] + n[1] + n[2] + n[3];
        let sum_m = m[0] + m[1] + m[2] + m[3];
        let sum_d = 1.0 + d[0] + d[1] + d[2] + d[3];
        Self { n, d, m, bn: d.map(|v| v * sum_n / sum_d), bm: d.map(|v| v * sum_m / sum_d) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The response to 1 at `at` on a long line, by the definition.
    fn gain(c: &Coefficients, moment: i32) -> f64 {
        let length = 400;
        let x: Vec<f64> = (0..length).map(|i| if i == length / 2 { 1.0 } else { 0.0 }).collect();
        let y = super::super::plain::filter_line(&x, c);
        y.iter().enumerate().map(|(i, v)| v * (i as f64 - (length / 2) as f64).powi(moment)).sum()
    }

    #[test]
    fn smoothing_has_gain_one_and_the_variance_of_its_sigma() {
        for (sigma, spacing) in [(1.0, 1.0), (3.0, 0.7), (5.0, 3.0), (2.5, 1.25)] {
            let c = Coefficients::smoothing(sigma, spacing);
            assert!((gain(&c, 0) - 1.0).abs() < 1e-12);
            let variance = gain(&c, 2) * spacing * spacing;
            // The exponential series is an approximation of the Gaussian: a few per cent of its variance.
            assert!((variance / (sigma * sigma) - 1.0).abs() < 0.1, "{variance}");
        }
    }

    #[test]
    fn the_second_derivative_is_exact_on_parabolas() {
        for (sigma, spacing) in [(1.0, 1.0), (3.0, 0.7), (5.0, 3.0)] {
            let c = Coefficients::second_derivative(sigma, spacing);
            assert!(gain(&c, 0).abs() < 1e-10);
            assert!((gain(&c, 2) / (2.0 * sigma * sigma) - 1.0).abs() < 1e-9);
        }
    }
}
