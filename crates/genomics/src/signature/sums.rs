//! Sums and means of values.

use super::Sample;
use crate::error::Result;
use crate::expression::Expression;

/// The standard deviation over samples.
pub(super) fn deviation(row: &[f64]) -> f64 {
    let n = row.len() as f64;
    let mean = row.iter().sum::<f64>() / n;
    (row.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// Each gene with mean 0 and standard deviation 1 over samples.
pub(super) fn standardised(table: &Expression) -> Result<Expression> {
    let of = |row: &[f64]| {
        let (mean, deviation) = (row.iter().sum::<f64>() / row.len() as f64, deviation(row));
        row.iter().map(|value| (value - mean) / deviation).collect::<Vec<_>>()
    };
    table.with_values(table.rows().flat_map(of).collect())
}

/// The sum over the number of genes or its root.
pub(super) struct Sum {
    pub(super) values: Vec<f64>,
    pub(super) root: bool,
}

impl Sample for Sum {
    fn score(&self, genes: &[u32]) -> f64 {
        let (sum, count) = (genes.iter().map(|&gene| self.values[gene as usize]).sum::<f64>(), genes.len() as f64);
        sum / if self.root { count.sqrt() } else { count }
    }
}
