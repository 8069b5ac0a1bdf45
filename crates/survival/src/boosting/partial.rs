//! The partial likelihood of any scores, with its first two derivatives by each of them.
//!
//! With *r_i = w_i exp(f_i)*, the sum *S* of *r* over those at risk at an event time, and its *d* events of the weight *W*,
//! the cumulative hazard that case *i* has gone through is *L_i = sum W / S* over the event times at which it was at risk, and
//!
//! - *g_i = r_i L_i - w_i delta_i*, the first derivative of minus the logarithm of the likelihood,
//! - *h_i = r_i L_i - r_i^2 sum W / S^2*, the second one (of the matrix the diagonal).
//!
//! By Efron's rule an event time is *d* times with the weight *W / d*, at the *l*-th of which (from 0) *S* is less by *l / d* of
//! the sum *E* of its events, which go through *1 - l / d* of that hazard.
//!
//! The likelihood is that of [`radsurv_stats::cox`], whose risk sets are for coefficients of columns. Boosting asks for other
//! things of it, tree by tree: the second derivative of each case, other samples of the cases without sorting them again, a step
//! for groups of cases, and scores of any size. The tests compare the two.
//!
//! Cases are put down where they leave and taken away where they enter, so that all sums over those at risk are one pass over
//! the event times. With late entries they lose digits if a case of enormous risk leaves.

use radsurv_data::Survival;
use radsurv_stats::cox::Ties;

/// Cases prepared for any scores.
#[derive(Debug, Clone)]
pub(crate) struct PartialLikelihood {
    weight: Vec<f64>,
    event: Vec<bool>,
    /// The number of event times at or before the time of a case: it is at risk at those before this place.
    until: Vec<usize>,
    /// The number of event times at or before its entry; empty if nobody enters late.
    since: Vec<usize>,
    times: Vec<EventTime>,
    efron: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct EventTime {
    events: usize,
    weight: f64,
}

/// What an event time adds to the hazard, and its square, of those at risk and of its own events.
#[derive(Debug, Clone, Copy, Default)]
struct Hazard {
    all: f64,
    own: f64,
    all_squared: f64,
    own_squared: f64,
}

impl PartialLikelihood {
    /// Cases with a weight of 0 are in no sum, but have derivatives (of 0). Exact ties are taken for Breslow's.
    pub(crate) fn new(outcome: &Survival, ties: Ties) -> Self {
        let distinct = outcome.event_times();
        let place = |time: f64| distinct.partition_point(|t| *t <= time);
        let until: Vec<usize> = outcome.times().iter().map(|t| place(*t)).collect();
        let since = outcome.entry().map_or_else(Vec::new, |entry| entry.iter().map(|t| place(*t)).collect());
        let mut times = vec![EventTime::default(); distinct.len()];
        for case in (0..outcome.len()).filter(|&i| outcome.event()[i] && outcome.weight(i) > 0.0) {
            let time = &mut times[until[case] - 1];
            time.events += 1;
            time.weight += outcome.weight(case);
        }
        let weight = (0..outcome.len()).map(|i| outcome.weight(i)).collect();
        Self { weight, event: outcome.event().to_vec(), until, since, times, efron: ties == Ties::Efron }
    }

    /// The same of some of the cases only, in their order: the others are not at risk.
    pub(crate) fn of_cases(&self, cases: &[u32]) -> Self {
        let all = || cases.iter().map(|&case| case as usize);
        let mut part = Self {
            weight: all().map(|i| self.weight[i]).collect(),
            event: all().map(|i| self.event[i]).collect(),
            until: all().map(|i| self.until[i]).collect(),
            since: if self.since.is_empty() { Vec::new() } else { all().map(|i| self.since[i]).collect() },
            times: vec![EventTime::default(); self.times.len()],
            efron: self.efron,
        };
        for case in (0..part.weight.len()).filter(|&i| part.event[i] && part.weight[i] > 0.0) {
            let time = &mut part.times[part.until[case] - 1];
            time.events += 1;
            time.weight += part.weight[case];
        }
        part
    }

    /// The weight of all events.
    pub(crate) fn event_weight(&self) -> f64 {
        self.times.iter().map(|time| time.weight).sum()
    }

    /// Risks divided by that of the largest score, which is given too.
    fn risks(&self, scores: impl Fn(usize) -> f64) -> (Vec<f64>, f64) {
        let cases = 0..self.weight.len();
        let largest = cases.clone().filter(|&i| self.weight[i] > 0.0).map(&scores).fold(f64::NEG_INFINITY, f64::max);
        let largest = if largest.is_finite() { largest } else { 0.0 };
        let risk = |i: usize| if self.weight[i] > 0.0 { self.weight[i] * (scores(i) - largest).exp() } else { 0.0 };
        (cases.map(risk).collect(), largest)
    }

    /// At each event time the sum of the risks of those at risk, and of its events.
    fn at_risk(&self, risk: &[f64]) -> Vec<[f64; 2]> {
        let mut sums = vec![[0.0; 2]; self.times.len() + 1];
        for (case, r) in risk.iter().enumerate() {
            sums[self.until[case]][0] += r;
        }
        for (since, r) in self.since.iter().zip(risk) {
            sums[*since][0] -= r;
        }
        let mut sum = 0.0;
        for place in (0..self.times.len()).rev() {
            sum += sums[place + 1][0];
            sums[place + 1][0] = sum;
        }
        for (case, r) in risk.iter().enumerate().filter(|(case, _)| self.event[*case] && self.weight[*case] > 0.0) {
            sums[self.until[case]][1] += r;
        }
        // Never less than the events, whatever rounding does.
        sums[1..].iter().map(|[all, own]| [all.max(*own), *own]).collect()
    }

    /// The first two derivatives of minus the logarithm of the likelihood by the score of each case.
    pub(crate) fn derivatives(&self, scores: impl Fn(usize) -> f64, mut each: impl FnMut(usize, f64, f64)) {
        let (risk, _) = self.risks(scores);
        let sums = self.at_risk(&risk);
        let mut cumulated = vec![[0.0; 2]; self.times.len() + 1];
        let mut hazards = vec![Hazard::default(); self.times.len()];
        for (place, (time, [all, own])) in self.times.iter().zip(&sums).enumerate() {
            let hazard = self.hazard(time, *all, *own);
            let [first, second] = cumulated[place];
            cumulated[place + 1] = [first + hazard.all, second + hazard.all_squared];
            hazards[place] = hazard;
        }
        for (case, r) in risk.iter().enumerate() {
            let until = self.until[case];
            let happened = self.event[case] && self.weight[case] > 0.0;
            let [mut first, mut second] = cumulated[until];
            if happened {
                let own = &hazards[until - 1];
                first += own.own - own.all;
                second += own.own_squared - own.all_squared;
            }
            if let Some(since) = self.since.get(case) {
                first -= cumulated[*since][0];
                second -= cumulated[*since][1];
            }
            let expected = r * first;
            each(case, expected - if happened { self.weight[case] } else { 0.0 }, expected - r * r * second);
        }
    }

    fn hazard(&self, time: &EventTime, all: f64, own: f64) -> Hazard {
        let mut hazard = Hazard::default();
        self.parts(time, |weight, share| {
            let rest = 1.0 - share;
            let at_risk = all - share * own;
            // Those left have no risk beside one that has gone: their differences are beyond the range of the exponential.
            let rate = if at_risk > f64::MIN_POSITIVE { 1.0 / at_risk } else { 0.0 };
            hazard.all += weight * rate;
            hazard.own += weight * rest * rate;
            hazard.all_squared += weight * rate * rate;
            hazard.own_squared += weight * rest * rest * rate * rate;
        });
        hazard
    }

    /// The weight of each part of an event time, and the share of its events that is not at risk any more.
    #[inline]
    fn parts(&self, time: &EventTime, mut each: impl FnMut(f64, f64)) {
        if time.events == 0 {
            return;
        }
        if !self.efron || time.events == 1 {
            return each(time.weight, 0.0);
        }
        let count = time.events as f64;
        (0..time.events).for_each(|l| each(time.weight / count, l as f64 / count));
    }

    /// One step of Newton's method from these scores towards the largest likelihood, with one number for all cases of each of
    /// `groups` groups, that of the last one 0; a case may be in no group, and is then not at risk.
    ///
    /// A group whose number the likelihood does not see (none of it is at risk with others) keeps 0.
    pub(crate) fn step(
        &self,
        scores: impl Fn(usize) -> f64,
        group_of: impl Fn(usize) -> Option<usize>,
        groups: usize,
    ) -> Vec<f64> {
        let (risk, _) = self.risks(scores);
        let count = self.times.len();
        // At each event time the sums of the groups: of those at risk, and of its events.
        let (mut all, mut own) = (vec![0.0; (count + 1) * groups], vec![0.0; (count + 1) * groups]);
        let mut gradient = vec![0.0; groups];
        let mut times = vec![EventTime::default(); count];
        for (case, r) in risk.iter().enumerate() {
            let Some(group) = group_of(case) else { continue };
            let place = self.until[case] * groups + group;
            all[place] += r;
            if let Some(since) = self.since.get(case) {
                all[since * groups + group] -= r;
            }
            if self.event[case] && self.weight[case] > 0.0 {
                own[place] += r;
                gradient[group] += self.weight[case];
                let time = &mut times[self.until[case] - 1];
                (time.events, time.weight) = (time.events + 1, time.weight + self.weight[case]);
            }
        }
        let mut information = vec![0.0; groups * groups];
        let mut at_risk = vec![0.0; groups];
        let mut share = vec![0.0; groups];
        for place in (0..count).rev() {
            let (all, own) = (&all[(place + 1) * groups..][..groups], &own[(place + 1) * groups..][..groups]);
            at_risk.iter_mut().zip(all).for_each(|(sum, r)| *sum += r);
            let (total, events): (f64, f64) = (at_risk.iter().sum(), own.iter().sum());
            self.parts(&times[place], |weight, gone| {
                let rest = total - gone * events;
                if rest <= 0.0 {
                    return;
                }
                for (share, (r, e)) in share.iter_mut().zip(at_risk.iter().zip(own)) {
                    *share = (r - gone * e) / rest;
                }
                for (k, p) in share.iter().enumerate() {
                    gradient[k] -= weight * p;
                    information[k * groups + k] += weight * p;
                    (0..=k).for_each(|m| information[k * groups + m] -= weight * p * share[m]);
                }
            });
        }
        solve(&mut information, &mut gradient, groups)
    }

    /// The logarithm of the likelihood.
    pub(crate) fn log_likelihood(&self, scores: impl Fn(usize) -> f64) -> f64 {
        let (risk, largest) = self.risks(&scores);
        let happened = |i: &usize| self.event[*i] && self.weight[*i] > 0.0;
        let cases = (0..self.weight.len()).filter(happened);
        let mut sum: f64 = cases.map(|i| self.weight[i] * (scores(i) - largest)).sum();
        for (time, [all, own]) in self.times.iter().zip(self.at_risk(&risk)) {
            self.parts(time, |weight, share| sum -= weight * (all - share * own).max(f64::MIN_POSITIVE).ln());
        }
        sum
    }
}

/// The solution of a positive definite system, of which the lower triangle is given, but for the last unknown, which is 0
/// (*L D L'*); an unknown with a pivot of 0 is 0 as well.
fn solve(lower: &mut [f64], right: &mut [f64], size: usize) -> Vec<f64> {
    let mut solution = vec![0.0; size];
    let unknowns = size.saturating_sub(1);
    let at = |row: usize, column: usize| row * size + column;
    let mut pivots = vec![0.0; unknowns];
    for k in 0..unknowns {
        for m in 0..k {
            let rest: f64 = (0..m).map(|q| lower[at(k, q)] * pivots[q] * lower[at(m, q)]).sum();
            lower[at(k, m)] = if pivots[m] > 0.0 { (lower[at(k, m)] - rest) / pivots[m] } else { 0.0 };
        }
        let diagonal = lower[at(k, k)];
        let pivot = diagonal - (0..k).map(|m| lower[at(k, m)].powi(2) * pivots[m]).sum::<f64>();
        pivots[k] = if pivot > 1e-12 * diagonal { pivot } else { 0.0 };
        right[k] -= (0..k).map(|m| lower[at(k, m)] * right[m]).sum::<f64>();
    }
    for k in (0..unknowns).rev().filter(|&k| pivots[k] > 0.0) {
        let rest: f64 = (k + 1..unknowns).map(|j| lower[at(j, k)] * solution[j]).sum();
        solution[k] = right[k] / pivots[k] - rest;
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(late: bool, weighted: bool) -> Survival {
        let times = (0..40).map(|i| f64::from(i * 37 % 19 + 2)).collect();
        let mut outcome = Survival::new(times, (0..40).map(|i| i % 3 > 0).collect()).unwrap();
        if late {
            outcome = outcome.with_entry((0..40).map(|i| f64::from(i % 2)).collect()).unwrap();
        }
        if weighted {
            outcome = outcome.with_weights((0..40).map(|i| f64::from(i % 4)).collect()).unwrap();
        }
        outcome
    }

    #[test]
    fn derivatives_are_differences_of_the_likelihood() {
        for (ties, late, weighted) in [
            (Ties::Breslow, false, false),
            (Ties::Efron, false, true),
            (Ties::Breslow, true, true),
            (Ties::Efron, true, false),
        ] {
            let likelihood = PartialLikelihood::new(&outcome(late, weighted), ties);
            let scores: Vec<f64> = (0..40).map(|i| (f64::from(i) * 0.7).sin()).collect();
            let at =
                |case: usize, by: f64| -likelihood.log_likelihood(|i| scores[i] + if i == case { by } else { 0.0 });
            likelihood.derivatives(
                |i| scores[i],
                |case, first, second| {
                    let (low, middle, high) = (at(case, -1e-4), at(case, 0.0), at(case, 1e-4));
                    assert!(((high - low) / 2e-4 - first).abs() < 1e-6, "{case}: {first}");
                    assert!(((high - 2.0 * middle + low) / 1e-8 - second).abs() < 1e-4, "{case}: {second}");
                },
            );
        }
    }

    #[test]
    fn it_is_that_of_cox() {
        use radsurv_stats::cox::{Design, PartialLikelihood as Reference};
        let outcome = outcome(false, true);
        let column: Vec<f64> = (0..40).map(|i| (f64::from(i) * 0.7).sin()).collect();
        for ties in [Ties::Breslow, Ties::Efron] {
            let columns = [column.as_slice()];
            let expected = Reference::new(&Design::new(&columns, &outcome), ties).unwrap().at(&[1.5]).unwrap();
            let found = PartialLikelihood::new(&outcome, ties).log_likelihood(|i| 1.5 * column[i]);
            assert!((found - expected.log_likelihood).abs() < 1e-11);
        }
    }

    #[test]
    fn a_step_is_newtons() {
        use radsurv_stats::cox::{Design, PartialLikelihood as Reference};
        let outcome = outcome(false, true);
        let group = |i: usize| i % 3;
        let columns: Vec<Vec<f64>> =
            (0..2).map(|k| (0..40).map(|i| f64::from(u8::from(group(i) == k))).collect()).collect();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        for ties in [Ties::Breslow, Ties::Efron] {
            let start = [0.3, -0.2];
            let at = Reference::new(&Design::new(&slices, &outcome), ties).unwrap().at(&start).unwrap();
            let [a, b, c, d] = at.information[..] else { panic!("four numbers") };
            let [g, h] = at.gradient[..] else { panic!("two numbers") };
            let expected = [(d * g - b * h) / (a * d - b * c), (a * h - c * g) / (a * d - b * c), 0.0];
            let score = |i: usize| start.get(group(i)).copied().unwrap_or(0.0);
            let found = PartialLikelihood::new(&outcome, ties).step(score, |i| Some(group(i)), 3);
            found.iter().zip(expected).for_each(|(f, e)| assert!((f - e).abs() < 1e-10, "{f} {e}"));
        }
    }

    #[test]
    fn scores_of_any_size_have_derivatives() {
        for (ties, sign) in [(Ties::Breslow, 1.0), (Ties::Breslow, -1.0), (Ties::Efron, 1.0), (Ties::Efron, -1.0)] {
            let outcome = outcome(true, false);
            let likelihood = PartialLikelihood::new(&outcome, ties);
            let score = |i: usize| sign * 1e4 * outcome.times()[i];
            likelihood.derivatives(score, |_, first, second| assert!(first.is_finite() && second.is_finite()));
            assert!(likelihood.log_likelihood(score).is_finite());
            assert!(likelihood.step(score, |i| Some(i % 3), 3).iter().all(|step| step.is_finite()));
        }
    }
}
