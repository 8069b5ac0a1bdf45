//! How samples of a block go together.

use radsurv_data::Groups;
use radsurv_stats::linear::Qr;
use radsurv_stats::summary::trimmed_mean;
use rayon::prelude::*;

use super::checks::{block_codes, check_weights, same_samples};
use super::design::Design;
use super::fit::Weights;
use super::variance_components::Turned;
use crate::error::{Error, Result};
use crate::expression::Expression;

/// The correlation of samples of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateCorrelation {
    /// The consensus of all genes, for [`LinearModel::with_blocks`](super::LinearModel::with_blocks).
    pub correlation: f64,
    /// The inverse hyperbolic tangent of that of each gene; NaN where it cannot be estimated.
    pub atanh: Vec<f64>,
    /// Why the correlation is 0 and was not estimated, if so.
    pub note: Option<String>,
}

/// The correlation between samples of the same block (a patient, a batch), beyond what the design explains: limma's
/// `duplicateCorrelation`.
///
/// That of each gene is by restricted maximum likelihood, brought into the range that blocks of this size can have (0.01
/// from its ends); the consensus is the hyperbolic tangent of the mean of their inverse hyperbolic tangents, without the share
/// `trim` of genes at each end (0.15 in limma). Smyth, Michaud, Scott, *Bioinformatics* 21 (2005) 2067-2075.
///
/// # Errors
/// [`Error::Design`] and [`Error::Weights`] as [`LinearModel::fit`](super::LinearModel::fit);
/// [`Error::MissingCovariates`] if a sample has no block; [`Error::Moderation`] if `trim` is not from 0 to one half, or no gene has enough values for a correlation.
///
/// # Example
/// ```
/// use radsurv_data::Groups;
/// use radsurv_genomics::Expression;
/// use radsurv_genomics::differential::{Design, duplicate_correlation};
/// let samples: Vec<String> = (1..=8).map(|i| format!("S{i}")).collect();
/// let patients = Groups::new(["A", "A", "B", "B", "C", "C", "D", "D"].map(Some));
/// let values = vec![1.0, 1.2, 5.0, 5.1, 3.0, 3.1, 7.0, 7.4];
/// let expression = Expression::new(vec!["HK2".into()], samples.clone(), values)?;
/// let design = Design::new(samples, vec!["mean".into()], vec![vec![1.0; 8]])?;
/// assert!(duplicate_correlation(&expression, &design, &patients, None, 0.15)?.correlation > 0.9);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
pub fn duplicate_correlation(
    expression: &Expression,
    design: &Design,
    blocks: &Groups,
    weights: Option<Weights>,
    trim: f64,
) -> Result<DuplicateCorrelation> {
    /// Of the regression of each gene, as in limma.
    const STEPS: usize = 20;
    same_samples(expression, design)?;
    check_weights(weights, expression)?;
    if !(0.0..=0.5).contains(&trim) {
        return Err(Error::Moderation(format!("the share to trim is {trim}: give a number from 0 to 0.5")));
    }
    let codes = block_codes(blocks, design)?;
    let (genes, samples) = (expression.genes().len(), expression.samples().len());
    let largest = blocks.counts().into_iter().max().unwrap_or(0);
    let none = |note: &str| {
        Ok(DuplicateCorrelation { correlation: 0.0, atanh: vec![0.0; genes], note: Some(note.to_string()) })
    };
    if largest < 2 {
        return none("each block has one sample alone: there is no correlation within blocks");
    }
    if within_design(design, &codes, blocks.levels().len())? {
        return none("the design has the blocks as columns: there is no correlation beyond it");
    }
    let turned = |known: &[usize], weights: Option<&[f64]>| {
        let root = |i: usize| weights.map_or(1.0, |w| w[i].sqrt());
        let columns: Vec<Vec<f64>> =
            design.columns().iter().map(|column| known.iter().map(|&i| column[i] * root(i)).collect()).collect();
        Turned::new(&columns, &known.iter().map(|&i| codes[i]).collect::<Vec<_>>())
    };
    let of_samples = match weights {
        Some(Weights::Samples(weights)) => Some(weights),
        _ => None,
    };
    let all: Vec<usize> = (0..samples).collect();
    let shared = match weights {
        Some(Weights::Values(_)) => None,
        _ if of_samples.is_some_and(|w| w.contains(&0.0)) => None,
        _ => enough(&all, &codes, design).then(|| turned(&all, of_samples)).transpose()?,
    };
    let least = 1.0 / (1.0 - largest as f64) + 0.01;
    let one = |gene: usize| -> Result<f64> {
        let row = expression.row(gene);
        let weights = match weights {
            Some(Weights::Values(all)) => Some(&all[gene * samples..][..samples]),
            _ => of_samples,
        };
        let is_known = |&i: &usize| !row[i].is_nan() && weights.is_none_or(|w| w[i] > 0.0);
        let known: Vec<usize> = (0..samples).filter(is_known).collect();
        let y = || known.iter().map(|&i| row[i] * weights.map_or(1.0, |w| w[i].sqrt())).collect();
        let r = match &shared {
            Some(shared) if known.len() == samples => shared.correlation(y(), STEPS),
            _ if enough(&known, &codes, design) => turned(&known, weights)?.correlation(y(), STEPS),
            _ => f64::NAN,
        };
        // Not `clamp`: NaN stays.
        Ok(if r < least {
            least
        } else if r > 0.99 {
            0.99
        } else {
            r
        }
        .atanh())
    };
    let atanh: Vec<f64> = (0..genes).into_par_iter().map(one).collect::<Result<_>>()?;
    let mut known: Vec<f64> = atanh.iter().copied().filter(|a| !a.is_nan()).collect();
    if known.is_empty() {
        let what = "no gene has enough values in more than one block for a correlation within blocks";
        return Err(Error::Moderation(what.to_string()));
    }
    Ok(DuplicateCorrelation { correlation: trimmed_mean(&mut known, trim).tanh(), atanh, note: None })
}

/// Whether a gene known in these samples has more of them than coefficients and blocks need.
fn enough(known: &[usize], codes: &[usize], design: &Design) -> bool {
    let mut blocks: Vec<usize> = known.iter().map(|&i| codes[i]).collect();
    blocks.sort_unstable();
    blocks.dedup();
    let (samples, blocks) = (known.len(), blocks.len());
    samples > design.names().len() + 2 && blocks > 1 && blocks + 1 < samples
}

/// Whether the design explains all blocks.
fn within_design(design: &Design, codes: &[usize], blocks: usize) -> Result<bool> {
    let qr = Qr::new(design.columns())?;
    Ok((1..blocks).all(|block| {
        let mut column: Vec<f64> = codes.iter().map(|code| f64::from(u8::from(*code == block))).collect();
        qr.turn(&mut column);
        column[qr.rank()..].iter().all(|v| v.abs() < 1e-8)
    }))
}
