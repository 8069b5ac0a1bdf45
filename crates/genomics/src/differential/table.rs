//! The table of genes, and which of them are called changed.

use std::io::Write;
use std::path::Path;

use radsurv_data::fs::write_atomic;
use radsurv_data::number;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What a model says of one gene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneRow {
    /// The gene.
    pub gene: String,
    /// The difference of the groups, or the coefficient or contrast asked for; of logarithms to base 2 it is the log2 fold change.
    pub log_fc: f64,
    /// The mean of the gene over all samples.
    pub ave_expr: f64,
    /// The moderated t.
    pub t: f64,
    /// Its two-sided p-value.
    pub p_value: f64,
    /// The p-value adjusted for the number of genes.
    pub adj_p_value: f64,
    /// The log odds that the gene differs; none where the test is of changes beyond a given one
    /// ([`TreatSettings`](super::TreatSettings)).
    pub b: Option<f64>,
}

/// The genes of one coefficient or contrast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopTable {
    /// The coefficient or contrast: `high - low`.
    pub coefficient: String,
    /// A row per gene: by p-value, the smallest first, or in the order of the table.
    pub rows: Vec<GeneRow>,
}

/// What a model says of one gene and several coefficients together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FRow {
    /// The gene.
    pub gene: String,
    /// Its coefficients.
    pub coefficients: Vec<f64>,
    /// The mean of the gene over all samples.
    pub ave_expr: f64,
    /// The moderated F.
    pub f: f64,
    /// Its p-value.
    pub p_value: f64,
    /// The p-value adjusted for the number of genes.
    pub adj_p_value: f64,
}

/// The genes of several coefficients or contrasts together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FTable {
    /// The coefficients or contrasts.
    pub coefficients: Vec<String>,
    /// How many of them are independent: the degrees of freedom of the numerator of F.
    pub df1: usize,
    /// A row per gene.
    pub rows: Vec<FRow>,
}

/// The order of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// By p-value, the smallest first; of equal ones the largest t or F, then the order of the expression table. Genes without a
    /// p-value are last.
    #[default]
    PValue,
    /// That of the expression table.
    Table,
}

impl Order {
    /// The places of genes in this order.
    pub(super) fn of(self, p_values: &[f64], size: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut places: Vec<usize> = (0..p_values.len()).collect();
        if self == Self::PValue {
            // NaN is above all numbers.
            places.sort_by(|&a, &b| {
                p_values[a].abs().total_cmp(&p_values[b].abs()).then_with(|| size(b).total_cmp(&size(a)))
            });
        }
        places
    }
}

/// Whether and how a gene differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Higher.
    Up,
    /// Lower.
    Down,
    /// Not by the rule.
    Unchanged,
}

/// Which genes are called changed.
///
/// The default is that of the cervical cancer study: a raw p-value below 0.05 and a fold change above 2 either way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeRule {
    /// The p-value is below this.
    pub p: f64,
    /// Whether the adjusted p-value is meant.
    pub adjusted: bool,
    /// The size of the log2 fold change is above this.
    pub log_fc: f64,
}

impl Default for ChangeRule {
    fn default() -> Self {
        Self { p: 0.05, adjusted: false, log_fc: 1.0 }
    }
}

impl ChangeRule {
    /// What a gene is called. A gene without a p-value is unchanged.
    pub fn of(&self, row: &GeneRow) -> Change {
        let p = if self.adjusted { row.adj_p_value } else { row.p_value };
        match p < self.p {
            true if row.log_fc > self.log_fc => Change::Up,
            true if row.log_fc < -self.log_fc => Change::Down,
            _ => Change::Unchanged,
        }
    }
}

impl TopTable {
    /// The genes that are called so, in the order of the table.
    pub fn changed(&self, rule: &ChangeRule, change: Change) -> Vec<&str> {
        self.rows.iter().filter(|row| rule.of(row) == change).map(|row| row.gene.as_str()).collect()
    }
}

impl TopTable {
    /// How each gene is called, in the order of the table.
    pub fn changes(&self, rule: &ChangeRule) -> Vec<Change> {
        self.rows.iter().map(|row| rule.of(row)).collect()
    }

    /// Writes the table as CSV: `gene,log_fc,ave_expr,t,p_value,adj_p_value,b`, a line per gene in the order of the table.
    /// Numbers read back as the same `f64`; one that is not known is an empty cell.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written; an existing one is then as it was.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_atomic(path, |out| self.write(out)).map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Writes the table as CSV anywhere; see [`write_csv`](Self::write_csv).
    ///
    /// # Errors
    /// What the writer says.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::differential::{GeneRow, TopTable};
    /// let row = GeneRow { gene: "HK2".into(), log_fc: 1.5, ave_expr: 7.0, t: 4.0, p_value: 0.001, adj_p_value: 0.01, b: None };
    /// let mut out = Vec::new();
    /// TopTable { coefficient: "high - low".into(), rows: vec![row] }.write(&mut out)?;
    /// assert_eq!(String::from_utf8_lossy(&out), "gene,log_fc,ave_expr,t,p_value,adj_p_value,b\nHK2,1.5,7,4,0.001,0.01,\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        let cell = |value: f64| if value.is_nan() { String::new() } else { number::format(value) };
        writer.write_record(["gene", "log_fc", "ave_expr", "t", "p_value", "adj_p_value", "b"])?;
        for row in &self.rows {
            let GeneRow { gene, log_fc, ave_expr, t, p_value, adj_p_value, b } = row;
            let numbers = [*log_fc, *ave_expr, *t, *p_value, *adj_p_value, b.unwrap_or(f64::NAN)].map(cell);
            writer.write_record(std::iter::once(gene).chain(&numbers))?;
        }
        writer.flush()
    }
}
