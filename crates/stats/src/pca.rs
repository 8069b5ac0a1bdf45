//! Principal components.

use crate::error::{Error, Result};
use crate::summary::mean;
use crate::svd::{Singular, decompose};

/// The principal components of a table of cases by features: the directions in which the cases vary most, each orthogonal
/// to those before it.
///
/// With `X` the table less its column means, over their standard deviations if asked for, `X = U S V'`: column *k* of `V`
/// are the loadings of component *k*, of length 1, `U S` its scores, and `S / sqrt(n - 1)` its standard deviation. These are
/// those of R's `prcomp` but for the sign, which is fixed here: the largest loading by magnitude is positive (the first, if
/// several are).
///
/// The smaller of `X'X` and `X X'` is decomposed, and the result brought to the accuracy of a decomposition of `X` itself
/// by rotations of what is not quite orthogonal (one-sided Jacobi). There are no components for directions without
/// variance: at most one less than there are cases.
///
/// # Example
/// ```
/// use radsurv_stats::pca::{Pca, Scale};
/// let pca = Pca::new(&[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]], Scale::Keep)?;
/// assert_eq!(pca.components(), 1);
/// assert!((pca.sd()[0] - 5f64.sqrt()).abs() < 1e-14);
/// assert!((pca.scores(0)[2] - 5f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    centre: Vec<f64>,
    /// Ones if features are not scaled.
    scale: Vec<f64>,
    sd: Vec<f64>,
    loadings: Vec<Vec<f64>>,
    scores: Vec<Vec<f64>>,
    total_variance: f64,
}

/// Whether features are divided by their standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// No: features of larger variance count for more.
    #[default]
    Keep,
    /// Yes: all count alike.
    Unit,
}

impl Pca {
    /// The components of columns of the same length, a column per feature.
    ///
    /// # Errors
    /// [`Error::TooFew`] with fewer than two cases; [`Error::Length`]; [`Error::Missing`] and [`Error::Infinite`]; with
    /// [`Scale::Unit`], [`Error::Constant`] with a constant column; [`Error::NotConverged`] if the decomposition does not
    /// come to an end.
    pub fn new<C: AsRef<[f64]>>(columns: &[C], scale: Scale) -> Result<Self> {
        let cases = columns.first().map_or(0, |c| c.as_ref().len());
        if cases < 2 {
            return Err(Error::TooFew { what: "a principal component", needed: 2, found: cases });
        }
        let (mut centre, mut scales) = (Vec::with_capacity(columns.len()), Vec::with_capacity(columns.len()));
        let mut centred = Vec::with_capacity(columns.len());
        for (column, values) in columns.iter().map(AsRef::as_ref).enumerate() {
            crate::linear::check(values, column, cases)?;
            let middle = mean(values);
            let mut own: Vec<f64> = values.iter().map(|v| v - middle).collect();
            let divisor = match scale {
                Scale::Keep => 1.0,
                Scale::Unit if values.iter().all(|v| *v == values[0]) => return Err(Error::Constant { column }),
                Scale::Unit => (own.iter().map(|v| v * v).sum::<f64>() / (cases as f64 - 1.0)).sqrt(),
            };
            own.iter_mut().for_each(|v| *v /= divisor);
            centre.push(middle);
            scales.push(divisor);
            centred.push(own);
        }
        let df = cases as f64 - 1.0;
        let total_variance = centred.iter().flatten().map(|v| v * v).sum::<f64>() / df;
        let parts = if columns.len() < cases {
            decompose(&centred)?
        } else {
            // Loadings and scores change places.
            let rows: Vec<Vec<f64>> = (0..cases).map(|c| centred.iter().map(|f| f[c]).collect()).collect();
            decompose(&rows)?.into_iter().map(Singular::swapped).collect()
        };
        let mut out = Self {
            centre,
            scale: scales,
            sd: parts.iter().map(|p| p.size / df.sqrt()).collect(),
            loadings: Vec::with_capacity(parts.len()),
            scores: Vec::with_capacity(parts.len()),
            total_variance,
        };
        for Singular { mut right, mut left, size } in parts {
            let largest = right.iter().fold(0.0f64, |m, v| if v.abs() > m.abs() { *v } else { m });
            let sign = if largest < 0.0 { -1.0 } else { 1.0 };
            right.iter_mut().for_each(|v| *v *= sign);
            left.iter_mut().for_each(|v| *v *= sign * size);
            out.loadings.push(right);
            out.scores.push(left);
        }
        Ok(out)
    }

    /// The number of components.
    pub fn components(&self) -> usize {
        self.sd.len()
    }

    /// The standard deviation along each component, falling.
    pub fn sd(&self) -> &[f64] {
        &self.sd
    }

    /// The share of all variance along each component.
    pub fn explained(&self) -> Vec<f64> {
        self.sd.iter().map(|sd| sd * sd / self.total_variance).collect()
    }

    /// The loadings of component `k` (from 0): one per feature.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn loadings(&self, k: usize) -> &[f64] {
        &self.loadings[k]
    }

    /// The scores of component `k` (from 0): one per case.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn scores(&self, k: usize) -> &[f64] {
        &self.scores[k]
    }

    /// The mean of each feature.
    pub fn centre(&self) -> &[f64] {
        &self.centre
    }

    /// What each feature is divided by: 1 with [`Scale::Keep`].
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// The scores of other cases, a vector per component, given the same features.
    ///
    /// # Errors
    /// [`Error::TooFew`] if there are not as many columns as features; [`Error::Length`], [`Error::Missing`] and
    /// [`Error::Infinite`].
    pub fn project<C: AsRef<[f64]>>(&self, columns: &[C]) -> Result<Vec<Vec<f64>>> {
        if columns.len() != self.centre.len() {
            let (needed, found) = (self.centre.len(), columns.len());
            return Err(Error::Length { column: found.min(needed), found, expected: needed });
        }
        let cases = columns.first().map_or(0, |c| c.as_ref().len());
        let mut out = vec![vec![0.0; cases]; self.components()];
        for (feature, values) in columns.iter().map(AsRef::as_ref).enumerate() {
            crate::linear::check(values, feature, cases)?;
            for (scores, loadings) in out.iter_mut().zip(&self.loadings) {
                let weight = loadings[feature];
                for (score, value) in scores.iter_mut().zip(values) {
                    *score += (value - self.centre[feature]) / self.scale[feature] * weight;
                }
            }
        }
        Ok(out)
    }
}
