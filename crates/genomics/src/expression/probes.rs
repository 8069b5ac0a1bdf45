//! Probes of an array, or other rows of one gene, to one row per gene.

use std::collections::HashMap;

use radsurv_data::Table;
use radsurv_stats::summary;
use serde::{Deserialize, Serialize};

use super::{Expression, ExpressionRows};
use crate::error::{Error, Result};

/// What becomes of several rows of a gene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Collapse {
    /// Their mean in each sample, over those that have a value: limma's `avereps`.
    #[default]
    Mean,
    /// The row of the highest mean: WGCNA's `collapseRows`, `"MaxMean"`. Rows with more missing values than another of the
    /// gene do not count; of equal ones the first is taken.
    MaxMean,
    /// The row of the largest variance: WGCNA's `"maxRowVariance"`, and genefilter's `findLargest` of variances. Missing
    /// values and equal rows as with the highest mean.
    MaxVariance,
    /// Their sum in each sample, for counts; missing if all are.
    Sum,
}

/// What becomes of a probe that stands for several genes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Several {
    /// It is left out, and listed.
    #[default]
    Drop,
    /// It counts for the first of them.
    First,
    /// It counts for each of them.
    Each,
}

/// How rows become genes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeSettings {
    /// What becomes of several rows of a gene: their mean.
    pub collapse: Collapse,
    /// What becomes of a probe of several genes: it is left out.
    pub several: Several,
}

/// Which genes a probe stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProbeMap {
    genes: HashMap<String, Vec<String>>,
}

/// What became of the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProbeReport {
    /// Rows of the table.
    pub probes: usize,
    /// Genes they became.
    pub genes: usize,
    /// Probes that the map does not have, or without a gene there. They are left out.
    pub unmapped: Vec<String>,
    /// Probes of several genes.
    pub several: Vec<String>,
    /// Genes of several rows.
    pub collapsed: usize,
    /// For each gene, in the order of the table, the row that was taken; none of means and sums.
    pub chosen: Vec<Option<String>>,
}

/// A table of genes, and what became of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Collapsed {
    /// The genes, each where its first row was.
    pub expression: Expression,
    /// What became of the rows.
    pub report: ProbeReport,
}

impl ProbeMap {
    /// A map of probes to genes. A probe may be there several times: it stands for all its genes, each once.
    pub fn new<P: Into<String>, G: Into<String>>(pairs: impl IntoIterator<Item = (P, G)>) -> Self {
        let mut map = Self::default();
        pairs.into_iter().for_each(|(probe, gene)| map.add(probe.into(), gene.into()));
        map
    }

    /// The map in a table: the probe in its first column, the genes in the named one, parted by `separator` if there are
    /// several (`///` in annotations of Affymetrix arrays). Empty cells, `NA` and `---` are no gene.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no such column; [`Error::Probes`] if no probe has a gene.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Table;
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::expression::{ProbeMap, ProbeSettings};
    /// let text = "probe,symbol\n1_at,HK2\n2_at,HK2\n3_at,A /// B\n4_at,---\n";
    /// let map = ProbeMap::from_table(&Table::from_reader(text.as_bytes(), "map.csv")?, "symbol", "///")?;
    /// let probes = ["1_at", "2_at", "3_at", "4_at"].map(String::from).to_vec();
    /// let table = Expression::new(probes, vec!["P1".into()], vec![1.0, 2.0, 3.0, 4.0])?;
    /// let found = ProbeSettings::default().apply(&table, &map)?;
    /// assert_eq!((found.expression.genes(), found.expression.values()), (&["HK2".to_string()][..], &[1.5][..]));
    /// assert_eq!((found.report.several, found.report.unmapped), (vec!["3_at".to_string()], vec!["4_at".to_string()]));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn from_table(table: &Table, column: &str, separator: &str) -> Result<Self> {
        let place = table.column(column)?;
        let mut map = Self::default();
        for row in table.rows() {
            let cell = row.cells[place].as_str();
            let genes: Vec<&str> = if separator.is_empty() { vec![cell] } else { cell.split(separator).collect() };
            for gene in genes.into_iter().map(str::trim).filter(|gene| !matches!(*gene, "" | "NA" | "---")) {
                map.add(row.cells[0].trim().to_string(), gene.to_string());
            }
        }
        match map.genes.is_empty() {
            true => {
                Err(Error::Probes(format!("no probe of {} has a gene in the column {column}", table.source_name())))
            }
            false => Ok(map),
        }
    }

    fn add(&mut self, probe: String, gene: String) {
        let genes = self.genes.entry(probe).or_default();
        if !genes.contains(&gene) {
            genes.push(gene);
        }
    }

    /// The genes of a probe.
    pub fn genes(&self, probe: &str) -> &[String] {
        self.genes.get(probe).map_or(&[], Vec::as_slice)
    }

    /// The number of probes.
    pub fn len(&self) -> usize {
        self.genes.len()
    }

    /// Whether there is no probe.
    pub fn is_empty(&self) -> bool {
        self.genes.is_empty()
    }
}

impl ProbeSettings {
    /// The genes of a table of probes.
    ///
    /// # Errors
    /// [`Error::Probes`] if no probe has a gene.
    pub fn apply(&self, probes: &Expression, map: &ProbeMap) -> Result<Collapsed> {
        let mut report = ProbeReport { probes: probes.genes().len(), ..ProbeReport::default() };
        let mut pairs: Vec<(usize, &str)> = Vec::new();
        for (row, probe) in probes.genes().iter().enumerate() {
            let genes = map.genes(probe);
            let counted = match (genes.len(), self.several) {
                (0, _) => 0,
                (1, _) | (_, Several::First) => 1,
                (_, Several::Drop) => 0,
                (count, Several::Each) => count,
            };
            match genes.len() {
                0 => report.unmapped.push(probe.clone()),
                1 => (),
                _ => report.several.push(probe.clone()),
            }
            pairs.extend(genes[..counted].iter().map(|gene| (row, gene.as_str())));
        }
        if pairs.is_empty() {
            let (all, of_several) = (report.probes, report.several.len());
            let example = probes.genes().first().cloned().unwrap_or_default();
            let what = format!(
                "none of the {all} probes has a gene in the map ({of_several} have several); its first column must have names like {example}"
            );
            return Err(Error::Probes(what));
        }
        self.collapse(&pairs, probes.genes(), probes.samples(), probes.values(), report)
    }

    /// The genes of a file in which some are there several times.
    ///
    /// # Errors
    /// Those of [`Expression::new`].
    pub fn duplicates(&self, rows: &ExpressionRows) -> Result<Collapsed> {
        let report = ProbeReport { probes: rows.names.len(), ..ProbeReport::default() };
        let pairs: Vec<(usize, &str)> = rows.names.iter().map(String::as_str).enumerate().collect();
        let lines: Vec<String> = rows.lines.iter().map(|line| format!("line {line}")).collect();
        self.collapse(&pairs, &lines, &rows.samples, &rows.values, report)
    }

    fn collapse(
        &self,
        pairs: &[(usize, &str)],
        rows: &[String],
        samples: &[String],
        values: &[f64],
        mut report: ProbeReport,
    ) -> Result<Collapsed> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut genes: Vec<(&str, Vec<usize>)> = Vec::new();
        for &(row, gene) in pairs {
            let place = *places.entry(gene).or_insert(genes.len());
            if place == genes.len() {
                genes.push((gene, Vec::new()));
            }
            genes[place].1.push(row);
        }
        let of = |row: usize| &values[row * samples.len()..][..samples.len()];
        let mut out = Vec::with_capacity(genes.len() * samples.len());
        for (_, own) in &genes {
            let chosen = match self.collapse {
                Collapse::Mean | Collapse::Sum if own.len() > 1 => {
                    let mean = self.collapse == Collapse::Mean;
                    out.extend(
                        (0..samples.len()).map(|sample| over_rows(own.iter().map(|&row| of(row)[sample]), mean)),
                    );
                    None
                }
                Collapse::Mean | Collapse::Sum => {
                    out.extend_from_slice(of(own[0]));
                    None
                }
                Collapse::MaxMean => Some(largest(own, of, summary::mean)),
                Collapse::MaxVariance => Some(largest(own, of, summary::variance)),
            };
            if let Some(row) = chosen {
                out.extend_from_slice(of(row));
            }
            report.chosen.push(chosen.map(|row| rows[row].clone()));
        }
        report.genes = genes.len();
        report.collapsed = genes.iter().filter(|gene| gene.1.len() > 1).count();
        let names = genes.iter().map(|gene| gene.0.to_string()).collect();
        Ok(Collapsed { expression: Expression::new(names, samples.to_vec(), out)?, report })
    }
}

/// The mean or sum of the values that are there; NaN if none is.
fn over_rows(values: impl Iterator<Item = f64>, mean: bool) -> f64 {
    let (sum, count) = values.filter(|v| !v.is_nan()).fold((0.0, 0usize), |(sum, count), v| (sum + v, count + 1));
    match count {
        0 => f64::NAN,
        _ if mean => sum / count as f64,
        _ => sum,
    }
}

/// The row of the largest statistic among those that miss the fewest values; the first of equal ones.
fn largest<'a>(rows: &[usize], of: impl Fn(usize) -> &'a [f64], statistic: impl Fn(&[f64]) -> f64) -> usize {
    let missing = |row: usize| of(row).iter().filter(|v| v.is_nan()).count();
    let fewest = rows.iter().map(|&row| missing(row)).min().unwrap_or(0);
    let (mut best, mut most) = (rows[0], f64::NEG_INFINITY);
    let mut found = false;
    for &row in rows.iter().filter(|&&row| missing(row) == fewest) {
        let present: Vec<f64> = of(row).iter().copied().filter(|v| !v.is_nan()).collect();
        let value = statistic(&present);
        if !found || value > most {
            (best, most, found) = (row, if value.is_nan() { f64::NEG_INFINITY } else { value }, true);
        }
    }
    best
}
