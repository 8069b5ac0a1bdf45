//! The partial likelihood of a linear predictor with its first two derivatives, in time proportional to the cases.
//!
//! Cases are in the order of their times. A case is at risk at the event times between two counts: how many event times are
//! at or before its entry, and how many are at or before its time. Sums over risk sets are then running sums.
//!
//! With *s_k* the sum of *w_i exp(eta_i)* at risk at event time *k*, and *e_k* that of its events, the logarithm of the
//! likelihood is *sum_i delta_i w_i eta_i - sum_k sum_l u_kl ln(s_k - f_kl e_k)*: Breslow's has one term per event time with *f*
//! = 0 and *u* the weight of its events, Efron's one per event, *f = l/d*, *u* their mean weight.

use radsurv_data::Survival;
use radsurv_data::simd::{Kernel, dispatch};
use radsurv_stats::cox::Ties;

use super::kernel::{Columns, PANEL};

/// A term of an event time: the part of its events that is taken from the risk set, and how much it counts.
#[derive(Debug, Clone, Copy)]
struct Term {
    fraction: f64,
    weight: f64,
}

/// Who is at risk when.
#[derive(Debug, Clone)]
pub(super) struct RiskSets {
    /// The row of each case that is ever at risk, in the order of times.
    pub(super) rows: Vec<usize>,
    /// Weights of these cases; those of all cases sum up to 1.
    weights: Vec<f64>,
    event: Vec<bool>,
    /// For each event time its first case, and the end: cases from there until the next leave between the two times.
    starts: Vec<usize>,
    /// How many event times are at or before the time of each case, at least 1.
    left: Vec<usize>,
    /// How many are at or before its entry, if any case entered after the first event time.
    entered: Option<Vec<usize>>,
    /// The terms of each event time.
    terms: Vec<Vec<Term>>,
    /// The logarithm of the likelihood of a model with a parameter per case.
    pub(super) saturated: f64,
    /// The sum of the weights as they were given.
    pub(super) total: f64,
}

/// The likelihood at a linear predictor.
#[derive(Debug, Clone)]
pub(super) struct Likelihood {
    /// Its logarithm, divided by the sum of weights.
    pub(super) ln: f64,
    /// Its derivative by each linear predictor.
    pub(super) residuals: Vec<f64>,
    curvature: Curvature,
}

/// What second derivatives are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Curvature {
    /// `w exp(eta)` of each case, with a common factor.
    hazard: Vec<f64>,
    /// The same times its cumulative hazard.
    expected: Vec<f64>,
    /// Sums over the terms of each event time: `u / d^2`, `u f / d^2`, `u f^2 / d^2`.
    squares: Vec<[f64; 3]>,
}

impl RiskSets {
    /// The risk sets of some rows.
    pub(super) fn new(outcome: &Survival, rows: &[usize], ties: Ties) -> Self {
        let total: f64 = rows.iter().map(|&i| outcome.weight(i)).sum();
        let mut rows: Vec<usize> = rows.iter().copied().filter(|&i| outcome.weight(i) > 0.0).collect();
        // Of the same cases in another order the same sums: ties are in the order of event and weight, then rows.
        rows.sort_by(|&a, &b| {
            let key = |i: usize| (outcome.times()[i], outcome.weight(i));
            let ((ta, wa), (tb, wb)) = (key(a), key(b));
            ta.total_cmp(&tb).then(outcome.event()[b].cmp(&outcome.event()[a])).then(wa.total_cmp(&wb))
        });
        let mut times: Vec<f64> = rows.iter().filter(|&&i| outcome.event()[i]).map(|&i| outcome.times()[i]).collect();
        times.dedup();
        let until = |time: f64| times.partition_point(|t| *t <= time);
        let entered_of = |i: usize| outcome.entry().map_or(0, |entry| until(entry[i]));
        rows.retain(|&i| until(outcome.times()[i]) > entered_of(i));
        let left: Vec<usize> = rows.iter().map(|&i| until(outcome.times()[i])).collect();
        let weights: Vec<f64> = rows.iter().map(|&i| outcome.weight(i) / total).collect();
        let event: Vec<bool> = rows.iter().map(|&i| outcome.event()[i]).collect();
        let starts: Vec<usize> = (1..=times.len() + 1).map(|k| left.partition_point(|l| *l < k)).collect();
        let entered: Option<Vec<usize>> = outcome.entry().map(|_| rows.iter().map(|&i| entered_of(i)).collect());
        let entered = entered.filter(|e| e.iter().any(|e| *e > 0));
        let mut saturated = 0.0;
        let terms_of = |group: &[usize]| {
            let events: Vec<f64> =
                group.iter().filter(|&&i| outcome.event()[i]).map(|&i| outcome.weight(i) / total).collect();
            let (sum, d) = (events.iter().sum::<f64>(), events.len());
            let terms: Vec<Term> = match ties {
                Ties::Breslow | Ties::Exact => vec![Term { fraction: 0.0, weight: sum }],
                Ties::Efron => (0..d).map(|l| Term { fraction: l as f64 / d as f64, weight: sum / d as f64 }).collect(),
            };
            saturated -= terms.iter().map(|t| t.weight * (sum * (1.0 - t.fraction)).ln()).sum::<f64>();
            terms
        };
        let terms = starts.windows(2).map(|pair| &rows[pair[0]..pair[1]]).map(terms_of).collect();
        Self { rows, weights, event, starts, left, entered, terms, saturated, total }
    }

    /// The likelihood of linear predictors, one per case in this order and whatever beyond. None if it has no finite value.
    pub(super) fn likelihood(&self, eta: &[f64]) -> Option<Likelihood> {
        let (n, m) = (self.rows.len(), self.terms.len());
        let shift = eta[..n].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let hazard: Vec<f64> = self.weights.iter().zip(eta).map(|(w, eta)| w * (eta - shift).exp()).collect();
        let (at_risk, of_events) = self.sums(|i| [hazard[i]]);
        let mut ln = 0.0;
        for i in 0..n {
            if self.event[i] {
                ln += self.weights[i] * (eta[i] - shift);
            }
        }
        let mut squares = Vec::with_capacity(m);
        // The hazard of each event time, and what its events do not have of it.
        let (mut steps, mut own) = (vec![[0.0]; m], vec![0.0; m]);
        for k in 0..m {
            let ([s], [e]) = (at_risk[k], of_events[k]);
            let mut square = [0.0; 3];
            for term in &self.terms[k] {
                let d = s - term.fraction * e;
                if !(d > 0.0 && d.is_finite()) {
                    return None;
                }
                ln -= term.weight * d.ln();
                let (u, f) = (term.weight / d, term.fraction);
                steps[k][0] += u;
                own[k] += u * f;
                let (u, f) = (u / d, term.fraction);
                square = [square[0] + u, square[1] + u * f, square[2] + u * f * f];
            }
            squares.push(square);
        }
        let cumulative = self.cumulative(steps);
        let mut residuals = vec![0.0; eta.len()];
        let mut expected = Vec::with_capacity(n);
        for i in 0..n {
            let k = self.left[i];
            let (events, own) = if self.event[i] { (self.weights[i], own[k - 1]) } else { (0.0, 0.0) };
            expected.push(hazard[i] * (cumulative[i][0] - own));
            residuals[i] = events - expected[i];
        }
        ln.is_finite().then_some(Likelihood { ln, residuals, curvature: Curvature { hazard, expected, squares } })
    }

    /// Twice the difference of the logarithms of the likelihoods of a model with a parameter per case and of these linear
    /// predictors, one per row of the table, with the weights as they were given. None if it is not finite.
    pub(super) fn deviance(&self, of_rows: &[f64]) -> Option<f64> {
        let eta: Vec<f64> = self.rows.iter().map(|&i| of_rows[i]).collect();
        Some(2.0 * self.total * (self.saturated - self.likelihood(&eta)?.ln))
    }

    /// For each event time sums over those at risk, and over its events.
    #[inline(always)]
    fn sums<const N: usize>(&self, value: impl Fn(usize) -> [f64; N]) -> (Vec<[f64; N]>, Vec<[f64; N]>) {
        let m = self.terms.len();
        let (mut at_risk, mut of_events) = (vec![[0.0; N]; m], vec![[0.0; N]; m]);
        let mut late = Intervals { nodes: vec![[0.0; N]; if self.entered.is_some() { 2 * m } else { 0 }] };
        let mut sum = [0.0; N];
        for k in (0..m).rev() {
            let mut events = [0.0; N];
            for i in (self.starts[k]..self.starts[k + 1]).rev() {
                let value = value(i);
                if self.event[i] {
                    events = plus(events, value);
                }
                match &self.entered {
                    Some(entered) if entered[i] > 0 => late.add(entered[i], k + 1, value),
                    _ => sum = plus(sum, value),
                }
            }
            at_risk[k] = sum;
            of_events[k] = events;
        }
        if self.entered.is_some() {
            at_risk.iter_mut().enumerate().for_each(|(k, sum)| *sum = plus(*sum, late.at(k)));
        }
        (at_risk, of_events)
    }

    /// For each case the sum over the event times at which it is at risk.
    #[inline(always)]
    fn cumulative<const N: usize>(&self, of_times: Vec<[f64; N]>) -> Vec<[f64; N]> {
        let mut out = Vec::with_capacity(self.rows.len());
        let mut sum = [0.0; N];
        for (k, value) in of_times.iter().enumerate() {
            sum = plus(sum, *value);
            out.extend((self.starts[k]..self.starts[k + 1]).map(|_| sum));
        }
        if let Some(entered) = &self.entered {
            let sums = Intervals::sums(of_times);
            for i in (0..out.len()).filter(|&i| entered[i] > 0) {
                out[i] = sums.between(entered[i], self.left[i]);
            }
        }
        out
    }

    /// The negative second derivative times some columns, in panels as [`Products`](super::kernel::Products) takes them;
    /// the last column fills the last panel.
    pub(super) fn curved(&self, curvature: &Curvature, x: &Columns, of: &[usize]) -> Vec<f64> {
        let mut out = vec![0.0; of.len().next_multiple_of(PANEL) * x.stride];
        for (panel, of) in out.chunks_mut(PANEL * x.stride).zip(of.chunks(PANEL)) {
            let columns = std::array::from_fn(|lane| x.get(of[lane.min(of.len() - 1)]));
            dispatch(Curve { sets: self, curvature, columns, out: panel.as_chunks_mut().0 });
        }
        out
    }
}

/// The negative second derivative times the columns of a panel.
struct Curve<'a> {
    sets: &'a RiskSets,
    curvature: &'a Curvature,
    columns: [&'a [f64]; PANEL],
    out: &'a mut [[f64; PANEL]],
}

impl Kernel for Curve<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { sets, curvature: c, columns, out } = self;
        let n = sets.rows.len();
        let columns = columns.map(|column| &column[..n]);
        for (i, row) in out[..n].iter_mut().enumerate() {
            for lane in 0..PANEL {
                row[lane] = columns[lane][i];
            }
        }
        let scaled = |i: usize| {
            let (x, hazard) = (&out[i], c.hazard[i]);
            std::array::from_fn::<f64, PANEL, _>(|lane| hazard * x[lane])
        };
        let (mut at_risk, mut own) = sets.sums(scaled);
        for ((at_risk, own), [one, f, ff]) in at_risk.iter_mut().zip(&mut own).zip(&c.squares) {
            for lane in 0..PANEL {
                let (s, e) = (at_risk[lane], own[lane]);
                at_risk[lane] = one * s - f * e;
                own[lane] = f * s - ff * e;
            }
        }
        let cumulative = sets.cumulative(at_risk);
        for i in 0..n {
            let (expected, hazard) = (c.expected[i], c.hazard[i]);
            // A case without event has no share in those of its time.
            let share = if sets.event[i] { 1.0 } else { 0.0 };
            let (row, sum, own) = (&mut out[i], &cumulative[i], &own[sets.left[i] - 1]);
            for lane in 0..PANEL {
                row[lane] = expected * row[lane] - hazard * (sum[lane] - share * own[lane]);
            }
        }
    }
}

#[inline(always)]
fn plus<const N: usize>(a: [f64; N], b: [f64; N]) -> [f64; N] {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

/// A binary tree over event times, its root at 1 and its leaves from the middle on.
struct Intervals<const N: usize> {
    nodes: Vec<[f64; N]>,
}

impl<const N: usize> Intervals<N> {
    /// Adds a value to the times from one on until before another.
    fn add(&mut self, from: usize, until: usize, value: [f64; N]) {
        Self::cover(self.nodes.len() / 2, from, until, |node| self.nodes[node] = plus(self.nodes[node], value));
    }

    /// What was added to a time.
    fn at(&self, time: usize) -> [f64; N] {
        let mut node = time + self.nodes.len() / 2;
        let mut sum = [0.0; N];
        while node > 0 {
            sum = plus(sum, self.nodes[node]);
            node /= 2;
        }
        sum
    }

    /// A tree of sums.
    fn sums(leaves: Vec<[f64; N]>) -> Self {
        let m = leaves.len();
        let mut nodes = vec![[0.0; N]; m];
        nodes.extend(leaves);
        for node in (1..m).rev() {
            nodes[node] = plus(nodes[2 * node], nodes[2 * node + 1]);
        }
        Self { nodes }
    }

    /// The sum of the times from one on until before another, of a tree of sums.
    fn between(&self, from: usize, until: usize) -> [f64; N] {
        let mut sum = [0.0; N];
        Self::cover(self.nodes.len() / 2, from, until, |node| sum = plus(sum, self.nodes[node]));
        sum
    }

    /// The nodes that together have exactly these times below them.
    fn cover(m: usize, from: usize, until: usize, mut node: impl FnMut(usize)) {
        let (mut low, mut high) = (from + m, until + m);
        while low < high {
            if low % 2 == 1 {
                node(low);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                node(high);
            }
            (low, high) = (low / 2, high / 2);
        }
    }
}

impl Likelihood {
    /// What second derivatives are made of.
    pub(super) fn curvature(&self) -> &Curvature {
        &self.curvature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tied and censored times, weights of which some are 0, late entries of which some are never at risk.
    fn outcome(late: bool) -> Survival {
        let n = 23;
        let times: Vec<f64> = (0..n).map(|i| ((i * 7) % 9 + 2) as f64).collect();
        let event = (0..n).map(|i| i % 3 != 1).collect();
        let weights = (0..n).map(|i| (i % 5) as f64 / 2.0).collect();
        let entry =
            times.iter().enumerate().map(|(i, t)| if i % 2 == 0 { t - 1.0 - (i % 4) as f64 / 2.0 } else { 0.0 });
        let entry = entry.map(|e| e.max(0.0)).collect();
        let outcome = Survival::new(times, event).unwrap().with_weights(weights).unwrap();
        if late { outcome.with_entry(entry).unwrap() } else { outcome }
    }

    #[test]
    fn derivatives_are_those_of_the_likelihood() {
        for (late, ties) in [false, true].into_iter().flat_map(|l| [(l, Ties::Breslow), (l, Ties::Efron)]) {
            let sets = RiskSets::new(&outcome(late), &(0..23).collect::<Vec<_>>(), ties);
            let n = sets.rows.len();
            let mut x = Columns::zeros(n, 5);
            for j in 0..5 {
                for i in 0..n {
                    x.get_mut(j)[i] = ((i * i * (j + 2) + 3 * j) % 7) as f64 - 3.0;
                }
            }
            let eta: Vec<f64> = (0..x.stride).map(|i| ((i * 5) % 11) as f64 / 5.0).collect();
            let here = sets.likelihood(&eta).unwrap();
            let curved = sets.curved(here.curvature(), &x, &[0, 1, 2, 3, 4]);
            for j in 0..5 {
                let step = 1e-5;
                let moved = |step: f64| -> Vec<f64> { eta.iter().zip(x.get(j)).map(|(e, x)| e + step * x).collect() };
                let (up, down) = (sets.likelihood(&moved(step)).unwrap(), sets.likelihood(&moved(-step)).unwrap());
                let slope = super::super::kernel::dot(&here.residuals, x.get(j));
                assert!(((up.ln - down.ln) / (2.0 * step) - slope).abs() < 1e-9, "{late} {ties:?}");
                for i in 0..n {
                    let second = -(up.residuals[i] - down.residuals[i]) / (2.0 * step);
                    assert!((curved[i * PANEL + j] - second).abs() < 1e-9, "{late} {ties:?} column {j} case {i}");
                }
            }
        }
    }
}
