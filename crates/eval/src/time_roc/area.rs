//! The curve and its area at one time, by one pass over descending markers.

use radsurv_data::Survival;

use super::result::RocCurve;
use super::settings::Definition;
use super::steps::Steps;
use super::weights::Weights;
use crate::error::Result;

/// The cases by descending marker.
pub(super) struct Sorted {
    pub(super) case: Vec<u32>,
    pub(super) marker: Vec<f64>,
    time: Vec<f64>,
    event: Vec<bool>,
}

impl Sorted {
    pub(super) fn new(marker: &[f64], outcome: &Survival) -> Self {
        let mut keyed: Vec<(f64, u32)> = marker.iter().copied().zip(0..).collect();
        keyed.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let case: Vec<u32> = keyed.iter().map(|(_, case)| *case).collect();
        let (times, event) = (outcome.times(), outcome.event());
        Self {
            marker: keyed.iter().map(|(marker, _)| *marker).collect(),
            time: case.iter().map(|case| times[*case as usize]).collect(),
            event: case.iter().map(|case| event[*case as usize]).collect(),
            case,
        }
    }

    /// The places of each value of the marker, descending.
    fn ties(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut start = 0;
        self.marker.chunk_by(|a, b| a == b).map(move |same| {
            start += same.len();
            start - same.len()..start
        })
    }
}

/// Who is what at a time, and with which weight, by descending marker.
pub(super) struct Status {
    /// The weight of a case, 0 for others.
    pub(super) case: Vec<f64>,
    /// The weight of a control, 0 for others. Where all have the same, it is 1.
    pub(super) control: Vec<f64>,
    pub(super) case_sum: f64,
    pub(super) control_sum: f64,
    pub(super) cases: usize,
    pub(super) controls: usize,
}

impl Status {
    pub(super) fn new(
        sorted: &Sorted,
        time: f64,
        definition: Definition,
        weights: &Weights,
        ready: &[f64],
    ) -> Result<Self> {
        let n = sorted.case.len();
        let mut status =
            Self { case: vec![0.0; n], control: vec![0.0; n], case_sum: 0.0, control_sum: 0.0, cases: 0, controls: 0 };
        for at in 0..n {
            if sorted.time[at] > time {
                let side = radsurv_stats::nonparametric::Side::Right;
                let weight = if weights.shared() { 1.0 } else { weights.of(sorted.case[at] as usize, time, side)? };
                status.control[at] = weight;
                status.control_sum += weight;
                status.controls += 1;
            } else if sorted.event[at] && definition.is_case(sorted.time[at], time) {
                status.case[at] = ready[at];
                status.case_sum += ready[at];
                status.cases += 1;
            }
        }
        Ok(status)
    }

    /// For each case the share of controls below it, for each control that of cases above it, equal ones by half; 0 for
    /// the others. And the area.
    pub(super) fn shares(&self, sorted: &Sorted) -> (f64, Vec<f64>) {
        let mut shares = vec![0.0; self.case.len()];
        let (mut cases_above, mut controls_above, mut area) = (0.0, 0.0, 0.0);
        for tie in sorted.ties() {
            let cases: f64 = self.case[tie.clone()].iter().sum();
            let controls: f64 = self.control[tie.clone()].iter().sum();
            let below = (self.control_sum - controls_above - controls).max(0.0);
            let of_case = (below + 0.5 * controls) / self.control_sum;
            let of_control = (cases_above + 0.5 * cases) / self.case_sum;
            for at in tie {
                if self.case[at] > 0.0 {
                    shares[at] = of_case;
                } else if self.control[at] > 0.0 {
                    shares[at] = of_control;
                }
            }
            area += cases * of_case;
            cases_above += cases;
            controls_above += controls;
        }
        ((area / self.case_sum).clamp(0.0, 1.0), shares)
    }

    /// The area alone, to the bit that of [`shares`](Self::shares).
    pub(super) fn area(&self, sorted: &Sorted) -> f64 {
        let (mut controls_above, mut area) = (0.0, 0.0);
        for tie in sorted.ties() {
            let cases: f64 = self.case[tie.clone()].iter().sum();
            let controls: f64 = self.control[tie].iter().sum();
            let below = (self.control_sum - controls_above - controls).max(0.0);
            area += cases * ((below + 0.5 * controls) / self.control_sum);
            controls_above += controls;
        }
        (area / self.case_sum).clamp(0.0, 1.0)
    }

    pub(super) fn curve(&self, sorted: &Sorted, time: f64) -> RocCurve {
        let mut curve = RocCurve { time, thresholds: vec![], true_positive: vec![], false_positive: vec![] };
        let (mut cases, mut controls) = (0.0, 0.0);
        let mut point = |threshold: f64, cases: f64, controls: f64| {
            curve.thresholds.push(threshold);
            curve.true_positive.push((cases / self.case_sum).min(1.0));
            curve.false_positive.push((controls / self.control_sum).min(1.0));
        };
        for tie in sorted.ties() {
            point(sorted.marker[tie.start], cases, controls);
            cases += self.case[tie.clone()].iter().sum::<f64>();
            controls += self.control[tie].iter().sum::<f64>();
        }
        point(f64::NEG_INFINITY, self.case_sum, self.control_sum);
        curve
    }

    /// What each case (in the order of the rows) contributes to the area: *n* times its part of the error of the estimate.
    ///
    /// A case of weight *w* and share *p*: *n w (p - AUC) / Σ w*. A control of share *q*: *n (q - AUC) / controls*. Everybody,
    /// by the estimate of *G*: the mean over cases of their contribution times *M_k* at their time.
    pub(super) fn influence(&self, sorted: &Sorted, definition: Definition, steps: Option<&Steps>) -> (f64, Vec<f64>) {
        let (area, shares) = self.shares(sorted);
        let n = shares.len() as f64;
        let value_at = definition.side() == radsurv_stats::nonparametric::Side::Right;
        let mut influence = vec![0.0; shares.len()];
        let mut on_steps = steps.map(Steps::room);
        for (at, share) in shares.iter().enumerate() {
            let case = sorted.case[at] as usize;
            if self.case[at] > 0.0 {
                influence[case] = n * self.case[at] * (share - area) / self.case_sum;
                if let (Some(steps), Some(x)) = (steps, &mut on_steps) {
                    x[steps.of(case, value_at)] += influence[case];
                }
            } else if self.control[at] > 0.0 {
                influence[case] = n * (share - area) * self.control[at] / self.control_sum;
            }
        }
        if let (Some(steps), Some(x)) = (steps, on_steps) {
            steps.add(&x, &mut influence);
        }
        (area, influence)
    }
}

/// The weight of each event until a time by descending marker, 0 for others.
pub(super) fn event_weights(
    sorted: &Sorted,
    until: f64,
    definition: Definition,
    weights: &Weights,
) -> Result<Vec<f64>> {
    let weight = |at: usize| match sorted.event[at] && sorted.time[at] <= until {
        true if definition.is_case(sorted.time[at], until) => {
            weights.of(sorted.case[at] as usize, sorted.time[at], definition.side())
        }
        _ => Ok(0.0),
    };
    (0..sorted.case.len()).map(weight).collect()
}
