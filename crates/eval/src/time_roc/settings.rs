//! What is counted as a case, and what is computed.

use radsurv_stats::nonparametric::{CensoringDistribution, Side};
use serde::{Deserialize, Serialize};

/// Whose rule for ties and weights is followed. It matters where events happen at the time *t* itself, as with times in whole
/// months, and where censorings and events have the same time.
///
/// | | case | control | weight of a case |
/// |---|---|---|---|
/// | `TimeRoc` | *T < t* with the event | *T > t* | *1 / G(T-)* |
/// | `RiskRegression` | *T <= t* with the event | *T > t* | *1 / G(T-)* |
/// | `ScikitSurvival` | *T <= t* with the event | *T > t* | *1 / G(T)* |
///
/// Cases with *T = t* are neither with timeROC's rule. The weight of a control is *1 / G(t)* everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Definition {
    /// R's timeROC.
    #[default]
    TimeRoc,
    /// R's riskRegression (`Score`).
    RiskRegression,
    /// Python's scikit-survival (`cumulative_dynamic_auc`).
    ScikitSurvival,
}

impl Definition {
    /// Whether an event at *T* is a case of the time *t*.
    pub(crate) fn is_case(self, event_time: f64, time: f64) -> bool {
        match self {
            Self::TimeRoc => event_time < time,
            Self::RiskRegression | Self::ScikitSurvival => event_time <= time,
        }
    }

    /// The side of *G* at the time of a case.
    pub(crate) fn side(self) -> Side {
        match self {
            Self::TimeRoc | Self::RiskRegression => Side::Left,
            Self::ScikitSurvival => Side::Right,
        }
    }
}

/// How standard errors see cases of the same time, when they account for the estimation of *G*. Without tied times they are
/// all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TiedTimes {
    /// One after the other, in the order of the rows, as timeROC does. With tied times the standard error then changes (by
    /// a thousandth of itself, usually) with the order of the rows.
    #[default]
    ByRow,
    /// All at once, and those with the event are not at risk of censoring there, as in the estimate of *G* itself.
    AfterEvents,
    /// All at once, and those with the event are at risk of censoring there: riskRegression.
    WithEvents,
}

/// The distribution of censoring times that weights are the inverse of.
#[derive(Debug, Clone, Copy, Default)]
pub enum Censoring<'a> {
    /// Kaplan and Meier's of the same cases: censoring does not depend on anything.
    #[default]
    Marginal,
    /// One that was estimated before, as scikit-survival's of the training cases (`survival_train`). Standard errors take it
    /// as known.
    Given(&'a CensoringDistribution),
    /// A Cox model of the censoring times of the same cases with these columns (a value per case each), Efron's rule for
    /// ties: censoring may depend on them. timeROC's `weighting = "cox"` has the marker among them. No standard errors, as
    /// there: take the bootstrap. Without columns, or if nobody is censored, it is the marginal one.
    Cox(&'a [&'a [f64]]),
}

/// Monte Carlo of bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Band {
    /// The number of draws; timeROC has 2000.
    pub draws: usize,
    /// The same seed gives the same band.
    pub seed: u64,
}

impl Default for Band {
    fn default() -> Self {
        Self { draws: 10_000, seed: 1 }
    }
}

/// What is computed, and by whose rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeRocSettings {
    /// The rule for ties and weights.
    pub definition: Definition,
    /// How standard errors see tied times.
    pub tied_times: TiedTimes,
    /// The confidence of limits and bands, 0.95.
    pub confidence: f64,
    /// Whether standard errors are computed.
    pub std_errors: bool,
    /// Whether the whole curves are kept.
    pub curves: bool,
    /// A band over all times, if wanted; none by default, and none where there are no standard errors.
    pub band: Option<Band>,
}

impl Default for TimeRocSettings {
    fn default() -> Self {
        Self {
            definition: Definition::default(),
            tied_times: TiedTimes::default(),
            confidence: 0.95,
            std_errors: true,
            curves: true,
            band: None,
        }
    }
}

impl TimeRocSettings {
    /// Another rule, and else what it was.
    pub fn definition(mut self, definition: Definition) -> Self {
        self.definition = definition;
        self
    }

    /// Another view of tied times, and else what it was.
    pub fn tied_times(mut self, tied_times: TiedTimes) -> Self {
        self.tied_times = tied_times;
        self
    }

    /// With a band over all times.
    pub fn band(mut self, band: Band) -> Self {
        self.band = Some(band);
        self
    }

    /// Areas only: without standard errors and curves, as bootstrap and tuning need.
    pub fn areas_only(mut self) -> Self {
        (self.std_errors, self.curves, self.band) = (false, false, None);
        self
    }
}
