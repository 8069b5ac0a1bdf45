//! Tables of expression: a number for each gene and sample.

pub mod counts;
mod filter;
mod probes;
mod read;
mod transform;

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};

pub use filter::{Filtered, LowExpression};
pub use probes::{Collapse, Collapsed, ProbeMap, ProbeReport, ProbeSettings, Several};
pub use read::ExpressionRows;
pub use transform::LikelyScale;

/// A number for each gene and sample. Names of genes and of samples are unique; a value that is missing is NaN, none is
/// infinite.
///
/// Stored gene by gene, since nearly all that is done to it is.
///
/// # Example
/// ```
/// use radsurv_genomics::Expression;
/// let table = Expression::new(vec!["HK2".into(), "TP53".into()], vec!["P1".into(), "P2".into()], vec![7.0, 8.0, 5.5, f64::NAN])?;
/// assert_eq!(table.gene("HK2"), Some(&[7.0, 8.0][..]));
/// assert_eq!(table.rows().len(), 2);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expression {
    genes: Vec<String>,
    samples: Vec<String>,
    values: Vec<f64>,
}

impl Expression {
    /// A table of these values, those of the first gene first.
    ///
    /// # Errors
    /// [`Error::DuplicateGenes`], [`Error::DuplicateSamples`]; [`Error::Shape`] if there is not a value for each gene and
    /// sample; [`Error::Infinite`].
    pub fn new(genes: Vec<String>, samples: Vec<String>, values: Vec<f64>) -> Result<Self> {
        let table = || "the expression table".to_string();
        let twice = repeated(&genes);
        if !twice.is_empty() {
            return Err(Error::DuplicateGenes { table: table(), genes: twice });
        }
        let twice = repeated(&samples);
        if !twice.is_empty() {
            return Err(Error::DuplicateSamples { table: table(), samples: twice });
        }
        if genes.len().checked_mul(samples.len()) != Some(values.len()) {
            return Err(Error::Shape { found: values.len(), genes: genes.len(), samples: samples.len() });
        }
        if let Some(at) = values.iter().position(|v| v.is_infinite()) {
            let (gene, sample) = (genes[at / samples.len()].clone(), samples[at % samples.len()].clone());
            return Err(Error::Infinite { gene, sample });
        }
        Ok(Self { genes, samples, values })
    }

    /// The names of the genes.
    pub fn genes(&self) -> &[String] {
        &self.genes
    }

    /// The names of the samples.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// All values, those of the first gene first.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of the gene at a place, one per sample.
    ///
    /// # Panics
    /// If it is not there.
    pub fn row(&self, gene: usize) -> &[f64] {
        &self.values[gene * self.samples.len()..][..self.samples.len()]
    }

    /// The values of each gene.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        (0..self.genes.len()).map(|gene| self.row(gene))
    }

    /// The values of a gene by its name.
    pub fn gene(&self, name: &str) -> Option<&[f64]> {
        self.genes.iter().position(|g| g == name).map(|gene| self.row(gene))
    }

    /// Where each gene is.
    pub fn places(&self) -> HashMap<&str, usize> {
        self.genes.iter().enumerate().map(|(place, gene)| (gene.as_str(), place)).collect()
    }

    /// The same genes and samples with other values, gene by gene.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Infinite`].
    pub fn with_values(&self, values: Vec<f64>) -> Result<Self> {
        Self::new(self.genes.clone(), self.samples.clone(), values)
    }

    /// Some genes, in the order asked for.
    ///
    /// # Panics
    /// If a gene is not there, or asked for twice.
    pub fn select_genes(&self, genes: &[usize]) -> Self {
        let values = genes.iter().flat_map(|&gene| self.row(gene)).copied().collect();
        let names: Vec<String> = genes.iter().map(|&gene| self.genes[gene].clone()).collect();
        assert!(repeated(&names).is_empty(), "a gene is asked for twice");
        Self { genes: names, samples: self.samples.clone(), values }
    }

    /// Some samples, in the order asked for.
    ///
    /// # Panics
    /// If a sample is not there, or asked for twice.
    pub fn select_samples(&self, samples: &[usize]) -> Self {
        let values = self.rows().flat_map(|row| samples.iter().map(|&sample| row[sample])).collect();
        let names: Vec<String> = samples.iter().map(|&sample| self.samples[sample].clone()).collect();
        assert!(repeated(&names).is_empty(), "a sample is asked for twice");
        Self { genes: self.genes.clone(), samples: names, values }
    }
}

/// The names that are there more than once, in the order of their first.
pub(crate) fn repeated(names: &[String]) -> Vec<String> {
    let (mut seen, mut told) = (HashSet::new(), HashSet::new());
    names.iter().filter(|name| !seen.insert(name.as_str()) && told.insert(name.as_str())).cloned().collect()
}
