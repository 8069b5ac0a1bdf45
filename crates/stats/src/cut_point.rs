//! The value at which a score or a variable divides cases best, learned from some cases and applied to others.
//!
//! The cut is that of the largest standardised log-rank statistic, among those that leave a part of the cases on both sides: see
//! [`max_selected`](crate::nonparametric::max_selected), and R's `survminer::surv_cutpoint`, whose cut and statistic
//! these are with its setting `minprop = 0.1`. Its p-values are corrected for the search.
//!
//! A cut of scores of a model is learned from [`HeldOut`] scores: scores of the cases that the model was fitted to are too
//! good, and so is the cut. It divides *other* cases without bias; among the cases that it was learned from, groups differ by
//! construction, and hazard ratios and log-rank tests of them say too much.
//!
//! # Edge cases
//! - Cases at the cut are low.
//! - A case without a value is in neither group, and is not among those that the cut is learned from;
//!   [`absent`](FittedCut::absent) counts them.
//! - Late entry and weights of cases other than 0 and 1 are errors.

use radsurv_data::saved::{Format, Saved};
use radsurv_data::{Groups, HeldOut, Survival};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::nonparametric::{CutStatistic, MaxSelected, MaxSelectedSettings, Selected};

/// How a cut is sought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CutPointSettings {
    /// The part of the cases that is in each group at least.
    pub min_proportion: f64,
    /// How many random orders of the scores the permutation p-value is from; 0 for none.
    pub permutations: usize,
    /// Where their random numbers come from.
    pub seed: u64,
}

impl Default for CutPointSettings {
    fn default() -> Self {
        Self { min_proportion: 0.1, permutations: 10_000, seed: 1 }
    }
}

/// P-values of the best cut that know that it was sought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutPointP {
    /// Lausen and Schumacher 1992.
    pub lausen_1992: f64,
    /// Lausen, Sauerbrei and Schumacher 1994.
    pub lausen_1994: f64,
    /// Of the normal distribution of all statistics; none with more cuts than it takes.
    pub gauss: Option<f64>,
    /// Of random orders, if there were some.
    pub permutation: Option<f64>,
}

/// A value that divides cases in two.
///
/// # Example
/// ```
/// use radsurv_data::Survival;
/// use radsurv_stats::cut_point::CutPointSettings;
/// let months = vec![30.0, 28.0, 25.0, 31.0, 27.0, 9.0, 4.0, 12.0, 6.0, 8.0];
/// let outcome = Survival::new(months, [[false, true].repeat(2), vec![false], vec![true; 5]].concat())?;
/// let volume = [3.0, 5.0, 4.0, 2.0, 6.0, 20.0, 35.0, 18.0, 40.0, 22.0];
/// let found = CutPointSettings::default().of_variable("volume", &volume, &outcome)?;
/// assert_eq!(found.cut_point.cut(), 6.0);
/// let others = found.cut_point.apply(&[1.0, 6.0, 6.5, f64::NAN]);
/// assert_eq!((0..4).map(|i| others.label(i)).collect::<Vec<_>>(), [Some("low"), Some("low"), Some("high"), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutPoint {
    variable: String,
    cut: f64,
    statistic: f64,
    cases: usize,
    low: usize,
    events: usize,
    p: CutPointP,
}

/// A cut, and what was seen when it was sought: for a figure, not to be saved with a model.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedCut {
    /// The cut.
    pub cut_point: CutPoint,
    /// The statistic of every cut.
    pub curve: Vec<CutStatistic>,
    /// The number of cases without a value, which were left out.
    pub absent: usize,
}

impl CutPointSettings {
    /// A cut of the scores of a model, from cases that it was not fitted to.
    ///
    /// # Errors
    /// [`Error::Variable`] if there are not as many scores as outcomes; [`Error::NoCut`] if the proportion is not above 0 and
    /// one half at most; and as [`MaxSelectedSettings::fit`].
    pub fn of_scores(&self, scores: &HeldOut, outcome: &Survival) -> Result<FittedCut> {
        same_cases("score", scores.len(), outcome)?;
        self.find("score", &scores.cases(), &scores.values(), outcome)
    }

    /// A cut of a variable that no model was fitted for: age, a volume, a laboratory value. Missing values (NaN) are left out.
    ///
    /// # Errors
    /// As [`of_scores`](Self::of_scores), also at an infinite value.
    pub fn of_variable(&self, name: &str, values: &[f64], outcome: &Survival) -> Result<FittedCut> {
        same_cases(name, values.len(), outcome)?;
        if let Some(row) = values.iter().position(|v| v.is_infinite()) {
            let what = format!("is infinite in row {}: correct it, or leave it missing", row + 1);
            return Err(Error::Variable { name: name.to_string(), what });
        }
        let known: Vec<usize> = (0..values.len()).filter(|&i| !values[i].is_nan()).collect();
        let there: Vec<f64> = known.iter().map(|&i| values[i]).collect();
        self.find(name, &known, &there, outcome)
    }

    fn find(&self, name: &str, known: &[usize], values: &[f64], outcome: &Survival) -> Result<FittedCut> {
        let least = self.min_proportion;
        let of_known = outcome.rows(known);
        let settings = MaxSelectedSettings { min_proportion: least, max_proportion: 1.0 - least };
        let found = settings.fit(&of_known, values)?;
        let best = found.best();
        let permuted = Selected::Permutation { samples: self.permutations, seed: self.seed };
        let p = CutPointP {
            lausen_1992: found.p_value(Selected::Lausen1992)?,
            lausen_1994: found.p_value(Selected::Lausen1994)?,
            gauss: match found.curve().len() > MaxSelected::MOST_CUTS {
                true => None,
                false => Some(found.p_value(Selected::Gauss)?),
            },
            permutation: (self.permutations > 0).then(|| found.p_value(permuted)).transpose()?,
        };
        let counted = (0..of_known.len()).filter(|&i| of_known.weight(i) > 0.0);
        let cut_point = CutPoint {
            variable: name.to_string(),
            cut: best.cut,
            statistic: best.statistic,
            cases: found.cases(),
            low: best.below,
            events: counted.filter(|&i| of_known.event()[i]).count(),
            p,
        };
        Ok(FittedCut { cut_point, curve: found.curve().to_vec(), absent: outcome.len() - known.len() })
    }
}

fn same_cases(name: &str, found: usize, outcome: &Survival) -> Result<()> {
    let outcomes = outcome.len();
    if found == outcomes {
        return Ok(());
    }
    let what =
        format!("has {found} values and there are {outcomes} outcomes: give both of the same cases, in the same order");
    Err(Error::Variable { name: name.to_string(), what })
}

impl CutPoint {
    /// What was cut: the name of the variable, or `score`.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// The largest value of the low group.
    pub fn cut(&self) -> f64 {
        self.cut
    }

    /// The standardised log-rank statistic: positive if events are more frequent in the high group.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The number of cases that it was learned from.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// The number of those that were low.
    pub fn low(&self) -> usize {
        self.low
    }

    /// The number of their events.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Whether it was luck, knowing that the best of many cuts was taken.
    pub fn p_values(&self) -> &CutPointP {
        &self.p
    }

    /// The group of each case: `low` up to the cut, `high` above it, none where the value is NaN. Nothing is learned.
    pub fn apply(&self, values: &[f64]) -> Groups {
        let group = |v: &f64| match *v {
            v if v.is_nan() => None,
            v if v <= self.cut => Some("low"),
            _ => Some("high"),
        };
        Groups::new(values.iter().map(group))
    }
}

impl Saved for CutPoint {
    const FORMAT: Format = Format { name: "radsurv-cutpoint", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        match self.cut.is_finite() && self.low <= self.cases && self.events <= self.cases {
            true => Ok(()),
            false => Err(format!("it has the cut {} of {} cases, {} of them low", self.cut, self.cases, self.low)),
        }
    }
}
