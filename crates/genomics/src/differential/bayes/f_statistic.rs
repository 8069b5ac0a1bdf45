//! Whether any of several coefficients differs from 0.

use radsurv_stats::distribution::FisherF;
use radsurv_stats::svd::{Singular, decompose};
use rayon::prelude::*;

use super::Moderated;
use crate::error::{Error, Result};

/// A moderated F of each gene.
#[derive(Debug, Clone, PartialEq)]
pub struct FStatistics {
    /// F; NaN where a coefficient is missing.
    pub f: Vec<f64>,
    /// Its p-value.
    pub p_value: Vec<f64>,
    /// The degrees of freedom of its numerator: the rank of the coefficients' covariance.
    pub df1: usize,
}

impl Moderated {
    /// The moderated F of these coefficients: with their t and the matrix *C* of correlations of coefficients, *t' C⁻¹ t* over the rank of
    /// *C*, which has that many and the residual and prior degrees of freedom (limma's `classifyTestsF`).
    ///
    /// # Errors
    /// [`Error::UnknownCoefficient`]; [`Error::Moderation`] if none is named, one twice, or the test was of changes beyond a
    /// given one.
    pub fn f_statistics(&self, names: &[&str]) -> Result<FStatistics> {
        let bad = |what: &str| Err(Error::Moderation(what.to_string()));
        if self.beyond.is_some() {
            return bad("there is no F of changes beyond a given one; moderate with `BayesSettings`");
        }
        let places: Vec<usize> = names.iter().map(|name| self.fit.place(name)).collect::<Result<_>>()?;
        if places.is_empty() || places.iter().enumerate().any(|(i, place)| places[..i].contains(place)) {
            return bad("an F needs the names of coefficients, each once");
        }
        let covariance = &self.fit.covariance;
        let entry = |i: usize, j: usize| {
            let (i, j) = (places[i], places[j]);
            covariance[i][j] / (covariance[i][i].sqrt() * covariance[j][j].sqrt())
        };
        let count = places.len();
        let columns: Vec<Vec<f64>> = (0..count).map(|j| (0..count).map(|i| entry(i, j)).collect()).collect();
        // Of a symmetric matrix without negative eigenvalues the singular values are these.
        let mut parts = decompose(&columns)?;
        let largest = parts.first().map_or(0.0, |part| part.size);
        parts.retain(|part| part.size / largest > 1e-8);
        let rank = parts.len();
        let turned = |t: &[f64]| -> f64 {
            let along = |part: &Singular| part.right.iter().zip(t).map(|(v, t)| v * t).sum::<f64>();
            parts.iter().map(|part| along(part).powi(2) / part.size).sum::<f64>() / rank as f64
        };
        let width = self.fit.names.len();
        let one = |gene: usize| {
            let t: Vec<f64> = places.iter().map(|&k| self.t[gene * width + k]).collect();
            let f = if count == 1 { t[0] * t[0] } else { turned(&t) };
            let df2 = self.fit.df_residual[gene] + self.df_prior[gene];
            (f, FisherF::new(rank as f64, df2).map_or(f64::NAN, |of| of.upper(f)))
        };
        let (f, p_value) = (0..self.fit.genes.len()).into_par_iter().with_min_len(128).map(one).unzip();
        Ok(FStatistics { f, p_value, df1: rank })
    }
}
