//! One tree.

use serde::{Deserialize, Serialize};

/// A tree, node by node: the root first, each node before those below it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// How it is split, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// What it adds to the score of its cases: as a leaf, or the mean of the leaves below it.
    pub value: f64,
    /// The weight of its training cases that were in the sample of the tree.
    pub weight: f64,
}

/// How a node is split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The place of the feature.
    pub feature: usize,
    /// Cases with a smaller value go to the left, the others to the right.
    pub threshold: f64,
    /// The place of the left node; the right one follows it, and then that of cases without a value.
    pub left: usize,
    /// What the sum of squares was lowered by.
    pub improvement: f64,
}

impl Split {
    /// 0 to the left, 1 to the right, 2 without a value.
    #[inline]
    pub(super) fn side(&self, value: f64) -> usize {
        if value.is_nan() { 2 } else { usize::from(value >= self.threshold) }
    }
}

impl Tree {
    /// Its nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What it adds to the score of a case, whose values `value` gives by feature.
    pub(super) fn value(&self, value: impl Fn(usize) -> f64) -> f64 {
        let mut node = &self.nodes[0];
        while let Some(split) = &node.split {
            node = &self.nodes[split.left + split.side(value(split.feature))];
        }
        node.value
    }

    /// Whether it can be walked: every node below another one, of the features there are.
    pub(super) fn valid(&self, features: usize) -> bool {
        let ends = |(place, node): (usize, &Node)| {
            node.value.is_finite()
                && node.split.is_none_or(|s| s.feature < features && s.left > place && s.left + 2 < self.nodes.len())
        };
        !self.nodes.is_empty() && self.nodes.iter().enumerate().all(ends)
    }

    /// Each split with its depth (0 at the root).
    pub(super) fn splits(&self) -> Vec<(usize, &Split, &Node)> {
        let mut depth = vec![0; self.nodes.len()];
        let mut splits = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            if let Some(split) = &node.split {
                let below = depth[place] + 1;
                depth[split.left..split.left + 3].fill(below);
                splits.push((depth[place], split, node));
            }
        }
        splits
    }

    /// Gives nodes of cases without a value that are too small for a value of their own the mean of their two neighbours, and
    /// splits the mean of what is below them, by weight.
    pub(super) fn level(&mut self, small: impl Fn(usize) -> bool) {
        for place in (0..self.nodes.len()).rev() {
            let Some(split) = self.nodes[place].split else { continue };
            let [left, right, missing] = [0, 1, 2].map(|side| self.nodes[split.left + side]);
            let mut sum = left.weight * left.value + right.weight * right.value;
            let mut weight = left.weight + right.weight;
            if missing.split.is_none() && small(split.left + 2) {
                self.nodes[split.left + 2].value = sum / weight;
            } else {
                sum += missing.weight * missing.value;
                weight += missing.weight;
            }
            self.nodes[place].value = sum / weight;
        }
    }
}
