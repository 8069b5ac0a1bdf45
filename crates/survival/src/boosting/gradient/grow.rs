//! Growing of one tree, the best split of all leaves first.

use std::ops::Range;

use super::panels::Divided;
use super::search::{Found, Ordered, Part, Query};
use super::tree::{Node, Split, Tree};

/// A tree whose leaves have no value yet.
pub(super) struct Grown {
    pub(super) tree: Tree,
    /// The leaves in the order in which they were made.
    pub(super) leaves: Vec<Leaf>,
}

/// A leaf.
pub(super) struct Leaf {
    /// Its place in the tree.
    pub(super) node: usize,
    /// Its cases, in the sample or not.
    pub(super) cases: Vec<u32>,
    /// Those in the sample.
    pub(super) part: Part,
    /// Where those are in the panels.
    range: Range<usize>,
    found: Option<Found>,
}

/// What a tree is fitted to.
pub(super) struct Target<'a> {
    /// The response of each case, with its weight.
    pub(super) response: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
    /// Whether each case is in the sample.
    pub(super) sampled: &'a [bool],
    pub(super) splits: usize,
    pub(super) least: usize,
    pub(super) rising: &'a [f64],
}

/// Grows a tree of some splits at most.
pub(super) fn grow(ordered: &mut Ordered, columns: &[Vec<f64>], target: &Target) -> Grown {
    let cases: Vec<u32> = (0..target.response.len() as u32).collect();
    let part = part(target, &cases);
    let mut nodes = vec![Node { split: None, value: 0.0, weight: part.weight }];
    let mut leaves = vec![Leaf { node: 0, cases, part, range: 0..part.cases, found: None }];
    ordered.start(target.sampled);
    let mut sides = vec![0u8; target.response.len()];
    let mut divided: Option<Divided> = None;
    let mut node_of = vec![0u32; target.response.len()];
    let mut new = vec![0];
    for _ in 0..target.splits {
        let parts: Vec<Part> = new.iter().map(|&leaf| leaves[leaf].part).collect();
        node_of.fill(parts.len() as u32);
        for (node, &leaf) in new.iter().enumerate() {
            for &case in leaves[leaf].cases.iter().filter(|case| target.sampled[**case as usize]) {
                node_of[case as usize] = node as u32;
            }
        }
        let ranges: Vec<Range<usize>> = new.iter().map(|&leaf| leaves[leaf].range.clone()).collect();
        let query = Query {
            nodes: &parts,
            ranges: &ranges,
            divided: divided.as_ref().map(|divided| (divided, sides.as_slice())),
            node_of: &node_of,
            response: target.response,
            weights: target.weights,
            least: target.least,
            rising: target.rising,
        };
        for (&leaf, found) in new.iter().zip(ordered.search(&query)) {
            leaves[leaf].found = found;
        }
        // The first of equal ones.
        let mut best: Option<(usize, Found)> = None;
        for (place, leaf) in leaves.iter().enumerate() {
            if let Some(found) = leaf.found
                && best.is_none_or(|(_, other)| found.improvement > other.improvement)
            {
                best = Some((place, found));
            }
        }
        let Some((place, found)) = best else { break };
        let split = Split {
            feature: found.feature,
            threshold: found.threshold,
            left: nodes.len(),
            improvement: found.improvement,
        };
        nodes[leaves[place].node].split = Some(split);
        let column = &columns[found.feature];
        let mut cases = [Vec::new(), Vec::new(), Vec::new()];
        for &case in &leaves[place].cases {
            let side = split.side(column[case as usize]);
            cases[side].push(case);
            sides[case as usize] = side as u8;
        }
        let parts = [found.left, found.right, found.missing];
        let mut range = leaves[place].range.clone();
        divided = Some(Divided { range: range.clone(), counts: parts.map(|part| part.cases) });
        // The left one in the place of its node, the others behind.
        let mut places = [place, leaves.len(), leaves.len() + 1].into_iter();
        new.clear();
        for (side, (cases, part)) in cases.into_iter().zip(parts).enumerate() {
            nodes.push(Node { split: None, value: 0.0, weight: part.weight });
            let leaf = Leaf {
                node: split.left + side,
                cases,
                part,
                range: range.start..range.start + part.cases,
                found: None,
            };
            range.start += part.cases;
            let Some(place) = places.next() else { continue };
            if place < leaves.len() {
                leaves[place] = leaf
            } else {
                leaves.push(leaf)
            }
            new.push(place);
        }
    }
    Grown { tree: Tree { nodes }, leaves }
}

/// The cases in the sample.
fn part(target: &Target, cases: &[u32]) -> Part {
    let mut part = Part::NONE;
    for &case in cases.iter().filter(|case| target.sampled[**case as usize]) {
        part.sum += target.response[case as usize];
        part.weight += target.weights.map_or(1.0, |weights| weights[case as usize]);
        part.cases += 1;
    }
    part
}
