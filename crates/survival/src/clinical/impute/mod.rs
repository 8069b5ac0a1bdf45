//! Missing values of clinical variables filled in from what is known of other cases.
//!
//! An imputer is fitted to training cases and then fills in any cases; nothing is learned from these. It never sees outcomes:
//! new cases have none. The median of numbers is the mean of the middle two if there are as many on both sides; of levels that
//! are as frequent, the first in the order of [`Groups::levels`](radsurv_data::Groups::levels) is the most frequent one.
//!
//! | [`ImputerSettings`] | a number becomes | a category |
//! |---|---|---|
//! | `Typical` (default) | the median | the most frequent level |
//! | `Neighbours` | the mean of the *k* nearest training cases that have it | their most frequent level |
//! | `Regression` | a least squares prediction from the other variables | the level whose indicator is predicted largest |
//!
//! **Neighbours.** The distance of two cases is Gower's, over the variables *V* that both have:
//! *d = Σ_V d_j / |V|*, *d_j = |x_j - y_j| / range_j* of numbers, 0 or 1 of categories. Of cases as far the one that
//! comes first is taken. A variable that is the same in all training cases has no part in it. Training cases must be kept for it:
//! [`Imputer::contains_training_rows`].
//!
//! **Regression.** Missing values are the typical ones at first. Then, in each round, each variable is regressed on all others
//! as they are filled in by now, over the cases that have it, and predicted in those that do not; the variables with the
//! fewest missing values go first. Numbers are kept within the range of the training cases. New cases go through the same
//! equations in the same order. A category counts as an indicator 0 or 1 of each of its levels but the first; its own levels are
//! predicted as such indicators, and the largest one is taken. Columns that depend on others have no part.
//!
//! # Edge cases
//! - A case without any value gets the typical ones (by `Regression` what its equations make of them).
//! - A level that no training case had counts as missing, and is counted apart: [`FilledVariable::unseen`].
//! - A variable without any value in training cases, and an infinite number, are errors.
//! - One value stands for many that are possible: standard errors and p-values of models of filled values are too small where
//!   much was missing. Multiple imputation (Rubin 1987) would say how much.
//!
//! Sources: Gower: A general coefficient of similarity and some of its properties, Biometrics 27 (1971) 857-871; Troyanskaya and
//! others: Missing value estimation methods for DNA microarrays, Bioinformatics 17 (2001) 520-525; van Buuren and
//! Groothuis-Oudshoorn: mice, Journal of Statistical Software 45 (2011) 3 (chained equations, there with random draws).

mod fit;
mod neighbours;
mod regression;

use radsurv_data::Covariates;
use radsurv_data::saved::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use neighbours::Donors;
use regression::Equation;

/// How missing values are filled in; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Groups};
/// use radsurv_survival::clinical::ImputerSettings;
/// let cases = |age: &[f64], stage: &[Option<&str>]| {
///     let mut cases = Covariates::new(age.len());
///     cases.add("age", Covariate::Number(age.to_vec()))?;
///     cases.add("stage", Covariate::Category(Groups::new(stage.iter().copied())))?;
///     Ok::<Covariates, radsurv_data::Error>(cases)
/// };
/// let training = cases(&[50.0, 60.0, 70.0, 72.0], &[Some("I"), Some("I"), Some("II"), None])?;
/// let new = cases(&[71.0, f64::NAN], &[None, Some("II")])?;
/// let typical = ImputerSettings::default().fit(&training)?.fill(&new)?;
/// assert_eq!(typical.covariates.groups("stage")?.label(0), Some("I"));
/// assert_eq!(typical.variables[0].missing, 1);
/// let near = ImputerSettings::Neighbours { k: 1 }.fit(&training)?.fill(&new)?;
/// assert_eq!(near.covariates.groups("stage")?.label(0), Some("II"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ImputerSettings {
    /// By the median or the most frequent level.
    Typical {
        /// Whether a category `NAME missing` of `yes` and `no` is added for each variable that some, but not all training cases
        /// lack; for variables that the same cases lack, once. Default no.
        indicator: bool,
    },
    /// By the most similar training cases.
    Neighbours {
        /// Their number; 5 usually.
        k: usize,
    },
    /// By regression on the other variables.
    Regression {
        /// How often all variables are gone through; 5 usually.
        rounds: usize,
    },
}

impl Default for ImputerSettings {
    fn default() -> Self {
        Self::Typical { indicator: false }
    }
}

/// A fitted imputer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imputer {
    variables: Vec<Learned>,
    /// The variables whose lack is a variable of its own.
    indicators: Vec<String>,
    contains_training_rows: bool,
    method: Method,
}

/// What was learned of a variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Learned {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Kind {
    Number { lowest: f64, median: f64, highest: f64 },
    Category { levels: Vec<String>, most: usize },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Method {
    Typical,
    Neighbours { k: usize, donors: Donors },
    Regression { rounds: usize, order: Vec<usize>, equations: Vec<Equation> },
}

impl Kind {
    /// The median, or the place of the most frequent level.
    fn typical(&self) -> f64 {
        match self {
            Self::Number { median, .. } => *median,
            Self::Category { most, .. } => *most as f64,
        }
    }
}

/// How many values of a variable were filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilledVariable {
    /// The variable.
    pub name: String,
    /// The number of missing values.
    pub missing: usize,
    /// The number of values that are levels which no training case had.
    pub unseen: usize,
}

/// Cases with all their values.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The covariates; those that the imputer does not know as they were, indicators at the end.
    pub covariates: Covariates,
    /// What was filled in of each variable that the imputer knows.
    pub variables: Vec<FilledVariable>,
    /// The number of cases that had no value at all.
    pub empty: usize,
}

impl Imputer {
    /// The variables that it knows, all of which cases to fill in must have.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|v| v.name.as_str())
    }

    /// The names of the indicators that it adds.
    pub fn indicators(&self) -> impl Iterator<Item = String> {
        self.indicators.iter().map(|name| indicator(name))
    }

    /// Whether rows of training cases are in it (without ids): neighbours are found among them.
    pub fn contains_training_rows(&self) -> bool {
        self.contains_training_rows
    }

    /// Forgets what variables that are not used need, if it treats each on its own.
    pub(super) fn keep_only(&mut self, used: &[String]) {
        if self.method == Method::Typical {
            self.indicators.retain(|name| used.contains(&indicator(name)));
            let indicators = &self.indicators;
            self.variables.retain(|v| used.contains(&v.name) || indicators.contains(&v.name));
        }
    }

    /// Fills in cases.
    ///
    /// # Errors
    /// [`radsurv_data::Error::MissingColumn`] if a variable is not there; [`Error::Stats`](crate::Error::Stats) at a category
    /// where there was a number, and at an infinite number; [`radsurv_data::Error::DuplicateColumn`] if a covariate has the name
    /// of an indicator.
    pub fn fill(&self, covariates: &Covariates) -> Result<Filled> {
        let read = fit::read(&self.variables, covariates)?;
        let mut columns = read.columns;
        match &self.method {
            Method::Typical => {}
            Method::Neighbours { k, donors } => donors.fill(&self.variables, *k, &mut columns),
            Method::Regression { rounds, order, equations } => {
                let gaps = regression::gaps(&columns);
                let mut filled = regression::begin(&self.variables, &columns);
                let steps = (0..*rounds).flat_map(|_| order.iter());
                for (equation, &target) in equations.iter().zip(steps) {
                    equation.fill(&self.variables, target, &gaps[target], &mut filled);
                }
                columns = filled.into_iter().map(|c| c.into_iter().map(Some).collect()).collect();
            }
        }
        // What the method has no answer to.
        for (variable, column) in self.variables.iter().zip(&mut columns) {
            column.iter_mut().for_each(|v| *v = v.or(Some(variable.kind.typical())));
        }
        fit::write(self, covariates, &columns, &read.known, read.counts)
    }
}

/// The name of the indicator of a variable.
fn indicator(name: &str) -> String {
    format!("{name} missing")
}

/// In its file are medians, ranges and levels, and the coefficients of regressions or, for neighbours, training cases without
/// ids.
impl Saved for Imputer {
    const FORMAT: Format = Format { name: "radsurv-imputer", version: 1 };

    fn check(&self) -> std::result::Result<(), String> {
        let known = |variable: &Learned| match &variable.kind {
            Kind::Number { lowest, median, highest } => lowest <= median && median <= highest,
            Kind::Category { levels, most } => *most < levels.len(),
        };
        let indicators = self.indicators.iter().all(|name| self.variables.iter().any(|v| v.name == *name));
        if !self.variables.iter().all(known) || !indicators {
            return Err("its values are not those of its variables".to_string());
        }
        let rows = matches!(self.method, Method::Neighbours { .. });
        let fits = match &self.method {
            Method::Typical => true,
            Method::Neighbours { donors, .. } => donors.fit(&self.variables),
            Method::Regression { rounds, order, equations } => {
                let mut targets = (0..*rounds).flat_map(|_| order.iter());
                equations.len() == rounds * order.len()
                    && order.iter().all(|&target| target < self.variables.len())
                    && equations.iter().all(|e| targets.next().is_some_and(|&target| e.fits(&self.variables, target)))
            }
        };
        match fits && rows == self.contains_training_rows {
            true => Ok(()),
            false => Err("its method is not one of its variables".to_string()),
        }
    }
}
