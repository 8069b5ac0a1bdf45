//! The best splits of features that all cases have a value of, eight at a time.
//!
//! A panel has the cases in the order of the values of each of its features, side by side. The cases of a node are a range of it,
//! the same range for all features; when a node is split, its range is divided in the order in which it is. Running sums of eight
//! features are then a vector, and a node costs what it has of cases.
//!
//! A panel is worked on by one thread: results do not depend on the number of threads.

use std::ops::Range;

use radsurv_data::simd::{Kernel, dispatch};

use super::search::{Candidate, Part};

pub(super) const LANES: usize = 8;

/// Eight features (the last panel has some of them twice).
pub(super) struct Panel {
    /// By rank and feature: the case with this rank.
    order: Vec<[u32; LANES]>,
    /// By case and feature: the place of its value among the distinct ones; empty if all values are distinct.
    codes: Vec<[u32; LANES]>,
    /// The cases of the nodes of a tree.
    cases: Vec<[u32; LANES]>,
    room: Vec<[u32; LANES]>,
    /// The number of cases of the table.
    total: usize,
}

/// A node that was divided: its range, and the numbers of cases on each side.
#[derive(Debug, Clone)]
pub(super) struct Divided {
    pub(super) range: Range<usize>,
    pub(super) counts: [usize; 3],
}

/// What the candidates of a node are compared by.
pub(super) struct Compared<'a> {
    pub(super) part: Part,
    pub(super) range: Range<usize>,
    pub(super) response: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
    /// 1 / k.
    pub(super) inverse: &'a [f64],
    pub(super) least: usize,
    /// By feature of the panel.
    pub(super) rising: [f64; LANES],
}

impl Panel {
    /// Of eight orders of all `total` cases, and the values.
    pub(super) fn new(orders: [&[u32]; LANES], columns: [&[f64]; LANES], ties: bool, total: usize) -> Self {
        let order: Vec<[u32; LANES]> = (0..total).map(|rank| orders.map(|order| order[rank])).collect();
        let mut codes = Vec::new();
        if ties {
            codes = vec![[0; LANES]; total];
            for lane in 0..LANES {
                let mut code = 0;
                for rank in 0..total {
                    let case = orders[lane][rank] as usize;
                    if rank > 0 && columns[lane][case] != columns[lane][orders[lane][rank - 1] as usize] {
                        code += 1;
                    }
                    codes[case][lane] = code;
                }
            }
        }
        Self { order, codes, cases: Vec::new(), room: Vec::new(), total }
    }

    /// Begins a tree of the cases in the sample, of which there are `count`.
    pub(super) fn start(&mut self, sampled: &[bool], count: usize) {
        self.cases.clear();
        if count == self.total {
            self.cases.extend_from_slice(&self.order);
            return;
        }
        self.cases.resize(count, [0; LANES]);
        for lane in 0..LANES {
            let mut at = 0;
            for row in &self.order {
                if at < count {
                    // Written again by the next one in the sample if this one is not.
                    self.cases[at][lane] = row[lane];
                    at += usize::from(sampled[row[lane] as usize]);
                }
            }
        }
    }

    /// Divides the range of a node by the side of each case.
    pub(super) fn divide(&mut self, divided: &Divided, sides: &[u8]) {
        let Divided { range, counts } = divided;
        self.room.resize(self.total, [0; LANES]);
        let room = &mut self.room[..range.len()];
        let cases = &self.cases[range.clone()];
        if counts[2] == 0 {
            // How many are on the left says where the next one on either side goes.
            let mut left = [0usize; LANES];
            for (at, row) in cases.iter().enumerate() {
                for (lane, &case) in row.iter().enumerate() {
                    let side = usize::from(sides[case as usize]);
                    let next = if side == 0 { left[lane] } else { counts[0] + at - left[lane] };
                    room[next][lane] = case;
                    left[lane] += 1 - side;
                }
            }
        } else {
            let mut next = [[0usize; LANES], [counts[0]; LANES], [counts[0] + counts[1]; LANES], [0; LANES]];
            for row in cases {
                for (lane, &case) in row.iter().enumerate() {
                    let next = &mut next[usize::from(sides[case as usize] & 3)][lane];
                    room[*next][lane] = case;
                    *next += 1;
                }
            }
        }
        self.cases[range.clone()].copy_from_slice(room);
    }

    /// The best candidate of each feature in a node.
    pub(super) fn best(&self, compared: &Compared) -> [Candidate; LANES] {
        let least = compared.least.max(1);
        if compared.range.len() < 2 * least {
            return [None; LANES];
        }
        // What the kernel relies on.
        assert!(compared.response.len() == self.total && compared.weights.is_none_or(|w| w.len() == self.total));
        let scan = Scan { panel: self, compared, least };
        let monotone = compared.rising.iter().any(|rising| *rising != 0.0);
        let (best, at) = match (compared.weights.is_some() || monotone, !self.codes.is_empty()) {
            (false, false) => dispatch(Kernels::<'_, false, false>(&scan)),
            (false, true) => dispatch(Kernels::<'_, false, true>(&scan)),
            (true, false) => dispatch(Kernels::<'_, true, false>(&scan)),
            (true, true) => dispatch(Kernels::<'_, true, true>(&scan)),
        };
        let square = if compared.part.cases == 0 { 0.0 } else { compared.part.sum.powi(2) / compared.part.weight };
        let candidate =
            |lane: usize| (best[lane] > f64::NEG_INFINITY).then(|| (best[lane] - square, at[lane] as usize));
        std::array::from_fn(candidate)
    }
}

struct Scan<'a> {
    panel: &'a Panel,
    compared: &'a Compared<'a>,
    least: usize,
}

/// `GENERAL`: with weights or monotone features. `TIES`: with equal values.
struct Kernels<'a, const GENERAL: bool, const TIES: bool>(&'a Scan<'a>);

impl<const GENERAL: bool, const TIES: bool> Kernel for Kernels<'_, GENERAL, TIES> {
    /// The largest sum of squares of both sides in each lane, the first of equal ones, and after which case.
    type Output = ([f64; LANES], [u32; LANES]);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Scan { panel, compared, least } = self.0;
        let Compared { part, range, response, weights, inverse, rising, .. } = compared;
        let cases = &panel.cases[range.clone()];
        let count = cases.len();
        let value = |values: &[f64], case: u32| {
            // SAFETY: cases come from an order of all cases of the table, of which `best` has asserted that there are as many as
            // values.
            unsafe { *values.get_unchecked(case as usize) }
        };
        let (mut sums, mut below_weights) = ([0.0; LANES], [0.0; LANES]);
        let (mut best, mut places) = ([f64::NEG_INFINITY; LANES], [0u32; LANES]);
        for (at, row) in cases[..count - least].iter().enumerate() {
            for lane in 0..LANES {
                sums[lane] += value(response, row[lane]);
            }
            if GENERAL {
                for lane in 0..LANES {
                    below_weights[lane] += weights.map_or(1.0, |weights| value(weights, row[lane]));
                }
            }
            if at + 1 < *least {
                continue;
            }
            let (below, above) = (inverse[at + 1], inverse[count - at - 1]);
            let mut squares = [0.0; LANES];
            for lane in 0..LANES {
                let (left, right) = (sums[lane], part.sum - sums[lane]);
                squares[lane] = if GENERAL {
                    let (below, above) = (below_weights[lane], part.weight - below_weights[lane]);
                    let order = rising[lane] * (right * below - left * above);
                    let square = left * left / below + right * right / above;
                    if rising[lane] == 0.0 || order > 0.0 { square } else { f64::NEG_INFINITY }
                } else {
                    left * left * below + right * right * above
                };
            }
            if TIES {
                let next = &cases[at + 1];
                for lane in 0..LANES {
                    let codes = [row, next].map(|row| panel.codes[row[lane] as usize][lane]);
                    squares[lane] = if codes[0] == codes[1] { f64::NEG_INFINITY } else { squares[lane] };
                }
            }
            for lane in 0..LANES {
                let better = squares[lane] > best[lane];
                best[lane] = if better { squares[lane] } else { best[lane] };
                places[lane] = if better { at as u32 } else { places[lane] };
            }
        }
        (best, places)
    }
}
