//! Equations of a symmetric positive definite matrix: crossproducts, covariances, information.

use nalgebra::{DMatrix, DVector, Dyn};

use crate::error::{Error, Result};

/// A symmetric positive definite matrix in its factors `L L'`.
///
/// # Example
/// ```
/// use radsurv_stats::cholesky::Cholesky;
/// let factors = Cholesky::new(2, &[4.0, 2.0, 2.0, 3.0])?;
/// let x = factors.solve(&[8.0, 8.0])?;
/// assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 2.0).abs() < 1e-15);
/// assert!((factors.ln_determinant() - 8f64.ln()).abs() < 1e-15);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cholesky {
    factors: nalgebra::Cholesky<f64, Dyn>,
}

impl Cholesky {
    /// The factors of a matrix of `size` rows and columns; its lower triangle is read.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not `size²` values; [`Error::NotPositiveDefinite`] otherwise, also if a value is missing.
    pub fn new(size: usize, values: &[f64]) -> Result<Self> {
        if size.checked_mul(size) != Some(values.len()) {
            return Err(Error::Length { column: 0, found: values.len(), expected: size.saturating_mul(size) });
        }
        let matrix = DMatrix::from_row_slice(size, size, values);
        let lower = (0..size).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let finite = lower.into_iter().all(|at| matrix[at].is_finite());
        let factors = if finite { nalgebra::Cholesky::new(matrix) } else { None };
        Ok(Self { factors: factors.ok_or(Error::NotPositiveDefinite { size })? })
    }

    /// The factors of `X'X` of these columns.
    ///
    /// # Errors
    /// [`Error::Length`] if columns differ in length; [`Error::NotPositiveDefinite`] if one depends on others: find out which
    /// with [`Qr`](crate::linear::Qr).
    pub fn of_crossproduct<C: AsRef<[f64]>>(columns: &[C]) -> Result<Self> {
        let rows = columns.first().map_or(0, |c| c.as_ref().len());
        if let Some((column, found)) = columns.iter().map(|c| c.as_ref().len()).enumerate().find(|(_, n)| *n != rows) {
            return Err(Error::Length { column, found, expected: rows });
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let values: Vec<f64> =
            columns.iter().flat_map(|a| columns.iter().map(|b| dot(a.as_ref(), b.as_ref()))).collect();
        Self::new(columns.len(), &values)
    }

    /// The `x` of `A x = b`.
    ///
    /// # Errors
    /// [`Error::Length`] if `b` is of another size.
    pub fn solve(&self, b: &[f64]) -> Result<Vec<f64>> {
        let size = self.factors.l_dirty().nrows();
        if b.len() != size {
            return Err(Error::Length { column: 0, found: b.len(), expected: size });
        }
        Ok(self.factors.solve(&DVector::from_column_slice(b)).as_slice().to_vec())
    }

    /// The inverse, row by row.
    pub fn inverse(&self) -> Vec<f64> {
        // Symmetric: columns are rows.
        self.factors.inverse().as_slice().to_vec()
    }

    /// The factor `L'`, row by row: R's `chol`.
    pub fn upper(&self) -> Vec<Vec<f64>> {
        let l = self.factors.l_dirty();
        let size = l.nrows();
        (0..size).map(|i| (0..size).map(|j| if j < i { 0.0 } else { l[(j, i)] }).collect()).collect()
    }

    /// The logarithm of the determinant.
    pub fn ln_determinant(&self) -> f64 {
        let l = self.factors.l_dirty();
        2.0 * (0..l.nrows()).map(|i| l[(i, i)].ln()).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        for bad in [[1.0, 2.0, 2.0, 1.0], [0.0; 4], [f64::NAN, 0.0, 0.0, 1.0]] {
            assert_eq!(Cholesky::new(2, &bad).unwrap_err(), Error::NotPositiveDefinite { size: 2 });
        }
        assert!(Cholesky::new(2, &[1.0]).is_err());
        assert!(Cholesky::of_crossproduct(&[vec![1.0], vec![]]).is_err());
        assert!(Cholesky::new(1, &[1.0]).unwrap().solve(&[]).is_err());
    }

    proptest! {
        #[test]
        fn the_inverse_solves(columns in prop::collection::vec(prop::collection::vec(-1.0..1.0f64, 9), 1..5)) {
            let Ok(factors) = Cholesky::of_crossproduct(&columns) else { return Ok(()) };
            let b: Vec<f64> = (1..=columns.len()).map(|i| i as f64).collect();
            let x = factors.solve(&b).unwrap();
            for (row, x) in factors.inverse().chunks(b.len()).zip(&x) {
                let other: f64 = row.iter().zip(&b).map(|(a, b)| a * b).sum();
                prop_assert!((other - x).abs() <= 1e-7 * (1.0 + x.abs()));
            }
        }
    }
}
