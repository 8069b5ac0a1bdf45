//! What a module does as one: its first principal component.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use radsurv_stats::summary::{mean, standard_deviation};
use serde::{Deserialize, Serialize};

use super::tree::{Distances, Tree, by_size};
use crate::error::{Error, Result};
use crate::expression::Expression;

/// Genes of mean 0 and standard deviation 1.
pub(super) struct Scaled {
    pub(super) samples: usize,
    values: Vec<f64>,
}

/// The first principal component of the standardised genes of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Eigengene {
    /// A value per sample; their squares sum to 1. It goes with the mean of the standardised genes, not against it.
    pub values: Vec<f64>,
    /// The mean squared correlation of its genes with it: the share of their variance it explains.
    pub explained: f64,
}

impl Scaled {
    pub(super) fn new(table: &Expression) -> Self {
        let scaled = table.rows().flat_map(|row| {
            let (centre, deviation) = (mean(row), standard_deviation(row));
            row.iter().map(move |v| (v - centre) / deviation)
        });
        Self { samples: table.samples().len(), values: scaled.collect() }
    }

    pub(super) fn row(&self, gene: usize) -> &[f64] {
        &self.values[gene * self.samples..][..self.samples]
    }

    /// The correlation of a gene with a column of mean 0.
    pub(super) fn correlation(&self, gene: usize, column: &[f64]) -> f64 {
        let product: f64 = self.row(gene).iter().zip(column).map(|(a, b)| a * b).sum();
        let square: f64 = column.iter().map(|b| b * b).sum();
        (product / ((self.samples as f64 - 1.0) * square).sqrt()).clamp(-1.0, 1.0)
    }

    /// The eigengene of some genes.
    pub(super) fn eigengene(&self, genes: &[usize]) -> Result<Eigengene> {
        let z = DMatrix::from_fn(self.samples, genes.len(), |sample, gene| self.row(genes[gene])[sample]);
        let few_genes = genes.len() < self.samples;
        let square = if few_genes { z.tr_mul(&z) } else { &z * z.transpose() };
        let steps = 1000 + 100 * square.nrows();
        let eigen = SymmetricEigen::try_new(square, f64::EPSILON, steps).ok_or_else(|| {
            Error::Network(format!("the eigengene of {} genes is not found in {steps} steps", genes.len()))
        })?;
        let first = eigen.eigenvalues.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
        let vector = eigen.eigenvectors.column(first.map_or(0, |(place, _)| place)).into_owned();
        let mut values: DVector<f64> = if few_genes { &z * vector } else { vector };
        // Two more steps towards it take the rounding of the squares away.
        for _ in 0..2 {
            values = &z * z.tr_mul(&values);
            let norm = values.norm();
            values /= norm;
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::Network(format!("the {} genes of a module have no principal component", genes.len())));
        }
        if z.column_sum().dot(&values) < 0.0 {
            values = -values;
        }
        let values: Vec<f64> = values.iter().copied().collect();
        let squares = genes.iter().map(|&gene| self.correlation(gene, &values).powi(2));
        Ok(Eigengene { explained: squares.sum::<f64>() / genes.len() as f64, values })
    }

    /// The eigengene of each module, from 1.
    pub(super) fn eigengenes(&self, modules: &[usize]) -> Result<Vec<Eigengene>> {
        let last = modules.iter().max().copied().unwrap_or(0);
        let of = |module: usize| -> Vec<usize> { (0..modules.len()).filter(|&gene| modules[gene] == module).collect() };
        (1..=last).map(|module| self.eigengene(&of(module))).collect()
    }

    /// Modules whose eigengenes are nearer than a height (1 less their correlation, average linkage) become one, until none
    /// are; numbered anew by size. WGCNA's `mergeCloseModules`.
    pub(super) fn merge_close(&self, modules: &[usize], height: f64) -> Result<Vec<usize>> {
        let mut modules = by_size(modules);
        loop {
            let found = self.eigengenes(&modules)?;
            let count = found.len();
            let mut distances = Vec::with_capacity(count * count / 2);
            for (i, a) in found.iter().enumerate() {
                let with = |b: &Eigengene| a.values.iter().zip(&b.values).map(|(a, b)| a * b).sum::<f64>();
                distances.extend(found[i + 1..].iter().map(|b| 1.0 - with(b)));
            }
            let groups = Tree::new(&Distances::new(count, distances)).groups(height);
            if groups.iter().max().is_none_or(|last| last + 1 == count) {
                return Ok(modules);
            }
            let joined = |&module: &usize| if module == 0 { 0 } else { groups[module - 1] + 1 };
            modules = by_size(&modules.iter().map(joined).collect::<Vec<_>>());
        }
    }
}
