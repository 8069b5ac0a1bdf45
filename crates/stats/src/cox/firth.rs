//! Firth's penalty.

use super::Ties;
use super::hazard::State;
use super::likelihood::{Evaluation, Likelihood, dot};
use crate::cholesky::Cholesky;
use crate::error::Result;

/// The likelihood with Jeffreys' prior: *l + ½ ln det I*, and its gradient *u_j + ½ tr(I⁻¹ ∂I/∂β_j)*. The information
/// stays that of *l*, with which Heinze and Schemper step and measure errors.
///
/// With *V = I⁻¹* and *y = x' V x*, a set at risk with the mean *m* and covariance *C* of *x* has
/// *tr(V ∂C/∂β_j) = cov(x_j, y) - 2 (C V m)_j*.
pub(super) fn penalised(likelihood: &Likelihood, beta: &[f64], mut found: Evaluation) -> Result<Evaluation> {
    let (p, sets) = (likelihood.columns.len(), &likelihood.sets);
    let Ok(factors) = Cholesky::new(p, &found.information) else {
        // Nowhere to go: the step is halved.
        found.log_likelihood = f64::NEG_INFINITY;
        return Ok(found);
    };
    found.log_likelihood += 0.5 * factors.ln_determinant();
    let v = factors.inverse();
    let state = State::new(sets, &likelihood.eta(beta));
    let columns = &likelihood.columns;
    let y: Vec<f64> = (0..state.risk.len())
        .map(|at| {
            let x: Vec<f64> = columns.iter().map(|c| c[at]).collect();
            (0..p).map(|j| x[j] * dot(&v[j * p..(j + 1) * p], &x)).sum()
        })
        .collect();
    let ones = vec![1.0; y.len()];
    let series = |a: &[f64], b: &[f64]| Series::new(likelihood, &state, a, b);
    let total = series(&ones, &ones);
    let of_y = series(&y, &ones);
    let of_x: Vec<Series> = columns.iter().map(|c| series(c, &ones)).collect();
    let of_xy: Vec<Series> = columns.iter().map(|c| series(c, &y)).collect();
    let of_xx: Vec<Series> = (0..p * p)
        .map(|at| (at / p, at % p))
        .filter(|(j, k)| k <= j)
        .map(|(j, k)| series(&columns[j], &columns[k]))
        .collect();
    let mut vm = vec![0.0; p];
    for (g, group) in sets.groups.iter().enumerate() {
        // With Breslow's rule the sets at risk of tied events are the same.
        let (times, weight) = match sets.ties {
            Ties::Efron => (group.events(), group.weight / group.events() as f64),
            _ => (1, group.weight),
        };
        for l in 0..times {
            let f = l as f64 / times as f64;
            let scale = 1.0 / total.less(g, f);
            let mean = |series: &Series| series.less(g, f) * scale;
            let m: Vec<f64> = of_x.iter().map(mean).collect();
            vm.iter_mut().enumerate().for_each(|(j, vm)| *vm = dot(&v[j * p..(j + 1) * p], &m));
            let (mvm, mean_y) = (dot(&m, &vm), mean(&of_y));
            for j in 0..p {
                let second = |k: usize| mean(&of_xx[j.max(k) * (j.max(k) + 1) / 2 + j.min(k)]);
                let cvm = (0..p).map(|k| second(k) * vm[k]).sum::<f64>() - m[j] * mvm;
                found.gradient[j] += 0.5 * weight * (mean(&of_xy[j]) - m[j] * mean_y - 2.0 * cvm);
            }
        }
    }
    Ok(found)
}

/// *Σ r a b / D* of each event time, over those at risk and those with events.
struct Series(Vec<[f64; 2]>);

impl Series {
    fn new(likelihood: &Likelihood, state: &State, a: &[f64], b: &[f64]) -> Self {
        let mut out = vec![[0.0; 2]; state.hazards.len()];
        likelihood.sets.sums(
            |at| [state.risk[at] * a[at] * b[at]],
            |g, [all], [own]| {
                let total = state.hazards[g].at_risk;
                out[g] = [all / total, own / total];
            },
        );
        Self(out)
    }

    fn less(&self, g: usize, f: f64) -> f64 {
        self.0[g][0] - f * self.0[g][1]
    }
}
