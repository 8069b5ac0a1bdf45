//! Eigenvalues of a real matrix whose eigenvalues are real.

/// All eigenvalues of the `n` by `n` matrix `a` (row by row), in no order: QR iterations with shifts on the Hessenberg
/// form. The matrix need not be symmetric, but its eigenvalues must be real (a pair that rounding made complex gives its
/// real part).
///
/// # Panics
/// If an eigenvalue does not converge, which a matrix with real eigenvalues is not known to do.
pub fn eigenvalues(n: usize, mut a: Vec<f64>) -> Vec<f64> {
    hessenberg(n, &mut a);
    let norm = a.iter().map(|v| v * v).sum::<f64>().sqrt();
    let mut values = vec![0.0; n];
    let mut end = n;
    let mut tries = 0;
    while end > 0 {
        // A subdiagonal element that is nothing against the matrix splits it.
        let mut start = end - 1;
        while start > 0 {
            if a[start * n + start - 1].abs() <= f64::EPSILON * norm {
                a[start * n + start - 1] = 0.0;
                break;
            }
            start -= 1;
        }
        if start + 1 == end {
            values[start] = a[start * n + start];
            end -= 1;
            tries = 0;
            continue;
        }
        let block = [
            a[(end - 2) * n + end - 2],
            a[(end - 2) * n + end - 1],
            a[(end - 1) * n + end - 2],
            a[(end - 1) * n + end - 1],
        ];
        if start + 2 == end {
            (values[start], values[start + 1]) = two_by_two(block);
            end -= 2;
            tries = 0;
            continue;
        }
        tries += 1;
        assert!(tries < 1000, "no convergence of eigenvalue {end} of {n}");
        let (low, high) = two_by_two(block);
        let mut shift = if (high - block[3]).abs() < (low - block[3]).abs() { high } else { low };
        if tries % 20 == 0 {
            shift += block[2].abs();
        }
        qr_step(n, &mut a, start, end, shift);
    }
    values
}

/// Eigenvalues of [[a, b], [c, d]]; the real part if they are complex.
fn two_by_two([a, b, c, d]: [f64; 4]) -> (f64, f64) {
    let half = (a - d) / 2.0;
    let root = (half * half + b * c).max(0.0).sqrt();
    if root == 0.0 {
        return ((a + d) / 2.0, (a + d) / 2.0);
    }
    // The eigenvalue next to d from the product of the two, without cancellation.
    let far = half + root.copysign(half);
    (d + far, d - b * c / far)
}

/// Zeros below the first subdiagonal by Householder reflections from both sides.
fn hessenberg(n: usize, a: &mut [f64]) {
    for k in 0..n.saturating_sub(2) {
        let mut v: Vec<f64> = (k + 1..n).map(|i| a[i * n + k]).collect();
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length == 0.0 {
            continue;
        }
        v[0] += length.copysign(v[0]);
        let square: f64 = v.iter().map(|x| x * x).sum();
        for column in 0..n {
            let dot: f64 = v.iter().enumerate().map(|(i, x)| x * a[(k + 1 + i) * n + column]).sum();
            v.iter().enumerate().for_each(|(i, x)| a[(k + 1 + i) * n + column] -= 2.0 * dot / square * x);
        }
        for row in 0..n {
            let dot: f64 = v.iter().enumerate().map(|(i, x)| x * a[row * n + k + 1 + i]).sum();
            v.iter().enumerate().for_each(|(i, x)| a[row * n + k + 1 + i] -= 2.0 * dot / square * x);
        }
    }
}

/// One step QR - shift -> RQ + shift on rows and columns `start..end` of a Hessenberg matrix, by plane rotations.
fn qr_step(n: usize, a: &mut [f64], start: usize, end: usize, shift: f64) {
    for i in start..end {
        a[i * n + i] -= shift;
    }
    let mut rotations = Vec::new();
    for i in start..end - 1 {
        let (p, q) = (a[i * n + i], a[(i + 1) * n + i]);
        let r = p.hypot(q);
        let (c, s) = if r == 0.0 { (1.0, 0.0) } else { (p / r, q / r) };
        for j in i..end {
            let (u, v) = (a[i * n + j], a[(i + 1) * n + j]);
            a[i * n + j] = c * u + s * v;
            a[(i + 1) * n + j] = c * v - s * u;
        }
        rotations.push((c, s));
    }
    for (k, (c, s)) in rotations.into_iter().enumerate() {
        let i = start + k;
        for row in start..(i + 2).min(end) {
            let (u, v) = (a[row * n + i], a[row * n + i + 1]);
            a[row * n + i] = c * u + s * v;
            a[row * n + i + 1] = c * v - s * u;
        }
    }
    for i in start..end {
        a[i * n + i] += shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(n: usize, a: &[f64]) -> Vec<f64> {
        let mut values = eigenvalues(n, a.to_vec());
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn known_matrices() {
        assert!((sorted(2, &[2.0, 1.0, 1.0, 2.0])[0] - 1.0).abs() < 1e-15);
        let three = sorted(3, &[2.0, 0.0, 0.0, 1.0, 3.0, 0.0, 5.0, 4.0, -7.0]);
        for (value, expected) in three.iter().zip([-7.0, 2.0, 3.0]) {
            assert!((value - expected).abs() < 1e-13);
        }
        assert_eq!(sorted(3, &[0.0; 9]), vec![0.0; 3]);
    }

    #[test]
    fn second_difference_matrix() {
        // Eigenvalues of tridiag(-1, 2, -1) are 2 - 2 cos(k pi / (n + 1)).
        let n = 30;
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            a[i * n + i] = 2.0;
            if i + 1 < n {
                a[i * n + i + 1] = -1.0;
                a[(i + 1) * n + i] = -1.0;
            }
        }
        for (k, value) in sorted(n, &a).iter().enumerate() {
            let expected = 2.0 - 2.0 * (std::f64::consts::PI * (k as f64 + 1.0) / (n as f64 + 1.0)).cos();
            assert!((value - expected).abs() < 1e-13, "{value} {expected}");
        }
    }
}
