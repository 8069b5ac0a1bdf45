//! What linear models say of genes, and contrasts of it.

use std::fmt;

use radsurv_data::list;
use radsurv_stats::cholesky::Cholesky;
use rayon::prelude::*;

use super::contrast::Contrast;
use crate::error::{Error, Result};

/// Genes of which something must be known to a reader of the results.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// They have the same value in all samples: no difference, and no variance but what other genes lend them. If they are
    /// many, the variances of other genes are moderated towards too small ones: leave such genes out before.
    Constant {
        /// Their names.
        genes: Vec<String>,
    },
    /// They have no value at all, and no result.
    Unknown {
        /// Their names.
        genes: Vec<String>,
    },
    /// They have too few values for a residual variance: it is that of the other genes.
    NoResiduals {
        /// Their names.
        genes: Vec<String>,
    },
    /// With their missing values some coefficients cannot be estimated; these have no result.
    PartlyEstimable {
        /// Their names.
        genes: Vec<String>,
    },
    /// What the moderation of variances met: a sentence.
    Moderation(String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (genes, what) = match self {
            Self::Constant { genes } => (genes, "the same value in all samples"),
            Self::Unknown { genes } => (genes, "no value, and no result"),
            Self::NoResiduals { genes } => {
                (genes, "too few values for a variance of their own, and take that of others")
            }
            Self::PartlyEstimable { genes } => (genes, "missing values that leave some coefficients without a result"),
            Self::Moderation(what) => return f.write_str(what),
        };
        let (gene, have) = if genes.len() == 1 { ("gene", "has") } else { ("genes", "have") };
        write!(f, "{} {gene} {have} {what}: {}", genes.len(), list(genes))
    }
}

/// Linear models fitted to genes: limma's `MArrayLM`. Tables are gene by gene, a value per coefficient; NaN is what cannot be
/// estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    pub(super) genes: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) coefficients: Vec<f64>,
    pub(super) stdev_unscaled: Vec<f64>,
    pub(super) sigma: Vec<f64>,
    pub(super) df_residual: Vec<f64>,
    pub(super) ave_expr: Vec<f64>,
    pub(super) covariance: Vec<Vec<f64>>,
    pub(super) notices: Vec<Notice>,
}

impl LinearFit {
    /// The genes.
    pub fn genes(&self) -> &[String] {
        &self.genes
    }

    /// The names of the coefficients or contrasts.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All coefficients, those of the first gene first.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The values of one coefficient, one per gene.
    ///
    /// # Errors
    /// [`Error::UnknownCoefficient`].
    pub fn coefficient(&self, name: &str) -> Result<Vec<f64>> {
        let place = self.place(name)?;
        Ok(self.coefficients.iter().skip(place).step_by(self.names.len()).copied().collect())
    }

    /// The standard errors of coefficients where [`sigma`](Self::sigma) is 1, those of the first gene first.
    pub fn stdev_unscaled(&self) -> &[f64] {
        &self.stdev_unscaled
    }

    /// The residual standard deviation of each gene; NaN without residual degrees of freedom.
    pub fn sigma(&self) -> &[f64] {
        &self.sigma
    }

    /// The residual degrees of freedom of each gene.
    pub fn df_residual(&self) -> &[f64] {
        &self.df_residual
    }

    /// The mean of each gene over all samples.
    pub fn ave_expr(&self) -> &[f64] {
        &self.ave_expr
    }

    /// The covariance matrix of coefficients where `sigma` is 1, without regard to missing values and weights of single
    /// values.
    pub fn covariance(&self) -> &[Vec<f64>] {
        &self.covariance
    }

    /// What a reader must know.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    pub(super) fn place(&self, name: &str) -> Result<usize> {
        self.names
            .iter()
            .position(|n| n == name)
            .ok_or_else(|| Error::UnknownCoefficient { name: name.to_string(), known: self.names.clone() })
    }

    /// Contrasts by text; see [`Contrast::parse`].
    ///
    /// # Errors
    /// [`Error::Contrast`], and as [`contrasts`](Self::contrasts).
    pub fn contrasts_by_text(&self, texts: &[&str]) -> Result<Self> {
        let parsed: Result<Vec<Contrast>> = texts.iter().map(|text| Contrast::parse(text, &self.names)).collect();
        self.contrasts(&parsed?)
    }

    /// The fit of contrasts in place of coefficients: limma's `contrasts.fit`.
    ///
    /// With a contrast *c*, the coefficient is *c'β* and its unscaled standard error the root of *c' D C D c*, where *D* has those of
    /// the coefficients of the gene on its diagonal, and *C* is the correlation matrix of coefficients in the design. This is exact but for
    /// genes with missing values or weights of their own, as in limma, whose correlations may be others: there, a design with
    /// the wanted difference as a coefficient is exact ([`GroupCoding::Reference`](super::GroupCoding::Reference)).
    ///
    /// # Errors
    /// [`Error::Contrast`] if there is none, one has not a finite weight per coefficient or only zeros, or two have the same name.
    pub fn contrasts(&self, contrasts: &[Contrast]) -> Result<Self> {
        self.check(contrasts)?;
        // Coefficients without a weight in any contrast may be missing.
        let used: Vec<usize> =
            (0..self.names.len()).filter(|&k| contrasts.iter().any(|c| c.weights[k] != 0.0)).collect();
        let (width, count) = (self.names.len(), contrasts.len());
        let weights: Vec<Vec<f64>> = contrasts.iter().map(|c| used.iter().map(|&k| c.weights[k]).collect()).collect();
        let covariance = |i: usize, j: usize| self.covariance[used[i]][used[j]];
        let correlation = |i: usize, j: usize| covariance(i, j) / (covariance(i, i).sqrt() * covariance(j, j).sqrt());
        let upper = |of: &dyn Fn(usize, usize) -> f64| -> Result<Vec<Vec<f64>>> {
            let values: Vec<f64> = (0..used.len()).flat_map(|i| (0..used.len()).map(move |j| of(i, j))).collect();
            Ok(Cholesky::new(used.len(), &values)?.upper())
        };
        let orthogonal = (0..used.len()).all(|i| (0..i).all(|j| correlation(i, j).abs() < 1e-14));
        let of_correlation = upper(&correlation)?;
        let mut coefficients = vec![f64::NAN; self.genes.len() * count];
        let mut stdev_unscaled = coefficients.clone();
        (coefficients.par_chunks_mut(count), stdev_unscaled.par_chunks_mut(count))
            .into_par_iter()
            .with_min_len(256)
            .enumerate()
            .for_each(|(gene, (coefficients, stdev_unscaled))| {
                let known = |k: usize| !self.coefficients[gene * width + k].is_nan();
                let beta = |k: usize| if known(k) { self.coefficients[gene * width + k] } else { 0.0 };
                // So large that what they are a part of is missing too.
                let stdev = |k: usize| if known(k) { self.stdev_unscaled[gene * width + k] } else { 1e30 };
                for (place, weights) in weights.iter().enumerate() {
                    let scaled: Vec<f64> = used.iter().zip(weights).map(|(&k, w)| stdev(k) * w).collect();
                    let squares: f64 = match orthogonal {
                        true => scaled.iter().map(|s| s * s).sum(),
                        false => of_correlation.iter().map(|row| dot(row, &scaled).powi(2)).sum(),
                    };
                    if squares.sqrt() <= 1e20 {
                        coefficients[place] = used.iter().zip(weights).map(|(&k, w)| w * beta(k)).sum();
                        stdev_unscaled[place] = squares.sqrt();
                    }
                }
            });
        let of_covariance = upper(&covariance)?;
        let turned: Vec<Vec<f64>> =
            weights.iter().map(|w| of_covariance.iter().map(|row| dot(row, w)).collect()).collect();
        let covariance = turned.iter().map(|a| turned.iter().map(|b| dot(a, b)).collect()).collect();
        Ok(Self {
            names: contrasts.iter().map(|c| c.name.clone()).collect(),
            coefficients,
            stdev_unscaled,
            covariance,
            ..self.clone()
        })
    }

    fn check(&self, contrasts: &[Contrast]) -> Result<()> {
        let bad = |text: &str, what: String| Err(Error::Contrast { text: text.to_string(), what });
        if contrasts.is_empty() {
            return bad("", "is none: give one at least".to_string());
        }
        for (place, contrast) in contrasts.iter().enumerate() {
            let Contrast { name, weights } = contrast;
            if weights.len() != self.names.len() {
                let known = list(&self.names);
                return bad(
                    name,
                    format!("has {} weights for {} coefficients: {known}", weights.len(), self.names.len()),
                );
            }
            if let Some(weight) = weights.iter().find(|w| !w.is_finite()) {
                return bad(name, format!("gives a coefficient the weight {weight}"));
            }
            if weights.iter().all(|w| *w == 0.0) {
                return bad(name, "gives all coefficients the weight 0".to_string());
            }
            if contrasts[..place].iter().any(|before| before.name == *name) {
                return bad(name, "is there twice: name them differently".to_string());
            }
        }
        Ok(())
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
