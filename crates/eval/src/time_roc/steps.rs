//! What each case contributes to the estimate of *G*.
//!
//! The estimate of *ln G* moves with each case *k* by minus its martingale integral (Fleming and Harrington: Counting
//! Processes and Survival Analysis, 1991, p. 100; Blanche et al. 2013, appendix),
//!
//! *M_k(t) = ∫_0^t dM_k(u) / (Y(u)/n) = δ^C_k 1(T_k <= t) n / Y(T_k) - Σ_{u <= min(t, T_k)} n c(u) / Y(u)²*,
//!
//! with *Y(u)* at risk of censoring and *c(u)* censored. Weighted means *(1/n) Σ_i x_i / G(T_i)* then move by
//! *(1/n) Σ_i x_i M_k(T_i) / G(T_i)*, for all *k*. As *M_k(t)* is a jump and a sum that stops at *T_k*, these *n* sums of *n*
//! numbers are *n* differences of running sums: *O(n)* after sorting, where the matrix of all *M_k(T_i)* takes *n²* numbers.

use radsurv_data::Survival;

use super::settings::TiedTimes;

/// The steps of *G*: rows one by one, or times.
pub(super) struct Steps {
    /// Σ *n c / Y²* until and with each step; the first is before all.
    compensator: Vec<f64>,
    /// *n / Y* of each step, from 1.
    jump: Vec<f64>,
    /// Of each case, the last step at which it is at risk of censoring.
    last: Vec<u32>,
    /// Of each censored case, the step of its jump; 0 for events.
    jumps: Vec<u32>,
    /// Of each case, the steps that *G* just before its time has, and at its time.
    before: Vec<u32>,
    at: Vec<u32>,
    /// The time of each step.
    times: Vec<f64>,
}

impl Steps {
    /// By ascending times, rows of the same time in their order.
    pub(super) fn new(outcome: &Survival, by_time: &[u32], ties: TiedTimes) -> Self {
        let n = by_time.len();
        let mut steps = Self {
            compensator: vec![0.0],
            jump: vec![0.0],
            last: vec![0; n],
            jumps: vec![0; n],
            before: vec![0; n],
            at: vec![0; n],
            times: Vec::new(),
        };
        let (times, event) = (outcome.times(), outcome.event());
        let mut gone = 0;
        for group in by_time.chunk_by(|a, b| times[*a as usize] == times[*b as usize]) {
            let first = steps.jump.len() as u32;
            let at_risk = n - gone;
            gone += group.len();
            match ties {
                TiedTimes::ByRow => {
                    for (place, &case) in group.iter().enumerate() {
                        let (case, row) = (case as usize, first + place as u32);
                        // Its own row is before the case, and all censorings of its time jump at the first row.
                        (steps.last[case], steps.before[case], steps.at[case]) = (row, row, row);
                        steps.jumps[case] = if event[case] { 0 } else { first };
                        steps.push(times[case], n, (at_risk - place) as f64, f64::from(u8::from(!event[case])));
                    }
                }
                TiedTimes::AfterEvents | TiedTimes::WithEvents => {
                    let events = group.iter().filter(|case| event[**case as usize]).count();
                    let with_events = ties == TiedTimes::WithEvents;
                    for &case in group {
                        let case = case as usize;
                        steps.last[case] = if event[case] && !with_events { first - 1 } else { first };
                        steps.jumps[case] = if event[case] { 0 } else { first };
                        (steps.before[case], steps.at[case]) = (first - 1, first);
                    }
                    let time = times[group[0] as usize];
                    let at_risk = if with_events { at_risk } else { at_risk - events };
                    steps.push(time, n, at_risk as f64, (group.len() - events) as f64);
                }
            }
        }
        steps
    }

    fn push(&mut self, time: f64, n: usize, at_risk: f64, censored: f64) {
        let sum = self.compensator.last().copied().unwrap_or(0.0);
        // Without censored cases nobody needs to be at risk.
        let add = if censored > 0.0 { n as f64 * censored / (at_risk * at_risk) } else { 0.0 };
        self.compensator.push(sum + add);
        self.jump.push(if at_risk > 0.0 { n as f64 / at_risk } else { 0.0 });
        self.times.push(time);
    }

    /// Room for the numbers that hang on each step.
    pub(super) fn room(&self) -> Vec<f64> {
        vec![0.0; self.jump.len()]
    }

    /// The steps that *G(T-)*, or *G(T)*, of a case has.
    pub(super) fn of(&self, case: usize, value_at: bool) -> usize {
        (if value_at { self.at[case] } else { self.before[case] }) as usize
    }

    /// The steps that *G(t)* has.
    pub(super) fn until(&self, time: f64) -> usize {
        self.times.partition_point(|t| *t <= time)
    }

    /// Adds *(1/n) Σ_s x_s M_k(s)* to the number of each case *k*, with *x_s* the sum of what hangs on step *s*.
    pub(super) fn add(&self, x: &[f64], out: &mut [f64]) {
        let n = out.len() as f64;
        let steps = x.len();
        // later[s] = Σ_{r >= s} x_r, and passed[s] = Σ_{r <= s} x_r Q_r.
        let mut later = vec![0.0; steps + 1];
        for s in (0..steps).rev() {
            later[s] = later[s + 1] + x[s];
        }
        let mut sum = 0.0;
        let passed: Vec<f64> = x
            .iter()
            .zip(&self.compensator)
            .map(|(x, q)| {
                sum += x * q;
                sum
            })
            .collect();
        for (k, out) in out.iter_mut().enumerate() {
            let (jump, last) = (self.jumps[k] as usize, self.last[k] as usize);
            let jumped = if jump > 0 { self.jump[jump] * later[jump] } else { 0.0 };
            *out += (jumped - passed[last] - self.compensator[last] * later[last + 1]) / n;
        }
    }
}
