//! The test of Greenwood, Nam and D'Agostino.

use radsurv_data::Survival;
use radsurv_stats::distribution::ChiSquared;
use serde::Serialize;

use super::groups::{GroupSettings, Grouping};
use crate::error::{Error, Result};

/// How the test is made.
#[derive(Debug, Clone, PartialEq)]
pub struct GndSettings {
    /// How cases are divided: into ten groups unless told otherwise.
    pub grouping: Grouping,
}

impl Default for GndSettings {
    fn default() -> Self {
        Self { grouping: Grouping::Count(10) }
    }
}

/// A group of the test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GndGroup {
    /// The number of its cases.
    pub cases: usize,
    /// The number of events until the time.
    pub events: usize,
    /// The number of events that is expected: the sum of the predicted probabilities.
    pub expected: f64,
    /// The number that Kaplan and Meier's estimate amounts to, as if nobody were censored.
    pub observed: f64,
    /// What it adds to χ².
    pub component: f64,
}

/// The test of whether observed and predicted probabilities of groups differ more than by chance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GreenwoodNamDAgostino {
    /// The time.
    pub time: f64,
    /// The statistic.
    pub chi_squared: f64,
    /// Its degrees of freedom: one less than groups.
    pub df: usize,
    /// The probability of one as large if predictions are right.
    pub p_value: f64,
    /// The smallest number of events of a group: below five the test is unstable, and fewer groups are better.
    pub fewest_events: usize,
    /// The groups, by ascending predicted risk.
    pub groups: Vec<GndGroup>,
}

impl GndSettings {
    /// The test of predicted probabilities of an event until a time.
    ///
    /// # Errors
    /// As [`GroupSettings::fit`]; [`Error::Group`] at a group that has fewer than two events or is not followed until the
    /// time; [`Error::Setting`] if there is one group only.
    pub fn test(&self, time: f64, event_probability: &[f64], outcome: &Survival) -> Result<GreenwoodNamDAgostino> {
        let settings = GroupSettings { grouping: self.grouping.clone(), ..GroupSettings::default() };
        let calibration = settings.fit(time, event_probability, outcome)?;
        let count = calibration.groups.len();
        if count < 2 {
            let what = "a test needs two groups at least; predictions may be too much the same";
            return Err(Error::Setting { name: "the number of groups", value: count.to_string(), what });
        }
        let mut groups = Vec::with_capacity(count);
        for (number, group) in calibration.groups.iter().enumerate() {
            let refuse = |what: String| Err(Error::Group { number: number + 1, count, cases: group.cases, what });
            if group.events < 2 {
                return refuse(format!("has {} events until the time {time}: make fewer groups", group.events));
            }
            // Nobody left: Greenwood's variance does not exist.
            let (Some(observed), Some(se)) = (group.observed, group.se) else {
                return refuse(format!("is not followed beyond the time {time}: make fewer groups, or test earlier"));
            };
            let distance = (observed - group.predicted) / se;
            let n = group.cases as f64;
            groups.push(GndGroup {
                cases: group.cases,
                events: group.events,
                expected: n * group.predicted,
                observed: n * observed,
                component: distance * distance,
            });
        }
        let chi_squared = groups.iter().map(|g| g.component).sum();
        Ok(GreenwoodNamDAgostino {
            time,
            chi_squared,
            df: count - 1,
            p_value: ChiSquared::new((count - 1) as f64)?.upper(chi_squared),
            fewest_events: groups.iter().map(|g| g.events).min().unwrap_or(0),
            groups,
        })
    }
}
