//! How strongly genes are connected.

use nalgebra::DMatrixView;
use radsurv_data::list;
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::tree::Distances;
use crate::error::{Error, Result};
use crate::expression::Expression;

/// What of a correlation *r* connects two genes: the similarity *s*, whose power is the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// *s = |r|*: opposite genes are together.
    #[default]
    Unsigned,
    /// *s = (1 + r) / 2*: opposite genes are apart; uncorrelated ones have 0.5, so powers are about twice as high.
    Signed,
    /// *s = max (r, 0)*.
    SignedHybrid,
}

/// Whether neighbours that connect two genes with opposite signs count against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverlapKind {
    /// No.
    #[default]
    Unsigned,
    /// Yes, in an unsigned network: its connections keep the sign of the correlation. Others have no signs.
    Signed,
}

impl NetworkKind {
    /// The similarity of a correlation.
    pub fn similarity(self, r: f64) -> f64 {
        match self {
            Self::Unsigned => r.abs(),
            Self::Signed => 0.5 * (1.0 + r),
            Self::SignedHybrid => r.max(0.0),
        }
    }
}

/// The correlations of all pairs of genes.
///
/// # Errors
/// [`Error::Network`] if there are fewer than three genes or four samples, values are missing, or a gene does not vary.
pub fn correlations(table: &Expression, method: Method) -> Result<CorrelationMatrix> {
    let (genes, samples) = (table.genes().len(), table.samples().len());
    if genes < 3 || samples < 4 {
        let what =
            format!("a network of {genes} genes in {samples} samples: three genes and four samples are the least");
        return Err(Error::Network(what));
    }
    let rows: Vec<&[f64]> = table.rows().collect();
    let named = |bad: &dyn Fn(&[f64]) -> bool| -> Vec<&String> {
        rows.iter().zip(table.genes()).filter(|(row, _)| bad(row)).map(|(_, gene)| gene).collect()
    };
    let missing = named(&|row| row.iter().any(|v| v.is_nan()));
    if !missing.is_empty() {
        let what = format!(
            "{} of the genes have missing values: {}; fill them in or leave the genes out",
            missing.len(),
            list(&missing)
        );
        return Err(Error::Network(what));
    }
    let constant = named(&|row| row.iter().all(|v| *v == row[0]));
    if !constant.is_empty() {
        let what = format!(
            "{} of the genes do not vary: {}; leave them out (most_variable does)",
            constant.len(),
            list(&constant)
        );
        return Err(Error::Network(what));
    }
    Ok(CorrelationMatrix::new(&rows, method, Missing::Refuse)?)
}

/// The connections of all pairs of genes, *a = s^β*.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjacency {
    size: usize,
    /// Row by row; with the sign of the correlation where signs count. The diagonal is 1.
    values: Vec<f64>,
}

impl Adjacency {
    /// The connections by a power of the similarity of correlations. They keep the sign of the correlation, for the overlap alone, if the
    /// network is unsigned and the overlap signed.
    pub fn new(correlations: CorrelationMatrix, kind: NetworkKind, overlap: OverlapKind, power: u32) -> Self {
        let size = correlations.size();
        let mut values = correlations.into_values();
        let power = i32::try_from(power).unwrap_or(i32::MAX);
        let signs = kind == NetworkKind::Unsigned && overlap == OverlapKind::Signed;
        values.par_chunks_mut(size.max(1)).enumerate().for_each(|(i, row)| {
            for value in row.iter_mut() {
                let connection = kind.similarity(*value).powi(power);
                *value = if signs { connection.copysign(*value) } else { connection };
            }
            row[i] = 1.0;
        });
        Self { size, values }
    }

    /// The number of genes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The connection of two genes, from 0 to 1.
    ///
    /// # Panics
    /// If there is no such gene.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.row(i)[j].abs()
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..][..self.size]
    }

    /// The sum of the connections of each gene with all others.
    pub fn connectivity(&self) -> Vec<f64> {
        (0..self.size).into_par_iter().map(|i| self.row(i).iter().map(|a| a.abs()).sum::<f64>() - 1.0).collect()
    }

    /// The sum of the connections of each gene with the others of its module; 0 for genes of no module (0).
    pub fn within(&self, modules: &[usize]) -> Vec<f64> {
        let of = |i: usize| match modules[i] {
            0 => 0.0,
            own => self.row(i).iter().zip(modules).filter(|(_, m)| **m == own).map(|(a, _)| a.abs()).sum::<f64>() - 1.0,
        };
        (0..self.size).into_par_iter().map(of).collect()
    }

    /// 1 less the topological overlap of all pairs of genes: how far two genes are from having the same neighbours.
    ///
    /// *ω_ij = |Σ_u a_iu a_uj + a_ij| / (min (k_i, k_j) + 1 - |a_ij|)*, the sum over all other genes, *k* the
    /// [`connectivity`](Self::connectivity). Zhang and Horvath, *Stat Appl Genet Mol Biol* 4 (2005) 17; WGCNA's
    /// `TOMsimilarity`, `TOMDenom = "min"`.
    ///
    /// The products of blocks of columns are computed by matrix multiplication, each once: *n³* additions and
    /// multiplications, and no matrix but the result of *n (n - 1) / 2* values.
    pub fn overlap_distances(&self) -> Distances {
        let values = &self.values;
        let n = self.size;
        // With the connection of 1 with itself.
        let degree: Vec<f64> = self.connectivity().iter().map(|k| k + 1.0).collect();
        let all = DMatrixView::from_slice(values, n, n);
        let mut out = vec![0.0; n * n.saturating_sub(1) / 2];
        let mut blocks: Vec<(usize, &mut [f64])> = Vec::new();
        let mut rest = &mut out[..];
        for start in (0..n).step_by(BLOCK) {
            let pairs = (start..(start + BLOCK).min(n)).map(|j| n - 1 - j).sum();
            let (own, others) = rest.split_at_mut(pairs);
            blocks.push((start, own));
            rest = others;
        }
        blocks.into_par_iter().for_each(|(start, mut out)| {
            let width = BLOCK.min(n - start);
            let products = all.view((start, 0), (n - start, n)) * all.view((0, start), (n, width));
            for (column, j) in (start..start + width).enumerate() {
                let (own, others) = out.split_at_mut(n - 1 - j);
                for (to, i) in own.iter_mut().zip(j + 1..n) {
                    let a = values[j * n + i];
                    // The sum has a_ij twice, once for each of the two genes.
                    let shared = products[(i - start, column)] - a;
                    let most = degree[i].min(degree[j]) - a.abs();
                    *to = if most == 0.0 { 1.0 } else { 1.0 - shared.abs() / most };
                }
                out = others;
            }
        });
        Distances::new(n, out)
    }
}

/// Columns that are multiplied at once.
const BLOCK: usize = 192;
