//! A cut of the marker: sensitivity, specificity and predictive values at a time.
//!
//! Positive are those with a marker above the cut *c*. With the weights *w* of cases and *v* of controls of the
//! [module](super), all by *n*:
//!
//! *sensitivity = Σ_cases w 1(m > c) / Σ_cases w*, *specificity = Σ_controls v 1(m <= c) / Σ_controls v*,
//!
//! *PPV = Σ_cases w 1(m > c) / (Σ_cases w 1(m > c) + Σ_controls v 1(m > c))*, *NPV* the same of controls among *m <= c*.
//!
//! Standard errors are those of means of independent parts, as of the area: each is a ratio of weighted sums, and the parts are
//! those of its linear approximation, with that by the estimate of *G*. As timeROC's `SeSpPPVNPV`.

use radsurv_data::Survival;
use radsurv_stats::nonparametric::Side;
use serde::Serialize;

use super::{Censoring, Ready, TimeRocSettings, std_error_of_mean};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, standard_errors};

/// How a cut does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CutAccuracy {
    /// The time *t*.
    pub time: f64,
    /// The cut: positive are those with a marker above it.
    pub cut: f64,
    /// The number of those with a marker above the cut, censored ones among them.
    pub positive: usize,
    /// The number of those with a marker up to the cut.
    pub negative: usize,
    /// The share of cases that are positive.
    pub sensitivity: Estimate,
    /// The share of controls that are negative.
    pub specificity: Estimate,
    /// The probability of the event until *t* for the positive; none if no case or control is.
    pub positive_predictive_value: Option<Estimate>,
    /// The probability of no event until *t* for the negative; none if no case or control is.
    pub negative_predictive_value: Option<Estimate>,
}

impl TimeRocSettings {
    /// How a cut of a marker (higher is worse; positive above the cut) does at some times.
    ///
    /// # Errors
    /// As [`of`](Self::of), and [`Error::Setting`] if the cut is no number.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Survival;
    /// use radsurv_eval::time_roc::TimeRocSettings;
    /// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, true, false])?;
    /// let at = TimeRocSettings::default().at_cut(&[0.9, 0.2, 0.4, 0.1], 0.3, &outcome, &[2.5])?[0];
    /// assert_eq!((at.positive, at.sensitivity.estimate, at.specificity.estimate), (2, 0.5, 0.5));
    /// assert_eq!(at.positive_predictive_value.unwrap().estimate, 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at_cut(&self, marker: &[f64], cut: f64, outcome: &Survival, times: &[f64]) -> Result<Vec<CutAccuracy>> {
        self.at_cut_weighted(marker, cut, outcome, times, Censoring::Marginal)
    }

    /// The same, with another distribution of censoring times.
    ///
    /// # Errors
    /// As [`at_cut`](Self::at_cut) and [`weighted`](Self::weighted).
    pub fn at_cut_weighted(
        &self,
        marker: &[f64],
        cut: f64,
        outcome: &Survival,
        times: &[f64],
        censoring: Censoring,
    ) -> Result<Vec<CutAccuracy>> {
        if !cut.is_finite() {
            let what = "give a value of the marker";
            return Err(Error::Setting { name: "cut", value: cut.to_string(), what });
        }
        let ready = Ready::new(self, marker, outcome, times, censoring)?;
        let width = standard_errors(self.confidence)?;
        let positive = marker.iter().filter(|m| **m > cut).count();
        let negative = marker.len() - positive;
        times
            .iter()
            .map(|&time| {
                let sums = Sums::new(&ready, cut, time)?;
                let estimate = |ratio: Ratio| sums.estimate(&ready, ratio, self.std_errors, width);
                let predictive = |ratio: Ratio| (sums.below(ratio) > 0.0).then(|| estimate(ratio));
                Ok(CutAccuracy {
                    time,
                    cut,
                    positive,
                    negative,
                    sensitivity: estimate(Ratio::Sensitivity),
                    specificity: estimate(Ratio::Specificity),
                    positive_predictive_value: predictive(Ratio::PositivePredictive),
                    negative_predictive_value: predictive(Ratio::NegativePredictive),
                })
            })
            .collect()
    }
}

#[derive(Clone, Copy)]
enum Ratio {
    Sensitivity,
    Specificity,
    PositivePredictive,
    NegativePredictive,
}

/// Weights by descending marker, those of controls with *1 / G(t)*.
struct Sums {
    time: f64,
    above: usize,
    case: Vec<f64>,
    control: Vec<f64>,
}

impl Sums {
    fn new(ready: &Ready, cut: f64, time: f64) -> Result<Self> {
        let status = ready.at(time)?;
        let above = ready.sorted.marker.partition_point(|m| *m > cut);
        let mut control = status.control;
        if ready.weights.shared() {
            let weight = ready.weights.of(0, time, Side::Right)?;
            control.iter_mut().for_each(|v| *v *= weight);
        }
        Ok(Self { time, above, case: status.case, control })
    }

    /// Whether a place by descending marker is in the numerator of cases and of controls, and in the denominator.
    fn counts(&self, ratio: Ratio, at: usize) -> [bool; 4] {
        let positive = at < self.above;
        match ratio {
            Ratio::Sensitivity => [positive, false, true, false],
            Ratio::Specificity => [false, !positive, false, true],
            Ratio::PositivePredictive => [positive, false, positive, positive],
            Ratio::NegativePredictive => [false, !positive, !positive, !positive],
        }
    }

    /// The denominator.
    fn below(&self, ratio: Ratio) -> f64 {
        let part = |at: usize| {
            let [_, _, case, control] = self.counts(ratio, at);
            f64::from(u8::from(case)) * self.case[at] + f64::from(u8::from(control)) * self.control[at]
        };
        (0..self.case.len()).map(part).sum()
    }

    fn estimate(&self, ready: &Ready, ratio: Ratio, std_errors: bool, width: f64) -> Estimate {
        let n = self.case.len();
        let (mut above, below) = (0.0, self.below(ratio));
        for at in 0..n {
            let [case, control, ..] = self.counts(ratio, at);
            above += f64::from(u8::from(case)) * self.case[at] + f64::from(u8::from(control)) * self.control[at];
        }
        let estimate = (above / below).clamp(0.0, 1.0);
        if !std_errors || !ready.weights.shared() {
            return Estimate::within_unit(estimate, None, width);
        }
        // The linear part of the ratio: n w (1(numerator) - ratio 1(denominator)) / denominator.
        let mut parts = vec![0.0; n];
        let mut on_steps = ready.steps.as_ref().map(|steps| (steps, steps.room()));
        for at in 0..n {
            let [case_above, control_above, case_below, control_below] = self.counts(ratio, at);
            let part = |above: bool, below: bool| f64::from(u8::from(above)) - estimate * f64::from(u8::from(below));
            let own = n as f64 / below;
            let (case, control) = (
                own * self.case[at] * part(case_above, case_below),
                own * self.control[at] * part(control_above, control_below),
            );
            let row = ready.sorted.case[at] as usize;
            parts[row] = case + control;
            if let Some((steps, x)) = &mut on_steps {
                x[steps.of(row, ready.definition.side() == Side::Right)] += case;
                x[steps.until(self.time)] += control;
            }
        }
        if let Some((steps, x)) = on_steps {
            steps.add(&x, &mut parts);
        }
        Estimate::within_unit(estimate, std_error_of_mean(&parts), width)
    }
}
