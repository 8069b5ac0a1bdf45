//! The two-sample test of Kolmogorov and Smirnov, exact.

/// Largest distance of the empirical distributions of two samples, and the probability of one as large or larger if both
/// are of one continuous distribution.
///
/// *p* = 1 - Pr(*D* < *d*), and Pr(*D* < *d*) is the part of all orders of the *n + m* values whose path from (0, 0) to
/// (*n*, *m*) keeps |*i/n - j/m*| < *d* (Hodges, *Ark Mat* 3, 1958, 469-486). The count is carried as a proportion, so that
/// nothing overflows. With ties it is conservative, as in scipy's `ks_2samp`, whose numbers these are.
///
/// Missing values are left out. `None` if a sample has no value.
///
/// # Example
/// ```
/// use radsurv_harmonize::combat::kolmogorov_smirnov;
/// let (d, p) = kolmogorov_smirnov(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.5, 3.5, 4.5, 5.5, 6.5]).unwrap();
/// assert!((d - 0.4).abs() < 1e-15 && (p - 0.873015873015873).abs() < 1e-14);
/// ```
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<(f64, f64)> {
    let sorted = |values: &[f64]| -> Vec<f64> {
        let mut values: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    let (a, b) = (sorted(a), sorted(b));
    let (n, m) = (a.len(), b.len());
    if n == 0 || m == 0 {
        return None;
    }
    // |i m - j n| in whole numbers, at the end of each run of equal values.
    let (mut i, mut j, mut largest) = (0, 0, 0);
    while i < n && j < m {
        let value = a[i].min(b[j]);
        while i < n && a[i] == value {
            i += 1;
        }
        while j < m && b[j] == value {
            j += 1;
        }
        largest = largest.max((i * m).abs_diff(j * n));
    }
    let d = largest as f64 / (n as f64 * m as f64);
    Some((d, probability(n, m, largest)))
}

/// Pr(|*i m - j n*| >= `largest` somewhere on the path).
fn probability(n: usize, m: usize, largest: usize) -> f64 {
    if largest == 0 {
        return 1.0;
    }
    let inside = |i: usize, j: usize| (i * m).abs_diff(j * n) < largest;
    // part[j]: of the paths to (i, j) those that stay inside. A path comes from (i - 1, j) with probability i / (i + j).
    let mut part = vec![0.0; m + 1];
    for i in 0..=n {
        for j in 0..=m {
            part[j] = match (i, j) {
                _ if !inside(i, j) => 0.0,
                (0, 0) => 1.0,
                (0, _) => part[j - 1],
                (_, 0) => part[0],
                _ => (i as f64 * part[j] + j as f64 * part[j - 1]) / (i + j) as f64,
            };
        }
    }
    (1.0 - part[m]).clamp(0.0, 1.0)
}
