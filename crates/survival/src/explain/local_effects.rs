//! Accumulated local effects (ALE): what is predicted by the value of a feature that is correlated with others.
//!
//! The values of the feature *j* are cut at quantiles *z_0 < ... < z_K*. In each interval its cases are moved from one end to the
//! other, everything else staying as it is, and the mean differences of their predictions *f* are added up:
//!
//! *g(z_k) = Σ_(l ≤ k) mean_(i: z_(l-1) < x_ij ≤ z_l) (f(x_i with x_ij = z_l) - f(x_i with x_ij = z_(l-1)))*, *g(z_0) = 0*,
//!
//! and *ALE = g - mean*, where the mean is over the cases, each having the middle of *g* at the ends of its interval. No case is
//! given a value far from its own, as it is for a [partial dependence](super::partial_dependence): that of a feature without an
//! effect of its own is flat, even where one that it is correlated with has one.
//!
//! # Edge cases
//! - *z_0* is the smallest value and belongs to the first interval; *z_k* is the value of rank *⌈nk/K⌉* (quantiles of type 1). Those
//!   that are the same count once, so that each interval has cases.
//! - Cases without a value of the feature have no effect.
//!
//! Source: Apley, Zhu: Visualizing the effects of predictor variables in black box supervised learning models, *Journal of the Royal
//! Statistical Society* B 82 (2020) 1059-1086 (p. 1068). As ALEPlot's `ALEPlot` of R for one number.

use radsurv_data::{Cohort, Predictor};
use serde::{Deserialize, Serialize};

use super::partial_dependence::{Target, sorted};
use crate::error::{Error, Result};

/// What is computed; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Cohort, FeatureTable, FitSurvival, Survival};
/// use radsurv_survival::{CoxSettings, explain::local_effects::LocalEffectsSettings};
/// let rows = (0..60).map(|i| (format!("P{i}"), vec![("a", f64::from(i % 10)), ("b", f64::from(i * 7 % 13))]));
/// let features = FeatureTable::from_rows(rows)?;
/// let outcome = Survival::new((0..60).map(|i| f64::from(20 - i % 10 + i % 7)).collect(), vec![true; 60])?;
/// let model = CoxSettings::default().fit(&features, &outcome)?;
/// let found = LocalEffectsSettings::default().of(&model, &Cohort::from(features), "a")?;
/// assert_eq!(found.ends.len(), 10);
/// // A linear model.
/// let steps: Vec<f64> = found.effect.windows(2).map(|pair| pair[1] - pair[0]).collect();
/// assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalEffectsSettings {
    /// How many intervals there are at most: more follow the model more closely, with more noise. Default 40.
    pub intervals: usize,
    /// What of the predictions. Default the risk.
    pub target: Target,
}

impl Default for LocalEffectsSettings {
    fn default() -> Self {
        Self { intervals: 40, target: Target::Risk }
    }
}

/// The accumulated local effects of a feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalEffects {
    /// The feature.
    pub feature: String,
    /// What of the predictions.
    pub target: Target,
    /// The ends of the intervals, ascending.
    pub ends: Vec<f64>,
    /// The effect at each of them, 0 in the mean of the cases.
    pub effect: Vec<f64>,
    /// The number of cases in each interval, one fewer than ends.
    pub cases: Vec<usize>,
}

impl LocalEffectsSettings {
    /// Of one feature.
    ///
    /// # Errors
    /// [`radsurv_data::Error::MissingColumn`]; [`Error::TooFewCases`] if no case has a value of the feature, [`Error::Constant`] if all
    /// have the same; [`Error::Setting`] without intervals; those of the predictor.
    pub fn of<P>(&self, predictor: &P, cohort: &Cohort, feature: &str) -> Result<LocalEffects>
    where
        P: Predictor + ?Sized,
    {
        if self.intervals == 0 {
            return Err(Error::Setting { name: "the number of intervals", value: "0".into(), what: "give 1 at least" });
        }
        let sorted = sorted(cohort, feature)?;
        let rank = |k: usize| (sorted.len() * k).div_ceil(self.intervals).max(1);
        let mut ends: Vec<f64> = (0..=self.intervals).map(|k| sorted[rank(k) - 1]).collect();
        ends.dedup();
        if ends.len() < 2 {
            return Err(Error::Constant { features: vec![feature.to_string()] });
        }
        let column = cohort.features().column(feature).unwrap_or_default();
        // The end above each case; the smallest value is in the first interval.
        let above = |value: &f64| value.is_finite().then(|| ends.partition_point(|end| end < value).max(1));
        let above: Vec<Option<usize>> = column.iter().map(above).collect();
        let moved = |by: usize| -> Result<Vec<f64>> {
            let mut moved = cohort.clone();
            if let Some(column) = moved.feature_mut(feature) {
                let here = column.iter_mut().zip(&above);
                here.for_each(|(value, above)| *value = above.map_or(*value, |above| ends[above - by]));
            }
            self.target.of(predictor, &moved)
        };
        let (low, high) = (moved(1)?, moved(0)?);
        let mut sums = vec![0.0; ends.len()];
        let mut cases = vec![0; ends.len() - 1];
        for (case, above) in above.iter().enumerate().filter_map(|(case, above)| Some((case, (*above)?))) {
            sums[above] += high[case] - low[case];
            cases[above - 1] += 1;
        }
        let mut effect = vec![0.0; ends.len()];
        for k in 1..ends.len() {
            effect[k] = effect[k - 1] + sums[k] / cases[k - 1] as f64;
        }
        let weighted: f64 = cases.iter().zip(effect.windows(2)).map(|(n, f)| 0.5 * (f[0] + f[1]) * *n as f64).sum();
        let centre = weighted / cases.iter().sum::<usize>() as f64;
        effect.iter_mut().for_each(|value| *value -= centre);
        Ok(LocalEffects { feature: feature.to_string(), target: self.target, ends, effect, cases })
    }
}
