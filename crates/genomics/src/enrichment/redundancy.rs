//! Sets that say the same: many of the sets found share their genes, as terms of an ontology do.
//!
//! From the smallest p-value on, each set stands for itself unless a set before it that does is as similar as the threshold: then
//! that one stands for it, the most similar if there are several. So does `simplify` of clusterProfiler, with similarities of
//! the ontology in place of shared genes, and EnrichmentMap (Merico et al., PLoS ONE 5 (2010) e13984) has these similarities.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::gsea::GseaResult;
use super::over_representation::OverRepresented;
use crate::error::{Error, Result};
use crate::gene_sets::GeneSet;

/// How similar two sets of genes are. With *a* and *b* their numbers of genes, *c* those of both, *n* those of any set:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Similarity {
    /// Jaccard's coefficient *c / (a + b - c)*.
    #[default]
    Jaccard,
    /// The overlap coefficient *c / min(a, b)*: 1 of a set within another.
    Overlap,
    /// Cohen's kappa of the two as two raters of all *n* genes, as DAVID has it (Huang et al., Genome Biology 8 (2007) R183): what
    /// they agree in beyond chance. It may be negative.
    Kappa,
}

impl Similarity {
    /// The similarity, of the counts.
    fn of(self, a: usize, b: usize, both: usize, n: usize) -> f64 {
        let [a, b, c, n] = [a, b, both, n].map(|count| count as f64);
        match self {
            Self::Jaccard => c / (a + b - c),
            Self::Overlap => c / a.min(b),
            Self::Kappa => {
                let agreed = (n - a - b + 2.0 * c) / n;
                let chance = (a * b + (n - a) * (n - b)) / (n * n);
                // Two sets of all genes agree by chance alone; they are the same.
                if chance < 1.0 { (agreed - chance) / (1.0 - chance) } else { 1.0 }
            }
        }
    }
}

/// A set that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// Its name.
    pub set: &'a str,
    /// Its p-value.
    pub p_value: f64,
    /// What stands for it: its leading edge, its genes in the list, or all of them.
    pub genes: Vec<&'a str>,
}

/// Which sets are taken together.
///
/// # Example
/// ```
/// use radsurv_genomics::enrichment::redundancy::{Found, Redundancy};
/// let found = |set, p_value, genes: &[&'static str]| Found { set, p_value, genes: genes.to_vec() };
/// let sets = [
///     found("mitosis", 1e-5, &["CDK1", "CCNB1", "PLK1", "AURKA"]),
///     found("hypoxia", 1e-4, &["HK2", "CA9"]),
///     found("cell division", 1e-3, &["CDK1", "CCNB1", "PLK1"]),
/// ];
/// let groups = Redundancy::default().groups(&sets)?;
/// assert_eq!(groups[0].representative, "mitosis");
/// assert_eq!(groups[0].members[0].set, "cell division");
/// assert_eq!((groups.len(), groups[1].members.len()), (2, 0));
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redundancy {
    /// How similarity is measured; default Jaccard's coefficient.
    pub similarity: Similarity,
    /// From this similarity on one set stands for the other; default 0.5. clusterProfiler has 0.7 of its own similarities.
    pub threshold: f64,
}

impl Default for Redundancy {
    fn default() -> Self {
        Self { similarity: Similarity::default(), threshold: 0.5 }
    }
}

/// A set that another one stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The set.
    pub set: String,
    /// Its p-value.
    pub p_value: f64,
    /// How similar it is to the one that stands for it.
    pub similarity: f64,
}

/// A set and those it stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The set of the smallest p-value.
    pub representative: String,
    /// Its p-value.
    pub p_value: f64,
    /// The other sets, by p-value.
    pub members: Vec<Member>,
}

impl Group {
    /// Whether a set is in it.
    pub fn contains(&self, set: &str) -> bool {
        self.representative == set || self.members.iter().any(|member| member.set == set)
    }
}

impl Redundancy {
    /// The groups, that of the smallest p-value first. Of equal p-values the set with more genes comes first, then by name: the
    /// order of the input does not matter.
    ///
    /// # Errors
    /// [`Error::Settings`] if the threshold is not above 0 and at most 1, a p-value is not from 0 to 1, or a set has no gene;
    /// [`Error::DuplicateSets`].
    pub fn groups(&self, found: &[Found]) -> Result<Vec<Group>> {
        let wrong = |what: String| Err(Error::Settings { what });
        if !(self.threshold > 0.0 && self.threshold <= 1.0) {
            return wrong(format!("`threshold` is {}; it is a similarity above 0 and at most 1", self.threshold));
        }
        let mut names = HashSet::new();
        let twice: Vec<String> = found.iter().filter(|f| !names.insert(f.set)).map(|f| f.set.to_string()).collect();
        if !twice.is_empty() {
            return Err(Error::DuplicateSets { sets: twice });
        }
        if let Some(f) = found.iter().find(|f| f.genes.is_empty() || !(0.0..=1.0).contains(&f.p_value)) {
            return wrong(format!("the set {} has {} genes and the p-value {}", f.set, f.genes.len(), f.p_value));
        }
        let genes: Vec<HashSet<&str>> = found.iter().map(|f| f.genes.iter().copied().collect()).collect();
        let all = genes.iter().flatten().collect::<HashSet<_>>().len();
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|&a, &b| {
            let by_p = found[a].p_value.total_cmp(&found[b].p_value);
            by_p.then(genes[b].len().cmp(&genes[a].len())).then_with(|| found[a].set.cmp(found[b].set))
        });
        let mut groups: Vec<Group> = Vec::new();
        let mut heads: Vec<usize> = Vec::new();
        // The groups whose first set has a gene: most pairs of sets share none.
        let mut with: HashMap<&str, Vec<usize>> = HashMap::new();
        for at in order {
            let mut shared: HashMap<usize, usize> = HashMap::new();
            genes[at]
                .iter()
                .filter_map(|gene| with.get(gene))
                .flatten()
                .for_each(|&g| *shared.entry(g).or_default() += 1);
            let similar = |(&group, &both): (&usize, &usize)| {
                let similarity = self.similarity.of(genes[heads[group]].len(), genes[at].len(), both, all);
                (similarity, group)
            };
            let best = shared.iter().map(similar).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            let (set, p_value) = (found[at].set.to_string(), found[at].p_value);
            match best {
                Some((similarity, group)) if similarity >= self.threshold => {
                    groups[group].members.push(Member { set, p_value, similarity });
                }
                _ => {
                    genes[at].iter().for_each(|gene| with.entry(gene).or_default().push(groups.len()));
                    heads.push(at);
                    groups.push(Group { representative: set, p_value, members: Vec::new() });
                }
            }
        }
        Ok(groups)
    }

    /// The groups of the sets of a ranking with an adjusted p-value of at most `alpha`, by their leading edges, high and low sets
    /// apart: `[high, low]`. Sets of the score 0 are in neither.
    ///
    /// # Errors
    /// As [`Redundancy::groups`].
    pub fn of_gsea(&self, result: &GseaResult, alpha: f64) -> Result<[Vec<Group>; 2]> {
        let side = |positive: bool| {
            let rows = result.rows.iter().filter(|row| row.adj_p_value <= alpha && !row.leading_edge.is_empty());
            let rows = rows.filter(|row| row.es != 0.0 && (row.es > 0.0) == positive);
            let found = rows.map(|row| Found { set: &row.set, p_value: row.p_value, genes: texts(&row.leading_edge) });
            self.groups(&found.collect::<Vec<_>>())
        };
        Ok([side(true)?, side(false)?])
    }

    /// The groups of the sets of a list with an adjusted p-value of at most `alpha`, by their genes in the list.
    ///
    /// # Errors
    /// As [`Redundancy::groups`].
    pub fn of_list(&self, result: &OverRepresented, alpha: f64) -> Result<Vec<Group>> {
        let rows = result.rows.iter().filter(|row| row.adj_p_value <= alpha && !row.genes.is_empty());
        let found = rows.map(|row| Found { set: &row.set, p_value: row.p_value, genes: texts(&row.genes) });
        self.groups(&found.collect::<Vec<_>>())
    }
}

impl<'a> Found<'a> {
    /// A set with all its genes.
    pub fn whole(set: &'a GeneSet, p_value: f64) -> Self {
        Self { set: &set.name, p_value, genes: texts(&set.genes) }
    }
}

fn texts(genes: &[String]) -> Vec<&str> {
    genes.iter().map(String::as_str).collect()
}
