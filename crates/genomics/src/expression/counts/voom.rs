//! Counts for linear models: logarithms, each with the precision its size gives it.

use radsurv_stats::linear::Qr;
use radsurv_stats::lowess::{Lowess, LowessSettings};
use radsurv_stats::summary::mean;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Counts;
use crate::error::{Error, Result};
use crate::expression::Expression;

/// How weights are found; the defaults are those of limma's `voom`.
///
/// *y = log2 (10⁶ (c + 0.5) / (N + 1))* is fitted to the design gene by gene. A smooth curve
/// ([lowess](radsurv_stats::lowess)) through the genes' root standard deviations over their mean log2 counts tells which deviation to
/// expect at which count; the weight of a value is its fourth power's inverse at the count that its gene's fit expects in its
/// sample. Law, Chen, Shi and Smyth, *Genome Biology* 15 (2014) R29.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoomSettings {
    /// The share of the genes that each piece of the curve is fitted to, 0.5.
    pub span: f64,
    /// Whether samples are brought to one distribution before the fit, as limma's `normalize.method = "quantile"`; false.
    pub quantile: bool,
}

impl Default for VoomSettings {
    fn default() -> Self {
        Self { span: 0.5, quantile: false }
    }
}

/// Log2 counts per million with weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Voom {
    /// Log2 counts per million.
    pub expression: Expression,
    /// The weight of each value, in the order of [`Expression::values`].
    pub weights: Vec<f64>,
    /// Per gene with counts, its mean log2 count.
    pub log_counts: Vec<f64>,
    /// Per gene with counts, the root of its standard deviation.
    pub root_deviations: Vec<f64>,
    /// The curve through them.
    pub curve: Lowess,
}

impl VoomSettings {
    /// Logarithms and weights. `design` has a column per coefficient with a value per sample; one of ones if only the mean
    /// counts. Libraries have their effective sizes: [`Counts::normalised`] first, and genes with few counts out
    /// ([`FilterByExpression`](super::FilterByExpression)), else the curve is theirs.
    ///
    /// # Errors
    /// [`Error::Counts`] if fewer than two genes have counts, the design leaves no degrees of freedom, or the curve falls to 0;
    /// [`Error::Stats`] if a column of the design has another length or missing values.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::expression::counts::{Counts, VoomSettings};
    /// let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    /// let values = (0..400).map(|i| f64::from((i * i * 31 + i * 7) % 97 + (i / 4) * 20)).collect();
    /// let counts = Counts::new(Expression::new(names(100, "g"), names(4, "P"), values)?)?;
    /// let voom = VoomSettings::default().fit(&counts, &[vec![1.0; 4], vec![0.0, 0.0, 1.0, 1.0]])?;
    /// assert_eq!(voom.weights.len(), 400);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn fit(&self, counts: &Counts, design: &[Vec<f64>]) -> Result<Voom> {
        let (genes, samples) = (counts.table.genes().len(), counts.sizes.len());
        let sizes: Vec<f64> = counts.effective_sizes().iter().map(|size| size + 1.0).collect();
        let mut expression = counts.each(|value, sample| ((value + 0.5) / sizes[sample] * 1e6).log2());
        if self.quantile {
            expression = expression.quantile_normalised()?;
        }
        let qr = Qr::new(design)?;
        if design.is_empty() || qr.rank() >= samples {
            let (rank, what) =
                (qr.rank(), "and no replicates to learn weights from: give fewer columns, or more samples");
            return Err(Error::Counts(format!(
                "the design has {rank} independent columns for {samples} samples, {what}"
            )));
        }
        let fits: Vec<(Vec<f64>, f64)> = (0..genes)
            .into_par_iter()
            .map(|gene| {
                let fit = qr.fit(expression.row(gene))?;
                Ok((fit.fitted, (fit.residual_squares / fit.df as f64).sqrt()))
            })
            .collect::<Result<_>>()?;
        let to_counts = mean(&sizes.iter().map(|size| size.log2()).collect::<Vec<_>>()) - 1e6f64.log2();
        let counted: Vec<usize> = (0..genes).filter(|&gene| counts.table.row(gene).iter().any(|v| *v > 0.0)).collect();
        if counted.len() < 2 {
            return Err(Error::Counts(format!("{} genes have counts: weights need two at least", counted.len())));
        }
        let log_counts: Vec<f64> = counted.iter().map(|&gene| mean(expression.row(gene)) + to_counts).collect();
        let root_deviations: Vec<f64> = counted.iter().map(|&gene| fits[gene].1.sqrt()).collect();
        let curve =
            LowessSettings { span: self.span, ..LowessSettings::default() }.fit(&log_counts, &root_deviations)?;
        if let Some(place) = curve.y().iter().position(|y| *y <= 0.0) {
            let what = format!(
                "the curve of deviations falls to {} at a log2 count of {}, where weights have no bound; take genes with few counts out, or give a larger span than {}",
                curve.y()[place],
                curve.x()[place],
                self.span
            );
            return Err(Error::Counts(what));
        }
        let mut weights = vec![0.0; genes * samples];
        weights.par_chunks_mut(samples).zip(&fits).for_each(|(weights, (fitted, _))| {
            for ((weight, fitted), size) in weights.iter_mut().zip(fitted).zip(&sizes) {
                let expected = (1e-6 * (fitted.exp2() * size)).log2();
                *weight = curve.at(expected).powi(4).recip();
            }
        });
        Ok(Voom { expression, weights, log_counts, root_deviations, curve })
    }
}
