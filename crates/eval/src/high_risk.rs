//! How many of a group of cases have the event until a time, by Kaplan and Meier.

use radsurv_data::Survival;

use crate::error::{Error, Result};

/// The follow-up of cases, sorted once for many groups of them.
pub(crate) struct FollowUp {
    time: f64,
    /// Cases that count, from the last time back.
    cases: Vec<Followed>,
    weight: f64,
}

struct Followed {
    case: usize,
    time: f64,
    event: bool,
    weight: f64,
}

/// A group of the cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Group {
    /// Its share of all cases.
    pub share: f64,
    /// The probability of the event until the time in it; `None` if it has no case that is followed so long, and not all
    /// had the event. 0 of a group without cases, whose share is 0.
    pub event: Option<f64>,
}

impl Group {
    /// A group without cases.
    pub const NOBODY: Self = Self { share: 0.0, event: Some(0.0) };

    /// The share of all cases that is in the group and has the event until the time.
    pub fn with_event(self) -> Option<f64> {
        self.event.map(|event| self.share * event)
    }

    /// The share of all cases that is in the group and is without the event at the time.
    pub fn without_event(self) -> Option<f64> {
        self.event.map(|event| self.share * (1.0 - event))
    }
}

impl FollowUp {
    /// The follow-up of these cases, for the probability of the event until a time.
    pub fn until(time: f64, outcome: &Survival) -> Self {
        let of = |case: usize| {
            let (time, event, weight) = (outcome.times()[case], outcome.event()[case], outcome.weight(case));
            Followed { case, time, event, weight }
        };
        let mut cases: Vec<Followed> = (0..outcome.len()).map(of).filter(|c| c.weight > 0.0).collect();
        cases.sort_by(|a, b| b.time.total_cmp(&a.time));
        let weight = cases.iter().map(|c| c.weight).sum();
        Self { time, cases, weight }
    }

    /// The group of the cases that are members. From the last time back, so that the weight at risk is a sum.
    pub fn group(&self, member: impl Fn(usize) -> bool) -> Group {
        let (mut at_risk, mut survival, mut followed) = (0.0, 1.0, false);
        let mut members = self.cases.iter().filter(|c| member(c.case)).peekable();
        while let Some(first) = members.next() {
            let time = first.time;
            followed |= time >= self.time;
            let (mut events, mut next) = (0.0, Some(first));
            while let Some(case) = next {
                at_risk += case.weight;
                if case.event {
                    events += case.weight;
                }
                next = members.next_if(|c| c.time == time);
            }
            if events > 0.0 && time <= self.time {
                survival *= (at_risk - events) / at_risk;
            }
        }
        let share = at_risk / self.weight;
        let event = (share == 0.0 || followed || survival <= 0.0).then_some(1.0 - survival);
        Group { share, event }
    }

    /// The probability of the event until the time.
    pub fn event_of_all(&self) -> Result<f64> {
        self.group(|_| true).event.ok_or(Error::NotFollowed { what: "altogether", time: self.time })
    }
}

/// Refuses entry times: the share of a group among those under observation is not that among all.
pub(crate) fn no_entry(method: &'static str, outcome: &Survival) -> Result<()> {
    if outcome.entry().is_none() {
        return Ok(());
    }
    let what = "entry times (left truncation): the share of high risk among those who lived to enter is not that of all; \
                leave the entry times out if all entered at 0";
    Err(Error::Stats(radsurv_stats::Error::Unsupported { method, what }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use radsurv_stats::nonparametric::KaplanMeier;

    use super::*;

    proptest! {
        #[test]
        fn groups_are_those_of_kaplan_and_meier(
            rows in prop::collection::vec((1u32..9, any::<bool>(), 0u32..3, any::<bool>()), 1..40),
            time in 1u32..10,
        ) {
            let time = f64::from(time);
            let outcome = Survival::new(rows.iter().map(|r| f64::from(r.0)).collect(), rows.iter().map(|r| r.1).collect());
            let outcome = outcome.unwrap().with_weights(rows.iter().map(|r| f64::from(r.2)).collect()).unwrap();
            let total: u32 = rows.iter().map(|r| r.2).sum();
            prop_assume!(total > 0);
            let group = FollowUp::until(time, &outcome).group(|i| rows[i].3);
            let members: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].3 && rows[*i].2 > 0).collect();
            let weight: u32 = members.iter().map(|&i| rows[i].2).sum();
            prop_assert!((group.share - f64::from(weight) / f64::from(total)).abs() < 1e-12);
            if members.is_empty() {
                prop_assert_eq!(group.event, Some(0.0));
                return Ok(());
            }
            let survival = KaplanMeier::of(&outcome.rows(&members)).unwrap().survival().at(time);
            let known = survival == 0.0 || members.iter().any(|&i| f64::from(rows[i].0) >= time);
            match group.event {
                Some(event) => prop_assert!(known && (event - (1.0 - survival)).abs() < 1e-12),
                None => prop_assert!(!known),
            }
        }
    }
}
