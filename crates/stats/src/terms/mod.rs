//! Named variables of cases as the columns of a design: linear, splines, categories, interactions.
//!
//! [`Terms`] says what is made of which variable; fitting them to cases learns knots, levels and ranges; [`FittedTerms`] turns
//! any cases into the same columns, in this order and under the names of rms:
//!
//! | term | columns | names |
//! |---|---|---|
//! | linear | the number | `age` |
//! | spline | a [restricted cubic spline](crate::spline) of *k* knots: *k* - 1 | `age`, `age'`, `age''` |
//! | category | for each level but the reference 1 or 0 | `stage=II`, `stage=III` |
//! | interaction | the products of all columns of two variables, the first changing fastest | `age * stage=II` |
//!
//! The columns of interactions come after those of all variables.
//!
//! # Edge cases
//! - A missing value is an error: [`Terms::complete`] says which cases have all values.
//! - A level that no fitted case had is an error that names it and those known: there is no coefficient for it.
//! - A number beyond the range of the fitted cases is taken as it is; splines go on in a straight line there.
//! - Weights of cases have no influence on knots and levels.

mod fitted;
mod variable;

pub use fitted::{DesignColumn, FittedTerms, Interaction};
pub use variable::{Coding, Observed, Value, Variable};

use radsurv_data::{Covariate, Covariates};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::spline::RestrictedCubicSpline;

/// Where the knots of a spline are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Knots {
    /// So many, at quantiles of the fitted cases; see [`RestrictedCubicSpline::of_values`].
    Count(usize),
    /// Here.
    At(Vec<f64>),
}

/// What is made of variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Term {
    /// A number as it is.
    Linear {
        /// The variable.
        name: String,
    },
    /// A restricted cubic spline of a number.
    Spline {
        /// The variable.
        name: String,
        /// Its knots.
        knots: Knots,
    },
    /// A category.
    Category {
        /// The variable.
        name: String,
        /// The level that the others are compared with; the first one if none is given.
        reference: Option<String>,
    },
    /// The products of all columns of two variables that have a term of their own.
    Interaction {
        /// The one variable.
        first: String,
        /// The other.
        second: String,
    },
}

/// Which columns are made of which variables; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Groups};
/// use radsurv_stats::terms::Terms;
/// let cases = |age: &[f64], stage: &[&str]| {
///     let mut covariates = Covariates::new(age.len());
///     covariates.add("age", Covariate::Number(age.to_vec()))?;
///     covariates.add("stage", Covariate::Category(Groups::new(stage.iter().map(Some))))?;
///     Ok::<Covariates, radsurv_data::Error>(covariates)
/// };
/// let training = cases(&[50.0, 60.0, 72.0], &["I", "II", "II"])?;
/// let terms = Terms::new().linear("age").category("stage", Some("I")).interaction("age", "stage");
/// let fitted = terms.fit(&training)?;
/// assert_eq!(fitted.names(), ["age", "stage=II", "age * stage=II"]);
/// assert_eq!(fitted.columns(&cases(&[40.0], &["II"])?)?, [[40.0], [1.0], [40.0]]);
///
/// let unknown = fitted.columns(&cases(&[40.0], &["IV"])?).unwrap_err().to_string();
/// assert!(unknown.starts_with("the variable stage has the level \"IV\" in row 1, which no fitted case had"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Terms {
    terms: Vec<Term>,
}

impl Terms {
    /// No term yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number as it is.
    pub fn linear(self, name: impl Into<String>) -> Self {
        self.with(Term::Linear { name: name.into() })
    }

    /// Adds a restricted cubic spline.
    pub fn spline(self, name: impl Into<String>, knots: Knots) -> Self {
        self.with(Term::Spline { name: name.into(), knots })
    }

    /// Adds a category, compared with its first level or another one.
    pub fn category(self, name: impl Into<String>, reference: Option<&str>) -> Self {
        self.with(Term::Category { name: name.into(), reference: reference.map(String::from) })
    }

    /// Adds the interaction of two variables.
    pub fn interaction(self, first: impl Into<String>, second: impl Into<String>) -> Self {
        self.with(Term::Interaction { first: first.into(), second: second.into() })
    }

    /// Adds a term.
    pub fn with(mut self, term: Term) -> Self {
        self.terms.push(term);
        self
    }

    /// The terms.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The names of the variables, in the order of their terms.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match term {
            Term::Linear { name } | Term::Spline { name, .. } | Term::Category { name, .. } => Some(name.as_str()),
            Term::Interaction { .. } => None,
        })
    }

    /// The cases that have a value of every variable.
    ///
    /// # Errors
    /// [`Error::Data`] if a variable is not there.
    pub fn complete(&self, covariates: &Covariates) -> Result<Vec<usize>> {
        let used = self.variables().map(|name| Ok(covariates.get(name)?)).collect::<Result<Vec<&Covariate>>>()?;
        let known = |case: usize| {
            used.iter().all(|covariate| match covariate {
                Covariate::Number(values) => !values[case].is_nan(),
                Covariate::Category(groups) => groups.codes()[case].is_some(),
            })
        };
        Ok((0..covariates.cases()).filter(|case| known(*case)).collect())
    }

    /// Learns knots, levels and ranges.
    ///
    /// # Errors
    /// [`Error::Data`] if a variable is not there; [`Error::Variable`] at one that is missing or infinite in a case, is a
    /// category where a number is needed, has one level only or not the reference, is there twice, or has no term of its own
    /// but an interaction; [`Error::Variable`] with the reason where knots cannot be placed.
    pub fn fit(&self, covariates: &Covariates) -> Result<FittedTerms> {
        let mut variables: Vec<Variable> = Vec::new();
        let mut interactions = Vec::new();
        for term in &self.terms {
            let (name, coding) = match term {
                Term::Interaction { first, second } => {
                    interactions.push(Interaction { first: first.clone(), second: second.clone() });
                    continue;
                }
                Term::Linear { name } => {
                    (name, Coding::Linear { observed: Observed::of(variable::numbers(name, covariates.get(name)?)?) })
                }
                Term::Spline { name, knots } => {
                    let values = variable::numbers(name, covariates.get(name)?)?;
                    let spline = match knots {
                        Knots::Count(count) => RestrictedCubicSpline::of_values(values, *count),
                        Knots::At(knots) => RestrictedCubicSpline::new(knots.clone()),
                    };
                    let named = |error: Error| Error::Variable {
                        name: name.clone(),
                        what: format!("cannot be a spline: {error}"),
                    };
                    (name, Coding::Spline { spline: spline.map_err(named)?, observed: Observed::of(values) })
                }
                Term::Category { name, reference } => (name, category(name, covariates, reference.as_deref())?),
            };
            variables.push(Variable { name: name.clone(), coding });
        }
        FittedTerms::new(variables, interactions)
    }
}

fn category(name: &str, covariates: &Covariates, reference: Option<&str>) -> Result<Coding> {
    let groups = covariates.groups(name)?;
    variable::all_known(name, &groups)?;
    let levels = groups.levels().to_vec();
    let bad = |what: String| Error::Variable { name: name.to_string(), what };
    let place = match reference {
        None => 0,
        Some(wanted) => levels.iter().position(|level| level == wanted).ok_or_else(|| {
            bad(format!("has no case with the reference level {wanted:?}; its levels are {}", levels.join(", ")))
        })?,
    };
    match &levels[..] {
        [] => Err(bad("has no case".to_string())),
        [one] => Err(bad(format!("is {one} in all cases: leave it out"))),
        _ => Ok(Coding::Category { reference: levels[place].clone(), levels }),
    }
}
