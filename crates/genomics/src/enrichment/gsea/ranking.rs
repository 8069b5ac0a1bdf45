//! Genes in the order of a statistic.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::differential::TopTable;
use crate::error::{Error, Result};
use crate::expression::repeated;

/// By what genes of a table are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RankBy {
    /// The moderated t: how sure a difference is, and its sign.
    #[default]
    T,
    /// The log2 fold change: how large it is, of noisy genes too.
    LogFc,
    /// -log10 of the p-value with the sign of the fold change.
    SignedLogP,
}

/// Genes by a statistic, the largest first.
///
/// # Example
/// ```
/// use radsurv_genomics::enrichment::gsea::Ranking;
/// let genes = ["HK2", "TP53", "CA9"].map(String::from).to_vec();
/// let ranking = Ranking::new(genes, vec![0.5, f64::NAN, 2.0])?;
/// assert_eq!(ranking.genes(), ["CA9", "HK2"]);
/// assert_eq!(ranking.missing(), ["TP53"]);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    genes: Vec<String>,
    values: Vec<f64>,
    missing: Vec<String>,
    tied: usize,
}

impl Ranking {
    /// Genes by their values, the largest first. Genes whose value is NaN are left out and kept in
    /// [`missing`](Ranking::missing). Genes of the same value are in the order of their names, so that the order does not depend
    /// on that of the table; that they are tied is [counted](Ranking::tied).
    ///
    /// # Errors
    /// [`Error::Ranking`] if there is not a value for each gene, a gene has no name, a value is infinite, or fewer than two genes
    /// have one; [`Error::DuplicateGenes`].
    pub fn new(genes: Vec<String>, values: Vec<f64>) -> Result<Self> {
        let wrong = |what: String| Err(Error::Ranking { what });
        if genes.len() != values.len() {
            return wrong(format!("it has {} genes, but {} values", genes.len(), values.len()));
        }
        if let Some(at) = genes.iter().position(|gene| gene.trim().is_empty()) {
            return wrong(format!("gene {} of {} has no name", at + 1, genes.len()));
        }
        let twice = repeated(&genes);
        if !twice.is_empty() {
            return Err(Error::DuplicateGenes { table: "the ranking".to_string(), genes: twice });
        }
        let infinite: Vec<&String> =
            genes.iter().zip(&values).filter(|(_, v)| v.is_infinite()).map(|(gene, _)| gene).collect();
        if !infinite.is_empty() {
            let names = radsurv_data::list(&infinite);
            return wrong(format!(
                "the values of {} genes are infinite: {names}; give them a number or none",
                infinite.len()
            ));
        }
        let mut missing = Vec::new();
        let mut pairs = Vec::with_capacity(genes.len());
        for (gene, value) in genes.into_iter().zip(values) {
            if value.is_nan() { missing.push(gene) } else { pairs.push((gene, value)) }
        }
        if pairs.len() < 2 {
            return wrong(format!("{} genes have a value; two or more are needed", pairs.len()));
        }
        pairs.sort_unstable_by(|a, b| {
            b.1.partial_cmp(&a.1).unwrap_or(std::cmp::Ordering::Equal).then_with(|| a.0.cmp(&b.0))
        });
        let tied = pairs.windows(2).filter(|two| two[0].1 == two[1].1 && two[0].1 != 0.0).count();
        let (genes, values) = pairs.into_iter().unzip();
        Ok(Self { genes, values, missing, tied })
    }

    /// The genes of a table of differences.
    ///
    /// # Errors
    /// As [`Ranking::new`]. A p-value of 0 has no logarithm: it is taken for the least number above 0.
    pub fn of_table(table: &TopTable, by: RankBy) -> Result<Self> {
        let value = |row: &crate::differential::GeneRow| match by {
            RankBy::T => row.t,
            RankBy::LogFc => row.log_fc,
            RankBy::SignedLogP if row.log_fc == 0.0 => 0.0,
            RankBy::SignedLogP => -row.p_value.max(f64::MIN_POSITIVE).log10() * row.log_fc.signum() + 0.0 * row.p_value,
        };
        Self::new(table.rows.iter().map(|row| row.gene.clone()).collect(), table.rows.iter().map(value).collect())
    }

    /// The genes, that of the largest value first.
    pub fn genes(&self) -> &[String] {
        &self.genes
    }

    /// Their values, descending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Genes without a value.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// How many genes have the value of the one before, zeros not counted (as fgsea counts).
    pub fn tied(&self) -> usize {
        self.tied
    }

    pub(super) fn places(&self) -> HashMap<&str, usize> {
        self.genes.iter().enumerate().map(|(place, gene)| (gene.as_str(), place)).collect()
    }

    /// What a hit at each place adds to the running score before it is divided by the sum of the set: `|value|^weight`.
    ///
    /// Zeros become a number so small that it changes no sum but that of zeros alone: a set whose values are all 0 then
    /// has equal steps, as in fgsea.
    pub(super) fn weights(&self, weight: f64) -> Vec<f64> {
        let mut out: Vec<f64> = self.values.iter().map(|value| value.abs().powf(weight)).collect();
        let least = out.iter().copied().filter(|w| *w > 0.0).fold(f64::INFINITY, f64::min);
        let tiny = if least.is_finite() { (least * 1e-18).max(1e-300) } else { 1.0 };
        out.iter_mut().filter(|w| **w < tiny).for_each(|w| *w = tiny);
        out
    }
}
