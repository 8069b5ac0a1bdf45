//! What each case does to a score, with what it does to the weights.

use radsurv_data::Survival;
use radsurv_stats::nonparametric::{RiskSets, Side};
use radsurv_stats::summary::{mean, standard_deviation};

/// The weighted squares of cases at a time.
pub(crate) struct Scored<'a> {
    pub(super) squares: Vec<f64>,
    pub(super) outcome: &'a Survival,
    pub(super) time: f64,
    pub(super) side: Side,
    pub(super) own: bool,
}

/// What is known at a time at which a case leaves.
struct Until {
    time: f64,
    at_risk: f64,
    /// *n Σ c / Y²* of the times until this one, none later than the time of the score.
    drift: f64,
    /// The part of those whose *G* is taken earlier than a case that leaves now is censored, with the drift of each.
    earlier: f64,
    /// The sum of squares of those with the event whose *G* is taken later.
    later: f64,
}

impl Scored<'_> {
    pub(crate) fn estimate(&self) -> f64 {
        mean(&self.squares)
    }

    /// The influence of each case on the score. In *O(n log n)*: sums over those with an earlier and a later event.
    pub(crate) fn influence(&self) -> Vec<f64> {
        let estimate = self.estimate();
        let mut influence: Vec<f64> = self.squares.iter().map(|square| square - estimate).collect();
        if !self.own {
            return influence;
        }
        let (times, event) = (self.outcome.times(), self.outcome.event());
        let Ok(risk) = RiskSets::of(self.outcome) else { return influence };
        let n = times.len() as f64;
        let mut of_events = vec![0.0; risk.sets().len()];
        let place = |time: f64| risk.sets().partition_point(|set| set.time < time);
        for i in (0..times.len()).filter(|&i| event[i] && times[i] <= self.time) {
            of_events[place(times[i])] += self.squares[i];
        }
        let followed: f64 = (0..times.len()).filter(|&i| times[i] > self.time).map(|i| self.squares[i]).sum();
        let (mut drift, mut earlier, mut later) = (0.0, 0.0, of_events.iter().sum::<f64>());
        let until = risk.sets().iter().zip(&of_events).map(|(set, own)| {
            let before = drift;
            if set.time <= self.time {
                drift += n * set.censored / (set.at_risk * set.at_risk);
            }
            match self.side {
                // G(T-): the events of now are weighted before the censorings of now.
                Side::Left => {
                    earlier -= own * before;
                    later -= own;
                    Until { time: set.time, at_risk: set.at_risk, drift, earlier, later }
                }
                Side::Right => {
                    let now = Until { time: set.time, at_risk: set.at_risk, drift, earlier, later };
                    earlier -= own * drift;
                    later -= own;
                    now
                }
            }
        });
        let until: Vec<Until> = until.collect();
        for (i, influence) in influence.iter_mut().enumerate() {
            let now = &until[place(times[i])];
            debug_assert!(now.time == times[i]);
            let censored = !event[i] && times[i] <= self.time;
            let own = if censored { n / now.at_risk } else { 0.0 } - now.drift;
            *influence += (now.earlier + own * (now.later + followed)) / n;
        }
        influence
    }
}

/// The standard error of a mean of values with these influences.
pub(crate) fn standard_error(influence: &[f64]) -> f64 {
    standard_deviation(influence) / (influence.len() as f64).sqrt()
}
