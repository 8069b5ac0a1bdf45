//! One variable as columns.

use radsurv_data::{Covariate, Covariates, Groups, list};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::spline::RestrictedCubicSpline;
use crate::summary::quantile_sorted;

/// What was seen of a number in the fitted cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// The smallest value.
    pub lowest: f64,
    /// The median.
    pub median: f64,
    /// The largest value.
    pub highest: f64,
    /// The different values, ascending, if there are ten at most (as in `datadist` of rms).
    pub distinct: Option<Vec<f64>>,
}

impl Observed {
    /// Of finite values.
    pub(super) fn of(values: &[f64]) -> Self {
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        let (lowest, median, highest) =
            (quantile_sorted(&ascending, 0.0), quantile_sorted(&ascending, 0.5), quantile_sorted(&ascending, 1.0));
        ascending.dedup();
        let distinct = (ascending.len() <= 10).then_some(ascending);
        Self { lowest, median, highest, distinct }
    }
}

/// How a variable becomes columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Coding {
    /// A number as it is.
    Linear {
        /// What was seen of it.
        observed: Observed,
    },
    /// A restricted cubic spline of a number.
    Spline {
        /// Its basis.
        spline: RestrictedCubicSpline,
        /// What was seen of it.
        observed: Observed,
    },
    /// A category: 1 or 0 for each level but the reference.
    Category {
        /// All levels, in the order of [`Groups::levels`].
        levels: Vec<String>,
        /// The one among them that the others are compared with.
        reference: String,
    },
}

/// A variable and how it becomes columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// How it becomes columns.
    pub coding: Coding,
}

/// The value of a variable in one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A level.
    Level(String),
}

impl Variable {
    /// The number of its columns.
    pub fn width(&self) -> usize {
        match &self.coding {
            Coding::Linear { .. } => 1,
            Coding::Spline { spline, .. } => spline.width(),
            Coding::Category { levels, .. } => levels.len() - 1,
        }
    }

    /// The names of its columns, as rms gives them.
    pub fn names(&self) -> Vec<String> {
        let name = &self.name;
        match &self.coding {
            Coding::Linear { .. } => vec![name.clone()],
            Coding::Spline { spline, .. } => {
                (0..spline.width()).map(|bend| format!("{name}{}", "'".repeat(bend))).collect()
            }
            Coding::Category { levels, reference } => {
                levels.iter().filter(|level| *level != reference).map(|level| format!("{name}={level}")).collect()
            }
        }
    }

    /// The columns of one value.
    ///
    /// # Errors
    /// [`Error::Variable`] at a number that is not finite, a level that was not fitted, or one in place of the other.
    pub fn code(&self, value: &Value) -> Result<Vec<f64>> {
        match (&self.coding, value) {
            (Coding::Linear { .. } | Coding::Spline { .. }, Value::Number(x)) if !x.is_finite() => {
                Err(self.bad(format!("is {x}: give a finite number")))
            }
            (Coding::Linear { .. }, Value::Number(x)) => Ok(vec![*x]),
            (Coding::Spline { spline, .. }, Value::Number(x)) => Ok(spline.basis(*x)),
            (Coding::Category { levels, reference }, Value::Level(level)) => {
                if !levels.contains(level) {
                    return Err(self.unknown(level, None, levels));
                }
                let others = levels.iter().filter(|other| *other != reference);
                Ok(others.map(|other| f64::from(other == level)).collect())
            }
            (Coding::Category { .. }, Value::Number(x)) => {
                Err(self.bad(format!("is the number {x}, and a category is needed: give its level")))
            }
            (_, Value::Level(level)) => Err(self.bad(format!("is {level:?}, and a number is needed"))),
        }
    }

    pub(super) fn columns(&self, covariates: &Covariates) -> Result<Vec<Vec<f64>>> {
        let (levels, reference) = match &self.coding {
            Coding::Linear { .. } => return Ok(vec![numbers(&self.name, covariates.get(&self.name)?)?.to_vec()]),
            Coding::Spline { spline, .. } => {
                return Ok(spline.columns(numbers(&self.name, covariates.get(&self.name)?)?));
            }
            Coding::Category { levels, reference } => (levels, reference),
        };
        let groups = covariates.groups(&self.name)?;
        all_known(&self.name, &groups)?;
        if let Some(level) = groups.levels().iter().find(|level| !levels.contains(level)) {
            let row = (0..groups.len()).find(|&case| groups.label(case) == Some(level.as_str()));
            return Err(self.unknown(level, row, levels));
        }
        let others = levels.iter().filter(|level| *level != reference);
        let column = |level: &String| {
            (0..groups.len()).map(|case| f64::from(groups.label(case) == Some(level.as_str()))).collect()
        };
        Ok(others.map(column).collect())
    }

    fn unknown(&self, level: &str, row: Option<usize>, known: &[String]) -> Error {
        let place = row.map_or_else(String::new, |row| format!(" in row {}", row + 1));
        self.bad(format!(
            "has the level {level:?}{place}, which no fitted case had: nothing is known of it; known are {}",
            list(known)
        ))
    }

    fn bad(&self, what: String) -> Error {
        Error::Variable { name: self.name.clone(), what }
    }
}

/// The values of a variable that must be a number in all cases.
pub(super) fn numbers<'a>(name: &str, covariate: &'a Covariate) -> Result<&'a [f64]> {
    let bad = |what: String| Error::Variable { name: name.to_string(), what };
    let Covariate::Number(values) = covariate else {
        return Err(
            bad("is a category, and a number is needed: make it a category, or correct its values".to_string()),
        );
    };
    match values.iter().position(|v| !v.is_finite()) {
        Some(row) if values[row].is_nan() => {
            let count = values.iter().filter(|v| v.is_nan()).count();
            Err(bad(missing(row, count)))
        }
        Some(row) => Err(bad(format!("is infinite in row {}: correct it, or leave the case out", row + 1))),
        None if values.is_empty() => Err(bad("has no case".to_string())),
        None => Ok(values),
    }
}

/// Refuses a category that is missing in a case.
pub(super) fn all_known(name: &str, groups: &Groups) -> Result<()> {
    match groups.codes().iter().position(Option::is_none) {
        Some(row) => {
            let count = groups.codes().iter().filter(|code| code.is_none()).count();
            Err(Error::Variable { name: name.to_string(), what: missing(row, count) })
        }
        None => Ok(()),
    }
}

fn missing(row: usize, count: usize) -> String {
    format!("is missing in row {} ({count} such rows in all): leave such cases out", row + 1)
}
