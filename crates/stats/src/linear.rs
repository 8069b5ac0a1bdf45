//! Least squares, and what the columns of a design depend on.

use crate::error::{Error, Result};

/// A design in its factors *Q R* by Householder reflections, with R's rule for columns that depend on others.
///
/// As LINPACK's `dqrdc2`, which R's `lm` stands on: the columns keep their order, but one whose norm falls below
/// [`Qr::TOLERANCE`] of its own once the columns before it are taken out goes to the end. Such columns are aliased: linear
/// combinations of the others, as far as numbers tell.
///
/// # Example
/// ```
/// use radsurv_stats::linear::Qr;
/// // An intercept, a covariate, and a column that is their sum.
/// let design = [vec![1.0; 4], vec![0.0, 1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0, 4.0]];
/// let qr = Qr::new(&design)?;
/// assert_eq!((qr.rank(), qr.aliased()), (2, &[2][..]));
/// let fit = qr.fit(&[1.0, 3.0, 5.0, 7.0])?;
/// assert!((fit.coefficients[1].unwrap() - 2.0).abs() < 1e-12 && fit.coefficients[2].is_none());
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Qr {
    rows: usize,
    /// Columns in the order of `pivot`: above and on the diagonal R, below it the reflections.
    factors: Vec<Vec<f64>>,
    /// The diagonal elements of the reflections.
    heads: Vec<f64>,
    pivot: Vec<usize>,
    rank: usize,
}

/// A fit by least squares.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    /// A coefficient per column of the design; `None` if it is aliased.
    pub coefficients: Vec<Option<f64>>,
    /// Fitted values.
    pub fitted: Vec<f64>,
    /// Observed less fitted values.
    pub residuals: Vec<f64>,
    /// The sum of squared residuals.
    pub residual_squares: f64,
    /// Cases less rank.
    pub df: usize,
}

impl Qr {
    /// How much of its norm a column must keep not to be aliased: R's.
    pub const TOLERANCE: f64 = 1e-7;

    /// The factors of the design of these columns, with [`Qr::TOLERANCE`].
    ///
    /// # Errors
    /// [`Error::Length`] if columns differ in length, [`Error::Missing`] and [`Error::Infinite`].
    pub fn new<C: AsRef<[f64]>>(columns: &[C]) -> Result<Self> {
        Self::with_tolerance(columns, Self::TOLERANCE)
    }

    /// The factors with another tolerance.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_tolerance<C: AsRef<[f64]>>(columns: &[C], tolerance: f64) -> Result<Self> {
        let rows = columns.first().map_or(0, |c| c.as_ref().len());
        for (column, values) in columns.iter().enumerate() {
            check(values.as_ref(), column, rows)?;
        }
        let count = columns.len();
        let mut x: Vec<Vec<f64>> = columns.iter().map(|c| c.as_ref().to_vec()).collect();
        let mut pivot: Vec<usize> = (0..count).collect();
        // The norm of what is left of each column, the norm it was last computed as, and the one it began with.
        let mut left: Vec<f64> = x.iter().map(|c| norm(c)).collect();
        let mut original: Vec<f64> = left.iter().map(|&n| if n == 0.0 { 1.0 } else { n }).collect();
        let mut heads = vec![0.0; count];
        let mut rank = count;
        for l in 0..rows.min(count) {
            while l < rank && left[l] < original[l] * tolerance {
                x[l..].rotate_left(1);
                pivot[l..].rotate_left(1);
                left[l..].rotate_left(1);
                original[l..].rotate_left(1);
                rank -= 1;
            }
            if l + 1 == rows {
                break;
            }
            let (done, rest) = x.split_at_mut(l + 1);
            let column = &mut done[l][l..];
            let size = norm(column);
            if size == 0.0 {
                continue;
            }
            let size = if column[0] < 0.0 { -size } else { size };
            column.iter_mut().for_each(|v| *v /= size);
            column[0] += 1.0;
            for (j, other) in (l + 1..).zip(rest) {
                reflect(column, column[0], &mut other[l..]);
                if left[j] == 0.0 {
                    continue;
                }
                let kept = (1.0 - (other[l].abs() / left[j]).powi(2)).max(0.0);
                // A norm that is updated after a large loss has no digits left.
                left[j] = if kept < 1e-6 { norm(&other[l + 1..]) } else { left[j] * kept.sqrt() };
            }
            heads[l] = column[0];
            column[0] = -size;
        }
        Ok(Self { rows, factors: x, heads, pivot, rank: rank.min(rows) })
    }

    /// The number of columns that do not depend on others.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The columns that are linear combinations of those before them, in the order they were found.
    pub fn aliased(&self) -> &[usize] {
        &self.pivot[self.rank..]
    }

    /// The order of the columns in R: those that count, then the aliased ones.
    pub fn pivot(&self) -> &[usize] {
        &self.pivot
    }

    /// The fit of `y` by least squares, without the aliased columns.
    ///
    /// # Errors
    /// [`Error::Length`] if `y` does not have a value per row, [`Error::Missing`] and [`Error::Infinite`].
    pub fn fit(&self, y: &[f64]) -> Result<LeastSquares> {
        check(y, 0, self.rows)?;
        let mut effects = y.to_vec();
        for l in 0..self.rank {
            self.reflect_by(l, &mut effects);
        }
        let mut coefficients = vec![None; self.pivot.len()];
        for (l, value) in self.back_substitute(&effects).into_iter().enumerate() {
            coefficients[self.pivot[l]] = Some(value);
        }
        // Back again without the effects of the design: residuals are as exact as y, also where they nearly vanish.
        let mut residuals = effects;
        residuals[..self.rank].fill(0.0);
        for l in (0..self.rank).rev() {
            self.reflect_by(l, &mut residuals);
        }
        let fitted = y.iter().zip(&residuals).map(|(y, r)| y - r).collect();
        let residual_squares = residuals.iter().map(|r| r * r).sum();
        Ok(LeastSquares { coefficients, fitted, residuals, residual_squares, df: self.rows - self.rank })
    }

    /// Turns values: `Q'y` in place of `y`. What is left behind the first [`rank`](Self::rank) of them is what the design
    /// does not explain.
    ///
    /// # Panics
    /// If there is not a value per row.
    pub fn turn(&self, values: &mut [f64]) {
        assert_eq!(values.len(), self.rows, "a value per row");
        (0..self.rank).for_each(|l| self.reflect_by(l, values));
    }

    /// The first [`rank`](Self::rank) columns of Q: an orthonormal basis of what the design explains.
    pub fn basis(&self) -> Vec<Vec<f64>> {
        let column = |k: usize| {
            let mut unit = vec![0.0; self.rows];
            unit[k] = 1.0;
            (0..self.rank).rev().for_each(|l| self.reflect_by(l, &mut unit));
            unit
        };
        (0..self.rank).map(column).collect()
    }

    /// The inverse of R, row by row, of the columns that are not aliased, in the order of [`pivot`](Self::pivot): times the
    /// products of [`basis`](Self::basis) and `y`, the coefficients.
    pub fn inverse_triangle(&self) -> Vec<Vec<f64>> {
        let unit = |k: usize| (0..self.rank).map(|i| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = (0..self.rank).map(|k| self.back_substitute(&unit(k))).collect();
        (0..self.rank).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
    }

    /// `(X'X)⁻¹` of the columns that are not aliased, in the order of [`pivot`](Self::pivot): times the residual variance,
    /// the covariance of their coefficients.
    pub fn inverse_crossproduct(&self) -> Vec<Vec<f64>> {
        let inverse: Vec<Vec<f64>> = (0..self.rank)
            .map(|k| self.back_substitute(&(0..self.rank).map(|i| f64::from(u8::from(i == k))).collect::<Vec<_>>()))
            .collect();
        let entry = |i: usize, j: usize| inverse.iter().map(|column| column[i] * column[j]).sum();
        (0..self.rank).map(|i| (0..self.rank).map(|j| entry(i, j)).collect()).collect()
    }

    fn reflect_by(&self, l: usize, values: &mut [f64]) {
        if self.heads[l] != 0.0 {
            let tail = &self.factors[l][l + 1..];
            let head = self.heads[l];
            let by = -(head * values[l] + tail.iter().zip(&values[l + 1..]).map(|(a, b)| a * b).sum::<f64>()) / head;
            values[l] += by * head;
            tail.iter().zip(&mut values[l + 1..]).for_each(|(a, v)| *v += by * a);
        }
    }

    /// Solves `R b = effects` for the columns that count.
    fn back_substitute(&self, effects: &[f64]) -> Vec<f64> {
        let mut b = effects[..self.rank].to_vec();
        for l in (0..self.rank).rev() {
            b[l] /= self.factors[l][l];
            let value = b[l];
            (0..l).for_each(|i| b[i] -= self.factors[l][i] * value);
        }
        b
    }
}

/// `values += by * column` with the `by` that reflects at the plane of `column`, whose first element is `head`.
fn reflect(column: &[f64], head: f64, values: &mut [f64]) {
    let by = -column.iter().zip(&*values).map(|(a, b)| a * b).sum::<f64>() / head;
    column.iter().zip(values).for_each(|(a, v)| *v += by * a);
}

/// The Euclidean norm, without leaving the range of numbers on the way.
fn norm(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    if (1e-140..1e140).contains(&largest) {
        return values.iter().map(|v| v * v).sum::<f64>().sqrt();
    }
    largest * values.iter().map(|v| (v / largest).powi(2)).sum::<f64>().sqrt()
}

pub(crate) fn check(values: &[f64], column: usize, rows: usize) -> Result<()> {
    if values.len() != rows {
        return Err(Error::Length { column, found: values.len(), expected: rows });
    }
    match values.iter().position(|v| !v.is_finite()) {
        Some(row) if values[row].is_nan() => Err(Error::Missing { column, row }),
        Some(row) => Err(Error::Infinite { column, row }),
        None => Ok(()),
    }
}
