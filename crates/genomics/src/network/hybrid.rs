//! Modules as the branches of a tree that are dense inside and stand apart: the dynamic hybrid cut.
//!
//! Langfelder, Zhang and Horvath, *Bioinformatics* 24 (2008) 719-720; dynamicTreeCut's `cutreeHybrid`. Going up the tree, a
//! branch of single genes is basic. Where two branches meet, a basic one that is too small, whose core is too loose (mean
//! distance of its lowest genes) or whose gap (height of the meeting less that distance) is too small, joins the other; else
//! both are clusters. Genes that are in none may then go to the cluster of the least mean distance.

use serde::{Deserialize, Serialize};

use super::tree::{Distances, Tree, by_size};

/// Which genes outside of all clusters are given to one: those nearer than its widest gene, or than the height of the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// None of them.
    Leave,
    /// To a cluster of the branch they hang on: `pamRespectsDendro = TRUE`.
    #[default]
    OwnBranch,
    /// To any cluster: `pamRespectsDendro = FALSE`.
    Anywhere,
}

/// The settings of the cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hybrid {
    pub(super) height: Option<f64>,
    pub(super) deep_split: u8,
    pub(super) outside: Outside,
    pub(super) min_size: usize,
}

/// Part of the tree.
#[derive(Default)]
struct Branch {
    /// Its genes, in the order they joined; of basic ones only.
    genes: Vec<usize>,
    basic: bool,
    /// Basic, and joined no other basic branch.
    top: bool,
    size: usize,
    /// Whether it joined another for its size alone.
    too_small: bool,
    /// Where it met what it did not join, or joined.
    attached: Option<f64>,
    /// The basic branches in it, if it is not basic.
    clusters: Vec<usize>,
}

/// Limits in the units of the tree.
struct Limits {
    min_size: usize,
    scatter: f64,
    gap: f64,
    lowest: f64,
}

impl Hybrid {
    /// The module of each leaf, from 1 by size; 0 for none.
    pub(super) fn cut(&self, tree: &Tree, distances: &Distances) -> Vec<usize> {
        let merges = tree.merges.len();
        if merges == 0 {
            return vec![0; tree.leaves];
        }
        let reference = ((merges as f64 * 0.05).round_ties_even() as usize).max(1);
        let lowest = tree.merges[reference - 1].height;
        let highest = tree.merges[merges - 1].height;
        let height = self.height.map_or(0.99 * (highest - lowest) + lowest, |height| height.min(highest));
        let below = tree.merges.iter().take_while(|merge| merge.height <= height).count();
        if below < self.min_size {
            return vec![0; tree.leaves];
        }
        let scatter = [0.64, 0.73, 0.82, 0.91, 0.95][usize::from(self.deep_split.min(4))];
        let gap = (1.0 - scatter) * 3.0 / 4.0;
        let limits = Limits {
            min_size: self.min_size,
            scatter: lowest + scatter * (height - lowest),
            gap: gap * (height - lowest),
            lowest,
        };
        let mut walk = Walk { distances, limits, branches: Vec::new(), hangs_on: vec![None; tree.leaves] };
        walk.up(tree, below);
        walk.label(self.outside, height)
    }
}

struct Walk<'a> {
    distances: &'a Distances,
    limits: Limits,
    branches: Vec<Branch>,
    /// The branch of clusters that a gene hangs on.
    hangs_on: Vec<Option<usize>>,
}

impl Walk<'_> {
    fn up(&mut self, tree: &Tree, below: usize) {
        let mut branch_of = Vec::with_capacity(below);
        for merge in &tree.merges[..below] {
            let branch = match merge.clusters.map(|cluster| cluster.checked_sub(tree.leaves)) {
                [None, None] => {
                    let genes = merge.clusters.to_vec();
                    self.branches.push(Branch { genes, basic: true, top: true, size: 2, ..Branch::default() });
                    self.branches.len() - 1
                }
                [None, Some(other)] => {
                    let (gene, at) = (merge.clusters[0], branch_of[other]);
                    let branch: &mut Branch = &mut self.branches[at];
                    branch.size += 1;
                    match branch.basic {
                        true => branch.genes.push(gene),
                        false => self.hangs_on[gene] = Some(at),
                    }
                    at
                }
                [first, second] => {
                    // A leaf is never behind a merge.
                    let [a, b] = [first, second].map(|place| branch_of[place.unwrap_or(0)]);
                    self.meet(a, b, merge.height)
                }
            };
            branch_of.push(branch);
        }
    }

    /// Two branches meet: the branch they become.
    fn meet(&mut self, a: usize, b: usize, height: f64) -> usize {
        let (small, large) = if self.branches[a].size <= self.branches[b].size { (a, b) } else { (b, a) };
        let joins = [(small, large), (large, small)].into_iter().find_map(|(one, other)| {
            let too_small = self.no_cluster(one, height)?;
            Some((one, other, too_small))
        });
        let Some((one, other, too_small)) = joins else { return self.part(small, large, height) };
        let genes = self.branches[one].genes.clone();
        let size = self.branches[one].size;
        let joining = &mut self.branches[one];
        (joining.too_small, joining.attached, joining.top) = (too_small, Some(height), false);
        match self.branches[other].basic {
            true => self.branches[other].genes.extend(genes),
            false => genes.iter().for_each(|&gene| self.hangs_on[gene] = Some(other)),
        }
        self.branches[other].size += size;
        other
    }

    /// Two branches that both stand become one of clusters.
    fn part(&mut self, small: usize, large: usize, height: f64) -> usize {
        let mut clusters = Vec::new();
        let mut size = 0;
        for at in [small, large] {
            let branch = &mut self.branches[at];
            branch.attached = Some(height);
            size += branch.size;
            match branch.basic {
                true => clusters.push(at),
                false => clusters.extend(&branch.clusters),
            }
        }
        self.branches.push(Branch { size, clusters, ..Branch::default() });
        self.branches.len() - 1
    }

    /// If a basic branch is no cluster where it meets another: whether for its size or height alone.
    fn no_cluster(&self, at: usize, height: f64) -> Option<bool> {
        let branch = &self.branches[at];
        if !branch.basic {
            return None;
        }
        let scatter = self.scatter(&branch.genes);
        let loose = scatter > self.limits.scatter || height - scatter < self.limits.gap;
        let fails = loose || branch.size < self.limits.min_size || height < self.limits.lowest;
        fails.then_some(!loose)
    }

    fn core<'b>(&self, genes: &'b [usize]) -> &'b [usize] {
        let base = self.limits.min_size as f64 / 2.0 + 1.0;
        let size = genes.len() as f64;
        match base < size {
            true => &genes[..(base + (size - base).sqrt()) as usize],
            false => genes,
        }
    }

    /// The mean distance of the genes of the core.
    fn scatter(&self, genes: &[usize]) -> f64 {
        let core = self.core(genes);
        let others = core.len() as f64 - 1.0;
        let of = |&i: &usize| core.iter().map(|&j| self.distances.get(i, j)).sum::<f64>() / others;
        core.iter().map(of).sum::<f64>() / core.len() as f64
    }

    fn label(&self, outside: Outside, height: f64) -> Vec<usize> {
        let leaves = self.hangs_on.len();
        let (mut labels, mut small) = (vec![0usize; leaves], vec![0usize; leaves]);
        for (at, branch) in self.branches.iter().enumerate().filter(|(_, branch)| branch.too_small) {
            branch.genes.iter().for_each(|&gene| small[gene] = at + 1);
        }
        // Per label from 1 its genes; per branch its label.
        let mut clusters: Vec<&[usize]> = Vec::new();
        let mut label_of = vec![0usize; self.branches.len()];
        for (at, branch) in self.branches.iter().enumerate().filter(|(_, branch)| branch.top) {
            let scatter = self.scatter(&branch.genes);
            let stands = branch.attached.unwrap_or(height) - scatter > self.limits.gap;
            if branch.size >= self.limits.min_size && scatter < self.limits.scatter && stands {
                clusters.push(&branch.genes);
                label_of[at] = clusters.len();
                branch.genes.iter().for_each(|&gene| (labels[gene], small[gene]) = (clusters.len(), 0));
            }
        }
        if outside != Outside::Leave && !clusters.is_empty() {
            let near = Near {
                distances: self.distances,
                widest: clusters.iter().map(|genes| widest(self.distances, genes)).collect(),
                clusters,
                height,
            };
            let allowed = |gene: usize| -> Vec<usize> {
                match (outside, self.hangs_on[gene]) {
                    (Outside::Anywhere, _) => (1..=near.clusters.len()).collect(),
                    (_, None) => Vec::new(),
                    (_, Some(branch)) => {
                        let mut labels: Vec<usize> =
                            self.branches[branch].clusters.iter().map(|&at| label_of[at]).filter(|l| *l > 0).collect();
                        labels.sort_unstable();
                        labels
                    }
                }
            };
            // Branches that were only too small go as one, or not at all.
            let mut alone: Vec<bool> = labels.iter().map(|label| *label == 0).collect();
            let mut together: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
            for gene in (0..leaves).filter(|&gene| small[gene] > 0) {
                together.entry(small[gene]).or_default().push(gene);
            }
            for genes in together.values() {
                let allowed = allowed(genes[0]);
                if allowed.is_empty() {
                    continue;
                }
                let label = near.nearest(genes, &allowed).unwrap_or(0);
                genes.iter().for_each(|&gene| (labels[gene], alone[gene]) = (label, false));
            }
            for gene in (0..leaves).filter(|&gene| alone[gene]) {
                labels[gene] = near.nearest(&[gene], &allowed(gene)).unwrap_or(0);
            }
        }
        by_size(&labels)
    }
}

/// Clusters that genes may go to.
struct Near<'a> {
    distances: &'a Distances,
    clusters: Vec<&'a [usize]>,
    /// The largest mean distance of a gene to the others of its cluster.
    widest: Vec<f64>,
    height: f64,
}

impl Near<'_> {
    /// The nearest of some clusters by mean distance, if it is near enough.
    fn nearest(&self, genes: &[usize], labels: &[usize]) -> Option<usize> {
        let mean = |label: usize| {
            let cluster = self.clusters[label - 1];
            let sum: f64 = cluster.iter().flat_map(|&i| genes.iter().map(move |&j| self.distances.get(i, j))).sum();
            sum / (cluster.len() * genes.len()) as f64
        };
        let means = labels.iter().map(|&label| (label, mean(label)));
        let (label, distance) = means.reduce(|best, next| if next.1 < best.1 { next } else { best })?;
        (distance < self.widest[label - 1] || distance < self.height).then_some(label)
    }
}

fn widest(distances: &Distances, genes: &[usize]) -> f64 {
    if genes.len() < 2 {
        return 0.0;
    }
    let of = |&i: &usize| genes.iter().map(|&j| distances.get(i, j)).sum::<f64>() / (genes.len() as f64 - 1.0);
    genes.iter().map(of).fold(0.0, f64::max)
}
