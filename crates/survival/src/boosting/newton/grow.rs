//! Growing of one tree, level by level.

use super::settings::TreeSettings;
use super::split::{Best, Bounds, Candidate, Finder, Level, Penalties, Sums};
use super::tree::{Node, Split, Tree};
use crate::random::Random;

/// Splits have to gain more than this.
const LEAST_GAIN: f32 = 1e-6;

/// A grown tree.
pub(super) struct Grown {
    pub(super) tree: Tree,
    /// Training cases it was grown on by leaf, with the value of the leaf; empty if it was pruned.
    pub(super) leaves: Vec<(Vec<u32>, f32)>,
}

/// What trees are grown with.
pub(super) struct Growing<'a> {
    pub(super) settings: &'a TreeSettings,
    pub(super) penalties: Penalties,
    /// For each feature 1, -1 or 0; empty if none is monotone.
    pub(super) rising: &'a [f32],
    pub(super) columns: &'a [Vec<f32>],
    /// Whether splits that gain too little are taken away afterwards; else they are not made.
    pub(super) prune: bool,
}

impl Growing<'_> {
    /// A tree of some cases.
    pub(super) fn tree(
        &self,
        finder: &mut impl Finder,
        derivatives: &[[f32; 2]],
        cases: Vec<u32>,
        random: &mut Random,
    ) -> Grown {
        let (penalties, rate) = (&self.penalties, self.settings.learning_rate as f32);
        let gamma = self.settings.gamma as f32;
        let plain = penalties.plain();
        let gain = |sums: Sums, bounds: Bounds| {
            if plain { penalties.gain::<true>(sums, bounds) } else { penalties.gain::<false>(sums, bounds) }
        };
        let sums = cases.iter().fold([0.0; 2], |[g, h], &case| {
            let [dg, dh] = derivatives[case as usize];
            [g + f64::from(dg), h + f64::from(dh)]
        });
        let node = |weight: f32, sums: Sums| Node { split: None, value: weight * rate, cover: sums[1] as f32 };
        let mut nodes = vec![node(penalties.weight(sums, Bounds::NONE), sums)];
        let mut candidates = vec![Candidate {
            node: 0,
            cases: 0..cases.len(),
            sums,
            gain: gain(sums, Bounds::NONE),
            bounds: Bounds::NONE,
            parent: 0,
        }];
        let mut cases = cases;
        let (mut leaves, mut right) = (Vec::new(), Vec::new());
        let mut chosen = Columns::of_tree(self.columns.len(), self.settings, random);
        for depth in 0..self.settings.max_depth {
            let allowed = chosen.of_level(candidates.len(), random);
            let level = Level {
                candidates: &candidates,
                cases: &cases,
                derivatives,
                penalties,
                rising: self.rising,
                allowed: &allowed,
                first: depth == 0,
                last: depth + 1 == self.settings.max_depth,
            };
            let found = finder.find(&level);
            let mut below: Vec<Candidate> = Vec::new();
            let mut moved = Vec::with_capacity(cases.len());
            for (place, (candidate, best)) in candidates.iter().zip(&found).enumerate() {
                let here = &cases[candidate.cases.clone()];
                let made = best.gain > LEAST_GAIN && (self.prune || best.gain >= gamma) && best.feature != usize::MAX;
                if !made {
                    leaves.push((here.to_vec(), nodes[candidate.node].value));
                    continue;
                }
                let split = Split {
                    feature: best.feature,
                    threshold: best.threshold,
                    missing_left: best.missing_left,
                    left: nodes.len(),
                    gain: best.gain,
                };
                nodes[candidate.node].split = Some(split);
                let column = &self.columns[best.feature];
                let start = moved.len();
                right.clear();
                for &case in here {
                    if split.goes_left(column[case as usize]) { moved.push(case) } else { right.push(case) }
                }
                let middle = moved.len();
                moved.extend_from_slice(&right);
                let weights = [best.left, best.right].map(|sums| penalties.weight(sums, candidate.bounds));
                let bounds = self.bounds(candidate.bounds, best, weights);
                for (side, (sums, cases)) in
                    [(best.left, start..middle), (best.right, middle..moved.len())].into_iter().enumerate()
                {
                    nodes.push(node(weights[side], sums));
                    below.push(Candidate {
                        node: nodes.len() - 1,
                        cases,
                        sums,
                        gain: gain(sums, candidate.bounds),
                        bounds: bounds[side],
                        parent: place,
                    });
                }
            }
            (candidates, cases) = (below, moved);
            if candidates.is_empty() {
                break;
            }
        }
        leaves.extend(candidates.iter().map(|c| (cases[c.cases.clone()].to_vec(), nodes[c.node].value)));
        let mut tree = Tree::new(nodes);
        if self.prune && gamma > 0.0 {
            tree.prune(gamma);
            leaves.clear();
        }
        Grown { tree, leaves }
    }

    /// Below a monotone split weights stay on their side of the middle of its weights.
    fn bounds(&self, above: Bounds, best: &Best, weights: [f32; 2]) -> [Bounds; 2] {
        let middle = (weights[0] + weights[1]) / 2.0;
        match self.rising.get(best.feature).copied().unwrap_or(0.0) {
            rising if rising > 0.0 => [Bounds { upper: middle, ..above }, Bounds { lower: middle, ..above }],
            rising if rising < 0.0 => [Bounds { lower: middle, ..above }, Bounds { upper: middle, ..above }],
            _ => [above; 2],
        }
    }
}

/// The features that may be used: a random part for the tree, of these one for each level, of these one for each node.
struct Columns<'a> {
    settings: &'a TreeSettings,
    total: usize,
    of_tree: Vec<usize>,
}

impl<'a> Columns<'a> {
    fn of_tree(total: usize, settings: &'a TreeSettings, random: &mut Random) -> Self {
        let all = (0..total).collect();
        Self { settings, total, of_tree: part(all, settings.columns_by_tree, random) }
    }

    /// Whether each feature may be used in each node; nothing if all may.
    fn of_level(&mut self, nodes: usize, random: &mut Random) -> Vec<Vec<bool>> {
        let shares = [self.settings.columns_by_tree, self.settings.columns_by_level, self.settings.columns_by_node];
        if shares.iter().all(|share| *share >= 1.0) {
            return Vec::new();
        }
        let of_level = part(self.of_tree.clone(), self.settings.columns_by_level, random);
        let of_node = |_| {
            let mut allowed = vec![false; self.total];
            for feature in part(of_level.clone(), self.settings.columns_by_node, random) {
                allowed[feature] = true;
            }
            allowed
        };
        (0..nodes).map(of_node).collect()
    }
}

/// A random part, of one at least.
fn part(mut features: Vec<usize>, share: f64, random: &mut Random) -> Vec<usize> {
    if share < 1.0 {
        let kept = ((share * features.len() as f64) as usize).max(1);
        random.shuffle(&mut features);
        features.truncate(kept);
    }
    features
}
