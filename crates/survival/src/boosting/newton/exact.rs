//! Splits between any two values.
//!
//! The cases of a feature are kept in the order of its values. A level of a tree is one pass over them: each case adds to the
//! running sums of its node, which are put down one after the other for each node; then the candidates of a node are compared
//! side by side. Nothing is sorted or moved, so that features and trees do not depend on each other.

use radsurv_data::simd::{Kernel, dispatch};
use rayon::prelude::*;

use super::split::{Best, Bounds, Finder, Level, Penalties, Sums, less};

const LANES: usize = 8;
/// Features that a thread takes at a time.
const SHARE: usize = 8;

/// Features in order.
pub(super) struct Ordered<'a> {
    columns: &'a [Vec<f32>],
    features: Vec<Feature>,
}

struct Feature {
    /// The cases that have a value, the smallest first.
    order: Vec<u32>,
    /// Whether some values are equal.
    ties: bool,
    /// Whether all are.
    constant: bool,
    /// Whether some cases have no value.
    missing: bool,
}

impl<'a> Ordered<'a> {
    pub(super) fn new(columns: &'a [Vec<f32>]) -> Self {
        let feature = |column: &Vec<f32>| {
            let mut order: Vec<u32> = (0..column.len() as u32).filter(|i| !column[*i as usize].is_nan()).collect();
            order.sort_by(|a, b| column[*a as usize].total_cmp(&column[*b as usize]));
            let value = |i: &u32| column[*i as usize];
            let ties = order.windows(2).any(|pair| value(&pair[0]) == value(&pair[1]));
            let constant = order.first().zip(order.last()).is_none_or(|(a, b)| value(a) == value(b));
            Feature { missing: order.len() < column.len(), order, ties, constant }
        };
        Self { columns, features: columns.par_iter().map(feature).collect() }
    }
}

/// Room for the running sums of a feature.
#[derive(Default, Clone)]
struct Room {
    sums: Vec<Sums>,
    cases: Vec<u32>,
    /// Where the sums of each node end.
    ends: Vec<usize>,
    running: Vec<Sums>,
    /// Whether candidates are between equal values; empty if no values are.
    equal: Vec<bool>,
}

impl Finder for Ordered<'_> {
    fn find(&mut self, level: &Level) -> Vec<Best> {
        let nodes = level.candidates.len();
        // A last node, of cases that are in none.
        let mut node_of = vec![nodes as u32; level.derivatives.len()];
        for (node, candidate) in level.candidates.iter().enumerate() {
            for &case in &level.cases[candidate.cases.clone()] {
                node_of[case as usize] = node as u32;
            }
        }
        let share = |room: &mut Room, (number, features): (usize, &[Feature])| {
            let mut best = vec![Best::NONE; nodes];
            for (place, feature) in features.iter().enumerate() {
                let place = number * SHARE + place;
                if (0..nodes).any(|node| level.allows(node, place)) {
                    room.fill(feature, &self.columns[place], level, &node_of);
                    for (node, best) in best.iter_mut().enumerate().filter(|(node, _)| level.allows(*node, place)) {
                        *best = best.or(room.best(feature, place, &self.columns[place], level, node));
                    }
                }
            }
            best
        };
        let shares = self.features.par_chunks(SHARE).enumerate();
        let found: Vec<Vec<Best>> = shares.map_init(Room::default, share).collect();
        let mut best = vec![Best::NONE; nodes];
        for share in found {
            best.iter_mut().zip(share).for_each(|(best, other)| *best = best.or(other));
        }
        best
    }
}

impl Room {
    fn fill(&mut self, feature: &Feature, column: &[f32], level: &Level, node_of: &[u32]) {
        let nodes = level.candidates.len();
        let total = level.derivatives.len();
        self.sums.resize(total, [0.0; 2]);
        self.cases.resize(total, 0);
        self.ends.clear();
        let starts = level.candidates.iter().scan(0, |start, candidate| {
            let here = *start;
            *start += candidate.cases.len();
            Some(here)
        });
        self.ends.extend(starts);
        self.ends.push(level.cases.len());
        self.running.clear();
        self.running.resize(nodes + 1, [0.0; 2]);
        for &case in &feature.order {
            let node = node_of[case as usize] as usize;
            let [g, h] = level.derivatives[case as usize].map(f64::from);
            let running = &mut self.running[node];
            *running = [running[0] + g, running[1] + h];
            let end = &mut self.ends[node];
            self.sums[*end] = *running;
            self.cases[*end] = case;
            *end += 1;
        }
        self.equal.clear();
        if feature.ties {
            let same = |pair: &[u32]| column[pair[0] as usize] == column[pair[1] as usize];
            self.equal.extend(self.cases[..total].windows(2).map(same));
            self.equal.push(true);
        }
    }

    fn best(&self, feature: &Feature, place: usize, column: &[f32], level: &Level, node: usize) -> Best {
        let candidate = &level.candidates[node];
        let start: usize = level.candidates[..node].iter().map(|c| c.cases.len()).sum();
        let (sums, cases) = (&self.sums[start..self.ends[node]], &self.cases[start..self.ends[node]]);
        let Some(last) = sums.len().checked_sub(1) else { return Best::NONE };
        let equal = if self.equal.is_empty() { &[] } else { &self.equal[start..start + last] };
        // Also where all cases of the node have a value: those of others go to the right then.
        let missing = feature.missing;
        let (total, present) = (candidate.sums, if missing { sums[last] } else { candidate.sums });
        let penalties = level.penalties;
        let rising = level.rising.get(place).copied().unwrap_or(0.0);
        let values = |at: usize| [column[cases[at] as usize], column[cases[at + 1] as usize]];
        let threshold = |at: usize| {
            let [low, high] = values(at);
            let middle = (low + high) * 0.5;
            if middle > low && middle <= high { middle } else { high }
        };
        let mut best = Best::NONE;
        let mut offer = |gain: f32, threshold: f32, missing_left: bool, left: Sums, right: Sums| {
            let gain = gain - candidate.gain;
            if gain > best.gain && gain.is_finite() {
                best = Best { gain, feature: place, threshold, missing_left, left, right };
            }
        };
        let search = |left_extra: Sums, right_total: Sums, later: bool| {
            let search = Search {
                sums: &sums[..last],
                equal,
                left_extra,
                right_total,
                later,
                penalties,
                bounds: candidate.bounds,
                rising,
            };
            if penalties.plain() {
                dispatch(Kernels::<'_, true>(&search))
            } else {
                dispatch(Kernels::<'_, false>(&search))
            }
        };
        let end = |left: Sums, right: Sums| penalties.gain_of_one(left, right, candidate.bounds, rising);
        // Those without a value on the right; then on the left, where all go if there is none.
        if missing && !feature.constant {
            if let Some((gain, at)) = search([0.0; 2], total, false) {
                offer(gain, threshold(at), false, sums[at], less(total, sums[at]));
            }
            let high = column[cases[last] as usize];
            offer(end(present, less(total, present)), high + (high.abs() + 1e-6), false, present, less(total, present));
        }
        if let Some((gain, at)) = search(less(total, present), total, true) {
            let right = less(present, sums[at]);
            offer(gain, threshold(at), true, less(total, right), right);
        }
        if missing {
            let low = column[cases[0] as usize];
            offer(end(less(total, present), present), low - (low.abs() + 1e-6), true, less(total, present), present);
        }
        best
    }
}

struct Search<'a> {
    sums: &'a [Sums],
    equal: &'a [bool],
    /// What is on the left besides the running sums, and what both sides have together.
    left_extra: Sums,
    right_total: Sums,
    /// Whether the last one of equal candidates is taken, else the first one.
    later: bool,
    penalties: &'a Penalties,
    bounds: Bounds,
    rising: f32,
}

struct Kernels<'a, const PLAIN: bool>(&'a Search<'a>);

impl<const PLAIN: bool> Kernel for Kernels<'_, PLAIN> {
    /// The largest gain, of both sides, and after which case, if there is any.
    type Output = Option<(f32, usize)>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Search { sums, equal, left_extra, right_total, later, penalties, bounds, rising } = *self.0;
        let gain = |sum: &Sums| {
            let left = [sum[0] + left_extra[0], sum[1] + left_extra[1]];
            penalties.gain_of_split::<PLAIN>(left, less(right_total, left), bounds, rising)
        };
        let (mut best, mut places) = ([f32::NEG_INFINITY; LANES], [0u32; LANES]);
        let (panels, rest) = sums.as_chunks::<LANES>();
        let mut gains = [0.0f32; LANES];
        for (number, panel) in panels.iter().enumerate() {
            for lane in 0..LANES {
                gains[lane] = gain(&panel[lane]);
            }
            if let Some(equal) = equal.get(number * LANES..(number + 1) * LANES) {
                for lane in 0..LANES {
                    gains[lane] = if equal[lane] { f32::NEG_INFINITY } else { gains[lane] };
                }
            }
            let number = number as u32;
            for lane in 0..LANES {
                let better = if later { gains[lane] >= best[lane] } else { gains[lane] > best[lane] };
                best[lane] = if better { gains[lane] } else { best[lane] };
                places[lane] = if better { number } else { places[lane] };
            }
        }
        let mut found: Option<(f32, usize)> = None;
        let mut offer = |gain: f32, at: usize| {
            let better = match found {
                None => gain > f32::NEG_INFINITY,
                Some((best, place)) => gain > best || (gain == best && (at > place) == later),
            };
            if better && gain.is_finite() {
                found = Some((gain, at));
            }
        };
        for lane in 0..LANES {
            offer(best[lane], places[lane] as usize * LANES + lane);
        }
        for (lane, sum) in rest.iter().enumerate() {
            let at = panels.len() * LANES + lane;
            if !equal.get(at).is_some_and(|equal| *equal) {
                offer(gain(sum), at);
            }
        }
        found
    }
}
