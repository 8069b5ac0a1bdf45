//! Settings and results.

use std::fmt;

use radsurv_data::JoinReport;
use radsurv_stats::correlation::Method;
use radsurv_stats::multiple::Adjustment;
use serde::{Deserialize, Serialize};

/// How one gene goes with one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// The feature.
    pub feature: String,
    /// The gene.
    pub gene: String,
    /// The number of samples with both.
    pub samples: usize,
    /// The correlation; partial if there are confounders.
    pub r: f64,
    /// Its lower confidence limit.
    pub lower: f64,
    /// Its upper confidence limit.
    pub upper: f64,
    /// The p-value of no correlation.
    pub p_value: f64,
    /// The p-value adjusted for the number of pairs.
    pub adj_p_value: f64,
    /// The probability that any pair is as large by chance, from permutations; none without them, or if samples lack values.
    pub family_p_value: Option<f64>,
    /// Whether it is strong by the rule: P < 0.05 and |r| > 0.6 unless told.
    pub strong: bool,
}

/// Which associations are called strong: both are needed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StrongRule {
    /// The p-value is below this, 0.05.
    pub p: f64,
    /// Whether the adjusted p-value is meant; it is not.
    pub adjusted: bool,
    /// The size of the correlation is above this, 0.6.
    pub r: f64,
}

impl Default for StrongRule {
    fn default() -> Self {
        Self { p: 0.05, adjusted: false, r: 0.6 }
    }
}

impl StrongRule {
    pub(super) fn holds(&self, pair: &Association) -> bool {
        let p = if self.adjusted { pair.adj_p_value } else { pair.p_value };
        p < self.p && pair.r.abs() > self.r
    }
}

/// How genes and features are associated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssociationSettings {
    /// Pearson or Spearman, the default.
    pub method: Method,
    /// The level of the limits, 0.95.
    pub confidence: f64,
    /// How p-values are adjusted for the number of pairs: Benjamini and Hochberg.
    pub adjustment: Adjustment,
    /// What is called strong.
    pub strong: StrongRule,
    /// The least number of samples of a pair, 10; with *k* confounders never less than *k + 4*.
    pub min_samples: usize,
    /// The number of permutations for the largest correlation of all; 0, the default, for none.
    pub permutations: usize,
    /// The seed of the permutations, 0.
    pub seed: u64,
}

impl Default for AssociationSettings {
    fn default() -> Self {
        Self {
            method: Method::Spearman,
            confidence: 0.95,
            adjustment: Adjustment::BenjaminiHochberg,
            strong: StrongRule::default(),
            min_samples: 10,
            permutations: 0,
            seed: 0,
        }
    }
}

/// Why a pair has no correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoAssociation {
    /// So many samples have both: too few.
    TooFewSamples(usize),
    /// All values of the gene are equal.
    ConstantGene,
    /// All values of the feature are equal.
    ConstantFeature,
    /// The confounders leave nothing of the gene.
    ExplainedGene,
    /// The confounders leave nothing of the feature.
    ExplainedFeature,
}

impl fmt::Display for NoAssociation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewSamples(samples) => write!(f, "only {samples} samples have both"),
            Self::ConstantGene => f.write_str("the gene is constant"),
            Self::ConstantFeature => f.write_str("the feature is constant"),
            Self::ExplainedGene => f.write_str("the confounders explain all of the gene"),
            Self::ExplainedFeature => f.write_str("the confounders explain all of the feature"),
        }
    }
}

/// A pair without a correlation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedPair {
    /// The gene.
    pub gene: String,
    /// The feature.
    pub feature: String,
    /// Why there is none.
    pub reason: NoAssociation,
}

/// The largest correlation of all pairs, beside what chance makes of it.
///
/// Each permutation gives the samples' rows of features to other samples, all features together, so that genes keep going with genes and
/// features with features. Given confounders, what these leave of the features is permuted, and the confounders are taken out again (Freedman
/// and Lane). Only samples that lack no value take part, and genes and features that vary among these. Permutation *i* draws from
/// the stream *i* of the seed, whatever the number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Maximum {
    /// The samples that lack no value.
    pub samples: usize,
    /// The largest |r| of all pairs in these.
    pub observed: f64,
    /// The probability of one as large by chance: *(1 + number not below) / (1 + permutations)*.
    pub p_value: f64,
    /// The largest |r| of each permutation, in their order.
    pub null: Vec<f64>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Associations {
    /// The kind of correlation.
    pub method: Method,
    /// The confounders that are taken out.
    pub confounders: Vec<String>,
    /// The pairs, gene by gene, both in the order asked for.
    pub pairs: Vec<Association>,
    /// Pairs without a correlation, and why.
    pub skipped: Vec<SkippedPair>,
    /// Genes that are asked for and not in the table.
    pub missing_genes: Vec<String>,
    /// Features that are asked for and not in the table.
    pub missing_features: Vec<String>,
    /// Which samples are in both tables.
    pub join: JoinReport,
    /// Samples of both tables that lack a confounder.
    pub incomplete: Vec<String>,
    /// The largest correlation under chance; none without permutations, or if too few samples lack no value.
    pub maximum: Option<Maximum>,
}

impl Associations {
    /// The strong pairs, in the order of the pairs.
    pub fn strong(&self) -> impl Iterator<Item = &Association> {
        self.pairs.iter().filter(|pair| pair.strong)
    }
}
