//! The likelihood at given linear predictors, and the hazards of its event times.

use radsurv_data::simd::{Kernel, dispatch};
use rayon::prelude::*;

use super::Ties;
use super::likelihood::BLOCK;
use super::risk_sets::{Group, RiskSets};

/// What an event time adds to the hazard: with the sums *D* over those at risk and *E* over those with events of
/// *w exp(η)*, and *D_l = D - f_l E* of the *l*-th of *d* tied events (*f_l = l/d* with Efron, 0 with Breslow).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hazard {
    /// *D*.
    pub(super) at_risk: f64,
    /// *Σ_l W/d / D_l*: for those at risk.
    pub(super) all: f64,
    /// *Σ_l W/d (1 - f_l) / D_l*: for those with the events.
    pub(super) own: f64,
    /// *Σ_l W/d f_l^k (D / D_l)²*, *k = 0, 1, 2*.
    pub(super) squares: [f64; 3],
}

/// The likelihood at linear predictors: [`RiskSets::at`].
#[derive(Debug, Clone)]
pub struct State {
    pub(super) log_likelihood: f64,
    /// *w exp(η)* of each position.
    pub(super) risk: Vec<f64>,
    /// Of each event time.
    pub(super) hazards: Vec<Hazard>,
    /// The cumulative hazard that each position goes through.
    pub(super) hazard: Vec<f64>,
}

/// The number of columns that [`State::curved`] takes at once: what vector registers hold.
pub const LANES: usize = 8;

impl State {
    pub(super) fn new(sets: &RiskSets, eta: &[f64]) -> Self {
        let risk: Vec<f64> =
            eta.par_iter().zip(&sets.weight).with_min_len(BLOCK).map(|(eta, w)| w * eta.exp()).collect();
        let mut hazards = vec![Hazard::default(); sets.groups.len()];
        let mut log_likelihood: f64 =
            (0..risk.len()).filter(|&at| sets.event[at]).map(|at| sets.weight[at] * eta[at]).sum();
        sets.sums(
            |at| [risk[at]],
            |g, [at_risk], [events]| {
                let group = &sets.groups[g];
                let (hazard, logarithms) = match sets.ties {
                    Ties::Exact if group.events() > 1 => return,
                    Ties::Efron if group.events() > 1 => efron(group, at_risk, events),
                    _ => breslow(group, at_risk),
                };
                hazards[g] = hazard;
                log_likelihood -= logarithms;
            },
        );
        let all: Vec<[f64; 1]> = hazards.iter().map(|h| [h.all]).collect();
        let hazard = sets.gathered(&all, |g| [hazards[g].own]).into_iter().map(|[h]| h).collect();
        Self { log_likelihood, risk, hazards, hazard }
    }

    /// The log partial likelihood.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// *w δ - w exp(η) H* of each position: the derivative of the log-likelihood by its linear predictor, which is the
    /// weighted martingale residual.
    pub fn residuals(&self, sets: &RiskSets) -> Vec<f64> {
        let expected = self.risk.iter().zip(&self.hazard).map(|(r, h)| r * h);
        let events = sets.weight.iter().zip(&sets.event).map(|(w, e)| if *e { *w } else { 0.0 });
        events.zip(expected).map(|(observed, expected)| observed - expected).collect()
    }

    /// Minus the second derivative of the log-likelihood by the linear predictors, times some columns: for each position,
    /// with the cases *R* at risk and *E* with events at each time,
    ///
    /// *r_i H_i x_i - r_i Σ_t Σ_l W/d (1 - f_l \[i in E\]) (Σ_R r x - f_l Σ_E r x) / D_l²*.
    ///
    /// A row of `out` is a position; columns may be longer than it, as may `out`.
    ///
    /// # Panics
    /// If a column, or `out`, has fewer values than there are positions.
    pub fn curved(&self, sets: &RiskSets, columns: [&[f64]; LANES], out: &mut [[f64; LANES]]) {
        dispatch(Curve { sets, state: self, columns, out });
    }
}

struct Curve<'a> {
    sets: &'a RiskSets,
    state: &'a State,
    columns: [&'a [f64]; LANES],
    out: &'a mut [[f64; LANES]],
}

impl Kernel for Curve<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { sets, state, columns, out } = self;
        let n = sets.order.len();
        let columns = columns.map(|column| &column[..n]);
        let out = &mut out[..n];
        for (i, row) in out.iter_mut().enumerate() {
            for lane in 0..LANES {
                row[lane] = columns[lane][i];
            }
        }
        let m = sets.groups.len();
        let (mut all, mut own) = (vec![[0.0; LANES]; m], vec![[0.0; LANES]; m]);
        sets.sums(
            |at| {
                let (x, risk) = (&out[at], state.risk[at]);
                std::array::from_fn(|lane| risk * x[lane])
            },
            |g, s: [f64; LANES], e: [f64; LANES]| {
                let hazard = &state.hazards[g];
                let [c0, c1, c2] = hazard.squares.map(|c| c / hazard.at_risk / hazard.at_risk);
                for lane in 0..LANES {
                    all[g][lane] = c0 * s[lane] - c1 * e[lane];
                    own[g][lane] = (c0 - c1) * s[lane] - (c1 - c2) * e[lane];
                }
            },
        );
        let gathered = sets.gathered(&all, |g| own[g]);
        for ((row, sum), (risk, hazard)) in out.iter_mut().zip(&gathered).zip(state.risk.iter().zip(&state.hazard)) {
            let expected = risk * hazard;
            for lane in 0..LANES {
                row[lane] = expected * row[lane] - risk * sum[lane];
            }
        }
    }
}

fn breslow(group: &Group, at_risk: f64) -> (Hazard, f64) {
    let all = group.weight / at_risk;
    (Hazard { at_risk, all, own: all, squares: [group.weight, 0.0, 0.0] }, group.weight * at_risk.ln())
}

fn efron(group: &Group, at_risk: f64, events: f64) -> (Hazard, f64) {
    let d = group.events();
    let weight = group.weight / d as f64;
    let (mut hazard, mut logarithms) = (Hazard { at_risk, ..Hazard::default() }, 0.0);
    for l in 0..d {
        let f = l as f64 / d as f64;
        let left = at_risk - f * events;
        logarithms += weight * left.ln();
        hazard.all += weight / left;
        hazard.own += weight * (1.0 - f) / left;
        let square = weight * (at_risk / left).powi(2);
        hazard.squares[0] += square;
        hazard.squares[1] += square * f;
        hazard.squares[2] += square * f * f;
    }
    (hazard, logarithms)
}

#[cfg(test)]
mod tests {
    use radsurv_data::Survival;

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
        let halves: Vec<usize> = (0..23).map(|i| i % 2).collect();
        for case in 0..8 {
            let ties = if case & 1 == 0 { Ties::Breslow } else { Ties::Efron };
            let strata = (case & 2 != 0).then_some(&halves[..]);
            let sets = RiskSets::new(&outcome(case & 4 != 0), strata, ties).unwrap();
            let n = sets.order.len();
            let columns: [Vec<f64>; LANES] =
                std::array::from_fn(|j| (0..n).map(|i| ((i * i * (j + 2) + 3 * j) % 7) as f64 - 3.0).collect());
            let eta: Vec<f64> = (0..n).map(|i| ((i * 5) % 11) as f64 / 5.0).collect();
            let here = sets.at(&eta);
            let residuals = here.residuals(&sets);
            let mut curved = vec![[0.0; LANES]; n];
            here.curved(&sets, std::array::from_fn(|j| &columns[j][..]), &mut curved);
            for (j, column) in columns.iter().enumerate() {
                let step = 1e-5;
                let moved = |step: f64| -> Vec<f64> { eta.iter().zip(column).map(|(e, x)| e + step * x).collect() };
                let (up, down) = (sets.at(&moved(step)), sets.at(&moved(-step)));
                let slope: f64 = residuals.iter().zip(column).map(|(r, x)| r * x).sum();
                let found = (up.log_likelihood - down.log_likelihood) / (2.0 * step);
                // The rounding of a central difference.
                assert!((found - slope).abs() < 1e-8, "{case}: {found} {slope}");
                let (up, down) = (up.residuals(&sets), down.residuals(&sets));
                for i in 0..n {
                    let second = -(up[i] - down[i]) / (2.0 * step);
                    assert!((curved[i][j] - second).abs() < 1e-8, "{case}: column {j} position {i}");
                }
            }
        }
    }
}
