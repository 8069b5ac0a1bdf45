//! Genes with too few counts to say anything.

use radsurv_data::Groups;
use radsurv_stats::linear::Qr;
use radsurv_stats::summary::median;
use serde::{Deserialize, Serialize};

use super::Counts;
use crate::error::{Error, Result};

/// What says how many samples a gene must be expressed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Replicates<'a> {
    /// All samples are of one group.
    One,
    /// The smallest group.
    Groups(&'a Groups),
    /// A design, a column per coefficient: the inverse of the largest leverage.
    Design(&'a [Vec<f64>]),
}

/// Which genes have counts enough; the defaults are edgeR's `filterByExpr`.
///
/// A gene is kept if its counts per million reach *10⁶ c / median(N)* in as many samples as the smallest group has, and its
/// total reaches a minimum. Of a group of more than `large` samples only a share of those beyond counts. Chen, Lun and Smyth,
/// *F1000Research* 5 (2016) 1438.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilterByExpression {
    /// The count *c* in a library of median size, 10.
    pub min_count: f64,
    /// The least sum over all samples, 15.
    pub min_total: f64,
    /// The size above which a group is large, 10.
    pub large: f64,
    /// The share of a large group's further samples that count, 0.7.
    pub share: f64,
}

impl Default for FilterByExpression {
    fn default() -> Self {
        Self { min_count: 10.0, min_total: 15.0, large: 10.0, share: 0.7 }
    }
}

impl FilterByExpression {
    /// Whether each gene is kept. Libraries have their effective sizes.
    ///
    /// # Errors
    /// [`Error::Counts`] if there is not a group, or a row of the design, for each sample, or no sample has a group;
    /// [`Error::Stats`] if the design has missing values.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Groups;
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::expression::counts::{Counts, FilterByExpression, Replicates};
    /// let values = vec![20.0, 30.0, 0.0, 0.0, 2.0, 1.0, 5.0, 3.0];
    /// let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    /// let counts = Counts::new(Expression::new(names(2, "g"), names(4, "P"), values)?)?;
    /// let groups = Groups::new(["a", "a", "b", "b"].map(Some));
    /// let keep = FilterByExpression::default().keep(&counts, Replicates::Groups(&groups))?;
    /// assert_eq!(keep, [true, false]);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn keep(&self, counts: &Counts, replicates: Replicates) -> Result<Vec<bool>> {
        let samples = counts.sizes.len();
        let wrong = |what: &str, found: usize| {
            Error::Counts(format!("{found} {what} for {samples} samples: give one for each, in the order of the table"))
        };
        let mut smallest = match replicates {
            Replicates::One => samples as f64,
            Replicates::Groups(groups) => {
                if groups.len() != samples {
                    return Err(wrong("groups", groups.len()));
                }
                let least = groups.counts().into_iter().filter(|count| *count > 0).min();
                least.ok_or_else(|| Error::Counts("no sample has a group".to_string()))? as f64
            }
            Replicates::Design(columns) => {
                if let Some(column) = columns.iter().find(|column| column.len() != samples) {
                    return Err(wrong("rows of the design", column.len()));
                }
                largest_leverage(columns, samples)?.recip()
            }
        };
        if smallest > self.large {
            smallest = self.large + (smallest - self.large) * self.share;
        }
        let mut sizes = counts.effective_sizes();
        let cpm = counts.cpm();
        let cut = self.min_count / median(&mut sizes) * 1e6;
        let enough = |gene: usize| {
            let expressed = cpm.row(gene).iter().filter(|v| **v >= cut).count() as f64;
            let total: f64 = counts.table.row(gene).iter().sum();
            expressed >= smallest - 1e-14 && total >= self.min_total - 1e-14
        };
        Ok((0..counts.table.genes().len()).map(enough).collect())
    }
}

/// The largest diagonal element of *X (X'X)⁻¹ X'*, X with an intercept.
fn largest_leverage(columns: &[Vec<f64>], samples: usize) -> Result<f64> {
    let mut design: Vec<&[f64]> = Vec::with_capacity(columns.len() + 1);
    let ones = vec![1.0; samples];
    design.push(&ones);
    design.extend(columns.iter().map(Vec::as_slice));
    let qr = Qr::new(&design)?;
    let inverse = qr.inverse_crossproduct();
    let counted: Vec<&[f64]> = qr.pivot()[..qr.rank()].iter().map(|&column| design[column]).collect();
    let leverage = |row: usize| -> f64 {
        let pairs = inverse.iter().zip(&counted);
        pairs.map(|(line, x)| x[row] * line.iter().zip(&counted).map(|(v, y)| v * y[row]).sum::<f64>()).sum()
    };
    Ok((0..samples).map(leverage).fold(0.0, f64::max))
}
