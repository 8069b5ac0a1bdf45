//! Who is at risk at each event time, and sums over them.

use radsurv_data::Survival;

use super::Ties;
use crate::error::{Error, Result};
use crate::nonparametric::sorted;

/// Cases in the order of their times, latest first and strata one after the other, with the times of events among them.
///
/// All that is learned of event times is a sum over those at risk, and those are the cases before a place in this order,
/// less the ones that had not entered yet: one pass gives the sums at all times.
#[derive(Debug, Clone)]
pub(super) struct RiskSets {
    pub(super) ties: Ties,
    /// The number of cases that were given; those without weight are not in the order.
    pub(super) cases: usize,
    /// The case at each position.
    pub(super) order: Vec<usize>,
    pub(super) weight: Vec<f64>,
    pub(super) event: Vec<bool>,
    pub(super) strata: Vec<Stratum>,
    pub(super) groups: Vec<Group>,
    /// For each position the place of its last event time among the cumulated hazards, and that of the last one before it
    /// entered (nothing if all are there from the beginning on).
    reach: Vec<usize>,
    since: Vec<usize>,
    entry: Vec<f64>,
    /// Positions by entry, latest first, within their strata.
    entering: Vec<usize>,
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
    /// Those of `entering` before this place had not entered.
    removed: usize,
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
    pub(super) fn new(outcome: &Survival, strata: Option<&[usize]>, ties: Ties) -> Result<Self> {
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
        let entry: Vec<f64> = outcome.entry().map_or_else(Vec::new, |e| order.iter().map(|&i| e[i]).collect());
        let mut sets = Self {
            ties,
            cases,
            weight: order.iter().map(|&i| outcome.weight(i)).collect(),
            event: order.iter().map(|&i| happened[i]).collect(),
            strata: Vec::new(),
            groups: Vec::new(),
            reach: vec![0; order.len()],
            since: vec![0; entry.len()],
            entering: (0..entry.len()).collect(),
            entry,
            order,
        };
        let mut start = 0;
        while start < sets.order.len() {
            let label = stratum(sets.order[start]);
            let end = start + sets.order[start..].partition_point(|&i| stratum(i) == label);
            sets.add_stratum(label, start, end, times);
            start = end;
        }
        if sets.groups.is_empty() { Err(Error::NoEvents { cases }) } else { Ok(sets) }
    }

    fn add_stratum(&mut self, label: usize, start: usize, end: usize, times: &[f64]) {
        let (number, first_group) = (self.strata.len(), self.groups.len());
        let (entry, late) = (&self.entry, !self.entry.is_empty());
        if late {
            self.entering[start..end].copy_from_slice(&sorted(start..end, |at| (-entry[at], false)));
        }
        let time = |position: usize| times[self.order[position]];
        let (mut at, mut removed, mut counted) = (start, start, start);
        while at < end {
            let t = time(at);
            let tied = at + self.order[at..end].partition_point(|&i| times[i] == t);
            let events_end = at + self.event[at..tied].partition_point(|e| *e);
            if events_end > at {
                while late && removed < end && entry[self.entering[removed]] >= t {
                    removed += 1;
                }
                let weight = self.weight[at..events_end].iter().sum();
                self.reach[counted..tied].fill(self.groups.len() + number);
                self.groups.push(Group { time: t, first: at, events_end, end: tied, weight, removed });
                counted = tied;
            }
            at = tied;
        }
        let groups = first_group..self.groups.len();
        self.reach[counted..end].fill(groups.end + number);
        if late {
            for (since, entry) in self.since[start..end].iter_mut().zip(&entry[start..end]) {
                *since = number + first_group + self.groups[groups.clone()].partition_point(|g| g.time > *entry);
            }
        }
        self.strata.push(Stratum { label, start, end, groups });
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
    pub(super) fn sums(&self, values: &[f64], mut each: impl FnMut(usize, f64, f64)) {
        for stratum in &self.strata {
            let (mut total, mut next, mut removed) = (0.0, stratum.start, stratum.start);
            for g in stratum.groups.clone() {
                let group = &self.groups[g];
                values[next..group.first].iter().for_each(|v| total += v);
                if group.removed > removed {
                    self.entering[removed..group.removed].iter().for_each(|&at| total -= values[at]);
                    removed = group.removed;
                }
                if removed == group.first {
                    // Nobody is left: what remains is rounding.
                    total = 0.0;
                }
                let events: f64 = values[group.first..group.events_end].iter().sum();
                total += events;
                values[group.events_end..group.end].iter().for_each(|v| total += v);
                next = group.end;
                each(g, total, events);
            }
        }
    }

    /// What each position gathers of the event times while it is at risk: `all` of each, but `own` at its own event.
    pub(super) fn gathered(&self, all: impl Fn(usize) -> f64, own: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut until = vec![0.0; self.groups.len() + self.strata.len()];
        for (number, stratum) in self.strata.iter().enumerate() {
            for g in stratum.groups.clone().rev() {
                until[g + number] = until[g + number + 1] + all(g);
            }
        }
        let mut out = vec![0.0; self.order.len()];
        for (number, stratum) in self.strata.iter().enumerate() {
            for at in stratum.start..stratum.end {
                let place = self.reach[at];
                let sum = if self.event[at] { until[place + 1] + own(place - number) } else { until[place] };
                out[at] = if self.since.is_empty() { sum } else { sum - until[self.since[at]] };
            }
        }
        out
    }

    /// The positions at risk at an event time.
    pub(super) fn at_risk<'a>(&'a self, stratum: &Stratum, group: &'a Group) -> impl Iterator<Item = usize> + use<'a> {
        (stratum.start..group.end).filter(|&at| self.entry.is_empty() || self.entry[at] < group.time)
    }
}
