//! Observed beside predicted in groups of predicted risk.

use radsurv_data::Survival;
use radsurv_stats::nonparametric::{KaplanMeierSettings, Limits};
use radsurv_stats::summary::{mean, quantile_sorted};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::input::{check_direction, check_plain, check_probabilities, check_time};

/// How cases are divided by their predicted risk.
///
/// Cases of the same prediction are never divided. Groups are made from the predicted survival, *1 - p*, as in rms.
#[derive(Debug, Clone, PartialEq)]
pub enum Grouping {
    /// So many groups of nearly the same size: `groupkm(g = )` of rms (`cut2`). Ties can make them fewer.
    Count(usize),
    /// Groups of about so many cases: `groupkm(m = )`, as many as there are whole ones in all.
    Size(usize),
    /// Groups of about so many cases between quantiles of the predictions with 0 and 1: `calibrate(cmethod = "KM", m = )`.
    Quantiles(usize),
    /// Between these probabilities of an event: a probability that is one of them begins a group.
    Cuts(Vec<f64>),
}

/// How calibration in groups is estimated.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::calibration::{GroupSettings, Grouping};
/// let times = (1..=40).map(f64::from).collect();
/// let outcome = Survival::new(times, (1..=40).map(|i| i % 3 != 0).collect())?;
/// let p: Vec<f64> = (1..=40).map(|i| 1.0 - f64::from(i) / 50.0).collect();
/// let settings = GroupSettings { grouping: Grouping::Count(2), ..GroupSettings::default() };
/// let two = settings.fit(15.0, &p, &outcome)?.groups;
/// assert!((two[0].predicted - 0.39).abs() < 1e-12 && two[0].observed == Some(0.0));
/// assert!(two[1].observed > Some(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSettings {
    /// How cases are divided: into ten groups unless told otherwise.
    pub grouping: Grouping,
    /// The scale of the limits: the logarithm of survival, as rms.
    pub limits: Limits,
    /// The confidence of the limits, 0.95.
    pub confidence: f64,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self { grouping: Grouping::Count(10), limits: Limits::Log, confidence: 0.95 }
    }
}

/// A group of cases of similar predicted risk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationGroup {
    /// The number of its cases.
    pub cases: usize,
    /// The number of events until the time.
    pub events: usize,
    /// The mean predicted probability of an event.
    pub predicted: f64,
    /// The lowest.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// The observed probability, by Kaplan and Meier; `None` if the group is not followed until the time.
    pub observed: Option<f64>,
    /// Its standard error, by Greenwood.
    pub se: Option<f64>,
    /// Its lower limit; `None` without an event, and where nobody is left.
    pub lower: Option<f64>,
    /// Its upper limit.
    pub upper: Option<f64>,
}

/// Observed beside predicted, by ascending predicted risk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationGroups {
    /// The time.
    pub time: f64,
    /// The confidence of the limits.
    pub confidence: f64,
    /// The groups.
    pub groups: Vec<CalibrationGroup>,
}

impl GroupSettings {
    /// Observed beside predicted probabilities of an event until a time.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`], [`Error::NotProbability`]; [`Error::Time`]; [`Error::Direction`];
    /// [`Error::Setting`] of a grouping that cannot be; [`Error::Stats`] of weights, late entry and confidence.
    pub fn fit(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<CalibrationGroups> {
        check_probabilities("event probability", event_probability, outcome)?;
        check_plain("calibration in groups", outcome)?;
        check_time(time, outcome)?;
        check_direction(time, event_probability, outcome)?;
        let members = self.grouping.members(event_probability)?;
        let of = |rows: &Vec<usize>| self.group(time, rows, event_probability, outcome);
        let groups = members.iter().map(of).collect::<Result<_>>()?;
        Ok(CalibrationGroups { time, confidence: self.confidence, groups })
    }

    fn group(&self, time: f64, rows: &[usize], p: &[f64], outcome: &Survival) -> Result<CalibrationGroup> {
        let predicted: Vec<f64> = rows.iter().map(|&i| p[i]).collect();
        let own = outcome.rows(rows);
        let settings =
            KaplanMeierSettings { limits: self.limits, confidence: self.confidence, ..KaplanMeierSettings::default() };
        let km = settings.fit(&own)?;
        let (at, last) = (km.at(time), own.times().iter().copied().fold(0.0, f64::max));
        let followed = rows.len() > 1 && (time <= last || at.survival == 0.0);
        let events = (0..own.len()).filter(|&i| own.event()[i] && own.times()[i] <= time).count();
        let known = |value: f64| Some(value).filter(|v| followed && !v.is_nan());
        Ok(CalibrationGroup {
            cases: rows.len(),
            events,
            predicted: mean(&predicted),
            lowest: predicted.iter().copied().fold(f64::INFINITY, f64::min),
            highest: predicted.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            observed: known(1.0 - at.survival),
            se: known(at.std_error),
            lower: known(1.0 - at.upper).filter(|_| events > 0),
            upper: known(1.0 - at.lower).filter(|_| events > 0),
        })
    }
}

impl Grouping {
    /// The cases of each group, by ascending probability.
    pub(super) fn members(&self, probability: &[f64]) -> Result<Vec<Vec<usize>>> {
        let n = probability.len();
        let survival: Vec<f64> = probability.iter().map(|p| 1.0 - p).collect();
        let mut ascending = survival.clone();
        ascending.sort_unstable_by(f64::total_cmp);
        let bad = |name: &'static str, value: String, what: &'static str| Err(Error::Setting { name, value, what });
        // Each group begins at one of these values of survival.
        let begins = match self {
            Self::Count(count) if *count < 1 || *count > n => {
                return bad("the number of groups", count.to_string(), "give 1 at least, and not more than cases");
            }
            Self::Size(size) | Self::Quantiles(size) if *size < 1 => {
                return bad("the size of a group", size.to_string(), "give 1 at least");
            }
            Self::Count(count) => equal_groups(&ascending, *count),
            Self::Size(size) => equal_groups(&ascending, (n / size).max(1)),
            Self::Quantiles(size) => {
                let groups = (n / size).max(1);
                let mut with_ends = ascending.clone();
                with_ends.insert(0, 0.0);
                with_ends.push(1.0);
                let mut cuts: Vec<f64> =
                    (0..groups).map(|j| quantile_sorted(&with_ends, j as f64 / groups as f64)).collect();
                cuts.dedup();
                cuts
            }
            Self::Cuts(cuts) => {
                if cuts.iter().any(|c| !(*c > 0.0 && *c < 1.0)) || cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
                    let what = "give ascending probabilities between 0 and 1";
                    return bad("the cuts of groups", format!("{cuts:?}"), what);
                }
                let group = |p: f64| cuts.partition_point(|cut| *cut <= p);
                return Ok(gather(probability, cuts.len() + 1, group));
            }
        };
        let count = begins.len();
        // The last group of survival is the first of risk.
        Ok(gather(&survival, count, |s| count - begins.partition_point(|begin| *begin <= s).clamp(1, count)))
    }
}

/// The smallest value of each of so many groups of ascending values, the *j*-th of which ends with the value at which
/// *j n / g* values are reached.
fn equal_groups(ascending: &[f64], groups: usize) -> Vec<f64> {
    let n = ascending.len();
    let mut begins = vec![ascending[0]];
    for j in 1..groups {
        let reached = (j * n).div_ceil(groups).max(1);
        let end = ascending[reached - 1];
        let next = ascending.partition_point(|v| *v <= end);
        if next < n && begins.last().is_some_and(|begin| *begin < ascending[next]) {
            begins.push(ascending[next]);
        }
    }
    begins
}

/// The places of the values in each group, without groups that have none.
fn gather(values: &[f64], groups: usize, group: impl Fn(f64) -> usize) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); groups];
    values.iter().enumerate().for_each(|(row, v)| members[group(*v)].push(row));
    members.retain(|rows| !rows.is_empty());
    members
}
