//! A tree, and how it is written.
//!
//! A forest has hundreds of thousands of nodes: each tree is one text, its nodes separated by spaces, a split before its left part and that before
//! its right part:
//!
//! | | |
//! |---|---|
//! | `12:0.53` | feature 12 at most 0.53 goes to the left; without a value to the right |
//! | `12:0.53m` | the same, without a value to the left |
//! | `7{0,3}` | the categories 0 and 3 of feature 7 go to the left (`7{0,3}m`) |
//! | `-22;3/20,9/14*2` | a leaf of 22 cases: of 20 at risk one has the event at the event time 3, of 14 two at the event time 9 |
//! | `-22` | a leaf of 22 cases without events |
//!
//! Features, categories and event times are counted from 0, in lists that the model has once. So a leaf says what the estimates in it
//! need and no more: a tree of 400 cases has some 5 kB.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::split::Rule;

/// An event time of a leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Its place among the event times of the forest.
    pub(super) time: u32,
    /// The number of events.
    pub(super) events: u32,
    /// The number at risk.
    pub(super) at_risk: u32,
}

impl Step {
    /// What it adds to the cumulative hazard.
    pub(super) fn hazard(self) -> f64 {
        f64::from(self.events) / f64::from(self.at_risk)
    }
}

/// A node. The left part of a split is the next node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Node {
    Split {
        feature: u32,
        right: u32,
        rule: Rule,
        missing_left: bool,
    },
    /// `cases` are those it was grown of, each as often as it was drawn.
    Leaf {
        first: u32,
        end: u32,
        cases: u32,
    },
}

/// Nodes, a split before its parts and the left part before the right one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// The event times of all leaves.
    pub(super) steps: Vec<Step>,
}

/// Whether a value goes to the left.
#[inline]
pub(super) fn goes_left(value: f64, rule: Rule, missing_left: bool) -> bool {
    match rule {
        _ if value.is_nan() => missing_left,
        Rule::AtMost(most) => value <= most,
        Rule::Among(bits) => bits >> (value as u32) & 1 == 1,
    }
}

impl Tree {
    /// The place of the leaf of a case with these values; categories are their places, what is missing or not known NaN.
    #[inline]
    pub(super) fn leaf(&self, values: &[f64]) -> usize {
        let mut at = 0;
        while let Node::Split { feature, right, rule, missing_left } = self.nodes[at] {
            at = if goes_left(values[feature as usize], rule, missing_left) { at + 1 } else { right as usize };
        }
        at
    }

    /// The event times of a leaf; none of a split.
    pub(super) fn steps(&self, node: usize) -> &[Step] {
        match self.nodes[node] {
            Node::Leaf { first, end, .. } => &self.steps[first as usize..end as usize],
            Node::Split { .. } => &[],
        }
    }

    /// For each node the sum of the cumulative hazard of the leaf over so many event times; 0 of splits.
    pub(super) fn mortality(&self, times: usize) -> Vec<f64> {
        let sum = |steps: &[Step]| steps.iter().map(|s| s.hazard() * (times - s.time as usize) as f64).sum();
        (0..self.nodes.len()).map(|node| sum(self.steps(node))).collect()
    }

    /// For each node the number of splits above it.
    pub(super) fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if let Node::Split { right, .. } = node {
                depths[at + 1] = depths[at] + 1;
                depths[*right as usize] = depths[at] + 1;
            }
        }
        depths
    }

    /// For each feature the depth of its first split; that of the deepest leaf if it has none.
    pub(super) fn minimal_depths(&self, features: usize) -> Vec<usize> {
        let depths = self.depths();
        let mut minimal = vec![depths.iter().copied().max().unwrap_or(0); features];
        for (node, depth) in self.nodes.iter().zip(&depths) {
            if let Node::Split { feature, .. } = node {
                minimal[*feature as usize] = minimal[*feature as usize].min(*depth);
            }
        }
        minimal
    }

    /// The feature of each split.
    pub(super) fn split_features(&self) -> impl Iterator<Item = u32> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Split { feature, .. } => Some(*feature),
            Node::Leaf { .. } => None,
        })
    }

    /// Whether it fits a forest of features with so many categories (0 of numbers) and of so many event times.
    pub(super) fn fits(&self, levels: &[usize], times: usize) -> bool {
        let node = |node: &Node| match node {
            Node::Split { feature, rule, .. } => levels.get(*feature as usize).is_some_and(|levels| match rule {
                Rule::AtMost(_) => *levels == 0,
                Rule::Among(bits) => *levels > 0 && (*levels >= 64 || bits >> levels == 0),
            }),
            Node::Leaf { .. } => true,
        };
        self.nodes.iter().all(node) && self.steps.iter().all(|s| (s.time as usize) < times)
    }
}

impl From<Tree> for String {
    fn from(tree: Tree) -> Self {
        let mut text = String::new();
        for (at, node) in tree.nodes.iter().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            // Writing to a String does not fail.
            let _ = match node {
                Node::Split { feature, rule: Rule::AtMost(most), .. } => write!(text, "{feature}:{most:?}"),
                Node::Split { feature, rule: Rule::Among(bits), .. } => {
                    let places: Vec<String> =
                        (0..64).filter(|place| bits >> place & 1 == 1).map(|place: u32| place.to_string()).collect();
                    write!(text, "{feature}{{{}}}", places.join(","))
                }
                Node::Leaf { cases, .. } => {
                    let step = |s: &Step| match s.events {
                        1 => format!("{}/{}", s.time, s.at_risk),
                        events => format!("{}/{}*{events}", s.time, s.at_risk),
                    };
                    let steps = tree.steps(at).iter().map(step).collect::<Vec<_>>().join(",");
                    write!(text, "-{cases}{}{steps}", if steps.is_empty() { "" } else { ";" })
                }
            };
            if let Node::Split { missing_left: true, .. } = node {
                text.push('m');
            }
        }
        text
    }
}

impl TryFrom<String> for Tree {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut tree = Tree::default();
        // Splits whose right part is not there yet.
        let mut open: Vec<usize> = Vec::new();
        let mut complete = false;
        for word in text.split(' ') {
            if complete {
                return Err(format!("a tree goes on behind its end with {word:?}"));
            }
            let at = tree.nodes.len();
            let node = tree.node(word).ok_or_else(|| format!("a tree has the node {word:?}"))?;
            tree.nodes.push(node);
            match node {
                Node::Split { .. } => open.push(at),
                Node::Leaf { .. } => match open.pop() {
                    Some(above) => {
                        if let Node::Split { right, .. } = &mut tree.nodes[above] {
                            *right = at as u32 + 1;
                        }
                    }
                    None => complete = true,
                },
            }
        }
        if complete { Ok(tree) } else { Err("a tree has no end".to_string()) }
    }
}

impl Tree {
    /// A node from its word; a split has no right part yet.
    fn node(&mut self, word: &str) -> Option<Node> {
        if let Some(leaf) = word.strip_prefix('-') {
            let first = self.steps.len() as u32;
            let (cases, steps) = leaf.split_once(';').unwrap_or((leaf, ""));
            let cases: u32 = cases.parse().ok().filter(|cases| *cases > 0)?;
            let mut left = cases;
            for step in steps.split(',').filter(|step| !step.is_empty()) {
                let (time, rest) = step.split_once('/')?;
                let (at_risk, events) = rest.split_once('*').unwrap_or((rest, "1"));
                let step =
                    Step { time: time.parse().ok()?, events: events.parse().ok()?, at_risk: at_risk.parse().ok()? };
                let later = self.steps[first as usize..].last().is_none_or(|before| before.time < step.time);
                if step.events == 0 || step.events > step.at_risk || step.at_risk > left || !later {
                    return None;
                }
                left = step.at_risk - step.events;
                self.steps.push(step);
            }
            return Some(Node::Leaf { first, end: self.steps.len() as u32, cases });
        }
        let (word, missing_left) = match word.strip_suffix('m') {
            Some(word) => (word, true),
            None => (word, false),
        };
        let (feature, rule) = match word.split_once(':') {
            Some((feature, most)) => {
                let most: f64 = most.parse().ok().filter(|most: &f64| most.is_finite())?;
                (feature, Rule::AtMost(most))
            }
            None => {
                let (feature, places) = word.strip_suffix('}')?.split_once('{')?;
                let mut bits = 0u64;
                for place in places.split(',') {
                    bits |= 1u64.checked_shl(place.parse().ok()?)?;
                }
                (feature, Rule::Among(bits))
            }
        };
        Some(Node::Split { feature: feature.parse().ok()?, right: 0, rule, missing_left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "12:0.53 7{0,3}m -22;3/20,9/14*2 -4 0:-1e-7 -1;0/1 -7";

    #[test]
    fn a_tree_is_read_as_it_was_written() {
        let tree = Tree::try_from(TEXT.to_string()).unwrap();
        assert_eq!(String::from(tree.clone()), TEXT);
        assert_eq!(tree.depths(), [0, 1, 2, 2, 1, 2, 2]);
        assert_eq!(tree.minimal_depths(13), [1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 0]);
        let leaf = |values: [f64; 3]| {
            let mut all = [0.0; 13];
            (all[0], all[7], all[12]) = (values[0], values[1], values[2]);
            tree.leaf(&all)
        };
        assert_eq!(leaf([0.0, 3.0, 0.53]), 2);
        assert_eq!(leaf([0.0, 1.0, 0.5]), 3);
        assert_eq!(leaf([0.0, f64::NAN, 0.5]), 2);
        assert_eq!(leaf([-1.0, 3.0, 0.6]), 5);
        assert_eq!(leaf([f64::NAN, 3.0, f64::NAN]), 6);
        assert_eq!(tree.mortality(10)[2], 1.0 / 20.0 * 7.0 + 2.0 / 14.0);
        let mut levels = [0; 13];
        levels[7] = 4;
        assert!(tree.fits(&levels, 10) && !tree.fits(&levels, 9) && !tree.fits(&levels[..12], 10));
        levels[7] = 3;
        assert!(!tree.fits(&levels, 10));
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for text in [
            "",
            "-",
            "-0",
            "-1  -1",
            "-1 -1",
            "1:0.5 -1",
            "1:0.5 -1 -1 -1",
            "1:nan -1 -1",
            "x:1 -1 -1",
            "1{64} -1 -1",
            "1{} -1 -1",
            "-4;3/0",
            "-4;1/2,1/2",
            "-4;1/2*3",
            "-4;1/2*0",
            "-4;1/5",
            "-4;1/3*2,2/2",
            "-4;5",
            "1 -1 -1",
            "-4;4294967296/2",
        ] {
            assert!(Tree::try_from(text.to_string()).is_err(), "{text:?}");
        }
    }
}
