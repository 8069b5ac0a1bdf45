//! What is asked of expression.

use std::path::PathBuf;

use radsurv_genomics::differential::{ChangeRule, ValueScale};
use radsurv_genomics::expression::Collapse;
use serde::{Deserialize, Serialize};

/// Expression of some of the patients, and what is asked of it: the part `[genomics]` of a study.
///
/// # Example
/// ```
/// use radsurv_study::radiogenomics::GenomicsSettings;
/// let settings: GenomicsSettings = toml::from_str(r#"
///     expression = "expression.csv"
///     gene_sets = ["hallmark.gmt"]
///     rule = { p = 0.05, adjusted = true, log_fc = 0.5 }
///     genes = ["KDELR2", "HK2"]
/// "#).unwrap();
/// assert_eq!((settings.features, settings.rule.adjusted), (10, true));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenomicsSettings {
    /// The table of expression: gene, then a column per patient, named by the patient's id. CSV or tabs, compressed (gzip) or not.
    pub expression: PathBuf,
    /// What its values are. Default logarithms to base 2.
    #[serde(default)]
    pub values: ValueScale,
    /// What becomes of several rows of a gene. Default an error.
    #[serde(default)]
    pub duplicates: Option<Collapse>,
    /// Whether the table has chosen genes only, such as those that vary or that differ by stage. Then no test of sets can be believed as it
    /// is, and the report says so. Default no.
    #[serde(default)]
    pub prefiltered: bool,
    /// Columns of the table of patients that groups are compared given. Default none.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// Whether the variance of a gene may depend on its mean. Default no.
    #[serde(default)]
    pub trend: bool,
    /// Whether genes of an unusual variance are kept from deciding for all. Default no.
    #[serde(default)]
    pub robust: bool,
    /// Which genes are called changed.
    #[serde(default)]
    pub rule: ChangeRule,
    /// Files of sets of genes (GMT), each a collection of its own.
    #[serde(default)]
    pub gene_sets: Vec<PathBuf>,
    /// Genes that the report must speak of, whatever they show.
    #[serde(default)]
    pub genes: Vec<String>,
    /// Lists of genes of other cohorts that changed genes are compared with.
    #[serde(default)]
    pub lists: Vec<GeneListSource>,
    /// Files of signatures (GMT), whose scores in single patients are compared between the groups.
    #[serde(default)]
    pub signatures: Vec<PathBuf>,
    /// How many of the best features genes are correlated with. Default 10.
    #[serde(default = "features")]
    pub features: usize,
}

fn features() -> usize {
    10
}

/// Genes that changed in another cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneListSource {
    /// What the cohort is called.
    pub name: String,
    /// A CSV file: the first column the gene; a column `change` says `up` or `down`, or columns `log_fc` and `p_value` (and `adj_p_value`) as
    /// `radsurv genomics de` writes them, to which the rule of this study is applied.
    pub table: PathBuf,
}
