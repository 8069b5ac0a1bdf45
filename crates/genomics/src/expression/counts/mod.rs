//! Counts of sequencing: libraries, normalisation, and the way to logarithms with weights.
//!
//! | what | as edgeR's, limma's |
//! |---|---|
//! | [`Counts`] | `DGEList`, `cpm` |
//! | [`Normalisation`] | `calcNormFactors`: TMM, TMMwsp, RLE, upper quartile |
//! | [`FilterByExpression`] | `filterByExpr` |
//! | [`VoomSettings`] | `voom` |

mod filter;
mod normalise;
mod voom;

use radsurv_data::list;

pub use filter::{FilterByExpression, Replicates};
pub use normalise::{Normalisation, NormalisationMethod};
pub use voom::{Voom, VoomSettings};

use super::Expression;
use crate::error::{Error, Result};

/// Counts of genes in samples, with the size of each library and its factor.
///
/// # Example
/// ```
/// use radsurv_genomics::Expression;
/// use radsurv_genomics::expression::counts::Counts;
/// let names = |names: [&str; 2]| names.map(String::from).to_vec();
/// let table = Expression::new(names(["A", "B"]), names(["P1", "P2"]), vec![10.0, 0.0, 30.0, 50.0])?;
/// let counts = Counts::new(table)?;
/// assert_eq!(counts.sizes(), [40.0, 50.0]);
/// assert_eq!(counts.cpm().values(), [250_000.0, 0.0, 750_000.0, 1_000_000.0]);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Counts {
    table: Expression,
    sizes: Vec<f64>,
    factors: Vec<f64>,
    fractional: usize,
}

impl Counts {
    /// Counts with libraries of the size of their sum, and factors of 1. Numbers that are not whole are taken, as those
    /// that programs estimate; [`fractional`](Self::fractional) says how many there are.
    ///
    /// # Errors
    /// [`Error::Counts`] if values are missing or negative (how many, the first), there is no gene or sample, or a library
    /// is empty.
    pub fn new(table: Expression) -> Result<Self> {
        let (genes, samples) = (table.genes().len(), table.samples().len());
        if genes == 0 || samples == 0 {
            return Err(Error::Counts(format!("the table of counts has {genes} genes and {samples} samples")));
        }
        let first_of = |what: &str, bad: &dyn Fn(f64) -> bool, advice: &str| {
            let at = table.values().iter().position(|&v| bad(v))?;
            let count = table.values().iter().filter(|&&v| bad(v)).count();
            let (gene, sample) = (&table.genes()[at / samples], &table.samples()[at % samples]);
            let value = table.values()[at];
            let message = format!(
                "{count} counts are {what}, the first of the gene {gene} in the sample {sample} ({value}); {advice}"
            );
            Some(Error::Counts(message))
        };
        let missing = "leave such genes or samples out";
        let negative = "counts are 0 or more: are these logarithms? Then they need no step for counts";
        let bad = first_of("missing", &f64::is_nan, missing).or_else(|| first_of("negative", &|v| v < 0.0, negative));
        if let Some(error) = bad {
            return Err(error);
        }
        let sizes = column_sums(&table);
        let empty: Vec<&String> =
            table.samples().iter().zip(&sizes).filter(|(_, size)| **size <= 0.0).map(|(sample, _)| sample).collect();
        if !empty.is_empty() {
            let what = format!("{} of the samples have no counts: {}; leave them out", empty.len(), list(&empty));
            return Err(Error::Counts(what));
        }
        let fractional = table.values().iter().filter(|v| v.fract() != 0.0).count();
        Ok(Self { sizes, factors: vec![1.0; samples], table, fractional })
    }

    /// The counts.
    pub fn table(&self) -> &Expression {
        &self.table
    }

    /// The sum of the counts of each sample.
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// What the size of each library is multiplied by: 1 before [`normalised`](Self::normalised).
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// How many counts are no whole numbers: many of them speak for values that are none (TPM, FPKM).
    pub fn fractional(&self) -> usize {
        self.fractional
    }

    /// The size of each library times its factor.
    pub fn effective_sizes(&self) -> Vec<f64> {
        self.sizes.iter().zip(&self.factors).map(|(size, factor)| size * factor).collect()
    }

    /// The same counts with factors found by a method.
    ///
    /// # Errors
    /// Those of [`Normalisation::factors`].
    pub fn normalised(mut self, by: &Normalisation) -> Result<Self> {
        self.factors = by.factors(&self)?;
        Ok(self)
    }

    /// Counts per million of the effective library: *10⁶ y / N*.
    pub fn cpm(&self) -> Expression {
        let sizes = self.effective_sizes();
        self.each(|value, sample| value / sizes[sample] * 1e6)
    }

    /// log2 counts per million, *log2 (10⁶ (y + p_j) / (N_j + 2 p_j))* with *p_j = p N_j / mean(N)*: the prior count *p*
    /// (edgeR's is 2) keeps zeros finite and differences of small counts small. edgeR's `cpm(log = TRUE)`.
    ///
    /// # Errors
    /// [`Error::Counts`] if the prior count is not positive.
    pub fn log_cpm(&self, prior: f64) -> Result<Expression> {
        if !(prior > 0.0 && prior.is_finite()) {
            return Err(Error::Counts(format!("the prior count is {prior}: give a positive number, edgeR has 2")));
        }
        let sizes = self.effective_sizes();
        let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
        let priors: Vec<f64> = sizes.iter().map(|size| prior * size / mean).collect();
        Ok(self.each(|value, sample| ((value + priors[sample]) / (sizes[sample] + 2.0 * priors[sample]) * 1e6).log2()))
    }

    /// The genes that are kept, as new libraries: their sizes are the sums of what is left, their factors 1. edgeR's
    /// `y[keep, , keep.lib.sizes = FALSE]`.
    ///
    /// # Errors
    /// [`Error::Transform`] if there is not a decision per gene; [`Error::Counts`] if nothing is left of a sample.
    pub fn filtered(&self, keep: &[bool]) -> Result<Self> {
        Self::new(self.table.filtered(keep)?.expression)
    }

    fn each(&self, change: impl Fn(f64, usize) -> f64) -> Expression {
        let samples = self.sizes.len();
        let values = self.table.values().iter().enumerate().map(|(at, &value)| change(value, at % samples)).collect();
        Expression { genes: self.table.genes.clone(), samples: self.table.samples.clone(), values }
    }
}

fn column_sums(table: &Expression) -> Vec<f64> {
    let mut sums = vec![0.0; table.samples().len()];
    table.rows().for_each(|row| sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value));
    sums
}
