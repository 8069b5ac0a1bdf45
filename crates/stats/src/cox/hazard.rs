//! The likelihood at given linear predictors, and the hazards of its event times.

use super::Ties;
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

/// The likelihood at linear predictors.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) log_likelihood: f64,
    /// *w exp(η)* of each position.
    pub(super) risk: Vec<f64>,
    /// Of each event time.
    pub(super) hazards: Vec<Hazard>,
    /// The cumulative hazard that each position goes through.
    pub(super) hazard: Vec<f64>,
}

impl State {
    /// At the linear predictors of all positions. The log-likelihood is not finite where numbers have no room for it. With
    /// [`Ties::Exact`] tied events are left out: see `exact`.
    pub(super) fn new(sets: &RiskSets, eta: &[f64]) -> Self {
        let risk: Vec<f64> = eta.iter().zip(&sets.weight).map(|(eta, w)| w * eta.exp()).collect();
        let mut hazards = vec![Hazard::default(); sets.groups.len()];
        let mut log_likelihood: f64 =
            (0..eta.len()).filter(|&at| sets.event[at]).map(|at| sets.weight[at] * eta[at]).sum();
        sets.sums(&risk, |g, at_risk, events| {
            let group = &sets.groups[g];
            let (hazard, logarithms) = match sets.ties {
                Ties::Exact if group.events() > 1 => return,
                Ties::Efron if group.events() > 1 => efron(group, at_risk, events),
                _ => breslow(group, at_risk),
            };
            hazards[g] = hazard;
            log_likelihood -= logarithms;
        });
        let hazard = sets.gathered(|g| hazards[g].all, |g| hazards[g].own);
        Self { log_likelihood, risk, hazards, hazard }
    }

    /// *w δ - w exp(η) H* of each position: the derivative of the log-likelihood by its linear predictor.
    pub(super) fn residuals(&self, sets: &RiskSets) -> Vec<f64> {
        let expected = self.risk.iter().zip(&self.hazard).map(|(r, h)| r * h);
        let events = sets.weight.iter().zip(&sets.event).map(|(w, e)| if *e { *w } else { 0.0 });
        events.zip(expected).map(|(observed, expected)| observed - expected).collect()
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
