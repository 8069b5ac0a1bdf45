//! How a survival SVM is fitted.

use radsurv_data::Survival;
use serde::{Deserialize, Serialize};

use crate::calibrated::CalibrationSettings;
use crate::error::{Error, Result};
use crate::folds::FoldSettings;

/// What says how alike two cases are: the functions that can be learned. *x* and *z* are rows of standardised features, but for
/// the additive kernel, whose features are divided by their range, and [`Formulation::SurvivalsvmCompat`], which takes them as they
/// are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kernel {
    /// *x'z*: sums of features with coefficients.
    #[default]
    Linear,
    /// *sum_j (1 - |x_j - z_j| / range_j)*: sums of a function of each feature, which is a line between the values of the
    /// training cases.
    Additive,
    /// *(scale x'z + offset)^degree*.
    Polynomial {
        /// The degree, default 3.
        #[serde(default = "three")]
        degree: u32,
        /// The offset, 0 or above, default 1.
        #[serde(default = "one")]
        offset: f64,
        /// The scale, 1 by the number of features unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<f64>,
    },
    /// *exp(-|x - z|² / (2 variance))*: any function, the smoother the larger the variance.
    Rbf {
        /// The variance, half the number of features unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        variance: Option<f64>,
    },
}

/// What is minimised beside the penalty *|w|²/2*; see the [module](super). A cost is 1 by the mean of *K(x, x)* unless given, so that it means
/// the same of any number of features.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Formulation {
    /// Errors of times.
    Regression {
        /// What an error of one unit costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
        /// The unit of times.
        #[serde(default)]
        time: TimeScale,
    },
    /// Differences of pairs that are less than 1.
    Vanbelle1 {
        /// What a difference that is too small by 1 costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
        /// The pairs.
        #[serde(default)]
        pairs: Pairs,
    },
    /// Differences of pairs that are less than those of their times.
    Vanbelle2 {
        /// What a difference that is too small by one unit costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
        /// The pairs.
        #[serde(default)]
        pairs: Pairs,
        /// The unit of times.
        #[serde(default)]
        time: TimeScale,
    },
    /// Both errors of times and differences of pairs, as in `Vanbelle2`.
    Hybrid {
        /// What an error of a time of one unit costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
        /// What a difference that is too small by one unit costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pair_cost: Option<f64>,
        /// The pairs.
        #[serde(default)]
        pairs: Pairs,
        /// The unit of times.
        #[serde(default)]
        time: TimeScale,
    },
    /// The squares of the differences of all comparable pairs that are less than 1, and of errors of the logarithm of times.
    Fast {
        /// What the losses are multiplied with: scikit-survival's `alpha`. Unless given, 1 by the number of comparable pairs for
        /// differences and 1 by the number of cases for errors, so that it means the same for any number of cases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alpha: Option<f64>,
        /// 1 (default): differences only, 0: errors only, or a part of both.
        #[serde(default = "one")]
        rank_ratio: f64,
        /// Whether there is an intercept where there are errors of times. Default yes.
        #[serde(default = "yes")]
        intercept: bool,
    },
    /// What R's package survivalsvm computes, which is not what it says; see [`docs/differences.md`]. Dense, for few hundred cases.
    ///
    /// [`docs/differences.md`]: https://github.com/radsurv/radsurv/blob/main/docs/differences.md
    SurvivalsvmCompat {
        /// Its `type`.
        programme: Programme,
        /// Its `gamma.mu`, for `hybrid` the second one.
        #[serde(default = "one")]
        cost: f64,
        /// The first of two `gamma.mu` of `hybrid`.
        #[serde(default = "one")]
        pair_cost: f64,
        /// Its `diff.meth`.
        #[serde(default)]
        pairs: Pairs,
    },
}

/// The programmes of survivalsvm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Programme {
    /// `regression`
    Regression,
    /// `vanbelle1`
    Vanbelle1,
    /// `vanbelle2`
    Vanbelle2,
    /// `hybrid`
    Hybrid,
}

/// Which pairs of cases are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairs {
    /// Cases that follow each other in time, if the first had the event and the second a later time: survivalsvm's `makediff1`.
    Consecutive,
    /// All cases with events: `makediff2`. So many pairs as the square of their number: for a few hundred.
    Events,
    /// Each case with the one before it that had the event last; the very first case counts as an event: `makediff3`.
    #[default]
    LastEvent,
}

/// The unit of times that are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeScale {
    /// Their mean, so that a cost means the same of days and of months.
    #[default]
    Mean,
    /// Their logarithm. Times of 0 count as half of the smallest other one.
    Log,
    /// That of the table.
    AsGiven,
}

/// Settings of a survival SVM; see the [module](super).
///
/// # Example
/// ```
/// use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
/// use radsurv_survival::svm::{Formulation, Kernel, SvmSettings};
/// let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i) % 23) as f64;
/// let rows = (0..60).map(|i| (format!("P{i}"), (0..4).map(|k| (format!("f{k}"), value(i, k))).collect()));
/// let features = FeatureTable::from_rows(rows)?;
/// let times = (0..60).map(|i| 40.0 - value(i, 0) + value(i, 5) / 2.0).collect();
/// let outcome = Survival::new(times, (0..60).map(|i| i % 4 > 0).collect())?;
/// let regression = SvmSettings::default();
/// let ranking = Formulation::Fast { alpha: None, rank_ratio: 1.0, intercept: false };
/// let additive = SvmSettings { kernel: Kernel::Additive, formulation: ranking, ..SvmSettings::default() };
/// for settings in [regression, additive] {
///     let model = settings.fit(&features, &outcome)?;
///     assert_eq!(model.importance()[0].feature, "f0");
///     assert!(model.predict_survival(&features, &[12.0, 24.0])?.of(3)[1] < 1.0);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SvmSettings {
    /// The steps of the solver at most, in each of its rounds. Default 500.
    pub max_steps: usize,
    /// How near the minimum it must be: the derivative as a part of that at the beginning, and the conditions of the constraints as a part
    /// of their costs and the spread of times. Default 1e-8.
    pub tolerance: f64,
    /// Whether survival curves are learned, which takes a model without each fold. Default yes; without, only risks are predicted.
    pub curves: bool,
    /// What can be learned. Default linear.
    pub kernel: Kernel,
    /// What is minimised. Default errors of times.
    pub formulation: Formulation,
    /// The folds whose scores by models of the others the curves are learned from. Default 5.
    pub folds: FoldSettings,
    /// How slope and baseline hazard of curves are learned from them.
    pub calibration: CalibrationSettings,
}

impl Default for SvmSettings {
    fn default() -> Self {
        Self {
            max_steps: 500,
            tolerance: 1e-8,
            curves: true,
            kernel: Kernel::default(),
            formulation: Formulation::default(),
            folds: FoldSettings { folds: 5, ..FoldSettings::default() },
            calibration: CalibrationSettings::default(),
        }
    }
}

impl Default for Formulation {
    fn default() -> Self {
        Self::Regression { cost: None, time: TimeScale::default() }
    }
}

fn one() -> f64 {
    1.0
}

fn three() -> u32 {
    3
}

fn yes() -> bool {
    true
}

impl Kernel {
    /// The same, with what depends on the number of features given.
    pub(super) fn for_features(self, count: usize) -> Self {
        let count = count.max(1) as f64;
        match self {
            Self::Polynomial { degree, offset, scale } => {
                Self::Polynomial { degree, offset, scale: Some(scale.unwrap_or(1.0 / count)) }
            }
            Self::Rbf { variance } => Self::Rbf { variance: Some(variance.unwrap_or(count / 2.0)) },
            other => other,
        }
    }

    fn check(self) -> Result<()> {
        let wrong = |name, value: f64, what| Err(Error::Setting { name, value: value.to_string(), what });
        match self {
            Self::Polynomial { degree, .. } if !(1..=100).contains(&degree) => {
                wrong("the degree of the polynomial kernel", f64::from(degree), "give 1 to 100, 2 or 3 usually")
            }
            Self::Polynomial { offset, .. } if !(offset.is_finite() && offset >= 0.0) => {
                wrong("the offset of the polynomial kernel", offset, "give a number of at least 0")
            }
            Self::Polynomial { scale: Some(scale), .. } if !(scale.is_finite() && scale > 0.0) => {
                wrong("the scale of the polynomial kernel", scale, "give a number above 0")
            }
            Self::Rbf { variance: Some(variance) } if !(variance.is_finite() && variance > 0.0) => {
                wrong("the variance of the RBF kernel", variance, "give a number above 0")
            }
            _ => Ok(()),
        }
    }
}

impl SvmSettings {
    /// Refuses settings that cannot be.
    pub(super) fn check(&self, outcome: &Survival) -> Result<()> {
        let wrong = |name, value: String, what| Err(Error::Setting { name, value, what });
        if self.max_steps == 0 {
            return wrong("the number of steps", "0".to_string(), "give 1 at least");
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            return wrong("the tolerance", self.tolerance.to_string(), "give a number between 0 and 1");
        }
        self.kernel.check()?;
        let costs: &[(&'static str, f64)] = &match self.formulation {
            Formulation::Fast { alpha, rank_ratio, .. } => {
                if !(0.0..=1.0).contains(&rank_ratio) {
                    return wrong("the rank ratio", rank_ratio.to_string(), "give a number from 0 to 1");
                }
                [("alpha", alpha.unwrap_or(1.0)), ("alpha", 1.0)]
            }
            Formulation::SurvivalsvmCompat { cost, pair_cost, .. } => {
                [("the cost", cost), ("the cost of pairs", pair_cost)]
            }
            Formulation::Hybrid { cost, pair_cost, .. } => {
                [("the cost", cost.unwrap_or(1.0)), ("the cost of pairs", pair_cost.unwrap_or(1.0))]
            }
            Formulation::Regression { cost, .. }
            | Formulation::Vanbelle1 { cost, .. }
            | Formulation::Vanbelle2 { cost, .. } => [("the cost", cost.unwrap_or(1.0)), ("the cost", 1.0)],
        };
        if let Some((name, value)) = costs.iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            return wrong(name, value.to_string(), "give a number above 0");
        }
        if outcome.entry().is_some() {
            let what = "late entry; leave the entry times out if all entered at 0, or take a Cox model";
            return Err(radsurv_stats::Error::Unsupported { method: "a survival SVM", what }.into());
        }
        Ok(())
    }
}

impl TimeScale {
    /// The times in this unit.
    pub(super) fn of(self, times: &[f64]) -> Vec<f64> {
        match self {
            Self::AsGiven => times.to_vec(),
            Self::Mean => {
                let mean = times.iter().sum::<f64>() / times.len() as f64;
                times.iter().map(|t| t / mean).collect()
            }
            Self::Log => {
                let smallest = times.iter().copied().filter(|t| *t > 0.0).fold(f64::INFINITY, f64::min);
                times.iter().map(|t| if *t > 0.0 { t.ln() } else { (smallest / 2.0).ln() }).collect()
            }
        }
    }
}
