//! One number for all times.

use radsurv_data::Survival;
use radsurv_stats::nonparametric::KaplanMeier;
use serde::{Deserialize, Serialize};

use super::{TimeRoc, std_error_of_mean};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, standard_errors};

/// How areas at times *t_1 < ... < t_k* become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Integration {
    /// By the events between the times, with Kaplan and Meier's *S*, *S(t_0) = 1*:
    /// *Σ_i AUC(t_i) (S(t_{i-1}) - S(t_i)) / (1 - S(t_k))*. scikit-survival's `mean_auc`.
    #[default]
    Events,
    /// By time, with straight lines between the areas: *∫ AUC(t) dt / (t_k - t_1)*. Needs two times.
    Time,
}

impl TimeRoc {
    /// The mean of the areas, with its limits. The outcome is that of the same cases.
    ///
    /// The standard error takes the weights of the areas as known; that of the areas, and how they depend on each other, is in
    /// it.
    ///
    /// # Errors
    /// [`Error::Setting`] if the times do not ascend, if there are too few, or if no event happened until the last one;
    /// [`Error::Cases`] if the outcome is of another number of cases.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Survival;
    /// use radsurv_eval::time_roc::Integration;
    /// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true; 4])?;
    /// let roc = radsurv_eval::time_roc(&[0.9, 0.1, 0.4, 0.3], &outcome, &[1.5, 2.5])?;
    /// // 1 and 1/2, with a quarter of the events each.
    /// assert_eq!(roc.integrated(&outcome, Integration::Events)?.estimate, 0.75);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn integrated(&self, outcome: &Survival, rule: Integration) -> Result<Estimate> {
        if let Some(found) = self.at.first().map(|at| at.cases + at.controls + at.censored)
            && found != outcome.len()
        {
            return Err(Error::Cases { what: "areas", found, outcomes: outcome.len() });
        }
        let times: Vec<f64> = self.at.iter().map(|at| at.time).collect();
        let refused =
            |what| Err(Error::Setting { name: "times of an integrated area", value: format!("{times:?}"), what });
        if times.windows(2).any(|pair| pair[0] >= pair[1]) {
            return refused("give them in ascending order, each once");
        }
        let mut weights = match rule {
            Integration::Time if times.len() < 2 => return refused("the integral over time needs two times at least"),
            Integration::Events if times.is_empty() => return refused("give one at least"),
            Integration::Events => {
                let curve = KaplanMeier::of(outcome)?;
                let mut before = 1.0;
                let fall = |time: &f64| {
                    let now = curve.survival().at(*time);
                    std::mem::replace(&mut before, now) - now
                };
                times.iter().map(fall).collect::<Vec<f64>>()
            }
            Integration::Time => (0..times.len())
                .map(|i| {
                    let from = times[i.saturating_sub(1)];
                    let to = times[(i + 1).min(times.len() - 1)];
                    0.5 * (to - from)
                })
                .collect(),
        };
        let all: f64 = weights.iter().sum();
        if all <= 0.0 {
            return refused("no event happened until the last of them");
        }
        weights.iter_mut().for_each(|w| *w /= all);
        let estimate = self.at.iter().zip(&weights).map(|(at, w)| at.auc * w).sum();
        let std_error = (self.influence.len() == self.at.len())
            .then(|| {
                let part = |case: usize| self.influence.iter().zip(&weights).map(|(parts, w)| parts[case] * w).sum();
                std_error_of_mean(&(0..outcome.len()).map(part).collect::<Vec<f64>>())
            })
            .flatten();
        Ok(Estimate::within_unit(estimate, std_error, standard_errors(self.confidence)?))
    }
}
