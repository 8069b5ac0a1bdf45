//! Growing a tree.

use radsurv_data::simd::dispatch;

use super::log_rank::{NodeCases, NodeTerms};
use super::sample;
use super::settings::{ForestSettings, NodeCount};
use super::split::{Buffers, Found, Rule, Search};
use super::training::Training;
use super::tree::{Node, Step, Tree};
use crate::random::Random;
use crate::tree::RankedColumn;

/// A tree, and what its growing tells beyond it.
pub(super) struct Grown {
    pub(super) tree: Tree,
    /// The features of its splits and their statistics.
    pub(super) splits: Vec<(u32, f64)>,
    /// A bit for each training case, whether it was drawn.
    pub(super) drawn: Vec<u64>,
}

/// A node that is not grown yet.
struct Waiting {
    cases: std::ops::Range<usize>,
    depth: usize,
    /// The split whose right part it is.
    above: Option<usize>,
}

/// Grows a tree; its random numbers are those of its number.
pub(super) fn grow(settings: &ForestSettings, training: &Training, number: usize) -> Grown {
    let mut random = Random::new(settings.seed, number as u64);
    let counts = sample::draw(settings, &training.weights, &mut random);
    let mut cases: Vec<u32> = (0..training.cases() as u32).filter(|case| counts[*case as usize] > 0).collect();
    let mut drawn = vec![0; training.cases().div_ceil(64)];
    cases.iter().for_each(|case| drawn[*case as usize / 64] |= 1u64 << (case % 64));
    let mut features: Vec<u32> = (0..training.columns.len() as u32).collect();
    let tried = settings.tried_features.of(features.len());
    let (mut terms, mut buffers) = (NodeTerms::new(training.cases()), Buffers::default());
    let (mut tree, mut splits, mut right) = (Tree::default(), Vec::new(), Vec::new());
    let mut waiting = vec![Waiting { cases: 0..cases.len(), depth: 0, above: None }];
    while let Some(Waiting { cases: range, depth, above }) = waiting.pop() {
        let here = &mut cases[range.clone()];
        let at = tree.nodes.len();
        if let Some(Node::Split { right, .. }) = above.and_then(|above| tree.nodes.get_mut(above)) {
            *right = at as u32;
        }
        let node = NodeCases { cases: here, counts: &counts, time: &training.time, event: &training.event };
        let size = match settings.node_count {
            NodeCount::Drawn => here.iter().map(|case| counts[*case as usize] as usize).sum(),
            NodeCount::Distinct => here.len(),
        };
        let event = |case: &u32| training.event[*case as usize];
        let deep = settings.max_depth.is_some_and(|most| depth >= most);
        let mut found = None;
        if size >= settings.min_split.max(2 * settings.min_leaf) && !deep && here.iter().any(event) {
            terms.set(&node);
            found = dispatch(Search {
                settings,
                training,
                node: &terms,
                cases: here,
                features: &mut features,
                tried,
                random: &mut random,
                buffers: &mut buffers,
            });
        }
        let Some(Found { feature, rule, missing_left, statistic }) = found else {
            let first = tree.steps.len() as u32;
            steps(&node, &mut tree.steps);
            let cases = here.iter().map(|case| counts[*case as usize]).sum();
            tree.nodes.push(Node::Leaf { first, end: tree.steps.len() as u32, cases });
            continue;
        };
        let column = &training.columns[feature as usize];
        let left = part(here, &mut right, |case| goes_left(column, case, rule, missing_left));
        tree.nodes.push(Node::Split { feature, right: 0, rule, missing_left });
        splits.push((feature, statistic));
        let middle = range.start + left;
        waiting.push(Waiting { cases: middle..range.end, depth: depth + 1, above: Some(at) });
        waiting.push(Waiting { cases: range.start..middle, depth: depth + 1, above: None });
    }
    Grown { tree, splits, drawn }
}

fn goes_left(column: &RankedColumn, case: u32, rule: Rule, missing_left: bool) -> bool {
    let value = column.value(case);
    match (column.values.get(value as usize), rule) {
        (None, _) => missing_left,
        (Some(number), Rule::AtMost(most)) => *number <= most,
        (Some(_), Rule::Among(bits)) => bits >> value & 1 == 1,
    }
}

/// Moves the cases of the left part to the front, both parts in the order they had; their number.
fn part(cases: &mut [u32], right: &mut Vec<u32>, goes_left: impl Fn(u32) -> bool) -> usize {
    right.clear();
    let mut left = 0;
    for at in 0..cases.len() {
        let case = cases[at];
        if goes_left(case) {
            cases[left] = case;
            left += 1;
        } else {
            right.push(case);
        }
    }
    cases[left..].copy_from_slice(right);
    left
}

/// The event times of a leaf.
fn steps(node: &NodeCases, out: &mut Vec<Step>) {
    let count = |case: &u32| node.counts[*case as usize];
    let mut at_risk: u32 = node.cases.iter().map(count).sum();
    for group in node.cases.chunk_by(|a, b| node.time[*a as usize] == node.time[*b as usize]) {
        let events = group.iter().filter(|case| node.event[**case as usize]).map(count).sum();
        if events > 0 {
            out.push(Step { time: node.time[group[0] as usize] - 1, events, at_risk });
        }
        at_risk -= group.iter().map(count).sum::<u32>();
    }
}
