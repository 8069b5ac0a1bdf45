//! The published formulations as linear conditions of scores, each of which may be missed at a cost.
//!
//! A condition is *s_plus - s_minus >= y* (one of both scores may be absent) with a cost *c* for each unit that is missing:
//!
//! | | conditions |
//! |---|---|
//! | regression | *s_i >= y_i* for all cases, and *-s_i >= -y_i* for those with events |
//! | vanbelle1 | *s_i - s_j >= 1* for the pairs |
//! | vanbelle2 | *s_i - s_j >= y_i - y_j* for the pairs |
//! | hybrid | those of regression and of vanbelle2 |
//!
//! Scores of errors of times have an intercept; pairs do not see one.

use radsurv_data::Survival;

use super::newton::Loss;
use super::settings::{Formulation, Pairs};
use crate::error::{Error, Result};

/// A condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Condition {
    pub(super) plus: Option<usize>,
    pub(super) minus: Option<usize>,
    /// What the score, or the difference of both, is to reach.
    pub(super) least: f64,
    /// What one unit less costs.
    pub(super) cost: f64,
}

impl Condition {
    /// What is missing, negative if there is more than asked for.
    pub(super) fn missing(&self, scores: &[f64]) -> f64 {
        self.least - (self.plus.map_or(0.0, |i| scores[i]) - self.minus.map_or(0.0, |i| scores[i]))
    }
}

/// The conditions of a formulation, and whether there is an intercept.
pub(super) struct Conditions {
    pub(super) all: Vec<Condition>,
    pub(super) intercept: bool,
}

/// The conditions of these cases. Those of a case count as often as the case; `usual` is what costs are unless given.
///
/// # Errors
/// [`Error::Setting`] if no pair is comparable.
pub(super) fn conditions(formulation: Formulation, outcome: &Survival, usual: f64) -> Result<Conditions> {
    let mut all = Vec::new();
    let mut intercept = false;
    let regression = |all: &mut Vec<Condition>, cost: Option<f64>, times: &[f64]| {
        let cost = cost.unwrap_or(usual);
        for (i, &least) in times.iter().enumerate() {
            let cost = cost * outcome.weight(i);
            all.push(Condition { plus: Some(i), minus: None, least, cost });
            if outcome.event()[i] {
                all.push(Condition { plus: None, minus: Some(i), least: -least, cost });
            }
        }
    };
    let ranking = |all: &mut Vec<Condition>, cost: Option<f64>, rule: Pairs, least: &dyn Fn(usize, usize) -> f64| {
        let cost = cost.unwrap_or(usual);
        for Pair { long, short, share } in pairs(rule, outcome) {
            let (plus, minus, least) = (Some(long), Some(short), least(long, short));
            all.push(Condition { plus, minus, least, cost: cost * share });
        }
    };
    match formulation {
        Formulation::Regression { cost, time } => {
            intercept = true;
            regression(&mut all, cost, &time.of(outcome.times()));
        }
        Formulation::Vanbelle1 { cost, pairs } => ranking(&mut all, cost, pairs, &|_, _| 1.0),
        Formulation::Vanbelle2 { cost, pairs, time } => {
            let times = time.of(outcome.times());
            ranking(&mut all, cost, pairs, &|i, j| times[i] - times[j]);
        }
        Formulation::Hybrid { cost, pair_cost, pairs, time } => {
            intercept = true;
            let times = time.of(outcome.times());
            ranking(&mut all, pair_cost, pairs, &|i, j| times[i] - times[j]);
            regression(&mut all, cost, &times);
        }
        Formulation::Fast { .. } | Formulation::SurvivalsvmCompat { .. } => {}
    }
    if all.is_empty() {
        let what = "no two cases are compared by it: take \"last-event\"";
        return Err(Error::Setting { name: "the choice of pairs", value: "too strict".to_string(), what });
    }
    Ok(Conditions { all, intercept })
}

/// Two cases that are compared, and how often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    pub(super) long: usize,
    pub(super) short: usize,
    share: f64,
}

/// The pairs of a rule. Cases of one time are one place in the order (events before those that are censored then), so that it does not
/// depend on the rows of the table: where a rule asks for one case and there are several, each is taken for its share, and so are
/// weights.
pub(super) fn pairs(rule: Pairs, outcome: &Survival) -> Vec<Pair> {
    let (times, event) = (outcome.times(), outcome.event());
    let mut order: Vec<usize> = (0..outcome.len()).collect();
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(event[b].cmp(&event[a])));
    let places: Vec<&[usize]> = order.chunk_by(|&a, &b| (times[a], event[a]) == (times[b], event[b])).collect();
    let weight = |i: usize| outcome.weight(i);
    let total = |place: &[usize]| place.iter().map(|&i| weight(i)).sum::<f64>();
    let mut found = Vec::new();
    let mut compare = |long: &[usize], short: &[usize], divisor: f64| {
        for (&long, &short) in long.iter().flat_map(|i| short.iter().map(move |j| (i, j))) {
            found.push(Pair { long, short, share: weight(long) * weight(short) / divisor });
        }
    };
    match rule {
        Pairs::Consecutive => {
            for two in places.windows(2).filter(|two| event[two[0][0]]) {
                compare(two[1], two[0], total(two[0]) * total(two[1]));
            }
        }
        Pairs::Events => {
            let events: Vec<&[usize]> = places.into_iter().filter(|place| event[place[0]]).collect();
            for (k, long) in events.iter().enumerate() {
                events[..k].iter().for_each(|short| compare(long, short, 1.0));
            }
        }
        Pairs::LastEvent => {
            let mut last: Option<&[usize]> = None;
            for place in places {
                if let Some(short) = last {
                    compare(place, short, total(short));
                }
                if event[place[0]] || last.is_none() {
                    last = Some(place);
                }
            }
        }
    }
    found
}

/// The loss that the method of multipliers has in place of the costs, for multipliers *a* and a step *t*:
/// *sum_k (u_k² - (u_k - clamp(u_k, 0, c_k))²) / (2 t)*, *u_k = a_k + t missing_k*. Its derivative by what is missing is the next
/// multiplier, *clamp(u_k, 0, c_k)*.
pub(super) struct Multipliers<'a> {
    conditions: &'a [Condition],
    pub(super) multipliers: Vec<f64>,
    pub(super) step: f64,
    /// The next multipliers, and whether they are at neither end.
    pub(super) next: Vec<f64>,
    inside: Vec<bool>,
    gradient: Vec<f64>,
}

impl<'a> Multipliers<'a> {
    pub(super) fn new(conditions: &'a [Condition], cases: usize, step: f64) -> Self {
        let count = conditions.len();
        Self {
            conditions,
            multipliers: vec![0.0; count],
            step,
            next: vec![0.0; count],
            inside: vec![false; count],
            gradient: vec![0.0; cases],
        }
    }
}

impl Loss for Multipliers<'_> {
    fn at(&mut self, scores: &[f64]) {
        self.gradient.fill(0.0);
        for (k, condition) in self.conditions.iter().enumerate() {
            let u = self.multipliers[k] + self.step * condition.missing(scores);
            self.inside[k] = u > 0.0 && u < condition.cost;
            self.next[k] = u.clamp(0.0, condition.cost);
            if let Some(i) = condition.plus {
                self.gradient[i] -= self.next[k];
            }
            if let Some(i) = condition.minus {
                self.gradient[i] += self.next[k];
            }
        }
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn curvature(&mut self, direction: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; direction.len()];
        for (condition, _) in self.conditions.iter().zip(&self.inside).filter(|(_, inside)| **inside) {
            let along = |case: Option<usize>| case.map_or(0.0, |i| direction[i]);
            let change = self.step * (along(condition.plus) - along(condition.minus));
            if let Some(i) = condition.plus {
                out[i] += change;
            }
            if let Some(i) = condition.minus {
                out[i] -= change;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_those_of_the_rules() {
        let outcome =
            Survival::new(vec![5.0, 1.0, 3.0, 3.0, 2.0, 5.0], vec![true, false, true, false, true, false]).unwrap();
        // In order: 1 (censored), 4, 2, 3 (censored with 2), 0, 5 (censored with 0).
        let of = |rule, outcome: &Survival| -> Vec<(usize, usize, f64)> {
            pairs(rule, outcome).iter().map(|p| (p.long, p.short, p.share)).collect()
        };
        assert_eq!(of(Pairs::Consecutive, &outcome), [(2, 4, 1.0), (3, 2, 1.0), (5, 0, 1.0)]);
        assert_eq!(of(Pairs::Events, &outcome), [(2, 4, 1.0), (0, 4, 1.0), (0, 2, 1.0)]);
        // The very first case counts as an event.
        let last = of(Pairs::LastEvent, &outcome);
        assert_eq!(last, [(4, 1, 1.0), (2, 4, 1.0), (3, 2, 1.0), (0, 2, 1.0), (5, 0, 1.0)]);
        let tied = Survival::new(vec![1.0, 1.0, 2.0, 2.0], vec![true; 4]).unwrap();
        assert_eq!(of(Pairs::Consecutive, &tied), [(2, 0, 0.25), (2, 1, 0.25), (3, 0, 0.25), (3, 1, 0.25)]);
        assert_eq!(of(Pairs::Events, &tied), [(2, 0, 1.0), (2, 1, 1.0), (3, 0, 1.0), (3, 1, 1.0)]);
        assert_eq!(of(Pairs::LastEvent, &tied), [(2, 0, 0.5), (2, 1, 0.5), (3, 0, 0.5), (3, 1, 0.5)]);
        let weighted = tied.with_weights(vec![1.0, 3.0, 2.0, 1.0]).unwrap();
        assert_eq!(of(Pairs::LastEvent, &weighted), [(2, 0, 0.5), (2, 1, 1.5), (3, 0, 0.25), (3, 1, 0.75)]);
        let censored = Survival::new(vec![1.0, 1.0, 2.0], vec![false, false, true]).unwrap();
        assert_eq!(of(Pairs::LastEvent, &censored), [(2, 0, 0.5), (2, 1, 0.5)]);
    }
}
