//! Genes that are not expressed, or do not vary, taken out.

use radsurv_stats::summary;
use serde::{Deserialize, Serialize};

use super::Expression;
use crate::error::{Error, Result};

/// Which genes count as expressed, of values that are no counts.
///
/// # Example
/// ```
/// use radsurv_genomics::Expression;
/// use radsurv_genomics::expression::LowExpression;
/// let names = |names: [&str; 2]| names.map(String::from).to_vec();
/// let table = Expression::new(names(["A", "B"]), names(["P1", "P2"]), vec![1.0, 9.0, 0.0, 0.0])?;
/// assert_eq!(LowExpression::default().keep(&table)?, [true, false]);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LowExpression {
    /// A gene is expressed in a sample if its value is above this, 0. Missing values are not.
    pub above: f64,
    /// The share of all samples that a gene is expressed in at least, 0.2.
    pub share: f64,
}

impl Default for LowExpression {
    fn default() -> Self {
        Self { above: 0.0, share: 0.2 }
    }
}

impl LowExpression {
    /// Whether each gene is expressed.
    ///
    /// # Errors
    /// [`Error::Transform`] if the share is not from 0 to 1, or the value is missing.
    pub fn keep(&self, table: &Expression) -> Result<Vec<bool>> {
        if !(0.0..=1.0).contains(&self.share) || self.above.is_nan() {
            let what = format!(
                "genes above {} in a share of {} samples: give a number, and a share from 0 to 1",
                self.above, self.share
            );
            return Err(Error::Transform(what));
        }
        let needed = self.share * table.samples().len() as f64;
        // A share of 0.2 of 35 samples is 7, not a rounding more.
        Ok(table.rows().map(|row| row.iter().filter(|v| **v > self.above).count() as f64 >= needed - 1e-9).collect())
    }
}

/// The genes kept, and the names of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Filtered {
    /// The genes kept, in their order.
    pub expression: Expression,
    /// The genes taken out.
    pub dropped: Vec<String>,
}

impl Expression {
    /// The genes that are kept.
    ///
    /// # Errors
    /// [`Error::Transform`] if there is not a decision per gene.
    pub fn filtered(&self, keep: &[bool]) -> Result<Filtered> {
        if keep.len() != self.genes.len() {
            let what = format!("{} decisions for {} genes: give one for each", keep.len(), self.genes.len());
            return Err(Error::Transform(what));
        }
        let kept: Vec<usize> = (0..keep.len()).filter(|&gene| keep[gene]).collect();
        let dropped = (0..keep.len()).filter(|&gene| !keep[gene]).map(|gene| self.genes[gene].clone()).collect();
        Ok(Filtered { expression: self.select_genes(&kept), dropped })
    }

    /// The places of the genes that vary most, ascending: so many, or all that vary. The variance is over the values that
    /// are there; of equal ones the first counts.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// let names = |names: [&str; 2]| names.map(String::from).to_vec();
    /// let table = Expression::new(names(["A", "B"]), names(["P1", "P2"]), vec![1.0, 2.0, 4.0, 0.0])?;
    /// assert_eq!(table.most_variable(1), [1]);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn most_variable(&self, count: usize) -> Vec<usize> {
        let variance = |row: &[f64]| {
            let present: Vec<f64> = row.iter().copied().filter(|v| !v.is_nan()).collect();
            summary::variance(&present)
        };
        let mut varying: Vec<(f64, usize)> =
            self.rows().map(variance).zip(0..).filter(|(variance, _)| *variance > 0.0).collect();
        varying.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut places: Vec<usize> = varying.into_iter().take(count).map(|(_, gene)| gene).collect();
        places.sort_unstable();
        places
    }
}
