//! One tree.

use serde::{Deserialize, Serialize};

/// A tree, node by node: the root first, each node before those below it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// How it is split, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// What it adds to the score of its cases: as a leaf, or if it were one.
    pub value: f32,
    /// The sum of second derivatives of its training cases.
    pub cover: f32,
}

/// How a node is split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The place of the feature.
    pub feature: usize,
    /// Cases with a smaller value go to the left, the others to the right.
    pub threshold: f32,
    /// Whether cases without a value go to the left.
    pub missing_left: bool,
    /// The place of the left node; the right one follows it.
    pub left: usize,
    /// Twice what the penalised loss was lowered by.
    pub gain: f32,
}

impl Split {
    /// Whether a value goes to the left.
    #[inline]
    pub(super) fn goes_left(&self, value: f32) -> bool {
        if value.is_nan() { self.missing_left } else { value < self.threshold }
    }
}

impl Tree {
    pub(super) fn new(nodes: Vec<Node>) -> Self {
        Self { nodes }
    }

    /// Its nodes; those that were pruned away are not among them.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The leaf of a case, whose values `value` gives by feature.
    pub(super) fn leaf(&self, value: impl Fn(usize) -> f32) -> &Node {
        let mut node = &self.nodes[0];
        while let Some(split) = &node.split {
            node = &self.nodes[split.left + usize::from(!split.goes_left(value(split.feature)))];
        }
        node
    }

    /// Whether it can be walked: every node below another one, of the features there are.
    pub(super) fn valid(&self, features: usize) -> bool {
        let ends = |(place, node): (usize, &Node)| {
            node.value.is_finite()
                && node.split.is_none_or(|s| s.feature < features && s.left > place && s.left + 1 < self.nodes.len())
        };
        !self.nodes.is_empty() && self.nodes.iter().enumerate().all(ends)
    }

    /// Each split with its depth (0 at the root).
    pub(super) fn splits(&self) -> Vec<(usize, &Split, &Node)> {
        let mut depth = vec![0; self.nodes.len()];
        let mut splits = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            if let Some(split) = &node.split {
                depth[split.left] = depth[place] + 1;
                depth[split.left + 1] = depth[place] + 1;
                splits.push((depth[place], split, node));
            }
        }
        splits
    }

    /// Takes splits away, from the leaves up, that gain less than `gamma`.
    pub(super) fn prune(&mut self, gamma: f32) {
        for place in (0..self.nodes.len()).rev() {
            if let Some(split) = self.nodes[place].split
                && self.nodes[split.left..split.left + 2].iter().all(|n| n.split.is_none())
                && split.gain < gamma
            {
                self.nodes[place].split = None;
            }
        }
        // What is left, in the same order.
        let mut kept = vec![self.nodes[0]];
        let mut at = 0;
        while at < kept.len() {
            if let Some(mut split) = kept[at].split {
                let [left, right] = [self.nodes[split.left], self.nodes[split.left + 1]];
                split.left = kept.len();
                kept[at].split = Some(split);
                kept.extend([left, right]);
            }
            at += 1;
        }
        self.nodes = kept;
    }
}
