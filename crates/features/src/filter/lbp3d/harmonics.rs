//! From the signs of samples on a sphere to the strength of their spherical harmonics of each degree.

use nalgebra::DMatrix;

/// For each degree `n` a matrix `W` with which the strength of a vector `b` of 0 and 1 (one per vertex) is `|W b|`.
///
/// PyRadiomics computes `c(m) = sum over vertices b(v) Y(m, n, v)`, the function `f(v) = sum over m c(m) Y(m, n, v)`, and
/// the real part of `sqrt(sum over v f(v)²)`. As `Y(-m) = (-1)^m conj(Y(m))`, `f` is real:
///
/// ```text
/// f(v) = sum over u b(u) [ Y(0,v) Y(0,u) + 2 sum over m > 0 (Re Y(m,v) Re Y(m,u) - Im Y(m,v) Im Y(m,u)) ]
/// ```
///
/// so `f = F A b` with the `2n + 1` functions of `v` in the columns of `F` and those of `u` in the rows of `A`; with the
/// QR decomposition `F = Q R` the strength is `|R A b|`, and `W = R A` has `2n + 1` rows only.
///
/// PyRadiomics passes the angles in the order of the mathematicians to a function that takes them in that of the
/// physicists: `arccos(z / R)`, the angle from the pole, goes in as azimuth and `atan2(y, x)` as angle from the pole. It
/// is reproduced; the features are therefore not invariant under rotation.
///
/// `None` if a vertex lies beyond the pole by rounding, where arccos has no value.
pub(super) fn strengths(vertices: &[[f64; 3]], radius: f64, levels: u32) -> Option<Vec<DMatrix<f64>>> {
    let azimuth: Vec<f64> = vertices.iter().map(|v| (v[2] / radius).acos()).collect();
    if azimuth.iter().any(|a| a.is_nan()) {
        return None;
    }
    let polar: Vec<f64> = vertices.iter().map(|v| v[1].atan2(v[0])).collect();
    let matrix = |n: u32| {
        let width = 2 * n as usize + 1;
        let mut columns = DMatrix::zeros(vertices.len(), width);
        let mut rows = DMatrix::zeros(width, vertices.len());
        for v in 0..vertices.len() {
            for m in 0..=n {
                let size = legendre(n, m, polar[v].cos());
                if m == 0 {
                    columns[(v, 0)] = size;
                    rows[(0, v)] = size;
                    continue;
                }
                let (sin, cos) = (f64::from(m) * azimuth[v]).sin_cos();
                let (re, im) = (std::f64::consts::SQRT_2 * size * cos, std::f64::consts::SQRT_2 * size * sin);
                let at = 2 * m as usize;
                columns[(v, at - 1)] = re;
                columns[(v, at)] = im;
                rows[(at - 1, v)] = re;
                rows[(at, v)] = -im;
            }
        }
        columns.qr().r() * rows
    };
    Some((0..levels.max(1)).map(matrix).collect())
}

/// The strength of degree 0 by the number of ones: `sqrt(sum over vertices (k Y²)²)`, `Y = 1 / (2 sqrt(pi))`.
///
/// It takes a value per count, so that many voxels tie and the last bit decides on which side of a percentile they lie:
/// added one after the other, as numpy adds along an axis that is not the last.
pub(super) fn strengths_of_degree_0(vertices: usize) -> Vec<f64> {
    let harmonic = legendre(0, 0, 1.0);
    let mut coefficient = 0.0;
    (0..=vertices)
        .map(|ones| {
            if ones > 0 {
                coefficient += harmonic;
            }
            let value: f64 = coefficient * harmonic;
            (0..vertices).fold(0.0, |sum, _| sum + value * value).sqrt()
        })
        .collect()
}

/// The associated Legendre function `P(n, m)` with its sign (-1)^m, normalised so that `|Y(m, n)|` is its value.
fn legendre(n: u32, m: u32, x: f64) -> f64 {
    let sine = (1.0 - x * x).max(0.0).sqrt();
    let mut diagonal = (1.0 / (4.0 * std::f64::consts::PI)).sqrt();
    for k in 1..=m {
        diagonal *= -sine * (f64::from(2 * k + 1) / f64::from(2 * k)).sqrt();
    }
    let (mut before, mut value) = (0.0, diagonal);
    let m2 = f64::from(m * m);
    for k in m + 1..=n {
        let k2 = f64::from(k * k);
        let last2 = f64::from((k - 1) * (k - 1));
        let back = ((last2 - m2) / (4.0 * last2 - 1.0)).max(0.0).sqrt();
        let next = ((4.0 * k2 - 1.0) / (k2 - m2)).sqrt() * (x * value - back * before);
        (before, value) = (value, next);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_degrees_have_their_closed_forms() {
        use std::f64::consts::PI;
        for x in [-1.0, -0.3, 0.0, 0.6, 1.0f64] {
            let s = (1.0 - x * x).sqrt();
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
            close(legendre(0, 0, x), (0.25 / PI).sqrt());
            close(legendre(1, 0, x), (0.75 / PI).sqrt() * x);
            close(legendre(1, 1, x), -(0.375 / PI).sqrt() * s);
            close(legendre(2, 0, x), (5.0 / 16.0 / PI).sqrt() * (3.0 * x * x - 1.0));
            close(legendre(2, 1, x), -(15.0 / 8.0 / PI).sqrt() * x * s);
            close(legendre(3, 3, x), -(35.0 / 64.0 / PI).sqrt() * s.powi(3));
        }
    }

    #[test]
    fn degree_zero_counts_the_ones() {
        let vertices = super::super::icosphere::icosphere(1, 1.0);
        let w = &strengths(&vertices, 1.0, 1).unwrap()[0];
        let b = nalgebra::DVector::from_fn(vertices.len(), |i, _| if i < 10 { 1.0 } else { 0.0 });
        let expected = 10.0 * (vertices.len() as f64).sqrt() / (4.0 * std::f64::consts::PI);
        assert!(((w * b).norm() - expected).abs() < 1e-13);
    }

    #[test]
    fn a_vertex_beyond_the_pole_is_noticed() {
        assert!(strengths(&super::super::icosphere::icosphere(1, 0.2), 0.2, 2).is_none());
    }
}
