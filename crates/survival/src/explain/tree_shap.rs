//! SHAP values of trees, exactly.
//!
//! What a tree expects of a case of which the features of a set *S* are known, *v(S)*, is found by going down it: at a split
//! by a known feature to the side of the case, at any other to all sides, weighted by their share of training cases (path-dependent
//! TreeSHAP). The SHAP value of a feature *j* of the *d* features of the tree is
//!
//! *φ_j = Σ_(S without j) |S|! (d - |S| - 1)! / d! (v(S + j) - v(S))*.
//!
//! *v* is a sum over leaves, and a leaf only knows the features on its path. Let *z_i* be the product of the shares at the splits by
//! feature *i* above it, and *o_i* 1 if the case goes towards the leaf at all of them, else 0. Then the leaf adds its value times
//! *Π_(i in S) o_i Π_(i not in S) z_i* to *v(S)*, and with the coefficients *E_s* of *Π_(i: o_i = 1) (z_i + y)* in *y*, and
//! *w_s = s! (d - s - 1)! / d!*, *d* now being the number of features on the path,
//!
//! - a feature with *o_j = 0* gets *-value · Π_(o_i = 0) z_i · Σ_s w_s E_s*, the same for all of them,
//! - one with *o_j = 1* gets *value · (1 - z_j) · Π_(o_i = 0) z_i · Σ_s w_s E'_s*, *E'* being *E* without its factor.
//!
//! These depend on the case by its pattern of *o* only. A leaf of some five features has few patterns, so they are computed once
//! each, and a case costs a look at the splits of the tree and an addition per leaf and feature on its path.
//!
//! Sums go over the trees in their order for each case, so any number of threads gives the same.
//!
//! Source: Lundberg, Erion, Chen, DeGrave, Prutkin, Nair, Katz, Himmelfarb, Bansal, Lee: From local explanations to global
//! understanding with explainable AI for trees, *Nature Machine Intelligence* 2 (2020) 56-67 (algorithm 2); the table of patterns is
//! that of Yang: Fast TreeSHAP, arXiv 2109.09847 (2021).

use std::collections::HashMap;

use rayon::prelude::*;

use crate::error::{Error, Result};

/// The most features on a path: their pattern is a word.
const LONGEST: usize = 64;
/// The most factors that one is divided out of.
const SHORT: usize = 20;
/// The most features whose patterns are looked up by their place.
const NARROW: usize = 12;

/// A node of any tree.
pub(crate) enum PathNode {
    /// A split by a feature, and its parts: their nodes, all behind this one.
    Split { feature: usize, parts: Vec<usize> },
    /// A leaf, with its value and the weight of its training cases.
    Leaf { value: f64, weight: f64 },
}

/// A tree as a sum of leaves.
pub(crate) struct Paths {
    /// The nodes that are splits.
    splits: Vec<usize>,
    leaves: Vec<Leaf>,
}

struct Leaf {
    value: f64,
    steps: Vec<Step>,
    /// *w_s* of as many features.
    weights: Vec<f64>,
}

/// What is asked of a feature on the way to a leaf.
struct Step {
    feature: usize,
    /// The product of the shares of the sides that lead to the leaf.
    share: f64,
    /// The splits by it, by their place among the splits, and the side of each.
    turns: Vec<(usize, u8)>,
}

impl Paths {
    /// # Errors
    /// [`Error::Setting`] if more than 64 features are on one path.
    pub(crate) fn new(nodes: &[PathNode]) -> Result<Self> {
        let mut weights = vec![0.0; nodes.len()];
        for (at, node) in nodes.iter().enumerate().rev() {
            weights[at] = match node {
                PathNode::Leaf { weight, .. } => *weight,
                PathNode::Split { parts, .. } => parts.iter().map(|part| weights[*part]).sum(),
            };
        }
        let mut paths = Self { splits: Vec::new(), leaves: Vec::new() };
        paths.below(nodes, &weights, 0, &mut Vec::new());
        match paths.leaves.iter().map(|leaf| leaf.steps.len()).max() {
            Some(longest) if longest > LONGEST => Err(Error::Setting {
                name: "the number of features on a path of a tree",
                value: longest.to_string(),
                what: "SHAP values are computed of 64 at most; grow trees of smaller depth",
            }),
            _ => Ok(paths),
        }
    }

    fn below(&mut self, nodes: &[PathNode], weights: &[f64], at: usize, turns: &mut Vec<(usize, usize, u8, f64)>) {
        match &nodes[at] {
            PathNode::Leaf { value, .. } => {
                let mut steps: Vec<Step> = Vec::new();
                for &(feature, split, side, share) in turns.iter() {
                    match steps.iter_mut().find(|step| step.feature == feature) {
                        Some(step) => {
                            step.share *= share;
                            step.turns.push((split, side));
                        }
                        None => steps.push(Step { feature, share, turns: vec![(split, side)] }),
                    }
                }
                let count = steps.len();
                let mut weights = vec![1.0 / count as f64; count];
                for s in 1..count {
                    weights[s] = weights[s - 1] * s as f64 / (count - s) as f64;
                }
                self.leaves.push(Leaf { value: *value, steps, weights });
            }
            PathNode::Split { feature, parts } => {
                let split = self.splits.len();
                self.splits.push(at);
                for (side, &part) in parts.iter().enumerate() {
                    // A node that no training case reached has no shares of its own.
                    let share = if weights[at] > 0.0 { weights[part] / weights[at] } else { 1.0 / parts.len() as f64 };
                    turns.push((*feature, split, side as u8, share));
                    self.below(nodes, weights, part, turns);
                    turns.pop();
                }
            }
        }
    }

    /// What is expected of a case of which nothing is known.
    pub(crate) fn mean(&self) -> f64 {
        self.leaves.iter().map(|leaf| leaf.value * leaf.steps.iter().map(|step| step.share).product::<f64>()).sum()
    }

    /// Adds the values of the cases of a block: `values[feature][case]`. `side(node, case)` is the part of a split a case goes to.
    fn add(&self, values: &mut [Vec<f64>], cases: usize, side: impl Fn(usize, usize) -> u8, scratch: &mut Scratch) {
        let Scratch { sides, patterns, rows, places, known, found } = scratch;
        sides.clear();
        for &node in &self.splits {
            sides.extend((0..cases).map(|case| side(node, case)));
        }
        for leaf in &self.leaves {
            let width = leaf.steps.len();
            patterns.clear();
            patterns.resize(cases, 0u64);
            for (bit, step) in leaf.steps.iter().enumerate() {
                // Bit by bit and turn by turn over all cases: the compiler does several at once.
                for (place, &(split, wanted)) in step.turns.iter().enumerate() {
                    let sides = &sides[split * cases..(split + 1) * cases];
                    for (pattern, side) in patterns.iter_mut().zip(sides) {
                        let ok = u64::from(*side == wanted) << bit;
                        *pattern = if place == 0 { *pattern | ok } else { *pattern & (ok | !(1 << bit)) };
                    }
                }
            }
            found.clear();
            known.clear();
            rows.clear();
            let narrow = width <= NARROW;
            if narrow {
                places.clear();
                places.resize(1 << width, NOWHERE);
            }
            for pattern in patterns.iter() {
                let place = match narrow {
                    true => &mut places[*pattern as usize],
                    false => known.entry(*pattern).or_insert(NOWHERE),
                };
                if *place == NOWHERE {
                    *place = (found.len() / width.max(1)) as u32;
                    leaf.contributions(*pattern, found);
                }
                rows.push(*place);
            }
            for (place, step) in leaf.steps.iter().enumerate() {
                for (value, row) in values[step.feature].iter_mut().zip(rows.iter()) {
                    *value += found[*row as usize * width + place];
                }
            }
        }
    }
}

/// The place of a pattern that was not found yet.
const NOWHERE: u32 = u32::MAX;

/// What is used again for each tree.
#[derive(Default)]
struct Scratch {
    sides: Vec<u8>,
    patterns: Vec<u64>,
    /// For each case the place of its pattern among those found.
    rows: Vec<u32>,
    /// That of each pattern of few features, and of many.
    places: Vec<u32>,
    known: HashMap<u64, u32>,
    /// For each pattern what it adds to each feature of the path.
    found: Vec<f64>,
}

impl Leaf {
    /// What the leaf adds to each feature of its path, for cases of a pattern.
    fn contributions(&self, pattern: u64, out: &mut Vec<f64>) {
        let towards = |place: usize| pattern >> place & 1 == 1;
        let count = self.steps.len();
        let away: f64 =
            self.steps.iter().enumerate().filter(|(place, _)| !towards(*place)).map(|(_, step)| step.share).product();
        if away == 0.0 {
            out.extend(std::iter::repeat_n(0.0, count));
            return;
        }
        // E of the features the case goes towards.
        let (mut all, mut degree) = ([0.0; LONGEST + 1], 0);
        all[0] = 1.0;
        for (place, step) in self.steps.iter().enumerate() {
            if towards(place) {
                degree += 1;
                times(&mut all[..=degree], step.share);
            }
        }
        let sum = |e: &[f64]| self.weights.iter().zip(e).map(|(w, e)| w * e).sum::<f64>();
        let others = self.value * away;
        let of_away = if degree == count { 0.0 } else { -others * sum(&all[..=degree]) };
        let mut without = [0.0; LONGEST + 1];
        for (place, step) in self.steps.iter().enumerate() {
            if !towards(place) {
                out.push(of_away);
                continue;
            }
            if degree <= SHORT {
                // Divided by the factor, from the highest power down: errors do not grow, as shares are 1 at most.
                let mut above = 0.0;
                for power in (0..degree).rev() {
                    above = all[power + 1] - step.share * above;
                    without[power] = above;
                }
            } else {
                // They add up, though, where coefficients are large: many factors are multiplied anew.
                without[..degree].fill(0.0);
                without[0] = 1.0;
                let mut reached = 0;
                for (other, step) in self.steps.iter().enumerate() {
                    if towards(other) && other != place {
                        reached += 1;
                        times(&mut without[..=reached], step.share);
                    }
                }
            }
            out.push(others * (1.0 - step.share) * sum(&without[..degree]));
        }
    }
}

/// Multiplies a polynomial by *(share + y)*; the last coefficient, of the new power, is 0 before.
fn times(polynomial: &mut [f64], share: f64) {
    for power in (1..polynomial.len()).rev() {
        polynomial[power] = polynomial[power] * share + polynomial[power - 1];
    }
    polynomial[0] *= share;
}

/// The values of cases, the sum over trees: for each feature those of each case. `side(tree, node, case)` is the part of a split that a
/// case goes to.
pub(crate) fn sum(
    trees: &[Paths],
    features: usize,
    cases: usize,
    side: impl Fn(usize, usize, usize) -> u8 + Sync,
) -> Vec<Vec<f64>> {
    // A block for each thread: the patterns of a leaf are made once per block.
    let block = cases.div_ceil(rayon::current_num_threads()).max(1);
    let blocks: Vec<Vec<Vec<f64>>> = (0..cases.div_ceil(block))
        .into_par_iter()
        .map(|number| {
            let here = number * block..((number + 1) * block).min(cases);
            let mut values = vec![vec![0.0; here.len()]; features];
            let mut scratch = Scratch::default();
            for (number, tree) in trees.iter().enumerate() {
                let of = |node: usize, case: usize| side(number, node, here.start + case);
                tree.add(&mut values, here.len(), of, &mut scratch);
            }
            values
        })
        .collect();
    (0..features).map(|feature| blocks.iter().flat_map(|block| block[feature].iter().copied()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::Random;

    /// A tree with splits of two or three sides at 0.5, some of them by a feature that was split by above.
    fn grow(random: &mut Random, features: usize, depth: usize) -> Vec<PathNode> {
        let mut nodes = vec![PathNode::Leaf { value: 0.0, weight: 1.0 }];
        let mut open = vec![(0, depth)];
        while let Some((at, depth)) = open.pop() {
            if depth == 0 || random.below(5) == 0 {
                let weight = if random.below(6) == 0 { 0.0 } else { random.below(20) as f64 + 0.5 };
                nodes[at] = PathNode::Leaf { value: random.below(100) as f64 - 40.0, weight };
                continue;
            }
            let parts: Vec<usize> = (nodes.len()..nodes.len() + 2 + random.below(2)).collect();
            for &part in &parts {
                nodes.push(PathNode::Leaf { value: 0.0, weight: 1.0 });
                open.push((part, depth - 1));
            }
            nodes[at] = PathNode::Split { feature: random.below(features), parts };
        }
        nodes
    }

    fn weight(nodes: &[PathNode], at: usize) -> f64 {
        match &nodes[at] {
            PathNode::Leaf { weight, .. } => *weight,
            PathNode::Split { parts, .. } => parts.iter().map(|part| weight(nodes, *part)).sum(),
        }
    }

    /// What is expected when the features of a set are known, from the definition.
    fn expected(nodes: &[PathNode], at: usize, known: usize, sides: &[u8]) -> f64 {
        match &nodes[at] {
            PathNode::Leaf { value, .. } => *value,
            PathNode::Split { feature, parts } if known >> feature & 1 == 1 => {
                expected(nodes, parts[usize::from(sides[at])], known, sides)
            }
            PathNode::Split { parts, .. } => {
                let all = weight(nodes, at);
                let share = |part: usize| if all > 0.0 { weight(nodes, part) / all } else { 1.0 / parts.len() as f64 };
                parts.iter().map(|&part| share(part) * expected(nodes, part, known, sides)).sum()
            }
        }
    }

    fn factorial(n: u32) -> f64 {
        (1..=n).map(f64::from).product()
    }

    proptest! {
        #[test]
        fn values_are_those_of_the_definition(seed in any::<u64>(), features in 1usize..7, depth in 0usize..6) {
            let mut random = Random::new(seed, 0);
            let trees: Vec<Vec<PathNode>> = (0..2).map(|_| grow(&mut random, features, depth)).collect();
            let cases = 3;
            let sides: Vec<Vec<Vec<u8>>> = trees.iter().map(|nodes| {
                (0..cases).map(|_| nodes.iter().map(|node| match node {
                    PathNode::Split { parts, .. } => random.below(parts.len()) as u8,
                    PathNode::Leaf { .. } => 0,
                }).collect()).collect()
            }).collect();
            let paths: Vec<Paths> = trees.iter().map(|nodes| Paths::new(nodes).unwrap()).collect();
            let found = sum(&paths, features, cases, |tree, node, case| sides[tree][case][node]);
            for case in 0..cases {
                let v = |known| -> f64 { (0..2).map(|t| expected(&trees[t], 0, known, &sides[t][case])).sum() };
                let size = 1.0 + (0..2).map(|t| weight(&trees[t], 0)).sum::<f64>();
                for feature in 0..features {
                    let of = |known: usize| {
                        let count = known.count_ones();
                        let weight = factorial(count) * factorial(features as u32 - count - 1) / factorial(features as u32);
                        weight * (v(known | 1 << feature) - v(known))
                    };
                    let value: f64 = (0..1 << features).filter(|known| known >> feature & 1 == 0).map(of).sum();
                    prop_assert!((found[feature][case] - value).abs() < 1e-10 * (100.0 + size), "{} {value}", found[feature][case]);
                }
                let mean: f64 = paths.iter().map(Paths::mean).sum();
                prop_assert!((mean - v(0)).abs() < 1e-10 * 100.0);
            }
        }
    }

    #[test]
    fn paths_that_are_too_long_are_refused() {
        let mut nodes = Vec::new();
        for feature in 0..65 {
            nodes.push(PathNode::Split { feature, parts: vec![2 * feature + 1, 2 * feature + 2] });
            nodes.push(PathNode::Leaf { value: 1.0, weight: 1.0 });
        }
        nodes.push(PathNode::Leaf { value: 0.0, weight: 1.0 });
        assert!(Paths::new(&nodes).err().unwrap().to_string().contains("65"));
        nodes.truncate(128);
        nodes.push(PathNode::Leaf { value: 0.0, weight: 1.0 });
        let paths = Paths::new(&nodes).unwrap();
        let values = sum(&[paths], 64, 1, |_, _, _| 1);
        assert!(values.iter().flatten().all(|v| v.is_finite()));
    }
}
