//! Scores of gene sets in single samples: how high a signature is in a tumour.
//!
//! | method | what | source |
//! |---|---|---|
//! | [`Method::SsGsea`] | area between the sums of ranks in the set and of genes outside, per sample | Barbie et al., Nature 462 (2009) 108-112, supplementary methods |
//! | [`Method::Gsva`] | extremes of a running score of genes by their place in the distribution over samples | Hänzelmann, Castelo, Guinney, BMC Bioinformatics 14 (2013) 7 |
//! | [`Method::ZScore`] | sum of standardised values over the root of their number | Lee et al., PLoS Computational Biology 4 (2008) e1000217 |
//! | [`Method::Mean`] | mean of the values | |
//!
//! The first three are those of the R package GSVA 1.46 to 1e-9. All but ssGSEA without normalisation and the mean depend on
//! the other samples of the table: a score of a new sample needs them.

mod gsva;
mod ssgsea;
mod sums;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::expression::Expression;
use crate::gene_sets::{GeneSets, LeftOut, LeftOutReason, SizeLimits};

/// The score of each set in each sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignatureScores {
    /// The sets, by the name of their signature.
    pub sets: Vec<String>,
    /// How many genes of each set were in the table.
    pub sizes: Vec<usize>,
    /// The samples.
    pub samples: Vec<String>,
    /// `scores[set][sample]`.
    pub scores: Vec<Vec<f64>>,
    /// Genes of each set that were not in the table, or had no variance where that counts.
    #[serde(default)]
    pub missing: Vec<Vec<String>>,
    /// Sets that have no scores, and why.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// Genes of the table without variance, which were left out before; none of ssGSEA and of means.
    #[serde(default)]
    pub constant: Vec<String>,
}

/// How the distribution of a gene over samples is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// By a normal kernel of a quarter of the standard deviation: for logarithms and other continuous values.
    #[default]
    Gaussian,
    /// By a Poisson kernel: for counts.
    Poisson,
    /// By the share of samples that are not higher.
    None,
}

/// How a set is scored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// Single-sample GSEA. Of the genes of a sample by rank *r*, the lowest 1, the score is the sum over all places of the
    /// share of *Σ r^weight* of the set above that place, less the share of other genes above it.
    SsGsea {
        /// The exponent of ranks, usually 0.25.
        weight: f64,
        /// Whether all scores are divided by their range over sets and samples, as GSVA does. They then depend on each other.
        normalise: bool,
    },
    /// Gene set variation analysis. Genes of a sample are in the order of the logit of their cumulative distribution; a running
    /// score rises with their distance from the middle to the power of `weight`.
    Gsva {
        /// How distributions are estimated.
        kernel: Kernel,
        /// The exponent, usually 1.
        weight: f64,
        /// Whether the score is the highest plus the lowest value, usually; else the one that is further from 0.
        difference: bool,
    },
    /// Combined z-scores.
    ZScore,
    /// Means of values.
    Mean,
}

impl Method {
    /// ssGSEA as GSVA computes it: a weight of 0.25, normalised.
    pub const SSGSEA: Self = Self::SsGsea { weight: 0.25, normalise: true };
    /// GSVA with a Gaussian kernel and differences.
    pub const GSVA: Self = Self::Gsva { kernel: Kernel::Gaussian, weight: 1.0, difference: true };
}

impl Default for Method {
    fn default() -> Self {
        Self::SSGSEA
    }
}

/// What is asked of a table.
///
/// # Example
/// ```
/// use radsurv_genomics::signature::{Method, Signatures};
/// use radsurv_genomics::{Expression, GeneSet, GeneSets};
/// let genes = ["CD8A", "GZMB", "ACTB", "TP53"].map(String::from).to_vec();
/// let samples = ["hot", "cold"].map(String::from).to_vec();
/// let table = Expression::new(genes, samples, vec![9.0, 2.0, 8.0, 1.0, 5.0, 6.0, 4.0, 5.0])?;
/// let sets = GeneSets::new(vec![GeneSet::new("T_CELLS", ["CD8A", "GZMB", "PRF1"])])?;
/// let scores = Signatures { method: Method::SSGSEA, ..Default::default() }.score(&table, &sets)?;
/// assert!(scores.scores[0][0] > scores.scores[0][1]);
/// assert_eq!(scores.missing[0], ["PRF1"]);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signatures {
    /// How a set is scored; default ssGSEA.
    pub method: Method,
    /// How many genes of a set are in the table; default one or more.
    pub sizes: SizeLimits,
}

impl Default for Signatures {
    fn default() -> Self {
        Self { method: Method::default(), sizes: SizeLimits::ANY }
    }
}

/// What a method makes of one sample: a score per set, from the places of its genes.
trait Sample {
    fn score(&self, genes: &[u32]) -> f64;
}

/// Values of which a sample is taken at a time.
trait Columns {
    fn samples(&self) -> usize;
    fn column(&self, sample: usize) -> Vec<f64>;
}

impl Columns for Expression {
    fn samples(&self) -> usize {
        self.samples().len()
    }

    fn column(&self, sample: usize) -> Vec<f64> {
        self.rows().map(|row| row[sample]).collect()
    }
}

impl Signatures {
    /// The score of each set in each sample.
    ///
    /// # Errors
    /// [`Error::Settings`] if a setting is out of range, values are missing (the genes are named), negative where counts are
    /// needed, there are too few samples for the method, or scores do not differ and cannot be normalised;
    /// [`Error::NoSetLeft`].
    pub fn score(&self, table: &Expression, sets: &GeneSets) -> Result<SignatureScores> {
        let wrong = |what: String| Err(Error::Settings { what });
        if let Method::SsGsea { weight, .. } | Method::Gsva { weight, .. } = self.method
            && !(0.0..=10.0).contains(&weight)
        {
            return wrong(format!("`weight` is {weight}; it is from 0 to 10"));
        }
        sets.check()?;
        let across = matches!(self.method, Method::Gsva { .. } | Method::ZScore);
        if table.samples().is_empty() || (across && table.samples().len() < 2) {
            let needed = 1 + usize::from(across);
            return wrong(format!(
                "the table has {} samples; this score needs {needed} or more",
                table.samples().len()
            ));
        }
        let names = |of: &dyn Fn(&[f64]) -> bool| -> Vec<String> {
            let rows = table.genes().iter().zip(table.rows());
            rows.filter(|(_, row)| of(row)).map(|(gene, _)| gene.clone()).collect()
        };
        let missing = names(&|row| row.iter().any(|value| value.is_nan()));
        if !missing.is_empty() {
            let list = radsurv_data::list(&missing);
            return wrong(format!(
                "{} genes have missing values: {list}; impute them or leave the genes out",
                missing.len()
            ));
        }
        let constant = if across { names(&|row| sums::deviation(row) < 1e-10) } else { Vec::new() };
        let kept: Vec<usize> = match constant.is_empty() {
            true => (0..table.genes().len()).collect(),
            false => (0..table.genes().len()).filter(|&gene| sums::deviation(table.row(gene)) >= 1e-10).collect(),
        };
        let table = &if constant.is_empty() { table.clone() } else { table.select_genes(&kept) };
        let genes = table.genes().len();

        let mut within = sets.within(table.genes().iter().map(String::as_str), self.sizes)?;
        if matches!(self.method, Method::SsGsea { .. } | Method::Gsva { .. }) {
            for set in within.sets.sets.iter().filter(|set| set.genes.len() == genes) {
                within.left_out.push(LeftOut { set: set.name.clone(), size: genes, reason: LeftOutReason::AllGenes });
            }
            within.sets.sets.retain(|set| set.genes.len() < genes);
        }
        let kept = within.sets;
        if kept.sets.is_empty() {
            let SizeLimits { min, max } = self.sizes;
            return Err(Error::NoSetLeft { sets: sets.sets.len(), genes, min, max });
        }
        let by_name = table.places();
        let places = kept.places(&by_name);
        let mut scores = match self.method {
            Method::SsGsea { weight, .. } => of_samples(table, &places, |column| ssgsea::Ranked::new(column, weight)),
            Method::Gsva { kernel, weight, difference } => {
                let distributions = gsva::distributions(table, kernel)?;
                of_samples(&distributions, &places, |column| gsva::Placed::new(column, weight, difference))
            }
            Method::ZScore => {
                of_samples(&sums::standardised(table)?, &places, |values| sums::Sum { values, root: true })
            }
            Method::Mean => of_samples(table, &places, |values| sums::Sum { values, root: false }),
        };
        if let Method::SsGsea { normalise: true, .. } = self.method {
            let all = || scores.iter().flatten().copied();
            let range = all().fold(f64::NEG_INFINITY, f64::max) - all().fold(f64::INFINITY, f64::min);
            if range <= 0.0 {
                return wrong(
                    "all scores are equal and cannot be divided by their range; switch `normalise` off".to_string(),
                );
            }
            scores.iter_mut().flatten().for_each(|score| *score /= range);
        }
        let original = |name: &str| sets.get(name).map_or(&[][..], |set| &set.genes);
        let absent =
            |name: &str| original(name).iter().filter(|gene| !by_name.contains_key(gene.as_str())).cloned().collect();
        Ok(SignatureScores {
            missing: kept.sets.iter().map(|set| absent(&set.name)).collect(),
            sizes: places.iter().map(Vec::len).collect(),
            sets: kept.sets.into_iter().map(|set| set.name).collect(),
            samples: table.samples().to_vec(),
            scores,
            left_out: within.left_out,
            constant,
        })
    }
}

/// `scores[set][sample]`, the samples in parallel.
fn of_samples<S: Sample>(
    table: &(impl Columns + Sync),
    places: &[Vec<u32>],
    of: impl Fn(Vec<f64>) -> S + Sync,
) -> Vec<Vec<f64>> {
    let score = |sample: usize| -> Vec<f64> {
        let sample = of(table.column(sample));
        places.iter().map(|genes| sample.score(genes)).collect()
    };
    let by_sample: Vec<Vec<f64>> = (0..table.samples()).into_par_iter().map(score).collect();
    (0..places.len()).map(|set| by_sample.iter().map(|scores| scores[set]).collect()).collect()
}

/// The genes of a sample, the highest value first, and of equal ones the first.
fn descending<T: PartialOrd>(values: &[T]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_by(|&a, &b| values[b as usize].partial_cmp(&values[a as usize]).unwrap_or(std::cmp::Ordering::Equal));
    order
}
