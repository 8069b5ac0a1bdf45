//! The best split of nodes: by the sum of squares of the working response.
//!
//! With sums *S_l, S_r, S_m* of the weighted response *w z* of the left, right and missing side and their weights *W*, a split
//! lowers the weighted sum of squares around the means by *sum_sides S^2 / W - (sum S)^2 / sum W*.
//!
//! Features that all cases have a value of are searched in [panels](super::panels). The cases of any other are kept in the order
//! of its values; nodes are searched in one pass over them: each case adds to the running sums of its node, which are put down
//! one after the other for each node; then the candidates of a node are compared side by side.

use std::ops::Range;

use radsurv_data::simd::{Kernel, dispatch};
use rayon::prelude::*;

use super::panels::{self, Compared, Divided, Panel};

const LANES: usize = 8;
/// Features that a thread takes at a time.
const SHARE: usize = 8;
/// Gains that differ by less than this part of the sums are the same: the first feature is taken, whatever rounding does.
const SAME: f64 = 1e-12;

/// Features in order.
pub(super) struct Ordered<'a> {
    columns: &'a [Vec<f64>],
    features: Vec<Feature>,
    /// The features that all cases have a value of, and their panels.
    dense: Vec<usize>,
    panels: Vec<Panel>,
    /// The others.
    sparse: Vec<usize>,
    /// 1 / k.
    inverse: Vec<f64>,
}

struct Feature {
    /// The cases that have a value, the smallest first.
    order: Vec<u32>,
    /// Whether some values are equal.
    ties: bool,
}

/// A node to be split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// The sum of the weighted response, the weight and the number of its cases.
    pub(super) sum: f64,
    pub(super) weight: f64,
    pub(super) cases: usize,
}

impl Part {
    pub(super) const NONE: Self = Self { sum: 0.0, weight: 0.0, cases: 0 };

    fn less(self, other: Self) -> Self {
        let cases = self.cases - other.cases;
        // Not the rounding of what is not there.
        if cases == 0 {
            return Self::NONE;
        }
        Self { sum: self.sum - other.sum, weight: self.weight - other.weight, cases }
    }

    fn square(self) -> f64 {
        if self.cases == 0 { 0.0 } else { self.sum * self.sum / self.weight }
    }
}

/// How a node is split best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) feature: usize,
    pub(super) threshold: f64,
    pub(super) improvement: f64,
    pub(super) left: Part,
    pub(super) right: Part,
    pub(super) missing: Part,
}

/// What nodes are searched with.
pub(super) struct Query<'a> {
    pub(super) nodes: &'a [Part],
    /// The range of each in the panels.
    pub(super) ranges: &'a [Range<usize>],
    /// The node that they come from, and the side of each case, unless they are the root.
    pub(super) divided: Option<(&'a Divided, &'a [u8])>,
    /// The node of each case; the number of nodes if it is in none of them, or not in the sample.
    pub(super) node_of: &'a [u32],
    /// The weighted response of each case.
    pub(super) response: &'a [f64],
    /// The weights of cases, unless all are 1.
    pub(super) weights: Option<&'a [f64]>,
    /// The least number of cases on the left and right side.
    pub(super) least: usize,
    /// For each feature 1 if the response must rise with it, -1 if it must fall, else 0; empty if none must.
    pub(super) rising: &'a [f64],
}

/// The best candidate of a feature in a node: what it gains, and after which of its cases.
pub(super) type Candidate = Option<(f64, usize)>;

impl<'a> Ordered<'a> {
    pub(super) fn new(columns: &'a [Vec<f64>], cases: usize) -> Self {
        let feature = |column: &Vec<f64>| {
            let mut order: Vec<u32> = (0..column.len() as u32).filter(|i| !column[*i as usize].is_nan()).collect();
            order.sort_by(|a, b| column[*a as usize].total_cmp(&column[*b as usize]));
            let ties = order.windows(2).any(|pair| column[pair[0] as usize] == column[pair[1] as usize]);
            Feature { order, ties }
        };
        let features: Vec<Feature> = columns.par_iter().map(feature).collect();
        let (dense, sparse): (Vec<usize>, Vec<usize>) =
            (0..features.len()).partition(|&place| features[place].order.len() == cases);
        let panel = |places: &[usize]| {
            // The last feature again where there are fewer than eight.
            let place = |lane: usize| places[lane.min(places.len() - 1)];
            let order = |lane| features[place(lane)].order.as_slice();
            let ties = places.iter().any(|&place| features[place].ties);
            Panel::new(std::array::from_fn(order), std::array::from_fn(|l| columns[place(l)].as_slice()), ties, cases)
        };
        let panels = dense.par_chunks(panels::LANES).map(panel).collect();
        let inverse = (0..=cases).map(|k| 1.0 / k as f64).collect();
        Self { columns, features, dense, panels, sparse, inverse }
    }

    /// Begins a tree of the cases in the sample.
    pub(super) fn start(&mut self, sampled: &[bool]) {
        let count = sampled.iter().filter(|sampled| **sampled).count();
        self.panels.par_iter_mut().for_each(|panel| panel.start(sampled, count));
    }

    /// The best split of each node, if there is any that improves.
    pub(super) fn search(&mut self, query: &Query) -> Vec<Option<Found>> {
        let count = query.nodes.len();
        // By feature, then node.
        let mut candidates: Vec<Candidate> = vec![None; self.features.len() * count];
        let (inverse, dense) = (&self.inverse, &self.dense);
        let of_panel = |(number, panel): (usize, &mut Panel)| {
            if let Some((divided, sides)) = query.divided {
                panel.divide(divided, sides);
            }
            let features = &dense[number * panels::LANES..dense.len().min((number + 1) * panels::LANES)];
            let of_node = |(part, range): (&Part, &Range<usize>)| {
                let rising = |lane| features.get(lane).and_then(|f| query.rising.get(*f)).copied().unwrap_or(0.0);
                panel.best(&Compared {
                    part: *part,
                    range: range.clone(),
                    response: query.response,
                    weights: query.weights,
                    inverse,
                    least: query.least,
                    rising: std::array::from_fn(rising),
                })
            };
            query.nodes.iter().zip(query.ranges).map(of_node).collect::<Vec<_>>()
        };
        let panels: Vec<Vec<[Candidate; panels::LANES]>> =
            self.panels.par_iter_mut().enumerate().map(of_panel).collect();
        for (place, &feature) in self.dense.iter().enumerate() {
            let (panel, lane) = (place / panels::LANES, place % panels::LANES);
            let of = candidates[feature * count..].iter_mut().zip(&panels[panel]);
            of.for_each(|(candidate, of_panel)| *candidate = of_panel[lane]);
        }
        let this = &*self;
        let share = |room: &mut Room, features: &[usize]| {
            let of = |&place: &usize| -> Vec<Candidate> {
                room.fill(&this.features[place], &this.columns[place], query);
                (0..query.nodes.len()).map(|node| room.best(this, place, query, node)).collect()
            };
            features.iter().map(of).collect::<Vec<_>>()
        };
        let found: Vec<Vec<Vec<Candidate>>> = self.sparse.par_chunks(SHARE).map_init(Room::default, share).collect();
        for (&feature, of_feature) in self.sparse.iter().zip(found.into_iter().flatten()) {
            candidates[feature * count..][..count].copy_from_slice(&of_feature);
        }
        let choose = |(node, part): (usize, &Part)| {
            let gains = || candidates.iter().skip(node).step_by(count).map(|candidate| candidate.map(|(gain, _)| gain));
            let largest = gains().flatten().fold(0.0, f64::max);
            if largest <= 0.0 {
                return None;
            }
            let limit = largest - SAME * (largest + part.square());
            let feature = gains().position(|gain| gain.is_some_and(|g| g >= limit))?;
            let (_, at) = candidates[feature * count + node]?;
            self.found(query, node, feature, at)
        };
        query.nodes.iter().enumerate().map(choose).collect()
    }

    /// A candidate with the sums of its sides, added up once more.
    fn found(&self, query: &Query, node: usize, feature: usize, at: usize) -> Option<Found> {
        let column = &self.columns[feature];
        let here = |case: &&u32| query.node_of[**case as usize] as usize == node;
        let cases: Vec<usize> = self.features[feature].order.iter().filter(here).map(|case| *case as usize).collect();
        let part = |cases: &[usize]| Part {
            sum: cases.iter().map(|&case| query.response[case]).sum(),
            weight: query.weights.map_or(cases.len() as f64, |w| cases.iter().map(|&case| w[case]).sum()),
            cases: cases.len(),
        };
        let (left, right) = (part(&cases[..=at]), part(&cases[at + 1..]));
        let total = query.nodes[node];
        let present = Part { sum: left.sum + right.sum, weight: left.weight + right.weight, cases: cases.len() };
        let missing = total.less(present);
        let parts = [left, right, missing];
        let mean = |part: Part| part.sum / part.weight;
        let mut improvement = 0.0;
        for (a, b) in [(0, 1), (0, 2), (1, 2)].map(|(a, b)| (parts[a], parts[b])) {
            if a.cases > 0 && b.cases > 0 {
                improvement += a.weight * b.weight * (mean(a) - mean(b)).powi(2);
            }
        }
        improvement /= total.weight;
        let (low, high) = (column[cases[at]], column[cases[at + 1]]);
        let middle = 0.5 * (low + high);
        let threshold = if middle > low && middle <= high { middle } else { high };
        (improvement > 0.0).then_some(Found { feature, threshold, improvement, left, right, missing })
    }
}

/// Room for the running sums of a feature.
#[derive(Default)]
struct Room {
    sums: Vec<f64>,
    weights: Vec<f64>,
    cases: Vec<u32>,
    /// Where the sums of each node begin, and end.
    starts: Vec<usize>,
    ends: Vec<usize>,
    running: Vec<[f64; 2]>,
    /// Whether candidates are between equal values; empty if no values are.
    equal: Vec<bool>,
}

impl Room {
    fn fill(&mut self, feature: &Feature, column: &[f64], query: &Query) {
        let total = query.node_of.len();
        self.sums.resize(total, 0.0);
        self.cases.resize(total, 0);
        self.starts.clear();
        let mut start = 0;
        for node in query.nodes {
            self.starts.push(start);
            start += node.cases;
        }
        self.starts.push(start);
        self.ends.clone_from(&self.starts);
        self.running.clear();
        self.running.resize(query.nodes.len() + 1, [0.0; 2]);
        match query.weights {
            None => {
                for &case in &feature.order {
                    let node = query.node_of[case as usize] as usize;
                    let running = &mut self.running[node][0];
                    *running += query.response[case as usize];
                    let end = &mut self.ends[node];
                    self.sums[*end] = *running;
                    self.cases[*end] = case;
                    *end += 1;
                }
            }
            Some(weights) => {
                self.weights.resize(total, 0.0);
                for &case in &feature.order {
                    let node = query.node_of[case as usize] as usize;
                    let running = &mut self.running[node];
                    *running = [running[0] + query.response[case as usize], running[1] + weights[case as usize]];
                    let end = &mut self.ends[node];
                    (self.sums[*end], self.weights[*end]) = (running[0], running[1]);
                    self.cases[*end] = case;
                    *end += 1;
                }
            }
        }
        self.equal.clear();
        if feature.ties {
            let same = |pair: &[u32]| column[pair[0] as usize] == column[pair[1] as usize];
            self.equal.extend(self.cases[..total].windows(2).map(same));
            self.equal.push(true);
        }
    }

    fn best(&self, ordered: &Ordered, place: usize, query: &Query, node: usize) -> Candidate {
        let (start, end) = (self.starts[node], self.ends[node]);
        let (present, least) = (end - start, query.least.max(1));
        if present < 2 * least {
            return None;
        }
        let total = query.nodes[node];
        let weight = |at: usize| query.weights.map_or((at + 1) as f64, |_| self.weights[start + at]);
        let part = |at: usize| Part { sum: self.sums[start + at], weight: weight(at), cases: at + 1 };
        let all = part(present - 1);
        let missing = total.less(all);
        // After the first `least` cases, and before the last `least`.
        let range = start + least - 1..end - least;
        let search = Search {
            sums: &self.sums[range.clone()],
            weights: if query.weights.is_some() { &self.weights[range.clone()] } else { &[] },
            inverse: &ordered.inverse,
            first: least,
            equal: if self.equal.is_empty() { &[] } else { &self.equal[range] },
            total: if missing.cases == 0 { total } else { all },
            rising: query.rising.get(place).copied().unwrap_or(0.0),
        };
        let (square, at) = dispatch(search)?;
        Some((square + missing.square() - total.square(), at + least - 1))
    }
}

/// The candidates of a node.
struct Search<'a> {
    sums: &'a [f64],
    /// Their weights; empty if those are their numbers of cases.
    weights: &'a [f64],
    inverse: &'a [f64],
    /// The number of cases of the first candidate.
    first: usize,
    equal: &'a [bool],
    /// Both sides together.
    total: Part,
    rising: f64,
}

impl Search<'_> {
    #[inline(always)]
    fn square(&self, at: usize) -> f64 {
        let left = self.sums[at];
        let right = self.total.sum - left;
        let (square, order) = if self.weights.is_empty() {
            let (below, above) = (self.first + at, self.total.cases - self.first - at);
            let (below, above) = (self.inverse[below], self.inverse[above]);
            (left * left * below + right * right * above, right * above - left * below)
        } else {
            let (below, above) = (self.weights[at], self.total.weight - self.weights[at]);
            (left * left / below + right * right / above, right * below - left * above)
        };
        if self.rising * order < 0.0 || (self.rising != 0.0 && order == 0.0) { f64::NEG_INFINITY } else { square }
    }
}

impl Kernel for Search<'_> {
    /// The largest sum of squares of both sides, the first of equal ones, and which candidate it is, if there is any.
    type Output = Option<(f64, usize)>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (mut best, mut places) = ([f64::NEG_INFINITY; LANES], [0u64; LANES]);
        let panels = self.sums.len() / LANES;
        let mut squares = [0.0; LANES];
        for panel in 0..panels {
            for lane in 0..LANES {
                squares[lane] = self.square(panel * LANES + lane);
            }
            if let Some(equal) = self.equal.get(panel * LANES..(panel + 1) * LANES) {
                for lane in 0..LANES {
                    squares[lane] = if equal[lane] { f64::NEG_INFINITY } else { squares[lane] };
                }
            }
            for lane in 0..LANES {
                let better = squares[lane] > best[lane];
                best[lane] = if better { squares[lane] } else { best[lane] };
                places[lane] = if better { panel as u64 } else { places[lane] };
            }
        }
        let mut found: Option<(f64, usize)> = None;
        let mut offer = |square: f64, at: usize| {
            let better = found.is_none_or(|(best, place)| square > best || (square == best && at < place));
            if better && square > f64::NEG_INFINITY {
                found = Some((square, at));
            }
        };
        for lane in 0..LANES {
            offer(best[lane], places[lane] as usize * LANES + lane);
        }
        for at in panels * LANES..self.sums.len() {
            if !self.equal.get(at).is_some_and(|equal| *equal) {
                offer(self.square(at), at);
            }
        }
        found
    }
}
