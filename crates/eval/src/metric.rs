//! Measures by name: what a search for settings, or the importance of features, is told to measure by.

use std::fmt;
use std::str::FromStr;

use radsurv_data::{Metric, MetricError, Predictions, Survival, number};
use serde::{Deserialize, Serialize};

use crate::brier::{BrierMetric, BrierRule, IpaMetric};
use crate::concordance::Measure;
use crate::error::{Error, Result};
use crate::time_roc::AucAt;

/// A measure that is one number of all its times.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, Predictions, Survival};
/// use radsurv_eval::metric::MetricKind;
/// let auc = "auc".parse::<MetricKind>()?.at(&[1.5, 2.5])?;
/// assert_eq!(auc.name(), "auc_1.5_2.5");
/// let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, false])?;
/// // 1 at 1.5, 0.75 at 2.5
/// assert_eq!(auc.of(&Predictions::new(vec![0.9, 0.2, 0.4, 0.1]), &outcome)?, 0.875);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricKind {
    /// Harrell's C of the risks.
    #[default]
    Harrell,
    /// Uno's C of the risks, until the latest of the times, or of all.
    Uno,
    /// The mean of *AUC(t)* of the risks over the times.
    Auc,
    /// The mean of the Brier scores of the predicted survival over the times; less is better.
    Brier,
    /// The mean of the indices of prediction accuracy over the times.
    Ipa,
}

impl MetricKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Harrell, Self::Uno, Self::Auc, Self::Brier, Self::Ipa];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Harrell => "harrell",
            Self::Uno => "uno",
            Self::Auc => "auc",
            Self::Brier => "brier",
            Self::Ipa => "ipa",
        }
    }

    /// What it is, in a line.
    pub fn description(self) -> &'static str {
        match self {
            Self::Harrell => "Harrell's C",
            Self::Uno => "Uno's C, until the latest of the times if there are some",
            Self::Auc => "the mean of AUC(t) over the times",
            Self::Brier => "the mean of the Brier scores of the predicted survival over the times; less is better",
            Self::Ipa => "the mean of the indices of prediction accuracy over the times",
        }
    }

    /// Whether it needs predicted survival.
    pub fn needs_survival(self) -> bool {
        matches!(self, Self::Brier | Self::Ipa)
    }

    /// The measure at some times.
    ///
    /// # Errors
    /// [`Error::Setting`] without times, if it needs some.
    pub fn at(self, times: &[f64]) -> Result<Box<dyn Metric>> {
        if times.is_empty() && !matches!(self, Self::Harrell | Self::Uno) {
            let what = "it is a measure at times: give one at least";
            return Err(Error::Setting { name: "the times of the measure", value: "none".to_string(), what });
        }
        let rule = BrierRule::default();
        let each = |of: &dyn Fn(f64) -> Box<dyn Metric>| times.iter().map(|&time| of(time)).collect();
        let metrics: Vec<Box<dyn Metric>> = match self {
            Self::Harrell => return Ok(Box::new(Measure::Harrell)),
            Self::Uno => return Ok(Box::new(Measure::Uno { until: times.iter().copied().reduce(f64::max) })),
            Self::Auc => each(&|time| Box::new(AucAt::new(time))),
            Self::Brier => each(&|time| Box::new(BrierMetric { time, rule })),
            Self::Ipa => each(&|time| Box::new(IpaMetric { time, rule })),
        };
        let times: Vec<String> = times.iter().map(|time| number::format(*time)).collect();
        Ok(Box::new(Mean { name: format!("{}_{}", self.name(), times.join("_")), metrics }))
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for MetricKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let what = "give harrell, uno, auc, brier or ipa";
        let unknown = || Error::Setting { name: "the measure", value: text.to_string(), what };
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(unknown)
    }
}

/// The mean of measures of one kind.
struct Mean {
    name: String,
    metrics: Vec<Box<dyn Metric>>,
}

impl Metric for Mean {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn higher_is_better(&self) -> bool {
        self.metrics.iter().all(|metric| metric.higher_is_better())
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
        let mut sum = 0.0;
        for metric in &self.metrics {
            sum += metric.of(predictions, outcome).map_err(|why| format!("{}: {why}", metric.name()))?;
        }
        Ok(sum / self.metrics.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_named_and_need_what_they_need() {
        for kind in MetricKind::ALL {
            assert_eq!(kind.name().parse::<MetricKind>().unwrap(), kind);
            let metric = kind.at(&[2.0]).unwrap();
            assert_eq!(metric.higher_is_better(), kind != MetricKind::Brier);
        }
        assert!("c".parse::<MetricKind>().unwrap_err().to_string().contains("give harrell"));
        assert!(MetricKind::Auc.at(&[]).is_err() && MetricKind::Uno.at(&[]).is_ok());
        let until = |times: &[f64]| MetricKind::Uno.at(times).unwrap().name();
        assert_eq!(until(&[3.0, 1.0]), until(&[3.0]));
        let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, false]).unwrap();
        let why = MetricKind::Brier.at(&[2.5]).unwrap().of(&Predictions::new(vec![0.0; 4]), &outcome).unwrap_err();
        assert!(why.to_string().starts_with("brier_2.5: "), "{why}");
    }

    /// A model that found nothing is measured as one: a search can compare it with others.
    #[test]
    fn predictions_that_are_all_the_same_know_nothing() {
        let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, false]).unwrap();
        let same = Predictions::new(vec![0.0; 4]);
        for kind in [MetricKind::Harrell, MetricKind::Uno, MetricKind::Auc] {
            assert_eq!(kind.at(&[2.5]).unwrap().of(&same, &outcome).unwrap(), 0.5);
        }
        let undefined = MetricKind::Auc.at(&[0.5]).unwrap().of(&same, &outcome).unwrap_err();
        assert!(undefined.to_string().starts_with("auc_0.5: "), "{undefined}");
    }
}
