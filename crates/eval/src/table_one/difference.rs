//! Standardised mean differences.

use radsurv_stats::cholesky::Cholesky;
use radsurv_stats::summary::{mean, standard_deviation};

/// The standardised difference of the means of two samples, *|m_1 - m_2| / √((s_1² + s_2²) / 2)*. None of a sample of fewer
/// than two values, and of two that are constant at different values: it has no bound. 0 if both are constant at the same.
///
/// # Example
/// ```
/// use radsurv_eval::table_one::standardised_difference;
/// assert_eq!(standardised_difference(&[1.0, 2.0, 3.0], &[3.0, 4.0, 5.0]), Some(2.0));
/// assert_eq!(standardised_difference(&[1.0, 1.0], &[2.0, 2.0]), None);
/// ```
pub fn standardised_difference(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || b.len() < 2 || a.iter().chain(b).any(|v| !v.is_finite()) {
        return None;
    }
    let constant = |v: &[f64]| v.iter().all(|x| *x == v[0]);
    if constant(a) && constant(b) {
        return (a[0] == b[0]).then_some(0.0);
    }
    // By the larger one, so that squares stay within the range of numbers.
    let (s, t) = (standard_deviation(a), standard_deviation(b));
    let scale = s.max(t);
    let found = (mean(a) - mean(b)).abs() / scale / (0.5 * ((s / scale).powi(2) + (t / scale).powi(2))).sqrt();
    found.is_finite().then_some(found)
}

/// The standardised difference of the proportions of categories, from the counts of two groups in the same order:
/// Mahalanobis's distance *√(d' S⁻¹ d)* with *S* the mean of the multinomial covariances *diag(p) - p p'*, without one category
/// (whichever: it is what the others leave). None of a group without a case, and of groups that have no category in common.
///
/// # Example
/// ```
/// use radsurv_eval::table_one::standardised_difference_of_counts;
/// let smd = standardised_difference_of_counts(&[30, 70], &[50, 50]).unwrap();
/// assert!((smd - 0.2 / f64::sqrt((0.21 + 0.25) / 2.0)).abs() < 1e-12);
/// assert_eq!(standardised_difference_of_counts(&[10, 0], &[0, 10]), None);
/// ```
pub fn standardised_difference_of_counts(a: &[u64], b: &[u64]) -> Option<f64> {
    let (n, m) = (a.iter().sum::<u64>() as f64, b.iter().sum::<u64>() as f64);
    if a.len() != b.len() || n == 0.0 || m == 0.0 || a.iter().zip(b).all(|(x, y)| *x == 0 || *y == 0) {
        return None;
    }
    // Categories that neither group has are none. With one in common the covariance has full rank without one of the rest.
    let there = a.iter().zip(b).filter(|(x, y)| **x > 0 || **y > 0);
    let parts: Vec<(f64, f64)> = there.map(|(x, y)| (*x as f64 / n, *y as f64 / m)).collect();
    let parts = &parts[1..];
    let size = parts.len();
    if size == 0 {
        return Some(0.0);
    }
    let covariance = |(i, j): (usize, usize)| {
        let own = |p: f64, q: f64| if i == j { p * (1.0 - p) } else { -p * q };
        0.5 * (own(parts[i].0, parts[j].0) + own(parts[i].1, parts[j].1))
    };
    let matrix: Vec<f64> = (0..size * size).map(|at| covariance((at / size, at % size))).collect();
    let difference: Vec<f64> = parts.iter().map(|(p, q)| p - q).collect();
    let solved = Cholesky::new(size, &matrix).and_then(|factors| factors.solve(&difference)).ok()?;
    let square: f64 = solved.iter().zip(&difference).map(|(x, d)| x * d).sum();
    Some(square.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_category_that_is_left_out_does_not_matter() {
        let (a, b) = ([12, 0, 7, 30], [9, 4, 0, 21]);
        let first = standardised_difference_of_counts(&a, &b).unwrap();
        for turn in 1..4 {
            let turned = |v: [u64; 4]| [&v[turn..], &v[..turn]].concat();
            let other = standardised_difference_of_counts(&turned(a), &turned(b)).unwrap();
            assert!((first - other).abs() < 1e-12);
        }
        let padded = standardised_difference_of_counts(&[12, 0, 0, 7, 30], &[9, 4, 0, 0, 21]).unwrap();
        assert!((padded - first).abs() < 1e-12);
        assert_eq!(standardised_difference_of_counts(&[5, 0], &[9, 0]), Some(0.0));
        assert_eq!(standardised_difference_of_counts(&[0, 0], &[9, 1]), None);
        assert_eq!(standardised_difference(&[2.0, 2.0], &[2.0, 2.0]), Some(0.0));
        assert_eq!(standardised_difference(&[2.0], &[2.0, 3.0]), None);
    }
}
