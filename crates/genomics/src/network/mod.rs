//! Weighted co-expression: genes that go together, in modules, each with an eigengene and hubs.
//!
//! Zhang and Horvath, *Stat Appl Genet Mol Biol* 4 (2005) 17; Langfelder and Horvath, *BMC Bioinformatics* 9 (2008) 559, whose R
//! package WGCNA this follows:
//!
//! 1. the [correlations] of all pairs of genes, and of them the connections *a = s^β* ([`Adjacency`]); *β* as given, or the lowest that makes
//!    the network scale-free ([`soft_thresholds`]);
//! 2. the [topological overlap](Adjacency::overlap_distances) of all pairs, and the [tree](Tree) of genes by average linkage;
//! 3. modules by a [cut](TreeCut) of the tree, and those with close [eigengenes](Eigengene) as one;
//! 4. the membership and connectivity of each gene, the hubs of each module, and [what goes with the modules](Network::traits).
//!
//! # Memory
//! *n* genes need about 16 *n²* bytes at once: 0.4 GB of 5000, 1.6 GB of 10 000, which is the most that is taken unless told.
//! Choose those that vary most ([`Expression::most_variable`](crate::Expression::most_variable)); a network of all genes is mostly noise besides.

mod adjacency;
mod eigengene;
mod hybrid;
mod settings;
mod soft_threshold;
mod tree;

use radsurv_stats::correlation::{Method, Missing, correlation};
use radsurv_stats::multiple::{Adjustment, adjust};
use serde::{Deserialize, Serialize};

pub use adjacency::{Adjacency, NetworkKind, OverlapKind, correlations};
pub use eigengene::Eigengene;
pub use hybrid::Outside;
pub use settings::{NetworkSettings, TreeCut};
pub use soft_threshold::{POWERS, SoftThreshold, by_samples, choose, soft_thresholds};
pub use tree::{Distances, Merge, Tree, by_size};

use crate::error::{Error, Result};

/// A gene of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The gene.
    pub gene: String,
    /// Its module from 1, the largest first; 0 if it is in none.
    pub module: usize,
    /// The sum of its connections with all genes.
    pub connectivity: f64,
    /// The sum of its connections within its module.
    pub within_module: f64,
    /// Its correlation with the module's eigengene; none outside of modules.
    pub membership: Option<f64>,
    /// Whether it is a hub of its module.
    pub hub: bool,
}

/// A connection of two genes, for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The places of the two genes.
    pub genes: [usize; 2],
    /// The strength of the connection, from 0 to 1.
    pub weight: f64,
    /// Their correlation.
    pub r: f64,
}

/// A module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Its number, from 1.
    pub module: usize,
    /// The number of its genes.
    pub genes: usize,
    /// What it does as one.
    pub eigengene: Eigengene,
    /// The gene of the largest connectivity within the module: WGCNA's `chooseTopHubInEachModule`.
    pub top_hub: String,
}

/// Where the power of a network is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerFrom {
    /// It was given.
    Given,
    /// It is the lowest of those tried that makes the network scale-free.
    ScaleFree,
    /// None of those tried does: it is that which is advised for the number of samples ([`by_samples`]).
    Samples,
}

/// Genes that go together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// The power.
    pub power: u32,
    /// Where it is from.
    pub power_from: PowerFrom,
    /// What each power makes of the network; nothing if the power was given.
    pub thresholds: Vec<SoftThreshold>,
    /// The genes, in the order of the table.
    pub nodes: Vec<Node>,
    /// The modules, the largest first.
    pub modules: Vec<Module>,
    /// The number of modules before close ones became one.
    pub modules_before: usize,
    /// The strongest connections within each module, module by module.
    pub edges: Vec<Edge>,
    /// The tree of the genes.
    pub tree: Tree,
    /// The samples of the eigengenes.
    pub samples: Vec<String>,
}

/// A module beside a trait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModuleTrait {
    /// The module.
    pub module: usize,
    /// The trait.
    pub name: String,
    /// The number of samples with the trait.
    pub samples: usize,
    /// The correlation of the eigengene with it.
    pub r: f64,
    /// The p-value of no correlation, by the t distribution.
    pub p_value: f64,
    /// The p-value adjusted for the number of modules and traits (Benjamini and Hochberg).
    pub adj_p_value: f64,
}

impl Network {
    /// The genes of a module, those that go with its eigengene most first.
    pub fn genes(&self, module: usize) -> Vec<&str> {
        let mut nodes: Vec<&Node> = self.nodes.iter().filter(|node| node.module == module).collect();
        nodes.sort_by(|a, b| b.membership.unwrap_or(0.0).abs().total_cmp(&a.membership.unwrap_or(0.0).abs()));
        nodes.into_iter().map(|node| node.gene.as_str()).collect()
    }

    /// The correlation of each module's eigengene with each trait: a column per trait with a number per sample, in the
    /// order of [`samples`](Self::samples), NaN where it is not known. Pearson's, with p-values of the t distribution with two
    /// degrees of freedom less than samples (WGCNA's `corPvalueStudent`). Module by module.
    ///
    /// # Errors
    /// [`Error::Network`] if a trait has not a number per sample, an infinite one, or not three that differ.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::{Expression, network::NetworkSettings};
    /// // Genes that go with a pattern, which is the trait.
    /// let pattern = |sample: usize| (sample * 7 % 12) as f64;
    /// let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    /// let value = |gene: usize, sample: usize| pattern(sample) + ((gene * 31 + sample * 17) * 29 % 37) as f64 / 37.0;
    /// let values = (0..20).flat_map(|gene| (0..24).map(move |sample| value(gene, sample))).collect();
    /// let table = Expression::new(names(20, "g"), names(24, "P"), values)?;
    /// let network = NetworkSettings { power: Some(6), min_size: 10, ..NetworkSettings::default() }.fit(&table)?;
    /// let with = network.traits(&[("dose", &(0..24).map(pattern).collect::<Vec<f64>>())])?;
    /// assert!(with[0].module == 1 && with[0].r > 0.95 && with[0].p_value < 1e-9);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn traits(&self, traits: &[(&str, &[f64])]) -> Result<Vec<ModuleTrait>> {
        let samples = self.samples.len();
        if let Some((name, values)) = traits.iter().find(|(_, values)| values.len() != samples) {
            let found = values.len();
            return Err(Error::Network(format!("{name} has {found} values for {samples} samples: give one for each")));
        }
        let mut out = Vec::with_capacity(self.modules.len() * traits.len());
        for module in &self.modules {
            for (name, values) in traits {
                let told = |what: String| Error::Network(format!("the trait {name}: {what}"));
                let found = correlation(&module.eigengene.values, values, Method::Pearson, Missing::Pairwise);
                let found = found.map_err(|error| match error {
                    radsurv_stats::Error::Constant { .. } => told("all its values are equal".to_string()),
                    error => told(error.to_string()),
                })?;
                let few = || told(format!("{} samples have a value, and three are the least", found.n));
                let p_value = found.p_value.ok_or_else(few)?;
                let (module, name) = (module.module, name.to_string());
                out.push(ModuleTrait { module, name, samples: found.n, r: found.estimate, p_value, adj_p_value: 1.0 });
            }
        }
        let p_values: Vec<f64> = out.iter().map(|row| row.p_value).collect();
        let adjusted = adjust(&p_values, Adjustment::BenjaminiHochberg)?;
        out.iter_mut().zip(adjusted).for_each(|(row, p)| row.adj_p_value = p);
        Ok(out)
    }
}
