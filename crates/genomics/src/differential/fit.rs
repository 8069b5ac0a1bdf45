//! A linear model of each gene.

use radsurv_data::simd::dispatch;
use radsurv_data::{Groups, list};
use radsurv_stats::linear::Qr;
use rayon::prelude::*;

use super::checks::{block_codes, check_correlation, check_weights, same_samples};
use super::design::Design;
use super::linear_fit::{LinearFit, Notice};
use super::products::{Effects, Mean, mean_of_known};
use super::whitening::Whitening;
use crate::error::{Error, Result};
use crate::expression::Expression;

/// How exact values are: the inverse of their variance up to a factor. An observation of weight 0 is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weights<'a> {
    /// A weight per sample, the same for all genes.
    Samples(&'a [f64]),
    /// A weight per value of the expression table, those of the first gene first, as `voom` gives them.
    Values(&'a [f64]),
}

/// A linear model that is fitted to each gene: limma's `lmFit`, by least squares.
///
/// The expression *y* of a gene is *X β* + *ε*, with the design *X* and errors of variance *σ² / w*, where *w* are weights (1 if
/// none are given). Errors of samples in the same block, if there are blocks, have the given correlation (`gls.series`: generalised
/// least squares). *β* is estimated for each gene from the samples in which it is known.
///
/// # Example
/// ```
/// use radsurv_data::{Covariates, Groups};
/// use radsurv_genomics::Expression;
/// use radsurv_genomics::differential::{Design, GroupCoding, LinearModel};
/// let samples: Vec<String> = (1..=4).map(|i| format!("P{i}")).collect();
/// let expression = Expression::new(vec!["HK2".into()], samples.clone(), vec![1.0, 2.0, 5.0, 8.0])?;
/// let groups = Groups::new(["low", "low", "high", "high"].map(Some));
/// let design = Design::of_groups(&samples, &groups, &GroupCoding::Reference(Some("low".into())), &Covariates::new(4))?;
/// let fit = LinearModel::new(&design).fit(&expression)?;
/// assert!((fit.coefficient("high")?[0] - 5.0).abs() < 1e-12);
/// assert!((fit.sigma()[0].powi(2) - 2.5).abs() < 1e-12);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LinearModel<'a> {
    design: &'a Design,
    weights: Option<Weights<'a>>,
    blocks: Option<(&'a Groups, f64)>,
}

impl<'a> LinearModel<'a> {
    /// The model of a design, of independent samples of the same weight.
    pub fn new(design: &'a Design) -> Self {
        Self { design, weights: None, blocks: None }
    }

    /// With weights.
    #[must_use]
    pub fn with_weights(self, weights: Weights<'a>) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// With blocks of samples, such as those of one patient, whose errors have this correlation: see
    /// [`duplicate_correlation`](super::duplicate_correlation).
    #[must_use]
    pub fn with_blocks(self, blocks: &'a Groups, correlation: f64) -> Self {
        Self { blocks: Some((blocks, correlation)), ..self }
    }

    /// The fits of all genes.
    ///
    /// # Errors
    /// [`Error::Design`] if samples are not those of the design in its order, there is no gene, a sample has no block, or the correlation is not
    /// possible; [`Error::Weights`] if there is not a weight for each sample or value, or one is negative or not finite.
    pub fn fit(&self, expression: &Expression) -> Result<LinearFit> {
        let design = self.design;
        same_samples(expression, design)?;
        check_weights(self.weights, expression)?;
        let codes = self.blocks.map(|(blocks, _)| block_codes(blocks, design)).transpose()?;
        if let (Some((blocks, correlation)), Some(_)) = (self.blocks, &codes) {
            check_correlation(blocks, correlation)?;
        }
        let blocks = codes.as_deref().zip(self.blocks.map(|(_, correlation)| correlation));
        // Fits of all genes at once where they have the same weights; and what genes with missing values need instead.
        let shared = match self.weights {
            Some(Weights::Values(_)) => None,
            Some(Weights::Samples(weights)) if weights.contains(&0.0) => None,
            Some(Weights::Samples(weights)) => Some(Shared::new(design, blocks, Some(weights))?),
            None => Some(Shared::new(design, blocks, None)?),
        };
        let (genes, samples, width) = (expression.genes().len(), design.samples().len(), design.names().len());
        // Where a constant is in the design, genes that do not vary have no residuals, and not the rounding of some.
        let constants_fit = Qr::new(design.columns())?.fit(&vec![1.0; samples])?.residual_squares < 1e-20;
        let mut coefficients = vec![f64::NAN; genes * width];
        let mut stdev_unscaled = vec![f64::NAN; genes * width];
        let mut rest = vec![GeneFit::default(); genes];
        let outcome: Result<()> = (coefficients.par_chunks_mut(width), stdev_unscaled.par_chunks_mut(width), &mut rest)
            .into_par_iter()
            .with_min_len(32)
            .enumerate()
            .try_for_each_init(
                || (Vec::new(), vec![0.0; width]),
                |(values, effects), (gene, (coefficients, stdev_unscaled, rest))| {
                    let row = expression.row(gene);
                    if let Some(shared) = &shared {
                        (rest.ave_expr, rest.constant) = dispatch(Mean(row));
                        if !rest.ave_expr.is_nan() {
                            *rest = shared.fit(row, coefficients, values, effects, *rest);
                            stdev_unscaled.copy_from_slice(&shared.stdev_unscaled);
                            if rest.constant && constants_fit {
                                rest.sigma = 0.0;
                            }
                            return Ok(());
                        }
                    }
                    (rest.ave_expr, rest.constant) = mean_of_known(row);
                    rest.own = true;
                    let weights = match self.weights {
                        Some(Weights::Values(all)) => Some(&all[gene * samples..][..samples]),
                        Some(Weights::Samples(weights)) => Some(weights),
                        None => None,
                    };
                    *rest = fit_own(row, design, weights, blocks, coefficients, stdev_unscaled, *rest)?;
                    if rest.constant && constants_fit && rest.df > 0.0 {
                        rest.sigma = 0.0;
                    }
                    Ok(())
                },
            );
        outcome?;
        let covariance = match shared {
            Some(shared) if rest.iter().all(|gene| !gene.own) => shared.covariance,
            // As limma: of genes with their own weights or missing values none is that of all.
            _ => Shared::new(design, blocks, None)?.covariance,
        };
        let names = |is: &dyn Fn(&GeneFit) -> bool| -> Vec<String> {
            rest.iter().zip(expression.genes()).filter(|(gene, _)| is(gene)).map(|(_, name)| name.clone()).collect()
        };
        let mut notices = Vec::new();
        let mut notice = |genes: Vec<String>, of: fn(Vec<String>) -> Notice| {
            if !genes.is_empty() {
                notices.push(of(genes));
            }
        };
        notice(names(&|gene| gene.constant && !gene.ave_expr.is_nan()), |genes| Notice::Constant { genes });
        notice(names(&|gene| gene.ave_expr.is_nan()), |genes| Notice::Unknown { genes });
        notice(names(&|gene| gene.df == 0.0 && !gene.ave_expr.is_nan()), |genes| Notice::NoResiduals { genes });
        notice(names(&|gene| gene.partial), |genes| Notice::PartlyEstimable { genes });
        Ok(LinearFit {
            genes: expression.genes().to_vec(),
            names: design.names().to_vec(),
            coefficients,
            stdev_unscaled,
            sigma: rest.iter().map(|gene| gene.sigma).collect(),
            df_residual: rest.iter().map(|gene| gene.df).collect(),
            ave_expr: rest.iter().map(|gene| gene.ave_expr).collect(),
            covariance,
            notices,
        })
    }
}

/// What a fit of a gene has beside coefficients.
#[derive(Debug, Clone, Copy)]
struct GeneFit {
    sigma: f64,
    df: f64,
    ave_expr: f64,
    constant: bool,
    partial: bool,
    own: bool,
}

impl Default for GeneFit {
    fn default() -> Self {
        Self { sigma: f64::NAN, df: 0.0, ave_expr: f64::NAN, constant: false, partial: false, own: false }
    }
}

/// What genes without missing values have in common.
struct Shared<'a> {
    whitening: Option<(Whitening<'a>, Option<&'a [f64]>)>,
    /// Column after column.
    basis: Vec<f64>,
    /// The inverse of the triangle, row by row.
    inverse: Vec<Vec<f64>>,
    covariance: Vec<Vec<f64>>,
    stdev_unscaled: Vec<f64>,
    df: f64,
}

impl<'a> Shared<'a> {
    fn new(design: &Design, blocks: Option<(&'a [usize], f64)>, weights: Option<&'a [f64]>) -> Result<Self> {
        let samples = design.samples().len();
        let mut whitening = Whitening::new(blocks);
        let columns = design.columns().iter().map(|column| {
            let mut out = Vec::with_capacity(samples);
            whitening.apply(0..samples, |i| column[i], weights, &mut out);
            out
        });
        let qr = Qr::new(&columns.collect::<Vec<_>>())?;
        if qr.rank() < design.names().len() {
            let of: Vec<&String> = qr.aliased().iter().map(|&place| &design.names()[place]).collect();
            return Err(Error::Weights(format!(
                "with them the design has columns that depend on others: {}",
                list(&of)
            )));
        }
        let covariance = qr.inverse_crossproduct();
        let stdev_unscaled = covariance.iter().enumerate().map(|(k, row)| row[k].sqrt()).collect();
        let df = (samples - qr.rank()) as f64;
        let whitening = (blocks.is_some() || weights.is_some()).then_some((whitening, weights));
        Ok(Self {
            whitening,
            basis: qr.basis().concat(),
            inverse: qr.inverse_triangle(),
            covariance,
            stdev_unscaled,
            df,
        })
    }

    fn fit(
        &self,
        row: &[f64],
        coefficients: &mut [f64],
        values: &mut Vec<f64>,
        effects: &mut [f64],
        rest: GeneFit,
    ) -> GeneFit {
        values.clear();
        match &self.whitening {
            None => values.extend_from_slice(row),
            Some((whitening, weights)) => whitening.clone().apply(0..row.len(), |i| row[i], *weights, values),
        }
        let squares = dispatch(Effects { basis: &self.basis, values, effects });
        for (coefficient, inverse) in coefficients.iter_mut().zip(&self.inverse) {
            *coefficient = inverse.iter().zip(&*effects).map(|(r, e)| r * e).sum();
        }
        GeneFit { sigma: (squares / self.df).sqrt(), df: self.df, ..rest }
    }
}

/// The fit of a gene that has its own weights or missing values.
fn fit_own(
    row: &[f64],
    design: &Design,
    weights: Option<&[f64]>,
    blocks: Option<(&[usize], f64)>,
    coefficients: &mut [f64],
    stdev_unscaled: &mut [f64],
    rest: GeneFit,
) -> Result<GeneFit> {
    // limma's least weights, which are other ones with blocks.
    let least = if blocks.is_some() { 1e-15 } else { f64::MIN_POSITIVE };
    let is_known = |&sample: &usize| !row[sample].is_nan() && weights.is_none_or(|w| w[sample] >= least);
    let known: Vec<usize> = (0..row.len()).filter(is_known).collect();
    if known.is_empty() {
        return Ok(GeneFit { partial: false, ..rest });
    }
    let mut whitening = Whitening::new(blocks);
    let mut whitened = |values: &[f64]| {
        let mut out = Vec::with_capacity(known.len());
        whitening.apply(known.iter().copied(), |i| values[i], weights, &mut out);
        out
    };
    let columns: Vec<Vec<f64>> = design.columns().iter().map(|column| whitened(column)).collect();
    let qr = Qr::new(&columns)?;
    let fit = qr.fit(&whitened(row))?;
    let estimated = qr.pivot()[..qr.rank()].iter().zip(qr.inverse_crossproduct()).enumerate();
    for (k, (&place, covariance)) in estimated {
        coefficients[place] = fit.coefficients[place].unwrap_or(f64::NAN);
        stdev_unscaled[place] = covariance[k].sqrt();
    }
    let df = fit.df as f64;
    let sigma = if fit.df > 0 { (fit.residual_squares / df).sqrt() } else { f64::NAN };
    let partial = qr.rank() > 0 && qr.rank() < coefficients.len();
    Ok(GeneFit { sigma, df, partial, ..rest })
}
