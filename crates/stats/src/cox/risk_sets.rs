//! Who is at risk at each event time, and sums over them.

use radsurv_data::Survival;

use super::Ties;
use super::hazard::State;
use super::intervals::{Intervals, plus};
use crate::error::{Error, Result};
use crate::nonparametric::sorted;

/// The partial likelihood as a function of the linear predictor, prepared for many of them: the cases in the order of their
/// times, latest first and strata one after the other, with the times of events among them.
///
/// All that is learned of event times is a sum over those at risk, and those are the cases before a place in this order,
/// less the ones that had not entered yet: one pass gives the sums at all times. Cases are therefore spoken of by their
/// position in this order; [`order`](Self::order) says which case is where. Cases without weight have none.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cox::{RiskSets, Ties};
/// let outcome = Survival::new(vec![1.0, 3.0, 2.0], vec![true, false, true])?;
/// let sets = RiskSets::new(&outcome, None, Ties::Efron)?;
/// assert_eq!(sets.order(), [1, 2, 0]);
/// // Equal risks: one of three, then one of two.
/// let state = sets.at(&[0.0; 3]);
/// assert!((state.log_likelihood() + 6f64.ln()).abs() < 1e-15);
/// assert!((state.residuals(&sets)[2] - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct RiskSets {
    pub(super) ties: Ties,
    /// The number of cases that were given; those without weight are not in the order.
    pub(super) cases: usize,
    /// The case at each position.
    pub(super) order: Vec<usize>,
    pub(super) weight: Vec<f64>,
    pub(super) event: Vec<bool>,
    pub(super) strata: Vec<Stratum>,
    pub(super) groups: Vec<Group>,
    /// If any case entered after the first event: for each position the end of the event times at which it is at risk.
    until: Option<Vec<usize>>,
}

#[derive(Debug, Clone)]
pub(super) struct Stratum {
    pub(super) label: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its event times among the groups.
    pub(super) groups: std::ops::Range<usize>,
}

/// The events of one time in one stratum: at `first..events_end`; `start..end` of the stratum were followed as long.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) time: f64,
    pub(super) first: usize,
    pub(super) events_end: usize,
    pub(super) end: usize,
    /// The weight of the events.
    pub(super) weight: f64,
}

impl Group {
    pub(super) fn events(&self) -> usize {
        self.events_end - self.first
    }
}

impl RiskSets {
    /// The risk sets of an outcome, each stratum (any number per case) with its own.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a stratum per case, [`Error::NoEvents`], and with [`Ties::Exact`]
    /// [`Error::Unsupported`] if weights differ from 1.
    pub fn new(outcome: &Survival, strata: Option<&[usize]>, ties: Ties) -> Result<Self> {
        let cases = outcome.len();
        if let Some(found) = strata.map(<[usize]>::len).filter(|found| *found != cases) {
            return Err(Error::Length { column: 0, found, expected: cases });
        }
        let (times, happened) = (outcome.times(), outcome.event());
        let stratum = |case: usize| strata.map_or(0, |s| s[case]);
        let mut order: Vec<usize> = (0..cases).filter(|&i| outcome.weight(i) > 0.0).collect();
        if ties == Ties::Exact && order.iter().any(|&i| outcome.weight(i) != 1.0) {
            return Err(Error::Unsupported {
                method: "the exact likelihood of ties",
                what: "weights; give each case the weight 1 (or 0), or take Efron's",
            });
        }
        // Latest first, events before those who leave at the same time, then as they came.
        order = sorted(order.iter().copied(), |i| (-times[i], !happened[i]));
        if strata.is_some() {
            order.sort_by_key(|&i| stratum(i));
        }
        let mut sets = Self {
            ties,
            cases,
            weight: order.iter().map(|&i| outcome.weight(i)).collect(),
            event: order.iter().map(|&i| happened[i]).collect(),
            strata: Vec::new(),
            groups: Vec::new(),
            until: None,
            order,
        };
        let mut until = Vec::new();
        let mut start = 0;
        while start < sets.order.len() {
            let label = stratum(sets.order[start]);
            let end = start + sets.order[start..].partition_point(|&i| stratum(i) == label);
            sets.add_stratum(label, start, end, times);
            if let (Some(entry), Some(stratum)) = (outcome.entry(), sets.strata.last()) {
                let there = &sets.groups[stratum.groups.clone()];
                let of = |&i: &usize| stratum.groups.start + there.partition_point(|g| g.time > entry[i]);
                until.extend(sets.order[start..end].iter().map(of));
            }
            start = end;
        }
        if sets.groups.is_empty() {
            return Err(Error::NoEvents { cases });
        }
        let late = |s: &Stratum| until.get(s.start..s.end).is_some_and(|u| u.iter().any(|u| *u < s.groups.end));
        if sets.strata.iter().any(late) {
            sets.until = Some(until);
        }
        Ok(sets)
    }

    fn add_stratum(&mut self, label: usize, start: usize, end: usize, times: &[f64]) {
        let first_group = self.groups.len();
        let mut at = start;
        while at < end {
            let time = times[self.order[at]];
            let leave = self.order[at..end].iter().position(|&i| times[i] != time);
            let tied = leave.map_or(end, |count| at + count);
            let events_end = at + self.event[at..tied].iter().take_while(|e| **e).count();
            if events_end > at {
                let weight = self.weight[at..events_end].iter().sum();
                self.groups.push(Group { time, first: at, events_end, end: tied, weight });
            }
            at = tied;
        }
        self.strata.push(Stratum { label, start, end, groups: first_group..self.groups.len() });
    }

    /// The case at each position.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The likelihood at linear predictors, one per position. It is not finite where *exp(η)* leaves the range of numbers.
    /// With [`Ties::Exact`] tied events are left out of it: only [`PartialLikelihood`](super::PartialLikelihood) has them.
    pub fn at(&self, eta: &[f64]) -> State {
        State::new(self, eta)
    }

    /// The log-likelihood of a model with a parameter per case, at which each event takes all the risk of its time; deviance
    /// is twice what is missing to it.
    pub fn saturated(&self) -> f64 {
        let of = |group: &Group| {
            let d = group.events() as f64;
            let of_efron = || (0..group.events()).map(|l| (1.0 - l as f64 / d).ln()).sum::<f64>() / d;
            let ties = if self.ties == Ties::Efron { of_efron() } else { 0.0 };
            -group.weight * (group.weight.ln() + ties)
        };
        self.groups.iter().map(of).sum()
    }

    /// The number of events, of cases with a weight above 0.
    pub(super) fn events(&self) -> usize {
        self.groups.iter().map(Group::events).sum()
    }

    pub(super) fn event_weight(&self) -> f64 {
        self.groups.iter().map(|g| g.weight).sum()
    }

    /// Values of all cases in the order of positions.
    pub(super) fn sorted(&self, values: &[f64]) -> Vec<f64> {
        self.order.iter().map(|&i| values[i]).collect()
    }

    /// Values of positions for all cases; 0 for those without weight.
    pub(super) fn unsorted(&self, values: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.cases];
        self.order.iter().zip(values).for_each(|(&i, v)| out[i] = *v);
        out
    }

    /// At each event time the sum of the values of those at risk, and of those with events.
    #[inline(always)]
    pub(super) fn sums<const N: usize>(
        &self,
        value: impl Fn(usize) -> [f64; N],
        mut each: impl FnMut(usize, [f64; N], [f64; N]),
    ) {
        let mut late = self.until.as_deref().map(|until| (until, Intervals::<N>::empty(self.groups.len())));
        for stratum in &self.strata {
            let (mut total, mut next) = ([0.0; N], stratum.start);
            for g in stratum.groups.clone() {
                let group = &self.groups[g];
                let mut add = |positions: std::ops::Range<usize>| {
                    let mut sum = [0.0; N];
                    let Some((until, late)) = &mut late else {
                        positions.for_each(|at| sum = plus(sum, value(at)));
                        total = plus(total, sum);
                        return sum;
                    };
                    for at in positions {
                        let value = value(at);
                        sum = plus(sum, value);
                        match until[at] < stratum.groups.end {
                            true => late.add(g, until[at].max(g), value),
                            false => total = plus(total, value),
                        }
                    }
                    sum
                };
                add(next..group.first);
                let events = add(group.first..group.events_end);
                add(group.events_end..group.end);
                next = group.end;
                each(g, late.as_ref().map_or(total, |(_, late)| plus(total, late.at(g))), events);
            }
        }
    }

    /// For each position the sum over the event times at which it is at risk: of `all` of each, but of `own` at its own event.
    #[inline(always)]
    pub(super) fn gathered<const N: usize>(&self, all: &[[f64; N]], own: impl Fn(usize) -> [f64; N]) -> Vec<[f64; N]> {
        let mut out = vec![[0.0; N]; self.order.len()];
        let events = |g: usize| self.groups[g].first..self.groups[g].events_end;
        for stratum in &self.strata {
            let mut sum = [0.0; N];
            for g in stratum.groups.clone().rev() {
                let before = sum;
                sum = plus(sum, all[g]);
                out[self.followed(stratum, g)].fill(sum);
                out[events(g)].fill(plus(before, own(g)));
            }
        }
        let Some(until) = &self.until else { return out };
        let sums = Intervals::sums(all);
        for stratum in &self.strata {
            for g in stratum.groups.clone() {
                for at in self.followed(stratum, g).filter(|&at| until[at] < stratum.groups.end) {
                    // An event is after its own entry.
                    out[at] = match events(g).contains(&at) {
                        true => plus(sums.between(g + 1, until[at]), own(g)),
                        false => sums.between(g, until[at].max(g)),
                    };
                }
            }
        }
        out
    }

    /// The positions whose last event time under observation is this one.
    #[inline(always)]
    fn followed(&self, stratum: &Stratum, g: usize) -> std::ops::Range<usize> {
        let start = if g == stratum.groups.start { stratum.start } else { self.groups[g - 1].end };
        start..self.groups[g].end
    }

    /// The positions at risk at an event time.
    pub(super) fn at_risk<'a>(&'a self, stratum: &Stratum, g: usize) -> impl Iterator<Item = usize> + use<'a> {
        let there = move |at: &usize| self.until.as_ref().is_none_or(|until| g < until[*at]);
        (stratum.start..self.groups[g].end).filter(there)
    }
}
