//! The tree of genes by average linkage, and groups of genes below a height.

use kodama::{Method, linkage};
use serde::{Deserialize, Serialize};

/// The distances of all pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Distances {
    size: usize,
    /// Of each with those behind it.
    values: Vec<f64>,
}

impl Distances {
    /// Distances of so many, of the first with all behind it, then of the second, and so on.
    ///
    /// # Panics
    /// If there are not `size (size - 1) / 2`.
    pub fn new(size: usize, values: Vec<f64>) -> Self {
        assert_eq!(values.len(), size * size.saturating_sub(1) / 2, "a distance for each pair");
        Self { size, values }
    }

    /// How many have distances.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The distance of two; 0 of one with itself.
    ///
    /// # Panics
    /// If there is no such.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        let (low, high) = (i.min(j), i.max(j));
        assert!(high < self.size, "{high} of {}", self.size);
        if low == high { 0.0 } else { self.values[low * (2 * self.size - low - 1) / 2 + high - low - 1] }
    }
}

/// Two clusters that become one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The two, the smaller number first: a leaf, or the number of leaves plus the place of the merge that made it.
    pub clusters: [usize; 2],
    /// The mean distance of their leaves.
    pub height: f64,
}

/// A tree by average linkage, as R's `hclust(method = "average")`. Where distances are tied, merges may come in another
/// order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tree {
    /// The number of leaves.
    pub leaves: usize,
    /// The merges, by height.
    pub merges: Vec<Merge>,
}

impl Tree {
    /// The tree of these distances; needs as much memory again.
    pub fn new(distances: &Distances) -> Self {
        let mut values = distances.values.clone();
        let found = linkage(&mut values, distances.size, Method::Average);
        let merges = found.steps().iter().map(|step| Merge {
            clusters: [step.cluster1.min(step.cluster2), step.cluster1.max(step.cluster2)],
            height: step.dissimilarity,
        });
        Self { leaves: distances.size, merges: merges.collect() }
    }

    /// The group of each leaf when the tree is cut at a height: from 0, in the order of their first leaves. R's
    /// `cutree(h = )`.
    pub fn groups(&self, height: f64) -> Vec<usize> {
        let below = self.merges.iter().take_while(|merge| merge.height <= height).count();
        // The topmost cluster of each leaf and merge: merges come after what they merge.
        let mut top: Vec<usize> = (0..self.leaves + below).collect();
        for (place, merge) in self.merges[..below].iter().enumerate().rev() {
            let above = top[self.leaves + place];
            merge.clusters.iter().for_each(|&cluster| top[cluster] = above);
        }
        let mut numbers = std::collections::HashMap::new();
        top[..self.leaves]
            .iter()
            .map(|cluster| {
                let next = numbers.len();
                *numbers.entry(*cluster).or_insert(next)
            })
            .collect()
    }

    /// The modules of each leaf: groups below a height of a size at least, from 1, the largest first; 0 for other
    /// leaves. WGCNA's `cutreeStatic`.
    pub fn modules(&self, height: f64, min_size: usize) -> Vec<usize> {
        let groups = self.groups(height);
        let mut sizes = vec![0; groups.iter().max().map_or(0, |last| last + 1)];
        groups.iter().for_each(|&group| sizes[group] += 1);
        by_size(&groups.iter().map(|&group| if sizes[group] >= min_size { group + 1 } else { 0 }).collect::<Vec<_>>())
    }

    /// The leaves from left to right, so that merges do not cross.
    pub fn order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.leaves);
        let mut left: Vec<usize> = match self.merges.len() {
            0 => (0..self.leaves).rev().collect(),
            merges => vec![self.leaves + merges - 1],
        };
        while let Some(cluster) = left.pop() {
            match cluster.checked_sub(self.leaves) {
                None => order.push(cluster),
                Some(place) => left.extend(self.merges[place].clusters.iter().rev()),
            }
        }
        order
    }
}

/// Labels as modules: 0 stays, others are numbered from 1 by size, the largest first; of equal ones the lower label.
pub fn by_size(labels: &[usize]) -> Vec<usize> {
    let mut sizes = vec![0usize; labels.iter().max().map_or(1, |last| last + 1)];
    labels.iter().for_each(|&label| sizes[label] += 1);
    let mut order: Vec<usize> = (1..sizes.len()).filter(|&label| sizes[label] > 0).collect();
    order.sort_by_key(|&label| std::cmp::Reverse(sizes[label]));
    let mut numbers = vec![0; sizes.len()];
    order.iter().zip(1..).for_each(|(&label, number)| numbers[label] = number);
    labels.iter().map(|&label| numbers[label]).collect()
}
