//! The sums over pairs, in two passes over time.

use radsurv_data::Survival;

use super::PairCounts;
use crate::error::Result;
use crate::nonparametric::risk_set::{RiskSets, ordered_bits, sorted};

/// The weights of the cases that a case is compared with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Partners {
    pub concordant: f64,
    pub discordant: f64,
    pub tied: f64,
}

#[derive(Debug, Default)]
pub(super) struct Sums {
    pub pairs: PairCounts,
    /// Per case, times the weight of the time.
    pub partners: Vec<Partners>,
}

impl Sums {
    /// Adds those of some of the cases, which are compared with none of the others.
    pub(super) fn add(&mut self, rows: &[usize], part: Self) {
        self.pairs.concordant += part.pairs.concordant;
        self.pairs.discordant += part.pairs.discordant;
        self.pairs.tied_risk += part.pairs.tied_risk;
        self.pairs.tied_time += part.pairs.tied_time;
        self.pairs.tied_both += part.pairs.tied_both;
        rows.iter().zip(part.partners).for_each(|(&case, partners)| self.partners[case] = partners);
    }
}

/// The sums with a weight for each time of events.
pub(super) fn sums(risk: &[f64], outcome: &Survival, weight: impl Fn(f64) -> Result<f64>) -> Result<Sums> {
    let sets = RiskSets::of(outcome)?;
    let ranks = ranks(risk);
    let weights: Vec<f64> = sets
        .sets()
        .iter()
        .map(|set| if set.event_count > 0 { weight(set.time) } else { Ok(0.0) })
        .collect::<Result<_>>()?;
    let mut sums = Sums { pairs: PairCounts::default(), partners: vec![Partners::default(); risk.len()] };
    as_first(&sets, outcome, &ranks, &weights, &mut sums);
    as_second(&sets, outcome, &ranks, &weights, &mut sums.partners);
    Ok(sums)
}

/// Back in time: each event with those who are without it longer.
fn as_first(sets: &RiskSets, outcome: &Survival, ranks: &Ranks, weights: &[f64], sums: &mut Sums) {
    let (entering, entry) = (sets.entering(), outcome.entry().unwrap_or(&[]));
    let (mut longer, mut yet) = (SumsByRank::new(ranks.count), entering.len());
    for ((set, cases), &weight) in sets.groups().zip(weights).rev() {
        let (events, censored) = cases.split_at(set.event_count);
        censored.iter().for_each(|&case| longer.add(ranks.of[case], outcome.weight(case)));
        if weight > 0.0 {
            while yet > 0 && entry[entering[yet - 1]] >= set.time {
                yet -= 1;
                longer.remove(ranks.of[entering[yet]], outcome.weight(entering[yet]));
            }
            for &case in events {
                let Split { below, same, above } = longer.split(ranks.of[case]);
                let partners = Partners { concordant: weight * below, discordant: weight * above, tied: weight * same };
                let own = outcome.weight(case);
                sums.pairs.concordant += own * partners.concordant;
                sums.pairs.discordant += own * partners.discordant;
                sums.pairs.tied_risk += own * partners.tied;
                sums.partners[case] = partners;
            }
            if let [_, _, ..] = events {
                tied_events(events, outcome, ranks, weight, &mut sums.pairs);
            }
        }
        events.iter().for_each(|&case| longer.add(ranks.of[case], outcome.weight(case)));
    }
}

/// The pairs of events at one time.
fn tied_events(events: &[usize], outcome: &Survival, ranks: &Ranks, weight: f64, pairs: &mut PairCounts) {
    let by_risk = sorted(0..events.len(), |place| (f64::from(ranks.of[events[place]]), false));
    let (mut all, mut same, mut last) = (0.0, 0.0, None);
    for case in by_risk.into_iter().map(|place| events[place]) {
        let (own, rank) = (outcome.weight(case), ranks.of[case]);
        if last.replace(rank) != Some(rank) {
            same = 0.0;
        }
        pairs.tied_both += weight * own * same;
        pairs.tied_time += weight * own * (all - same);
        all += own;
        same += own;
    }
}

/// On in time: each case with the events it was without for longer.
fn as_second(sets: &RiskSets, outcome: &Survival, ranks: &Ranks, weights: &[f64], partners: &mut [Partners]) {
    let (entering, entry) = (sets.entering(), outcome.entry().unwrap_or(&[]));
    let (mut happened, mut next) = (SumsByRank::new(ranks.count), 0);
    for ((set, cases), &weight) in sets.groups().zip(weights) {
        // Events before entry do not count: they are taken off here, and on again with all others on leaving.
        while let Some(&case) = entering.get(next).filter(|i| entry[**i] < set.time) {
            partners[case].take(happened.split(ranks.of[case]), -1.0);
            next += 1;
        }
        let (events, censored) = cases.split_at(set.event_count);
        for &case in events {
            partners[case].take(happened.split(ranks.of[case]), 1.0);
        }
        if weight > 0.0 {
            events.iter().for_each(|&case| happened.add(ranks.of[case], weight * outcome.weight(case)));
        }
        for &case in censored {
            partners[case].take(happened.split(ranks.of[case]), 1.0);
        }
    }
}

impl Partners {
    /// Events by their risk: those of higher risk are concordant.
    fn take(&mut self, events: Split, sign: f64) {
        self.concordant += sign * events.above;
        self.discordant += sign * events.below;
        self.tied += sign * events.same;
    }
}

/// The place of each risk among the different ones, from 1.
struct Ranks {
    of: Vec<u32>,
    count: usize,
}

fn ranks(risk: &[f64]) -> Ranks {
    let (mut of, mut count, mut last) = (vec![0; risk.len()], 0u32, None);
    for case in sorted(0..risk.len(), |case| (risk[case], false)) {
        let bits = ordered_bits(risk[case]);
        if last.replace(bits) != Some(bits) {
            count += 1;
        }
        of[case] = count;
    }
    Ranks { of, count: count as usize }
}

/// Weights of lower, the same and higher risk.
struct Split {
    below: f64,
    same: f64,
    above: f64,
}

/// Sums of weights by rank, and over all lower ranks: a Fenwick tree.
struct SumsByRank {
    tree: Vec<f64>,
    own: Vec<f64>,
    all: f64,
    /// The number of cases: with none the sums are 0, and not what rounding left of them.
    members: usize,
}

impl SumsByRank {
    fn new(ranks: usize) -> Self {
        Self { tree: vec![0.0; ranks + 1], own: vec![0.0; ranks + 1], all: 0.0, members: 0 }
    }

    fn add(&mut self, rank: u32, weight: f64) {
        self.members += 1;
        self.change(rank, weight);
    }

    fn remove(&mut self, rank: u32, weight: f64) {
        self.members -= 1;
        self.change(rank, -weight);
    }

    fn change(&mut self, rank: u32, weight: f64) {
        self.all += weight;
        let mut place = rank as usize;
        self.own[place] += weight;
        while let Some(sum) = self.tree.get_mut(place) {
            *sum += weight;
            place += place & place.wrapping_neg();
        }
    }

    fn split(&self, rank: u32) -> Split {
        if self.members == 0 {
            return Split { below: 0.0, same: 0.0, above: 0.0 };
        }
        let mut place = rank as usize - 1;
        let mut below = 0.0;
        while place > 0 {
            below += self.tree[place];
            place &= place - 1;
        }
        let same = self.own[rank as usize];
        Split { below: below.max(0.0), same: same.max(0.0), above: (self.all - below - same).max(0.0) }
    }
}
