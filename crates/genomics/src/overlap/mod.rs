//! Lists of genes of several cohorts: what they share, and whether that is more than by chance.
//!
//! | what | how |
//! |---|---|
//! | [`overlap`] | the genes of every combination of lists, a test of each two lists, a test of all |
//! | [`by_direction`] | the same of the genes that are up and of those that are down, and the genes whose direction differs |
//! | [`all_share`] | the probability that any number of lists share so many genes by chance |
//!
//! A test of overlap asks whether lists drawn by chance from the [`Universe`] would share as much. The universe is the genes that could
//! have been in a list, those that were measured and tested: with all genes of the genome in place of them any two lists overlap too well.

mod direction;
mod intersection;
mod universe;

use std::collections::BTreeMap;

use radsurv_data::list;
use radsurv_stats::distribution::Hypergeometric;
use radsurv_stats::multiple::{Adjustment, adjust};
use serde::{Deserialize, Serialize};

pub use direction::{ChangedGenes, DirectedOverlap, DiscordantGene, by_direction};
pub use intersection::all_share;
pub use universe::Universe;

use self::universe::Within;
use crate::error::{Error, Result};
use crate::expression::repeated;

/// A list of genes with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneList {
    /// Its name, unique among the lists that are compared: the cohort.
    pub name: String,
    /// Its genes, each once.
    pub genes: Vec<String>,
}

/// The genes that exactly these lists have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// For each list, whether its genes are meant.
    pub lists: Vec<bool>,
    /// The genes that are in all of these lists and in no other, ascending.
    pub genes: Vec<String>,
}

/// Whether two lists share more than by chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairOverlap {
    /// The places of the two lists.
    pub lists: [usize; 2],
    /// How many genes of each are in the universe of both.
    pub sizes: [usize; 2],
    /// Genes in both.
    pub shared: usize,
    /// How many would be by chance: the product of the sizes over the universe.
    pub expected: f64,
    /// Genes of the universe of both.
    pub universe: usize,
    /// The probability of as many or more by chance: the upper tail of the hypergeometric distribution.
    pub p_value: f64,
    /// The p-value adjusted for the number of pairs, by Benjamini and Hochberg.
    pub adj_p_value: f64,
}

/// Whether all lists, three or more, share more than by chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedByAll {
    /// How many genes of each list are in the universe of all.
    pub sizes: Vec<usize>,
    /// Genes in all lists.
    pub shared: usize,
    /// How many would be by chance.
    pub expected: f64,
    /// Genes of the universe of all.
    pub universe: usize,
    /// The probability of as many or more by chance; see [`all_share`].
    pub p_value: f64,
}

/// Which lists share which genes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The names of the lists.
    pub names: Vec<String>,
    /// The number of genes of each list.
    pub sizes: Vec<usize>,
    /// The regions that have a gene: those of most lists first.
    pub regions: Vec<Region>,
    /// Each two lists.
    pub pairs: Vec<PairOverlap>,
    /// All lists, if there are three or more.
    pub all: Option<SharedByAll>,
    /// What a reader should know: empty lists, genes outside of the universe.
    pub notices: Vec<String>,
}

impl Overlap {
    /// The genes that exactly these lists have.
    pub fn region(&self, lists: &[bool]) -> &[String] {
        self.regions.iter().find(|region| region.lists == lists).map_or(&[], |region| &region.genes)
    }

    /// The genes that all lists have.
    pub fn in_all(&self) -> &[String] {
        self.region(&vec![true; self.names.len()])
    }
}

/// Which of two lists or more share which genes, and whether more than by chance. Any number of lists; a picture of more than twenty
/// cannot be read.
///
/// # Errors
/// [`Error::GeneList`] if there are fewer than two lists, two of the same name, a gene without a name or twice in a list, or a universe that
/// cannot be: smaller than the genes that are listed, without genes, or (of [`Universe::Each`]) without a gene of its list.
///
/// # Example
/// ```
/// use radsurv_genomics::overlap::{GeneList, Universe, overlap};
/// let list = |name: &str, genes: &[&str]| GeneList { name: name.into(), genes: genes.iter().map(|g| g.to_string()).collect() };
/// let lists = [list("training", &["HK2", "KDELR2", "TP53"]), list("test", &["HK2", "KDELR2", "MYC"])];
/// let shared = overlap(&lists, &Universe::Count(100))?;
/// assert_eq!(shared.in_all(), ["HK2", "KDELR2"]);
/// assert_eq!(shared.region(&[true, false]), ["TP53"]);
/// // R: phyper(2 - 1, 3, 97, 3, lower.tail = FALSE)
/// assert!((shared.pairs[0].p_value - 0.001_805_813_234_384_661_7).abs() < 1e-15);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
pub fn overlap(lists: &[GeneList], universe: &Universe) -> Result<Overlap> {
    let mut notices = check_lists(lists)?;
    let mut members: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for (place, list) in lists.iter().enumerate() {
        for gene in &list.genes {
            members.entry(gene).or_insert_with(|| vec![false; lists.len()])[place] = true;
        }
    }
    let within = Within::new(lists, universe, members.len(), &mut notices)?;
    let mut pairs = Vec::new();
    for i in 0..lists.len() {
        for j in i + 1..lists.len() {
            let (sizes, shared, universe) = within.counts(&members, &[i, j]);
            let of = Hypergeometric::new(universe as u64, sizes[0] as u64, sizes[1] as u64)?;
            let (expected, p_value) = (of.mean(), of.at_least(shared as u64));
            let sizes = [sizes[0], sizes[1]];
            pairs.push(PairOverlap { lists: [i, j], sizes, shared, expected, universe, p_value, adj_p_value: p_value });
        }
    }
    let p_values: Vec<f64> = pairs.iter().map(|pair| pair.p_value).collect();
    let adjusted = adjust(&p_values, Adjustment::BenjaminiHochberg)?;
    pairs.iter_mut().zip(adjusted).for_each(|(pair, p)| pair.adj_p_value = p);
    let all = if lists.len() > 2 {
        let everyone: Vec<usize> = (0..lists.len()).collect();
        let (sizes, shared, universe) = within.counts(&members, &everyone);
        let expected = sizes.iter().fold(universe as f64, |n, &size| n * (size as f64 / universe.max(1) as f64));
        let p_value = all_share(universe, &sizes, shared)?;
        Some(SharedByAll { sizes, shared, expected, universe, p_value })
    } else {
        None
    };
    let mut regions: BTreeMap<Vec<bool>, Vec<String>> = BTreeMap::new();
    members.into_iter().for_each(|(gene, lists)| regions.entry(lists).or_default().push(gene.to_string()));
    let mut regions: Vec<Region> = regions.into_iter().map(|(lists, genes)| Region { lists, genes }).collect();
    // Among those of as many lists, the earliest lists come first.
    regions.sort_by(|a, b| {
        let count = |region: &Region| region.lists.iter().filter(|l| **l).count();
        count(b).cmp(&count(a)).then_with(|| b.lists.cmp(&a.lists))
    });
    let names = lists.iter().map(|list| list.name.clone()).collect();
    Ok(Overlap { names, sizes: lists.iter().map(|list| list.genes.len()).collect(), regions, pairs, all, notices })
}

/// Notices of lists without genes.
fn check_lists(lists: &[GeneList]) -> Result<Vec<String>> {
    let refuse = |list: &str, what: String| Err(Error::GeneList { list: list.to_string(), what });
    if lists.len() < 2 {
        let name = lists.first().map_or("", |list| &list.name);
        return refuse(name, "has no other to be compared with: give two lists or more".to_string());
    }
    let names: Vec<String> = lists.iter().map(|list| list.name.clone()).collect();
    if let Some(twice) = repeated(&names).first() {
        return refuse(twice, "has the name of another list: give each its own".to_string());
    }
    let mut notices = Vec::new();
    for GeneList { name, genes } in lists {
        let twice = repeated(genes);
        if !twice.is_empty() {
            return refuse(name, format!("has {} genes more than once: {}; list each once", twice.len(), list(&twice)));
        }
        if let Some(at) = genes.iter().position(|gene| gene.trim().is_empty()) {
            return refuse(name, format!("has a gene without a name, at place {}", at + 1));
        }
        if genes.is_empty() {
            notices.push(format!("the list {name} is empty: it shares nothing, and its tests have p = 1"));
        }
    }
    Ok(notices)
}
