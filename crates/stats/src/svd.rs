//! Singular values of a matrix of few columns.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::correlation::Gram;
use crate::error::{Error, Result};

/// A singular value with its vectors, both of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Singular {
    /// The value, positive.
    pub size: f64,
    /// Its vector over rows.
    pub left: Vec<f64>,
    /// Its vector over columns.
    pub right: Vec<f64>,
}

impl Singular {
    /// That of the matrix turned on its side.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { left: self.right, right: self.left, size: self.size }
    }
}

/// The singular values above rounding, falling, with their vectors, of the matrix of these columns, by Jacobi's rotations (from
/// the eigenvectors of its crossproduct on). Values and vectors are as exact as the columns also where values are equal or
/// differ by much. Fast where there are fewer columns than rows.
///
/// # Errors
/// [`Error::Length`] if columns differ in length, [`Error::Missing`], [`Error::Infinite`]; [`Error::NotConverged`].
///
/// # Example
/// ```
/// use radsurv_stats::svd::decompose;
/// // The third column is the sum of the others.
/// let parts = decompose(&[vec![1.0, 0.0, 1.0, 0.0], vec![0.0, 1.0, 0.0, 1.0], vec![1.0; 4]])?;
/// assert_eq!(parts.len(), 2);
/// assert!((parts[0].size - 6f64.sqrt()).abs() < 1e-14 && (parts[1].size - 2f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn decompose(columns: &[Vec<f64>]) -> Result<Vec<Singular>> {
    let count = columns.len();
    if count == 0 {
        return Ok(Vec::new());
    }
    let long = columns[0].len();
    columns.iter().enumerate().try_for_each(|(place, column)| crate::linear::check(column, place, long))?;
    // Sums of squares stay in range if the largest value is about 1.
    let largest = columns.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return Ok(Vec::new());
    }
    let columns: Vec<Vec<f64>> = columns.iter().map(|c| c.iter().map(|v| v / largest).collect()).collect();
    let gram = Gram::new(&columns);
    let matrix = DMatrix::from_fn(count, count, |i, j| gram.get(i, j));
    let steps = 1000 + 100 * count;
    let eigen = SymmetricEigen::try_new(matrix, f64::EPSILON, steps).ok_or(Error::NotConverged { steps })?;
    let mut rights: Vec<Vec<f64>> = (0..count).map(|k| eigen.eigenvectors.column(k).as_slice().to_vec()).collect();
    let mut lefts: Vec<Vec<f64>> = rights.iter().map(|right| combine(&columns, right, long)).collect();
    // What is no more than rounding of the largest has no direction.
    let rounding = f64::EPSILON * 8.0 * count.max(long) as f64;
    orthogonalise(&mut lefts, &mut rights, rounding)?;
    let mut parts: Vec<Singular> = lefts
        .into_iter()
        .zip(rights)
        .map(|(left, right)| Singular { size: left.iter().map(|v| v * v).sum::<f64>().sqrt(), left, right })
        .collect();
    parts.sort_by(|a, b| b.size.total_cmp(&a.size));
    let floor = parts[0].size * rounding;
    parts.retain(|p| p.size > floor);
    for part in &mut parts {
        part.left.iter_mut().for_each(|v| *v /= part.size);
        part.size *= largest;
    }
    Ok(parts)
}

/// The sum of columns times weights.
fn combine(columns: &[Vec<f64>], weights: &[f64], long: usize) -> Vec<f64> {
    let mut out = vec![0.0; long];
    for (column, weight) in columns.iter().zip(weights) {
        out.iter_mut().zip(column).for_each(|(sum, value)| *sum += weight * value);
    }
    out
}

/// Rotates pairs of columns until all are orthogonal. The squares that the eigenvectors come from have half the digits:
/// small components are still mixed with each other.
fn orthogonalise(lefts: &mut [Vec<f64>], rights: &mut [Vec<f64>], rounding: f64) -> Result<()> {
    const SWEEPS: usize = 40;
    for _ in 0..SWEEPS {
        let gram = Gram::new(lefts);
        let norms: Vec<f64> = (0..lefts.len()).map(|i| gram.get(i, i).sqrt()).collect();
        let floor = norms.iter().fold(0.0f64, |m, n| m.max(*n)) * rounding;
        let mut rotated = false;
        for i in 0..lefts.len() {
            for j in 0..i {
                if gram.get(i, j).abs() <= 1e-14 * norms[i] * norms[j] || norms[i] <= floor || norms[j] <= floor {
                    continue;
                }
                rotated = true;
                rotate(lefts, rights, i, j);
            }
        }
        if !rotated {
            return Ok(());
        }
    }
    Err(Error::NotConverged { steps: SWEEPS })
}

/// The rotation of two columns that makes them orthogonal.
fn rotate(lefts: &mut [Vec<f64>], rights: &mut [Vec<f64>], i: usize, j: usize) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (a, b) = (dot(&lefts[i], &lefts[i]), dot(&lefts[j], &lefts[j]));
    let c = dot(&lefts[i], &lefts[j]);
    if c == 0.0 {
        return;
    }
    let zeta = (b - a) / (2.0 * c);
    let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = cosine * tangent;
    for side in [lefts, rights] {
        let (before, after) = side.split_at_mut(i);
        for (x, y) in after[0].iter_mut().zip(&mut before[j]) {
            (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
        }
    }
}
