//! Variances of sums over event times.

use radsurv_data::Survival;

use super::TiedEvents;
use crate::nonparametric::risk_set::{RiskSet, RiskSets};

/// What a set adds to a cumulative sum, and to its variance.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Jump {
    /// By how much the sum grows.
    pub size: f64,
    /// By how much the variance of the model grows.
    pub variance: f64,
    /// The derivative of the sum by the weight of a case at risk, with the opposite sign.
    pub at_risk: f64,
    /// The same for a case with the event, without that of being at risk.
    pub event: f64,
}

/// The jump of *-ln S* of Kaplan and Meier, without its size. After *S = 0* nothing of it is used.
pub(super) fn product(set: &RiskSet) -> Jump {
    let rest = set.at_risk - set.events;
    if set.event_count == 0 || rest <= 0.0 {
        return Jump::default();
    }
    let variance = set.events / (set.at_risk * rest);
    Jump { size: 0.0, variance, at_risk: variance, event: 1.0 / rest }
}

/// The jump of the cumulative hazard.
pub(super) fn hazard(set: &RiskSet, ties: TiedEvents) -> Jump {
    let &RiskSet { at_risk, events, event_count, .. } = set;
    if event_count == 0 {
        return Jump::default();
    }
    if ties == TiedEvents::Together {
        let variance = events / (at_risk * at_risk);
        return Jump { size: events / at_risk, variance, at_risk: variance, event: 1.0 / at_risk };
    }
    let count = event_count as f64;
    let share = events / count;
    // The mean of 1 / Y_ij, the sum of its squares, and that of the squares times the part of d that is still in Y_ij.
    let (mut mean, mut squares, mut partial) = (0.0, 0.0, 0.0);
    for j in 0..event_count {
        let inverse = 1.0 / (at_risk - j as f64 * share);
        mean += inverse / count;
        squares += inverse * inverse;
        partial += inverse * inverse * (1.0 - j as f64 / count);
    }
    let (squares, partial) = (share * squares, share * partial);
    Jump { size: events * mean, variance: squares, at_risk: squares, event: mean + squares - partial }
}

/// The variance of the sum of jumps up to each set.
pub(super) enum Variances {
    /// By the model: the sum so far.
    Sum(f64),
    /// By the infinitesimal jackknife, for each set.
    Jackknife(std::vec::IntoIter<f64>),
}

impl Variances {
    pub(super) fn new(robust: bool, risk: &RiskSets, outcome: &Survival, jump: impl Fn(&RiskSet) -> Jump) -> Self {
        if robust { Self::Jackknife(jackknife(risk, outcome, jump).into_iter()) } else { Self::Sum(0.0) }
    }

    /// That of the next set, which adds this jump.
    pub(super) fn next(&mut self, jump: &Jump) -> f64 {
        match self {
            Self::Sum(sum) => {
                *sum += jump.variance;
                *sum
            }
            Self::Jackknife(values) => values.next().unwrap_or(f64::NAN),
        }
    }
}

/// The sum of squared influences. The influence of a case stands still once it has left; those who are at risk have
/// *w (C(t) - C(entry))*, whose squares are a polynomial in *C(t)*.
fn jackknife(risk: &RiskSets, outcome: &Survival, jump: impl Fn(&RiskSet) -> Jump) -> Vec<f64> {
    let (entering, entry) = (risk.entering(), outcome.entry().unwrap_or(&[]));
    let mut at_entry = vec![0.0; if entering.is_empty() { 0 } else { outcome.len() }];
    let squared = |case: usize| outcome.weight(case) * outcome.weight(case);
    // Sums over those at risk of w², w² C(entry) and w² C(entry)².
    let mut sums = [0.0; 3];
    if entering.is_empty() {
        sums[0] = risk.groups().flat_map(|(_, cases)| cases).map(|&case| squared(case)).sum();
    }
    let (mut drift, mut gone, mut next) = (0.0, 0.0, 0);
    let mut result = Vec::with_capacity(risk.sets().len());
    for (set, cases) in risk.groups() {
        while let Some(&case) = entering.get(next).filter(|i| entry[**i] < set.time) {
            at_entry[case] = drift;
            add(&mut sums, squared(case), drift);
            next += 1;
        }
        let jump = jump(set);
        drift += jump.at_risk;
        for (place, &case) in cases.iter().enumerate() {
            let begin = at_entry.get(case).copied().unwrap_or(0.0);
            let own = if place < set.event_count { jump.event } else { 0.0 };
            let influence = own - (drift - begin);
            gone += squared(case) * influence * influence;
            add(&mut sums, -squared(case), begin);
        }
        let present = (sums[0] * drift - 2.0 * sums[1]) * drift + sums[2];
        result.push(gone + present.max(0.0));
    }
    result
}

fn add(sums: &mut [f64; 3], weight: f64, begin: f64) {
    sums[0] += weight;
    sums[1] += weight * begin;
    sums[2] += weight * begin * begin;
}
