//! The table of genes, and which of them are called changed.

use serde::{Deserialize, Serialize};

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
    /// The log odds that the gene differs; none where the test is not of a difference of zero ([`treat`]).
    ///
    /// [`treat`]: crate::differential
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
