//! Sets of genes by name: pathways, terms, signatures.
//!
//! [`read_gmt`] reads GMT files, [`GeneSets::merge`] puts several collections together, [`GeneSets::within`] keeps what a
//! table can say something about, and names the sets that are left out.

mod gmt;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub use gmt::{Gmt, GmtLimits, GmtReport, read_gmt, read_gmt_files, read_gmt_from};

use crate::error::{Error, Result};

/// A set of genes with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneSet {
    /// Its name, unique among the sets of a collection.
    pub name: String,
    /// What the file says of it: a description, an address.
    pub description: String,
    /// Its genes, each once.
    pub genes: Vec<String>,
}

impl GeneSet {
    /// A set of genes without a description. A gene that is given twice is taken once.
    pub fn new(name: impl Into<String>, genes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut seen = HashSet::new();
        let genes = genes.into_iter().map(Into::into).filter(|gene: &String| seen.insert(gene.clone())).collect();
        Self { name: name.into(), description: String::new(), genes }
    }
}

/// A collection of sets: a GMT file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GeneSets {
    /// The sets, in the order of the file.
    pub sets: Vec<GeneSet>,
}

/// How many genes of a set have to be in a table, and may be.
///
/// The default is that of clusterProfiler: from 10 to 500. (GSEA and gseapy take 15 to 500, fgsea all.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SizeLimits {
    /// The least number of genes.
    pub min: usize,
    /// The largest number of genes.
    pub max: usize,
}

impl Default for SizeLimits {
    fn default() -> Self {
        Self { min: 10, max: 500 }
    }
}

impl SizeLimits {
    /// Every set with a gene in the table.
    pub const ANY: Self = Self { min: 1, max: usize::MAX };

    pub(crate) fn check(&self) -> Result<()> {
        if self.min > self.max {
            let what =
                format!("sets of at least {} and at most {} genes are asked for: there are none", self.min, self.max);
            return Err(Error::Settings { what });
        }
        Ok(())
    }

    /// Why a set with so many genes is left out; none if it is not.
    pub(crate) fn against(&self, genes: usize) -> Option<LeftOutReason> {
        match genes {
            0 => Some(LeftOutReason::NoGene),
            n if n < self.min => Some(LeftOutReason::TooSmall),
            n if n > self.max => Some(LeftOutReason::TooLarge),
            _ => None,
        }
    }
}

/// Why a set is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutReason {
    /// None of its genes is there.
    NoGene,
    /// Fewer of its genes are there than the least number.
    TooSmall,
    /// More of its genes are there than the largest number.
    TooLarge,
    /// It has all genes: there is nothing to compare it with.
    AllGenes,
}

impl std::fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoGene => "none of its genes is there",
            Self::TooSmall => "too few of its genes are there",
            Self::TooLarge => "too many of its genes are there",
            Self::AllGenes => "it has all genes",
        })
    }
}

/// A set that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The set.
    pub set: String,
    /// How many of its genes are there.
    pub size: usize,
    /// Why it is left out.
    pub reason: LeftOutReason,
}

/// Sets within a universe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Within {
    /// The sets that are left, of genes that are there.
    pub sets: GeneSets,
    /// The sets that are not.
    pub left_out: Vec<LeftOut>,
    /// Genes that are in any set and not there, ascending.
    pub missing: Vec<String>,
}

impl GeneSets {
    /// A collection of sets.
    ///
    /// # Errors
    /// [`Error::DuplicateSets`] if two have the same name; [`Error::Settings`] if one has no name, no gene or a gene twice.
    pub fn new(sets: Vec<GeneSet>) -> Result<Self> {
        let out = Self { sets };
        out.check()?;
        Ok(out)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let (mut names, mut twice) = (HashSet::new(), Vec::new());
        for set in &self.sets {
            if !names.insert(set.name.as_str()) {
                twice.push(set.name.clone());
            }
            let mut seen = HashSet::new();
            let name = &set.name;
            let what = if name.trim().is_empty() {
                "a gene set has no name; name it".to_string()
            } else if set.genes.is_empty() {
                format!("the gene set {name} has no gene; remove it")
            } else if let Some(gene) = set.genes.iter().find(|gene| !seen.insert(gene.as_str())) {
                format!("the gene set {name} has the gene {gene} twice; make it with GeneSet::new, which takes it once")
            } else {
                continue;
            };
            return Err(Error::Settings { what });
        }
        if !twice.is_empty() {
            return Err(Error::DuplicateSets { sets: twice });
        }
        Ok(())
    }

    /// The sets of several collections, in their order.
    ///
    /// # Errors
    /// [`Error::DuplicateSets`] if two have the same name: which is meant could not be told afterwards.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::{GeneSet, GeneSets};
    /// let one = GeneSets::new(vec![GeneSet::new("HYPOXIA", ["HK2", "CA9"])])?;
    /// let other = GeneSets::new(vec![GeneSet::new("CYCLE", ["CDK1"])])?;
    /// assert_eq!(GeneSets::merge([one.clone(), other])?.sets.len(), 2);
    /// assert!(GeneSets::merge([one.clone(), one]).unwrap_err().to_string().contains("HYPOXIA"));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn merge(collections: impl IntoIterator<Item = GeneSets>) -> Result<Self> {
        Self::new(collections.into_iter().flat_map(|collection| collection.sets).collect())
    }

    /// The set of this name.
    pub fn get(&self, name: &str) -> Option<&GeneSet> {
        self.sets.iter().find(|set| set.name == name)
    }

    /// Every gene that is in a set, once, in the order they come.
    pub fn genes(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.sets.iter().flat_map(|set| &set.genes).map(String::as_str).filter(|gene| seen.insert(*gene)).collect()
    }

    /// The sets within a universe: of each its genes that are there, in the order of the set, if they are as many as the
    /// limits say. Symbols are compared as they are, capitals and all.
    ///
    /// # Errors
    /// [`Error::Settings`] if the limits allow no set.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::gene_sets::{LeftOutReason, SizeLimits};
    /// use radsurv_genomics::{GeneSet, GeneSets};
    /// let sets = GeneSets::new(vec![GeneSet::new("A", ["HK2", "CA9", "TP53"]), GeneSet::new("B", ["CDK1"])])?;
    /// let within = sets.within(["HK2", "TP53", "ACTB"], SizeLimits { min: 2, max: 500 })?;
    /// assert_eq!(within.sets.sets[0].genes, ["HK2", "TP53"]);
    /// assert_eq!(within.left_out[0].reason, LeftOutReason::NoGene);
    /// assert_eq!(within.missing, ["CA9", "CDK1"]);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn within<'a>(&self, universe: impl IntoIterator<Item = &'a str>, limits: SizeLimits) -> Result<Within> {
        limits.check()?;
        let universe: HashSet<&str> = universe.into_iter().collect();
        let mut out = Within::default();
        for set in &self.sets {
            let (there, missing): (Vec<_>, Vec<_>) =
                set.genes.iter().cloned().partition(|gene| universe.contains(gene.as_str()));
            out.missing.extend(missing);
            match limits.against(there.len()) {
                Some(reason) => out.left_out.push(LeftOut { set: set.name.clone(), size: there.len(), reason }),
                None => out.sets.sets.push(GeneSet { genes: there, ..set.clone() }),
            }
        }
        out.missing.sort_unstable();
        out.missing.dedup();
        Ok(out)
    }

    /// The places in a list of genes of the genes of each set, ascending; genes that are not in the list have none.
    pub(crate) fn places(&self, genes: &HashMap<&str, usize>) -> Vec<Vec<u32>> {
        let of = |set: &GeneSet| {
            let mut places: Vec<u32> =
                set.genes.iter().filter_map(|gene| genes.get(gene.as_str())).map(|&at| at as u32).collect();
            places.sort_unstable();
            places.dedup();
            places
        };
        self.sets.iter().map(of).collect()
    }
}
