//! How a network is built.

use radsurv_stats::correlation::{Method, Missing, correlation};
use serde::{Deserialize, Serialize};

use super::adjacency::{Adjacency, NetworkKind, OverlapKind, correlations};
use super::eigengene::Scaled;
use super::hybrid::{Hybrid, Outside};
use super::soft_threshold::{POWERS, by_samples, choose, soft_thresholds};
use super::tree::Tree;
use super::{Edge, Module, Network, Node, PowerFrom};
use crate::error::{Error, Result};
use crate::expression::Expression;

/// How modules are cut from the tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "method", deny_unknown_fields)]
pub enum TreeCut {
    /// At one height: WGCNA's `cutreeStatic`.
    Static {
        /// The height, a topological dissimilarity: 0.9 say.
        height: f64,
    },
    /// By the shape of branches: dynamicTreeCut's `cutreeHybrid`.
    Hybrid {
        /// From 0 for few large modules to 4 for many small ones.
        deep_split: u8,
        /// The height above which nothing is one module; if not given, 99 % of the range of heights.
        height: Option<f64>,
        /// What becomes of genes outside of branches.
        outside: Outside,
    },
}

impl Default for TreeCut {
    fn default() -> Self {
        Self::Hybrid { deep_split: 2, height: None, outside: Outside::OwnBranch }
    }
}

/// How a network is built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSettings {
    /// What connects genes: correlations of either sign.
    pub kind: NetworkKind,
    /// The correlation, Pearson's.
    pub correlation: Method,
    /// Whether signs count in the overlap: no.
    pub overlap: OverlapKind,
    /// The power; if not given, it is chosen.
    pub power: Option<u32>,
    /// The powers to choose from, [`POWERS`].
    pub powers: Vec<u32>,
    /// The R² of a scale-free network, 0.85.
    pub r_squared: f64,
    /// How modules are cut from the tree: the hybrid cut with a deep split of 2.
    pub cut: TreeCut,
    /// The least size of a module, 30.
    pub min_size: usize,
    /// Modules whose eigengenes are nearer than this, 1 less their correlation, become one: 0.25. None for 0.
    pub merge_height: f64,
    /// The number of hubs of each module, 5: the genes of the largest correlation with its eigengene, of either sign.
    pub hubs: usize,
    /// The number of connections kept of each module, 30: its strongest.
    pub edges: usize,
    /// The most genes that are taken, 10 000: see [the memory](super#memory).
    pub max_genes: usize,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            kind: NetworkKind::default(),
            correlation: Method::Pearson,
            overlap: OverlapKind::default(),
            power: None,
            powers: POWERS.to_vec(),
            r_squared: 0.85,
            cut: TreeCut::default(),
            min_size: 30,
            merge_height: 0.25,
            hubs: 5,
            edges: 30,
            max_genes: 10_000,
        }
    }
}

impl NetworkSettings {
    /// The network of a table's genes.
    ///
    /// # Errors
    /// [`Error::Network`] with too many genes, too few genes or samples, missing values, genes that do not vary, or settings that are none.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::network::NetworkSettings;
    /// // Two groups of genes, each with a pattern of its own and some noise.
    /// let value = |gene: usize, sample: usize| {
    ///     let pattern = if gene < 20 { (sample * 7 % 12) as f64 } else { (sample * 5 % 11) as f64 };
    ///     pattern + ((gene * 31 + sample * 17) * 29 % 37) as f64 / 37.0
    /// };
    /// let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    /// let values = (0..40).flat_map(|gene| (0..24).map(move |sample| value(gene, sample))).collect();
    /// let table = Expression::new(names(40, "g"), names(24, "P"), values)?;
    /// let settings = NetworkSettings { power: Some(6), min_size: 10, ..NetworkSettings::default() };
    /// let network = settings.fit(&table)?;
    /// assert_eq!(network.modules.len(), 2);
    /// assert!(network.nodes[..20].iter().all(|node| node.module == network.nodes[0].module));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn fit(&self, table: &Expression) -> Result<Network> {
        let genes = table.genes().len();
        self.check(genes)?;
        let correlations = correlations(table, self.correlation)?;
        let (mut thresholds, mut power_from) = (Vec::new(), PowerFrom::Given);
        let power = match self.power {
            Some(power) => power,
            None => {
                thresholds = soft_thresholds(&correlations, self.kind, &self.powers)?;
                let chosen = choose(&thresholds, self.r_squared);
                power_from = if chosen.is_some() { PowerFrom::ScaleFree } else { PowerFrom::Samples };
                chosen.unwrap_or_else(|| by_samples(self.kind, table.samples().len()))
            }
        };
        let adjacency = Adjacency::new(correlations, self.kind, self.overlap, power);
        let distances = adjacency.overlap_distances();
        let tree = Tree::new(&distances);
        let first = match self.cut {
            TreeCut::Static { height } => tree.modules(height, self.min_size),
            TreeCut::Hybrid { deep_split, height, outside } => {
                Hybrid { height, deep_split, outside, min_size: self.min_size }.cut(&tree, &distances)
            }
        };
        drop(distances);
        let scaled = Scaled::new(table);
        let labels = match self.merge_height > 0.0 {
            true => scaled.merge_close(&first, self.merge_height)?,
            false => first.clone(),
        };
        let (nodes, modules) = self.describe(table, &adjacency, &scaled, &labels)?;
        let edges = modules.iter().map(|module| self.edges_of(module.module, &labels, &adjacency, table));
        Ok(Network {
            power,
            power_from,
            thresholds,
            edges: edges.collect::<Result<Vec<_>>>()?.concat(),
            nodes,
            modules,
            modules_before: first.iter().max().copied().unwrap_or(0),
            tree,
            samples: table.samples().to_vec(),
        })
    }

    fn check(&self, genes: usize) -> Result<()> {
        let wrong = |what: String| Err(Error::Network(what));
        if genes > self.max_genes {
            let (most, gigabytes) = (self.max_genes, 16e-9 * (genes as f64).powi(2));
            return wrong(format!(
                "a network of {genes} genes needs {gigabytes:.1} GB, and {most} genes are the most that are taken: choose those that vary most, or allow more"
            ));
        }
        if self.min_size < 2 {
            return wrong(format!("modules of {} genes at least: 2 is the least", self.min_size));
        }
        if self.power == Some(0) {
            return wrong("the power is 0, with which all genes are connected alike: give 1 or more".to_string());
        }
        if !(0.0..=2.0).contains(&self.merge_height) || !(0.0..=1.0).contains(&self.r_squared) {
            let (merge, r) = (self.merge_height, self.r_squared);
            return wrong(format!("modules nearer than {merge} become one, from 0 to 2; an R² of {r}, from 0 to 1"));
        }
        match self.cut {
            TreeCut::Static { height } if height.is_nan() => wrong("the height of the cut is missing".to_string()),
            TreeCut::Hybrid { height: Some(height), .. } if height.is_nan() => {
                wrong("the height of the cut is missing".to_string())
            }
            TreeCut::Hybrid { deep_split, .. } if deep_split > 4 => {
                wrong(format!("a deep split of {deep_split}: give 0 to 4"))
            }
            _ => Ok(()),
        }
    }

    fn describe(
        &self,
        table: &Expression,
        adjacency: &Adjacency,
        scaled: &Scaled,
        labels: &[usize],
    ) -> Result<(Vec<Node>, Vec<Module>)> {
        let (all, within) = (adjacency.connectivity(), adjacency.within(labels));
        let eigengenes = scaled.eigengenes(labels)?;
        let mut nodes: Vec<Node> = (0..labels.len())
            .map(|gene| Node {
                gene: table.genes()[gene].clone(),
                module: labels[gene],
                connectivity: all[gene],
                within_module: within[gene],
                membership: labels[gene].checked_sub(1).map(|at| scaled.correlation(gene, &eigengenes[at].values)),
                hub: false,
            })
            .collect();
        let modules = eigengenes.into_iter().zip(1..).map(|(eigengene, module)| {
            let mut genes: Vec<usize> = (0..labels.len()).filter(|&gene| labels[gene] == module).collect();
            let count = genes.len();
            let first_most = |best: usize, next: usize| if within[next] > within[best] { next } else { best };
            let top = genes.iter().copied().reduce(first_most).map(|gene| table.genes()[gene].clone());
            let size = |gene: usize| nodes[gene].membership.unwrap_or(0.0).abs();
            genes.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
            genes.iter().take(self.hubs).for_each(|&gene| nodes[gene].hub = true);
            Module { module, genes: count, eigengene, top_hub: top.unwrap_or_default() }
        });
        let modules = modules.collect();
        Ok((nodes, modules))
    }

    /// The strongest connections within a module.
    fn edges_of(
        &self,
        module: usize,
        labels: &[usize],
        adjacency: &Adjacency,
        table: &Expression,
    ) -> Result<Vec<Edge>> {
        let genes: Vec<usize> = (0..labels.len()).filter(|&gene| labels[gene] == module).collect();
        let mut pairs: Vec<(f64, [usize; 2])> = Vec::with_capacity(genes.len() * genes.len() / 2);
        for (at, &i) in genes.iter().enumerate() {
            pairs.extend(genes[at + 1..].iter().map(|&j| (adjacency.get(i, j), [i, j])));
        }
        let stronger = |a: &(f64, [usize; 2]), b: &(f64, [usize; 2])| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if pairs.len() > self.edges {
            if self.edges == 0 {
                return Ok(Vec::new());
            }
            pairs.select_nth_unstable_by(self.edges - 1, stronger);
            pairs.truncate(self.edges);
        }
        pairs.sort_by(stronger);
        let edge = |(weight, genes): (f64, [usize; 2])| {
            let [x, y] = genes.map(|gene| table.row(gene));
            Ok(Edge { genes, weight, r: correlation(x, y, self.correlation, Missing::Refuse)?.estimate })
        };
        pairs.into_iter().map(edge).collect()
    }
}
