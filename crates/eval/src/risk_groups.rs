//! Cases divided into groups of risk, and how these fare.
//!
//! | of the groups | how |
//! |---|---|
//! | median and *t*-year survival with limits | Kaplan-Meier in each; limits of the logarithm by default |
//! | whether they differ | log-rank test; with three and more also the test for trend, scores 0, 1, 2, ... by ascending risk |
//! | hazard ratios with limits | Cox's model of the groups (Efron's ties), against the first, the one of lowest scores |
//!
//! Cuts must come from elsewhere: from training cases ([`CutPoint`](crate::CutPoint), [`quantile_cuts`] of training scores) or a
//! publication. Groups by cuts that were chosen on these very cases differ by construction.
//!
//! # Edge cases
//! - A case at a cut is in the lower group. Groups without a case are left out.
//! - A group without an event has no finite hazard ratio: none is given, with the reason. Nor is there one against a first
//!   group without events.
//! - Survival at a time beyond the follow-up of a group is not known: none is given. Of a group in which nobody is left
//!   because all had the event it is 0, without limits.
//! - A median that is not reached is none; so are its limits.
//! - Late entry is taken into account everywhere. Weights of cases other than 0 and 1 are errors, as in the log-rank test.

use radsurv_data::{Groups, Metric, MetricError, Predictions, Survival};
use radsurv_stats::cox::{Design, FitSettings, fit};
use radsurv_stats::hypothesis::ChiSquaredTest;
use radsurv_stats::nonparametric::{KaplanMeier, KaplanMeierSettings, Limits, TestWeights};
use radsurv_stats::summary::quantile_sorted;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::text_table::{TextTable, p_value, percent, with_limits};

/// What is said of groups.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskGroupSettings {
    /// The times at which survival is given.
    pub times: Vec<f64>,
    /// The confidence of all limits, 0.95.
    pub confidence: f64,
    /// The scale of the limits of survival.
    pub limits: Limits,
}

impl Default for RiskGroupSettings {
    fn default() -> Self {
        Self { times: Vec::new(), confidence: 0.95, limits: Limits::default() }
    }
}

/// The hazard of a group against that of the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HazardRatio {
    /// The hazard ratio.
    pub estimate: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
    /// Wald's p-value of no difference.
    pub p_value: f64,
}

/// Survival of a group at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurvivalAt {
    /// The time.
    pub time: f64,
    /// The number of cases at risk there.
    pub at_risk: f64,
    /// The probability to survive longer; none beyond follow-up.
    pub survival: Option<Estimate>,
}

/// One of the groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskGroup {
    /// Its name.
    pub name: String,
    /// The number of its cases.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
    /// Its hazard ratio against the first group; none of the first, and where there is no finite one.
    pub hazard_ratio: Option<HazardRatio>,
    /// The time by which half had the event; none if it is not reached.
    pub median: Option<Estimate>,
    /// Survival at the times asked for.
    pub survival: Vec<SurvivalAt>,
}

/// A test of groups.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupTest {
    /// The chi-squared statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// The p-value.
    pub p_value: f64,
}

impl From<ChiSquaredTest> for GroupTest {
    fn from(test: ChiSquaredTest) -> Self {
        Self { statistic: test.statistic, df: test.df, p_value: test.p_value }
    }
}

/// Groups of risk, the lowest first; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_eval::risk_groups::RiskGroupSettings;
/// let outcome = Survival::new(vec![9.0, 11.0, 8.0, 12.0, 3.0, 2.0, 5.0, 4.0], vec![true, false, false, true, true, true, true, true])?;
/// let risk = [0.1, 0.3, 0.2, 0.4, 0.9, 1.2, 0.8, 1.1];
/// let settings = RiskGroupSettings { times: vec![4.0], ..RiskGroupSettings::default() };
/// let found = settings.by_cuts(&risk, &[0.5], &outcome)?;
/// assert_eq!((found.groups[1].cases, found.groups[1].events), (4, 4));
/// assert_eq!(found.groups[1].survival[0].survival.map(|s| s.estimate), Some(0.25));
/// assert!(found.log_rank.p_value < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskGroups {
    /// The groups.
    pub groups: Vec<RiskGroup>,
    /// The group of each case, by its place; none without a score.
    #[serde(skip)]
    pub codes: Vec<Option<usize>>,
    /// Whether any differ.
    pub log_rank: GroupTest,
    /// Whether they differ in the order of risk, of three groups and more.
    pub trend: Option<GroupTest>,
    /// Why there are no hazard ratios, if there are none.
    pub no_hazard_ratio: Option<String>,
    /// The confidence of the limits.
    pub confidence: f64,
}

/// Quantiles of scores as cuts, 0.5 for the median: of training scores. Missing scores (NaN) are left out.
///
/// # Errors
/// [`Error::Setting`] at a part that is not between 0 and 1; [`Error::Constant`] if all scores are equal.
pub fn quantile_cuts(scores: &[f64], parts: &[f64]) -> Result<Vec<f64>> {
    if let Some(part) = parts.iter().find(|p| !(**p > 0.0 && **p < 1.0)) {
        let what = "give parts between 0 and 1, 0.5 for the median";
        return Err(Error::Setting { name: "a quantile", value: part.to_string(), what });
    }
    let mut ascending: Vec<f64> = scores.iter().copied().filter(|s| !s.is_nan()).collect();
    ascending.sort_unstable_by(f64::total_cmp);
    match ascending.first().zip(ascending.last()) {
        None => Err(Error::Setting { name: "scores", value: "none".to_string(), what: "give those of training cases" }),
        Some((first, last)) if first == last => Err(Error::Constant { what: "score", value: *first }),
        Some(_) => Ok(parts.iter().map(|p| quantile_sorted(&ascending, *p)).collect()),
    }
}

impl RiskGroupSettings {
    /// Groups of scores between cuts, `low` and `high` of one, `low`, `intermediate`, `high` of two, else by number.
    ///
    /// # Errors
    /// [`Error::Cases`], [`Error::NotFinite`] at an infinite score, [`Error::Setting`] if there is no cut or they do not
    /// ascend; and as [`of_groups`](Self::of_groups).
    pub fn by_cuts(&self, scores: &[f64], cuts: &[f64], outcome: &Survival) -> Result<RiskGroups> {
        if scores.len() != outcome.len() {
            return Err(Error::Cases { what: "scores", found: scores.len(), outcomes: outcome.len() });
        }
        if let Some(row) = scores.iter().position(|s| s.is_infinite()) {
            let count = scores.iter().filter(|s| s.is_infinite()).count();
            return Err(Error::NotFinite { what: "score", row, value: scores[row], count });
        }
        if cuts.is_empty() || cuts.iter().any(|c| !c.is_finite()) || cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
            let value = cuts.iter().map(f64::to_string).collect::<Vec<String>>().join(", ");
            return Err(Error::Setting { name: "cuts", value, what: "give one or more numbers that ascend" });
        }
        let names: Vec<String> = match cuts.len() {
            1 => ["low", "high"].map(String::from).to_vec(),
            2 => ["low", "intermediate", "high"].map(String::from).to_vec(),
            many => (1..=many + 1).map(|k| format!("group {k}")).collect(),
        };
        let place = |s: &f64| (!s.is_nan()).then(|| cuts.partition_point(|cut| cut < s));
        self.of_codes(&names, &scores.iter().map(place).collect::<Vec<Option<usize>>>(), outcome)
    }

    /// Groups that are there already, in the order of their levels: stages, arms.
    ///
    /// # Errors
    /// [`Error::Cases`]; [`Error::Setting`] at a time that is negative or no number, and of the confidence; and as
    /// [`TestWeights::test`], among them that there are fewer than two groups.
    pub fn of_groups(&self, groups: &Groups, outcome: &Survival) -> Result<RiskGroups> {
        if groups.len() != outcome.len() {
            return Err(Error::Cases { what: "groups", found: groups.len(), outcomes: outcome.len() });
        }
        self.of_codes(groups.levels(), groups.codes(), outcome)
    }

    fn of_codes(&self, names: &[String], codes: &[Option<usize>], outcome: &Survival) -> Result<RiskGroups> {
        if let Some(time) = self.times.iter().find(|t| !(t.is_finite() && **t >= 0.0)) {
            let what = "give times that are not negative";
            return Err(Error::Setting { name: "a time of survival", value: time.to_string(), what });
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            let what = "give a number between 0 and 1, 0.95 usually";
            return Err(Error::Setting { name: "the confidence", value: self.confidence.to_string(), what });
        }
        let counts = |case: &usize| codes[*case].is_some() && outcome.weight(*case) > 0.0;
        let cases: Vec<usize> = (0..outcome.len()).filter(counts).collect();
        let there: Vec<usize> =
            (0..names.len()).filter(|&k| cases.iter().any(|&case| codes[case] == Some(k))).collect();
        let own = |case: usize| there.iter().position(|k| codes[case] == Some(*k));
        let outcome_of = outcome.rows(&cases);
        // By place, so that the order of names does not matter.
        let labels = cases.iter().map(|&case| own(case).map(|k| format!("{k:06}")));
        let test = TestWeights::LogRank.test(&outcome_of, &Groups::new(labels), None)?;
        let scores: Vec<f64> = (0..there.len()).map(|k| k as f64).collect();
        let trend = if there.len() > 2 { Some(test.trend(&scores)?.into()) } else { None };
        let mut groups = Vec::with_capacity(there.len());
        for &k in &there {
            let own: Vec<usize> = cases.iter().copied().filter(|&case| codes[case] == Some(k)).collect();
            groups.push(self.group(&names[k], &outcome.rows(&own))?);
        }
        let no_hazard_ratio = self.hazard_ratios(&mut groups, &cases, &own, &outcome_of)?;
        let codes = (0..outcome.len()).map(|case| codes[case].and_then(|_| own(case))).collect();
        let confidence = self.confidence;
        Ok(RiskGroups { groups, codes, log_rank: test.test.into(), trend, no_hazard_ratio, confidence })
    }

    fn group(&self, name: &str, outcome: &Survival) -> Result<RiskGroup> {
        let settings =
            KaplanMeierSettings { limits: self.limits, confidence: self.confidence, ..KaplanMeierSettings::default() };
        let km = settings.fit(outcome)?;
        let median = km.quantile(0.5)?;
        let median = median.time.map(|estimate| Estimate {
            estimate,
            std_error: None,
            lower: median.lower,
            upper: median.upper,
        });
        let survival = self.times.iter().map(|&time| survival_at(&km, time)).collect();
        let (cases, events) = (outcome.len(), outcome.events());
        Ok(RiskGroup { name: name.to_string(), cases, events, hazard_ratio: None, median, survival })
    }

    /// Gives groups their hazard ratios; why there are none.
    fn hazard_ratios(
        &self,
        groups: &mut [RiskGroup],
        cases: &[usize],
        own: &dyn Fn(usize) -> Option<usize>,
        outcome: &Survival,
    ) -> Result<Option<String>> {
        if let Some(group) = groups.iter().find(|group| group.events == 0) {
            return Ok(Some(format!(
                "no case of the group {} has an event: its hazard ratio is not finite",
                group.name
            )));
        }
        let column =
            |k: usize| cases.iter().map(|&case| f64::from(u8::from(own(case) == Some(k)))).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = (1..groups.len()).map(column).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let fitted = match fit(&Design::new(&columns, outcome), &FitSettings::default()) {
            Ok(fitted) if fitted.infinite.is_empty() => fitted,
            Ok(_) => return Ok(Some("groups do not overlap in time: hazard ratios are not finite".to_string())),
            Err(error) => return Ok(Some(error.to_string())),
        };
        for (group, row) in groups[1..].iter_mut().zip(fitted.summary(self.confidence, None)?.coefficients) {
            let (estimate, p_value) = (row.hazard_ratio, row.p_value);
            if [estimate, row.lower, row.upper, p_value].iter().all(|v| v.is_finite()) {
                group.hazard_ratio = Some(HazardRatio { estimate, lower: row.lower, upper: row.upper, p_value });
            }
        }
        let missing = groups[1..].iter().any(|group| group.hazard_ratio.is_none());
        Ok(missing.then(|| "hazard ratios or their limits are not finite: groups hardly overlap in time".to_string()))
    }
}

fn survival_at(km: &KaplanMeier, time: f64) -> SurvivalAt {
    let point = km.at(time);
    let last = km.steps().last().map_or(f64::INFINITY, |step| step.set.time);
    // All had the event: what follows is known.
    let over = point.survival == 0.0;
    let limit = |v: f64| (!v.is_nan()).then_some(v);
    let (lower, upper) = (limit(point.lower), limit(point.upper));
    let (estimate, std_error) = (point.survival, limit(point.std_error));
    let survival = (time <= last || over).then_some(Estimate { estimate, std_error, lower, upper });
    SurvivalAt { time, at_risk: point.at_risk, survival }
}

/// The log-rank statistic of groups of scores between cuts, as a [`Metric`]: how far they are apart. Cuts are given, and not
/// sought on the cases that are measured.
///
/// # Example
/// ```
/// use radsurv_data::{Metric, Predictions, Survival};
/// use radsurv_eval::risk_groups::LogRankAtCuts;
/// let outcome = Survival::new(vec![9.0, 11.0, 8.0, 3.0, 2.0, 5.0], vec![true, false, false, true, true, true])?;
/// let risk = Predictions::new(vec![0.1, 0.3, 0.2, 0.9, 1.2, 0.8]);
/// assert!(LogRankAtCuts::new([0.5]).of(&risk, &outcome)? > 3.0);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LogRankAtCuts {
    cuts: Vec<f64>,
}

impl LogRankAtCuts {
    /// Of groups between these cuts, ascending.
    pub fn new(cuts: impl Into<Vec<f64>>) -> Self {
        Self { cuts: cuts.into() }
    }
}

impl Metric for LogRankAtCuts {
    fn name(&self) -> String {
        "log_rank".to_string()
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn of(&self, predictions: &Predictions, outcome: &Survival) -> std::result::Result<f64, MetricError> {
        crate::input::check_marker("risk", predictions.risk(), outcome)?;
        let place = |s: &f64| Some(self.cuts.partition_point(|cut| cut < s).to_string());
        let groups = Groups::new(predictions.risk().iter().map(place));
        Ok(TestWeights::LogRank.test(outcome, &groups, None)?.test.statistic)
    }
}

impl RiskGroups {
    /// As a table for a paper: a row per group.
    pub fn table(&self) -> TextTable {
        let limits = format!("({} % CI)", percent(self.confidence));
        let mut header = vec!["group".to_string(), "n".to_string(), "events".to_string()];
        header.extend([format!("hazard ratio {limits}"), "p".to_string(), format!("median {limits}")]);
        let times = self.groups.first().map_or(&[][..], |group| &group.survival);
        header.extend(times.iter().map(|at| format!("survival at {} {limits}", at.time)));
        let mut table = TextTable::new(header);
        let limit =
            |v: Option<f64>, decimals: usize| v.map_or("not reached".to_string(), |v| format!("{v:.decimals$}"));
        for (k, group) in self.groups.iter().enumerate() {
            let mut row = vec![group.name.clone(), group.cases.to_string(), group.events.to_string()];
            row.extend(match (&group.hazard_ratio, k) {
                (Some(hr), _) => [with_limits(hr.estimate, hr.lower, hr.upper, 2), p_value(hr.p_value)],
                (None, 0) => ["reference".to_string(), String::new()],
                (None, _) => ["not estimable".to_string(), String::new()],
            });
            row.push(group.median.map_or("not reached".to_string(), |m| {
                format!("{:.1} ({}, {})", m.estimate, limit(m.lower, 1), limit(m.upper, 1))
            }));
            row.extend(group.survival.iter().map(|at| match at.survival {
                None => "beyond follow-up".to_string(),
                Some(Estimate { estimate, lower: Some(lower), upper: Some(upper), .. }) => {
                    with_limits(estimate, lower, upper, 2)
                }
                Some(s) => format!("{:.2}", s.estimate),
            }));
            table.push(row);
        }
        table
    }
}
