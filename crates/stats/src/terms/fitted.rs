//! Terms that know their knots and levels.

use radsurv_data::{Covariates, list};
use serde::{Deserialize, Serialize};

use super::variable::{Coding, Observed, Variable};
use crate::error::{Error, Result};

/// Two variables whose columns are multiplied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// The one, whose columns change fastest.
    pub first: String,
    /// The other.
    pub second: String,
}

/// A column of a design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignColumn {
    /// Its name, such as `age'` or `age * stage=II`.
    pub name: String,
    /// Its term: the place of its variable among the [variables](FittedTerms::variables), or their number and more for
    /// interactions.
    pub term: usize,
}

/// Terms fitted to cases; see the [module](super).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct FittedTerms {
    variables: Vec<Variable>,
    interactions: Vec<Interaction>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    variables: Vec<Variable>,
    #[serde(default)]
    interactions: Vec<Interaction>,
}

impl FittedTerms {
    /// Terms that were fitted elsewhere, as for a nomogram of a published model.
    ///
    /// # Errors
    /// [`Error::Variable`] at a variable that is there twice, at a category of fewer than two levels, with one twice or
    /// without its reference, at a range that is none, and at an interaction of a variable that is not there or with itself.
    pub fn new(variables: Vec<Variable>, interactions: Vec<Interaction>) -> Result<Self> {
        let bad = |name: &str, what: String| Err(Error::Variable { name: name.to_string(), what });
        for (place, variable) in variables.iter().enumerate() {
            let name = &variable.name;
            if variables[..place].iter().any(|before| before.name == *name) {
                return bad(name, "has two terms: give it one".to_string());
            }
            match &variable.coding {
                Coding::Linear { observed } | Coding::Spline { observed, .. } => {
                    let Observed { lowest, median, highest, distinct } = observed;
                    let finite = [lowest, median, highest].into_iter().chain(distinct.iter().flatten());
                    if finite.into_iter().any(|v| !v.is_finite()) || lowest > median || median > highest {
                        return bad(name, format!("has the range {lowest} to {highest} with the median {median}"));
                    }
                }
                Coding::Category { levels, reference } => {
                    let twice = levels.iter().enumerate().find(|(i, level)| levels[..*i].contains(level));
                    if let Some((_, level)) = twice {
                        return bad(name, format!("has the level {level} twice"));
                    }
                    if levels.len() < 2 || !levels.contains(reference) {
                        let what = format!("has the levels {} and the reference {reference}", levels.join(", "));
                        return bad(name, what);
                    }
                }
            }
        }
        for (place, pair) in interactions.iter().enumerate() {
            let Interaction { first, second } = pair;
            if let Some(name) = [first, second].into_iter().find(|n| variables.iter().all(|v| v.name != **n)) {
                return bad(name, "is in an interaction, and has no term of its own: give it one".to_string());
            }
            let same = |other: &Interaction| {
                (&other.first, &other.second) == (first, second) || (&other.first, &other.second) == (second, first)
            };
            if first == second || interactions[..place].iter().any(same) {
                let what = if first == second { "interacts with itself" } else { "is in the same interaction twice" };
                return bad(first, what.to_string());
            }
        }
        Ok(Self { variables, interactions })
    }

    /// The variables, in the order of their columns.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The interactions, in the order of their columns.
    pub fn interactions(&self) -> &[Interaction] {
        &self.interactions
    }

    /// The columns, each with its term.
    pub fn design(&self) -> Vec<DesignColumn> {
        let mut columns = Vec::new();
        for (term, variable) in self.variables.iter().enumerate() {
            columns.extend(variable.names().into_iter().map(|name| DesignColumn { name, term }));
        }
        for (term, Interaction { first, second }) in (self.variables.len()..).zip(&self.interactions) {
            let names = |name: &str| self.find(name).map_or_else(Vec::new, Variable::names);
            for b in names(second) {
                columns.extend(names(first).iter().map(|a| DesignColumn { name: format!("{a} * {b}"), term }));
            }
        }
        columns
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<String> {
        self.design().into_iter().map(|column| column.name).collect()
    }

    /// The name of a term: of its variable, or `age * stage`.
    pub fn term_name(&self, term: usize) -> Option<String> {
        let pair = |term: usize| self.interactions.get(term).map(|i| format!("{} * {}", i.first, i.second));
        self.variables
            .get(term)
            .map(|v| v.name.clone())
            .or_else(|| term.checked_sub(self.variables.len()).and_then(pair))
    }

    /// A variable by its name.
    pub fn find(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// An error of a fit to these columns with their names in place of their numbers.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::{Covariate, Covariates};
    /// use radsurv_stats::{Error, terms::Terms};
    /// let mut cases = Covariates::new(3);
    /// cases.add("age", Covariate::Number(vec![40.0, 50.0, 60.0]))?;
    /// cases.add("years", Covariate::Number(vec![40.0, 50.0, 60.0]))?;
    /// let terms = Terms::new().linear("age").linear("years").fit(&cases)?;
    /// let error = terms.named(Error::Collinear { column: 1, on: vec![0] });
    /// assert_eq!(error.to_string(), "the variable years is a linear combination of age: leave out one of them");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn named(&self, error: Error) -> Error {
        let names = self.names();
        let (column, what) = match &error {
            Error::Constant { column } => (*column, "is the same in all cases: leave it out".to_string()),
            Error::Collinear { column, on } if on.is_empty() => {
                (*column, "does not vary among cases at risk together: leave it out".to_string())
            }
            Error::Collinear { column, on } => {
                let on: Vec<&str> = on.iter().filter_map(|&j| names.get(j)).map(String::as_str).collect();
                (*column, format!("is a linear combination of {}: leave out one of them", list(&on)))
            }
            _ => return error,
        };
        names.get(column).cloned().map_or(error, |name| Error::Variable { name, what })
    }

    /// The columns of cases: a value per case in each.
    ///
    /// # Errors
    /// [`Error::Data`] if a variable is not there; [`Error::Variable`] at one that is missing or infinite in a case, is a
    /// category where a number is needed, or has a level that no fitted case had.
    pub fn columns(&self, covariates: &Covariates) -> Result<Vec<Vec<f64>>> {
        let blocks: Vec<Vec<Vec<f64>>> =
            self.variables.iter().map(|variable| variable.columns(covariates)).collect::<Result<_>>()?;
        let place = |name: &str| self.variables.iter().position(|v| v.name == name);
        let mut products = Vec::new();
        for Interaction { first, second } in &self.interactions {
            let (Some(first), Some(second)) = (place(first), place(second)) else { continue };
            for b in &blocks[second] {
                products.extend(blocks[first].iter().map(|a| a.iter().zip(b).map(|(a, b)| a * b).collect()));
            }
        }
        Ok(blocks.into_iter().flatten().chain(products).collect())
    }
}

impl TryFrom<Parts> for FittedTerms {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self> {
        Self::new(parts.variables, parts.interactions)
    }
}

impl From<FittedTerms> for Parts {
    fn from(terms: FittedTerms) -> Self {
        Self { variables: terms.variables, interactions: terms.interactions }
    }
}
