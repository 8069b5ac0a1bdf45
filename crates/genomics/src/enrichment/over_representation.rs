//! Sets of which a list of genes has more than by chance.
//!
//! Of *N* genes of the universe *K* are in the set and *n* in the list; *k* are in both. The p-value is the probability that
//! *n* genes drawn by chance have *k* or more of the set, the upper tail of the hypergeometric distribution (Fisher's exact
//! test, one-sided): `phyper(k - 1, K, N - K, n, lower.tail = FALSE)` of R, to 1e-9 down to 1e-300.
//!
//! The universe decides over the p-value more than all else: genes that could not have come into the list must not be in
//! it. It is therefore stated ([`Universe`]), and counted in the result with the genes of the list that are outside.

use std::collections::HashSet;

use radsurv_stats::distribution::Hypergeometric;
use radsurv_stats::multiple::{Adjustment, adjust};
use serde::{Deserialize, Serialize};

use super::Notice;
use crate::error::{Error, Result};
use crate::expression::repeated;
use crate::gene_sets::{GeneSets, LeftOut, SizeLimits};

/// What a list has of one set. All counts are within the universe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOverlap {
    /// The set.
    pub set: String,
    /// Its description.
    pub description: String,
    /// Genes of the set that are in the universe.
    pub size: usize,
    /// Genes of the list that are in the universe.
    pub listed: usize,
    /// Genes of the set that are in the list.
    pub genes: Vec<String>,
    /// Genes of the universe.
    pub universe: usize,
    /// How many of the set would be in the list by chance.
    pub expected: f64,
    /// How many times the expected number there are.
    pub fold: f64,
    /// The probability of as many or more by chance.
    pub p_value: f64,
    /// The p-value adjusted for the number of sets.
    pub adj_p_value: f64,
}

/// The genes that chance draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Universe {
    /// The tested genes that are in any set of the collection, before limits of size: what `enricher` and `enrichGO` of
    /// clusterProfiler make of their argument `universe`. A gene that no set has says nothing of sets.
    #[default]
    Annotated,
    /// All tested genes, annotated or not: `fora` of fgsea, `enrich` of gseapy with a background list, and clusterProfiler with
    /// the option `enrichment_force_universe`.
    Tested,
    /// All genes of the collection, whether they were tested or not: the default of clusterProfiler and gseapy when no universe
    /// is given. Genes that were not measured count as not found, so that p-values come out too small.
    Collection,
}

/// What is asked of a list of genes.
///
/// # Example
/// ```
/// use radsurv_genomics::enrichment::over_representation::OverRepresentation;
/// use radsurv_genomics::gene_sets::SizeLimits;
/// use radsurv_genomics::{GeneSet, GeneSets};
/// let sets = GeneSets::new(vec![GeneSet::new("HYPOXIA", ["HK2", "CA9", "LDHA"]), GeneSet::new("CYCLE", ["CDK1", "CCNB1", "ACTB"])])?;
/// let tested = ["HK2", "CA9", "LDHA", "CDK1", "CCNB1", "ACTB", "TP53"];
/// let settings = OverRepresentation { sizes: SizeLimits::ANY, ..Default::default() };
/// let found = settings.test(&["HK2", "CA9", "LDHA"], &tested, &sets)?;
/// assert_eq!(found.rows[0].set, "HYPOXIA");
/// assert_eq!(found.universe, 6); // TP53 is in no set
/// assert!((found.rows[0].p_value - 0.05).abs() < 1e-12); // 1 of the 20 lists of three
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverRepresentation {
    /// The genes that chance draws from; default [`Universe::Annotated`].
    pub universe: Universe,
    /// How many genes of a set are in the universe; default from 10 to 500, as in clusterProfiler.
    pub sizes: SizeLimits,
    /// Sets with fewer genes in the list are not tested, and not counted for the adjustment. The default is 0, all are;
    /// clusterProfiler and gseapy have 1, which makes adjusted p-values smaller by a choice that the list itself made.
    pub min_overlap: usize,
    /// How p-values are adjusted; default Benjamini and Hochberg.
    pub adjustment: Adjustment,
    /// Whether the tested genes were filtered before by what is tested: the result then has a notice. Default no.
    pub pre_filtered: bool,
    /// A universe of fewer genes gets a notice; default 5000.
    pub small_universe: usize,
    /// A list that is a larger part of the universe gets a notice; default 0.25.
    pub large_list: f64,
}

impl Default for OverRepresentation {
    fn default() -> Self {
        Self {
            universe: Universe::default(),
            sizes: SizeLimits::default(),
            min_overlap: 0,
            adjustment: Adjustment::default(),
            pre_filtered: false,
            small_universe: 5000,
            large_list: 0.25,
        }
    }
}

/// The sets, and what they were tested in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverRepresented {
    /// A row per set, the smallest p-value first; of equal ones the most genes in both first, then by name. Empty if no gene
    /// of the list is in the universe.
    pub rows: Vec<SetOverlap>,
    /// Which universe was asked for.
    pub universe_is: Universe,
    /// Its number of genes.
    pub universe: usize,
    /// Genes of the list that are in the universe.
    pub listed: usize,
    /// Genes of the list that are not, in its order.
    pub outside: Vec<String>,
    /// Genes that the list had more than once and that were counted once.
    pub repeated: Vec<String>,
    /// Sets that were not tested because of their size.
    pub left_out: Vec<LeftOut>,
    /// Sets that were not tested because they have too few genes of the list.
    pub below_min_overlap: usize,
    /// What has to be known of the result.
    pub notices: Vec<Notice>,
}

/// Genes that are higher and genes that are lower, apart: together they would hide a set that goes one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Directions {
    /// Of the genes that are higher.
    pub up: OverRepresented,
    /// Of the genes that are lower.
    pub down: OverRepresented,
}

impl OverRepresentation {
    /// Tests every set. `tested` are the genes that could have come into the list: all of the table.
    ///
    /// # Errors
    /// [`Error::DuplicateGenes`] if a gene was tested twice; [`Error::NoSetLeft`]; [`Error::Settings`] if limits allow no set or
    /// the share of the list is not from 0 to 1, and as [`GeneSets::new`].
    pub fn test<L: AsRef<str>, T: AsRef<str>>(
        &self,
        list: &[L],
        tested: &[T],
        sets: &GeneSets,
    ) -> Result<OverRepresented> {
        if !(0.0..=1.0).contains(&self.large_list) {
            let what = format!("`large_list` is {}; it is a part of the universe, from 0 to 1", self.large_list);
            return Err(Error::Settings { what });
        }
        sets.check()?;
        let tested: Vec<String> = tested.iter().map(|gene| gene.as_ref().to_string()).collect();
        let twice = repeated(&tested);
        if !twice.is_empty() {
            return Err(Error::DuplicateGenes { table: "the tested genes".to_string(), genes: twice });
        }
        let annotated: HashSet<&str> = sets.genes().into_iter().collect();
        let universe: HashSet<&str> = match self.universe {
            Universe::Annotated => tested.iter().map(String::as_str).filter(|gene| annotated.contains(gene)).collect(),
            Universe::Tested => tested.iter().map(String::as_str).collect(),
            Universe::Collection => annotated,
        };
        let within = sets.within(universe.iter().copied(), self.sizes)?;
        if within.sets.sets.is_empty() {
            let SizeLimits { min, max } = self.sizes;
            return Err(Error::NoSetLeft { sets: sets.sets.len(), genes: universe.len(), min, max });
        }

        let list: Vec<String> = list.iter().map(|gene| gene.as_ref().to_string()).collect();
        let repeated = repeated(&list);
        let mut seen = HashSet::new();
        let once: Vec<&str> = list.iter().map(String::as_str).filter(|gene| seen.insert(*gene)).collect();
        let (listed, outside): (Vec<&str>, Vec<&str>) = once.iter().partition(|gene| universe.contains(*gene));
        let in_list: HashSet<&str> = listed.iter().copied().collect();

        let notices = self.notices(universe.len(), listed.len(), outside.len());
        let mut rows = Vec::new();
        let mut below_min_overlap = 0;
        for set in within.sets.sets.into_iter().filter(|_| !listed.is_empty()) {
            let size = set.genes.len();
            let genes: Vec<String> = set.genes.into_iter().filter(|gene| in_list.contains(gene.as_str())).collect();
            if genes.len() < self.min_overlap {
                below_min_overlap += 1;
                continue;
            }
            let chance = Hypergeometric::new(universe.len() as u64, size as u64, listed.len() as u64)?;
            rows.push(SetOverlap {
                set: set.name,
                description: set.description,
                size,
                listed: listed.len(),
                universe: universe.len(),
                expected: chance.mean(),
                fold: genes.len() as f64 / chance.mean(),
                p_value: chance.at_least(genes.len() as u64),
                adj_p_value: f64::NAN,
                genes,
            });
        }
        let adjusted = adjust(&rows.iter().map(|row| row.p_value).collect::<Vec<_>>(), self.adjustment)?;
        rows.iter_mut().zip(adjusted).for_each(|(row, p)| row.adj_p_value = p);
        rows.sort_by(|a, b| {
            a.p_value.total_cmp(&b.p_value).then(b.genes.len().cmp(&a.genes.len())).then_with(|| a.set.cmp(&b.set))
        });
        Ok(OverRepresented {
            rows,
            universe_is: self.universe,
            universe: universe.len(),
            listed: listed.len(),
            outside: outside.into_iter().map(String::from).collect(),
            repeated,
            left_out: within.left_out,
            below_min_overlap,
            notices,
        })
    }

    /// Tests genes that are higher and genes that are lower, each in the same universe.
    ///
    /// # Errors
    /// As [`OverRepresentation::test`]; [`Error::Settings`] if a gene is both higher and lower.
    pub fn test_directions<L: AsRef<str>, T: AsRef<str>>(
        &self,
        up: &[L],
        down: &[L],
        tested: &[T],
        sets: &GeneSets,
    ) -> Result<Directions> {
        let higher: HashSet<&str> = up.iter().map(AsRef::as_ref).collect();
        let both: Vec<&str> = down.iter().map(AsRef::as_ref).filter(|gene| higher.contains(gene)).collect();
        if !both.is_empty() {
            let what = format!("{} genes are both up and down: {}", both.len(), radsurv_data::list(&both));
            return Err(Error::Settings { what });
        }
        Ok(Directions { up: self.test(up, tested, sets)?, down: self.test(down, tested, sets)? })
    }

    fn notices(&self, universe: usize, listed: usize, outside: usize) -> Vec<Notice> {
        let mut out = Vec::new();
        if self.pre_filtered {
            out.push(Notice::PreFiltered);
        }
        if universe < self.small_universe {
            out.push(Notice::SmallUniverse { genes: universe, below: self.small_universe });
        }
        if listed as f64 > self.large_list * universe as f64 {
            out.push(Notice::LargeList { listed, universe });
        }
        if outside > 0 {
            out.push(Notice::Outside { genes: outside, listed: listed + outside });
        }
        if listed == 0 {
            out.push(Notice::NoneListed);
        }
        out
    }
}
