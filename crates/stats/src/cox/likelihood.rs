//! The partial likelihood, its gradient and its information.

use radsurv_data::simd::{Kernel, dispatch};
use rayon::prelude::*;

use super::exact;
use super::hazard::State;
use super::risk_sets::RiskSets;

/// The partial likelihood of columns, with what is needed at every step kept: the cases in the order of their times.
///
/// With *r_i = w_i exp(η_i)*, the cumulative hazard *H_i* that case *i* goes through while it is at risk, the hazard *dΛ* of
/// an event time and the mean *m* of those at risk then, weighted by *r*:
///
/// - gradient *Σ_i (w_i δ_i - r_i H_i) x_i*,
/// - information *Σ_i r_i H_i x_i x_i' - Σ_times D dΛ m m'*,
///
/// so that a step takes *O(n p + (n + times) p² / 2)*, and no sum of products is kept along the risk sets. Tied events by
/// Efron's rule are *d* times of smaller risk sets, whose sums over *l* have a closed form in the sums of the time.
#[derive(Debug, Clone)]
pub(super) struct Likelihood {
    pub(super) sets: RiskSets,
    /// The columns in the order of positions.
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) offset: Option<Vec<f64>>,
}

/// The likelihood at some coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The log partial likelihood.
    pub log_likelihood: f64,
    /// Its derivative by each coefficient (the score).
    pub gradient: Vec<f64>,
    /// Minus its second derivatives, row by row.
    pub information: Vec<f64>,
}

impl Likelihood {
    pub(super) fn eta(&self, beta: &[f64]) -> Vec<f64> {
        let mut eta = self.offset.clone().unwrap_or_else(|| vec![0.0; self.sets.order.len()]);
        let part = |(block, eta): (usize, &mut [f64])| {
            for (column, beta) in self.columns.iter().zip(beta).filter(|(_, beta)| **beta != 0.0) {
                eta.iter_mut().zip(&column[block * BLOCK..]).for_each(|(eta, x)| *eta += beta * x);
            }
        };
        eta.par_chunks_mut(BLOCK).enumerate().for_each(part);
        eta
    }

    pub(super) fn at(&self, beta: &[f64]) -> Evaluation {
        let eta = self.eta(beta);
        let state = State::new(&self.sets, &eta);
        let residuals = state.residuals(&self.sets);
        let gradient = self.columns.iter().map(|column| dot(&residuals, column)).collect();
        let information = self.information(&state, |_| 1.0);
        let mut found = Evaluation { log_likelihood: state.log_likelihood, gradient, information };
        exact::add(self, &eta, &mut found);
        found
    }

    /// The information, each event time counted `factor` times.
    pub(super) fn information(&self, state: &State, factor: impl Fn(usize) -> f64) -> Vec<f64> {
        let (sets, p) = (&self.sets, self.columns.len());
        let hazards = &state.hazards;
        let all: Vec<[f64; 1]> = hazards.iter().enumerate().map(|(g, h)| [factor(g) * h.all]).collect();
        let gathered = sets.gathered(&all, |g| [factor(g) * hazards[g].own]);
        let weight: Vec<f64> = state.risk.iter().zip(&gathered).map(|(r, [h])| r * h).collect();
        let mut information = crossproduct(&self.columns, &weight);
        let Means { all, own } = Means::new(self, state);
        let squares = |g: usize| hazards[g].squares.map(|c| c * factor(g));
        let untied: Vec<f64> = (0..hazards.len()).map(|g| squares(g)[0]).collect();
        let mut of_means = crossproduct(&all, &untied);
        // Where events are tied by Efron's rule, what differs from a time of one event.
        let (mut m, mut e) = (vec![0.0; p], vec![0.0; p]);
        for g in (0..hazards.len()).filter(|&g| hazards[g].squares[1] != 0.0) {
            let [_, c1, c2] = squares(g);
            for j in 0..p {
                (m[j], e[j]) = (all[j][g], own[j][g]);
            }
            for j in 0..p {
                let (by_m, by_e) = (-c1 * e[j], c2 * e[j] - c1 * m[j]);
                let row = of_means[j * p..=j * p + j].iter_mut();
                row.zip(m.iter().zip(&e)).for_each(|(v, (m, e))| *v += by_m * m + by_e * e);
            }
        }
        for j in 0..p {
            for k in 0..=j {
                information[j * p + k] -= of_means[j * p + k];
                information[k * p + j] = information[j * p + k];
            }
        }
        information
    }
}

/// *Σ r x / D* of each column at each event time: over those at risk, and over those with events.
pub(super) struct Means {
    pub(super) all: Vec<Vec<f64>>,
    pub(super) own: Vec<Vec<f64>>,
}

impl Means {
    pub(super) fn new(likelihood: &Likelihood, state: &State) -> Self {
        // Sums of one column wait for one another: four at once take hardly longer.
        let of = |columns: &[Vec<f64>]| match columns {
            [a] => Self::of(likelihood, state, [a]),
            [a, b] => Self::of(likelihood, state, [a, b]),
            [a, b, c] => Self::of(likelihood, state, [a, b, c]),
            [a, b, c, d] => Self::of(likelihood, state, [a, b, c, d]),
            _ => Self { all: Vec::new(), own: Vec::new() },
        };
        let parts: Vec<Self> = match state.risk.len() > BLOCK {
            true => likelihood.columns.par_chunks(4).map(of).collect(),
            false => likelihood.columns.chunks(4).map(of).collect(),
        };
        let (all, own): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.all, part.own)).unzip();
        Self { all: all.concat(), own: own.concat() }
    }

    fn of<const N: usize>(likelihood: &Likelihood, state: &State, columns: [&Vec<f64>; N]) -> Self {
        let groups = state.hazards.len();
        let rows = || std::array::from_fn::<_, N, _>(|_| vec![0.0; groups]);
        let (mut all, mut own) = (rows(), rows());
        let n = state.risk.len();
        let columns = columns.map(|c| &c[..n]);
        likelihood.sets.sums(
            |at| {
                let mut values = [0.0; N];
                (0..N).for_each(|lane| values[lane] = state.risk[at] * columns[lane][at]);
                values
            },
            |g, at_risk: [f64; N], events: [f64; N]| {
                let total = state.hazards[g].at_risk;
                // No hazard at all: tied events that are counted exactly, elsewhere.
                if total != 0.0 {
                    for lane in 0..N {
                        all[lane][g] = at_risk[lane] / total;
                        own[lane][g] = events[lane] / total;
                    }
                }
            },
        );
        Self { all: all.into(), own: own.into() }
    }
}

/// Rows that one thread takes at once: enough to be worth it, and the same for any number of threads.
pub(super) const BLOCK: usize = 8192;

/// The lower triangle of *X' diag(weight) X*.
fn crossproduct(columns: &[Vec<f64>], weight: &[f64]) -> Vec<f64> {
    let of = |(block, weight): (usize, &[f64])| dispatch(CrossProduct { columns, weight, start: block * BLOCK });
    let blocks: Vec<Vec<f64>> = weight.par_chunks(BLOCK).enumerate().map(of).collect();
    let mut blocks = blocks.into_iter();
    let mut sum = blocks.next().unwrap_or_else(|| vec![0.0; columns.len().pow(2)]);
    blocks.for_each(|block| sum.iter_mut().zip(block).for_each(|(sum, value)| *sum += value));
    sum
}

/// The same of some rows, in parts that stay in the cache.
struct CrossProduct<'a> {
    columns: &'a [Vec<f64>],
    /// Of the rows from `start` on.
    weight: &'a [f64],
    start: usize,
}

impl Kernel for CrossProduct<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        const PART: usize = 512;
        let p = self.columns.len();
        let mut out = vec![0.0; p * p];
        let mut scaled = [0.0; PART];
        for (part, weight) in self.weight.chunks(PART).enumerate() {
            let start = self.start + part * PART;
            let rows = start..start + weight.len();
            let scaled = &mut scaled[..weight.len()];
            for j in 0..p {
                let pairs = weight.iter().zip(&self.columns[j][rows.clone()]);
                scaled.iter_mut().zip(pairs).for_each(|(s, (w, x))| *s = w * x);
                for k in 0..=j {
                    out[j * p + k] += dot(scaled, &self.columns[k][rows.clone()]);
                }
            }
        }
        out
    }
}

/// A sum of products in eight lanes: the same on every machine, and fast.
#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for (a, b) in a8.iter().zip(b8) {
        (0..8).for_each(|i| lanes[i] += a[i] * b[i]);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}
