//! Who is at risk, who leaves and how, at each time of a follow-up.

use radsurv_data::Survival;

use crate::error::{Error, Result};

/// What happens at one time.
///
/// Weights are sums over the cases; without weights they are counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskSet {
    /// The time *t*.
    pub time: f64,
    /// The weight at risk: of the cases with *entry < t <= time*.
    pub at_risk: f64,
    /// The weight of the events.
    pub events: f64,
    /// The weight of the cases that are censored.
    pub censored: f64,
    /// The number of events.
    pub event_count: usize,
    /// The number of cases that leave: events and censored.
    pub leaving: usize,
}

/// The sets of cases at risk at each time at which one leaves, from one sorting of the cases: *O(n log n)*.
///
/// With left truncation a case is at risk after its entry. Cases of weight 0 are left out. Times are what they are: R's
/// survival takes times for equal that differ by less than 1.5e-8 of the mean (`timefix`).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::nonparametric::RiskSets;
/// let outcome = Survival::new(vec![5.0, 2.0, 2.0, 8.0], vec![true, true, false, false])?;
/// let risk = RiskSets::of(&outcome)?;
/// let at_2 = risk.sets()[0];
/// assert_eq!((at_2.at_risk, at_2.events, at_2.censored), (4.0, 1.0, 1.0));
/// assert_eq!([0.0, 2.0, 3.0, 8.0, 9.0].map(|t| risk.at_risk(t)), [4.0, 4.0, 2.0, 1.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RiskSets {
    sets: Vec<RiskSet>,
    /// Where those who leave at the time of each set begin in `leaving`.
    starts: Vec<usize>,
    /// Cases by the time they leave, events first.
    leaving: Vec<usize>,
    /// Cases by the time they enter; empty if all are there from the beginning.
    entering: Vec<usize>,
    /// The times of `entering`, and the weight that entered before each; one more for all.
    entries: Vec<f64>,
    entered: Vec<f64>,
}

impl RiskSets {
    /// The sets of these cases.
    ///
    /// # Errors
    /// [`Error::TooFew`] if there is no case, or none with a weight above 0.
    pub fn of(outcome: &Survival) -> Result<Self> {
        let counted = |i: &usize| outcome.weight(*i) > 0.0;
        let (times, event) = (outcome.times(), outcome.event());
        let leaving = sorted((0..outcome.len()).filter(counted), |i| (times[i], !event[i]));
        if leaving.is_empty() {
            return Err(Error::TooFew { what: "an estimate from follow-up", needed: 1, found: 0 });
        }
        let entering = match outcome.entry() {
            Some(entry) => sorted((0..outcome.len()).filter(counted), |i| (entry[i], false)),
            None => Vec::new(),
        };
        let entries: Vec<f64> = entering.iter().map(|&i| outcome.entry().map_or(0.0, |e| e[i])).collect();
        let mut entered = Vec::new();
        if !entering.is_empty() {
            let mut sum = 0.0;
            entered.push(sum);
            entered.extend(entering.iter().map(|&i| {
                sum += outcome.weight(i);
                sum
            }));
        }
        let mut risk = Self { sets: Vec::new(), starts: Vec::new(), leaving, entering, entries, entered };
        risk.sweep(outcome);
        Ok(risk)
    }

    /// From the last time back, so that small sets are sums of few numbers.
    fn sweep(&mut self, outcome: &Survival) {
        let (times, event) = (outcome.times(), outcome.event());
        let (mut at_risk, mut count, mut yet) = (0.0, 0, self.entering.len());
        let mut end = self.leaving.len();
        while let Some(&last) = self.leaving[..end].last() {
            let time = times[last];
            let (mut events, mut censored, mut event_count, mut start) = (0.0, 0.0, 0, end);
            while let Some(&case) = self.leaving[..start].last().filter(|i| times[**i] == time) {
                let weight = outcome.weight(case);
                at_risk += weight;
                if event[case] {
                    events += weight;
                    event_count += 1;
                } else {
                    censored += weight;
                }
                start -= 1;
            }
            count += end - start;
            while yet > 0 && self.entries[yet - 1] >= time {
                yet -= 1;
                count -= 1;
                at_risk -= outcome.weight(self.entering[yet]);
            }
            if count == end - start {
                // All leave: exactly, not up to the rounding of what was subtracted.
                at_risk = if event_count == count { events } else { events + censored };
            }
            self.sets.push(RiskSet { time, at_risk, events, censored, event_count, leaving: end - start });
            self.starts.push(start);
            end = start;
        }
        self.sets.reverse();
        self.starts.reverse();
    }

    /// The sets, by ascending time.
    pub fn sets(&self) -> &[RiskSet] {
        &self.sets
    }

    /// The weight at risk at a time: of the cases with *entry < t <= time*; at 0 that of all, without entry times. NaN at a
    /// time that is NaN.
    pub fn at_risk(&self, time: f64) -> f64 {
        if time.is_nan() {
            return f64::NAN;
        }
        let Some(next) = self.sets.get(self.sets.partition_point(|set| set.time < time)) else { return 0.0 };
        let before = |t: f64| self.entries.partition_point(|entry| *entry < t);
        let later = match self.entered.last() {
            Some(_) => self.entered[before(next.time)] - self.entered[before(time)],
            None => 0.0,
        };
        next.at_risk - later
    }

    /// Each set with the cases that leave at its time, events first.
    pub(crate) fn groups(&self) -> impl DoubleEndedIterator<Item = (&RiskSet, &[usize])> + ExactSizeIterator {
        let cases = |start: &usize, set: &RiskSet| *start..*start + set.leaving;
        self.sets.iter().zip(&self.starts).map(move |(set, start)| (set, &self.leaving[cases(start, set)]))
    }

    /// The cases by the time they enter, if not all are there from the beginning.
    pub(crate) fn entering(&self) -> &[usize] {
        &self.entering
    }
}

/// Cases by a number that is not NaN, then by a flag, then by their place.
pub(crate) fn sorted(cases: impl Iterator<Item = usize> + Clone, key: impl Fn(usize) -> (f64, bool)) -> Vec<usize> {
    let mut keys: Vec<(u64, usize)> = Vec::new();
    for wanted in [false, true] {
        let keyed = cases.clone().map(|case| (key(case), case)).filter(|((_, flag), _)| *flag == wanted);
        keys.extend(keyed.map(|((number, _), case)| (ordered_bits(number), case)));
    }
    if keys.len() < 512 {
        keys.sort_by_key(|(bits, _)| *bits);
    } else {
        sort_by_bytes(&mut keys);
    }
    keys.into_iter().map(|(_, case)| case).collect()
}

/// Sorts by one byte after the other, from the lowest: cases with the same number keep their order. Bytes that all have in
/// common, as the lowest ones of whole numbers, cost nothing.
fn sort_by_bytes(keys: &mut Vec<(u64, usize)>) {
    let mut counts = [[0usize; 256]; 8];
    for (bits, _) in keys.iter() {
        bits.to_le_bytes().iter().zip(&mut counts).for_each(|(byte, count)| count[usize::from(*byte)] += 1);
    }
    let mut other = vec![(0, 0); keys.len()];
    for (place, count) in counts.iter_mut().enumerate() {
        if count.contains(&keys.len()) {
            continue;
        }
        let mut begin = 0;
        for count in count.iter_mut() {
            begin += std::mem::replace(count, begin);
        }
        for &key in keys.iter() {
            let next = &mut count[usize::from(key.0.to_le_bytes()[place])];
            other[*next] = key;
            *next += 1;
        }
        std::mem::swap(keys, &mut other);
    }
}

/// Bits that compare as whole numbers as the floats do; 0 and -0 are the same.
pub(crate) fn ordered_bits(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_those_of_the_definition(
            rows in prop::collection::vec((1u32..9, 0u32..9, any::<bool>(), 0u32..4), 1..40),
            truncated in any::<bool>(),
        ) {
            let times: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
            let entry: Vec<f64> = rows.iter().map(|r| f64::from(r.1.min(r.0 - 1)) * 0.999).collect();
            let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.3)).collect();
            let event: Vec<bool> = rows.iter().map(|r| r.2).collect();
            let mut outcome = Survival::new(times.clone(), event.clone()).unwrap().with_weights(weights.clone()).unwrap();
            if truncated {
                outcome = outcome.with_entry(entry.clone()).unwrap();
            }
            let Ok(risk) = RiskSets::of(&outcome) else {
                prop_assert!(weights.iter().all(|w| *w == 0.0));
                return Ok(());
            };
            let sum = |keep: &dyn Fn(usize) -> bool| (0..rows.len()).filter(|i| keep(*i)).map(|i| weights[i]).sum::<f64>();
            let at_risk = |t: f64| sum(&|i| (!truncated || entry[i] < t) && t <= times[i]);
            for set in risk.sets() {
                prop_assert_eq!(set.at_risk, at_risk(set.time));
                prop_assert_eq!(set.events, sum(&|i| times[i] == set.time && event[i]));
                prop_assert_eq!(set.censored, sum(&|i| times[i] == set.time && !event[i]));
            }
            for t in 1..20 {
                let t = f64::from(t) / 2.0;
                prop_assert_eq!(risk.at_risk(t), at_risk(t), "at {}", t);
            }
            for (set, cases) in risk.groups() {
                prop_assert!(cases.iter().all(|&i| times[i] == set.time));
                prop_assert!(cases.iter().enumerate().all(|(k, &i)| event[i] == (k < set.event_count)));
            }
        }

        #[test]
        fn long_and_short_lists_are_sorted_alike(
            values in prop::collection::vec((-5i32..5, 0.0..1.0f64, any::<bool>(), any::<bool>()), 0..1500),
        ) {
            let number = |i: usize| if values[i].2 { f64::from(values[i].0) } else { f64::from(values[i].0) * values[i].1 };
            let key = |i: usize| (number(i), values[i].3);
            let mut expected: Vec<usize> = (0..values.len()).collect();
            expected.sort_by(|a, b| key(*a).partial_cmp(&key(*b)).unwrap());
            prop_assert_eq!(sorted(0..values.len(), key), expected);
        }

        #[test]
        fn bits_keep_the_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(a.partial_cmp(&b), Some(ordered_bits(a).cmp(&ordered_bits(b))));
        }
    }
}
