//! Cox tables: the hazard ratio of each variable alone and beside the others, as papers print them and forest plots draw them.
//!
//! | term | rows | hazard ratio |
//! |---|---|---|
//! | linear | one | of a difference of 1, or of [`per`](CoxTableSettings::per) |
//! | category | all levels | against the reference, which has a row without one |
//! | spline | one | of the upper quartile against the lower, *exp((b(q_3) - b(q_1))' β)*, as rms' `summary` |
//! | interaction | one per column, multivariable only | how hazard ratios change: a ratio of them |
//!
//! Limits and p-values of rows are Wald's, of the normal distribution. Of a variable as a whole, with *S* its columns and those
//! of its interactions: Wald's *β_S' V_SS⁻¹ β_S*, and the likelihood ratio *2 (l - l_{without S})*, chi-squared with *|S|* degrees of
//! freedom. The model is [`radsurv_stats::cox`], R's `coxph`.
//!
//! The multivariable model takes the cases that have all variables, a univariable one those that have its own, unless
//! [`complete_cases`](CoxTableSettings::complete_cases) are asked for. Numbers of cases and events are those of the
//! univariable model; those of the multivariable are [`CoxTable::multivariable`].
//!
//! Entering only variables with a small univariable p-value ([`enter_below`](CoxTableSettings::enter_below)) is common, and
//! makes the p-values and limits of the multivariable model too good.
//!
//! # Edge cases
//! - A model that cannot be fitted (no event, a level without cases, columns that depend on each other) leaves its column of the
//!   table empty and says why; so does a variable that separates events from the others ([`CoxRow`]s have no number then).
//! - Models whose cases lack the reference level cannot be fitted. Without a given one it is the first level of all cases.
//! - A level with no event has no finite hazard ratio: none, while others stand.
//! - Late entry and weights of cases are taken; errors are by the information, in which weights are numbers of cases.

mod fit;
mod render;

use std::collections::BTreeMap;

use radsurv_data::{Covariates, Survival};
use radsurv_stats::cox::FitSettings;
use radsurv_stats::terms::{Term, Terms};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::risk_groups::{GroupTest, HazardRatio};

/// How a table is made.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxTableSettings {
    /// The confidence of the limits, 0.95.
    pub confidence: f64,
    /// How models are fitted.
    pub fit: FitSettings,
    /// The difference of a linear variable that its hazard ratio is of, where it is not 1: 10 for ten years.
    pub per: BTreeMap<String, f64>,
    /// Whether univariable models take the cases that have all variables as well.
    pub complete_cases: bool,
    /// Only variables with a univariable likelihood ratio p-value below this are in the multivariable model, with the
    /// interactions of those.
    pub enter_below: Option<f64>,
}

impl Default for CoxTableSettings {
    fn default() -> Self {
        Self {
            confidence: 0.95,
            fit: FitSettings::default(),
            per: BTreeMap::new(),
            complete_cases: false,
            enter_below: None,
        }
    }
}

/// A row: a number, a level, a column of an interaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoxRow {
    /// What it is of: empty for a number, `per 10`, a level, `71 against 55`, a column.
    pub label: String,
    /// Whether others are compared with it.
    pub reference: bool,
    /// The number of its cases.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
    /// Its hazard ratio alone; none of a reference, and where there is no finite one.
    pub univariable: Option<HazardRatio>,
    /// Its hazard ratio beside the others.
    pub multivariable: Option<HazardRatio>,
}

/// Tests of a variable as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VariableTests {
    /// Wald's test.
    pub wald: GroupTest,
    /// The likelihood ratio test.
    pub likelihood_ratio: GroupTest,
}

/// A variable or an interaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoxVariable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: Vec<CoxRow>,
    /// Its tests alone.
    pub univariable: Option<VariableTests>,
    /// Its tests beside the others, together with its interactions.
    pub multivariable: Option<VariableTests>,
    /// Why there is no univariable model.
    pub no_univariable: Option<String>,
}

/// A model of several variables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoxModel {
    /// The variables in it.
    pub variables: Vec<String>,
    /// The number of its cases.
    pub cases: usize,
    /// The number of their events.
    pub events: usize,
    /// Its log partial likelihood.
    pub log_likelihood: f64,
    /// The likelihood ratio test of all coefficients.
    pub likelihood_ratio: GroupTest,
    /// The columns without a finite hazard ratio: they separate cases with events from others.
    pub not_finite: Vec<String>,
}

/// A Cox table; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, Covariates, Groups, Survival};
/// use radsurv_eval::CoxTableSettings;
/// use radsurv_stats::terms::Terms;
/// let mut cases = Covariates::new(8);
/// cases.add("age", Covariate::Number(vec![61.0, 55.0, 70.0, 48.0, 66.0, 59.0, 72.0, 50.0]))?;
/// cases.add("stage", Covariate::Category(Groups::new(["I", "II", "II", "I", "II", "I", "I", "II"].map(Some))))?;
/// let outcome = Survival::new(vec![5.0, 8.0, 2.0, 9.0, 3.0, 7.0, 4.0, 6.0], vec![true, false, true, true, true, false, true, true])?;
/// let terms = Terms::new().linear("age").category("stage", Some("I"));
/// let settings = CoxTableSettings { per: [("age".to_string(), 10.0)].into(), ..CoxTableSettings::default() };
/// let table = settings.of(&cases, &terms, &outcome)?;
/// let stage = &table.variables[1];
/// assert!(stage.rows[0].reference && stage.rows[1].multivariable.is_some());
/// assert_eq!((stage.rows[1].cases, stage.rows[1].events), (4, 3));
/// assert_eq!(table.variables[0].rows[0].label, "per 10");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoxTable {
    /// The variables, and behind them the interactions, in the order of the terms.
    pub variables: Vec<CoxVariable>,
    /// The multivariable model, if there is one.
    pub multivariable: Option<CoxModel>,
    /// Why there is none.
    pub no_multivariable: Option<String>,
    /// The confidence of the limits.
    pub confidence: f64,
}

/// Terms with the first level of all cases as the reference where none is given: all models of a table compare with the same
/// one, also if fewer cases of a model have another first level.
fn pinned(covariates: &Covariates, terms: &Terms) -> Result<Terms> {
    let mut pinned = Terms::new();
    for term in terms.terms() {
        pinned = match term {
            Term::Category { name, reference: None } => {
                let groups = covariates.groups(name)?;
                pinned.category(name, groups.levels().first().map(String::as_str))
            }
            other => pinned.with(other.clone()),
        };
    }
    Ok(pinned)
}

impl CoxTableSettings {
    /// The table of these terms.
    ///
    /// # Errors
    /// [`Error::Cases`] if outcomes are of another number of cases; [`Error::Unknown`] of variables in [`per`](Self::per) that
    /// have no linear term; [`Error::Setting`] of the confidence, a difference that is not positive, or no term;
    /// [`Error::Data`] and [`Error::Stats`] if a variable is not there or its term does not fit it.
    pub fn of(&self, covariates: &Covariates, terms: &Terms, outcome: &Survival) -> Result<CoxTable> {
        self.check(covariates, terms, outcome)?;
        let terms = &pinned(covariates, terms)?;
        let everybody = |case: &usize| outcome.weight(*case) > 0.0;
        let complete: Vec<usize> = terms.complete(covariates)?.into_iter().filter(everybody).collect();
        let mut variables = Vec::new();
        for term in terms.terms().iter().filter(|term| !matches!(term, Term::Interaction { .. })) {
            let alone = Terms::new().with(term.clone());
            let cases = match self.complete_cases {
                true => complete.clone(),
                false => alone.complete(covariates)?.into_iter().filter(everybody).collect(),
            };
            variables.push(fit::univariable(self, &alone, covariates, outcome, &cases)?);
        }
        let entered = self.entered(terms, &variables);
        let mut table =
            CoxTable { variables, multivariable: None, no_multivariable: None, confidence: self.confidence };
        if entered.variables().next().is_none() {
            table.no_multivariable = Some("no variable has a p-value small enough to enter".to_string());
            return Ok(table);
        }
        let cases: Vec<usize> = entered.complete(covariates)?.into_iter().filter(everybody).collect();
        match fit::multivariable(self, &entered, covariates, outcome, &cases, &mut table.variables)? {
            Ok(model) => table.multivariable = Some(model),
            Err(reason) => table.no_multivariable = Some(reason),
        }
        Ok(table)
    }

    fn check(&self, covariates: &Covariates, terms: &Terms, outcome: &Survival) -> Result<()> {
        if covariates.cases() != outcome.len() {
            let found = covariates.cases();
            return Err(Error::Cases { what: "variables", found, outcomes: outcome.len() });
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            let what = "give a number between 0 and 1, 0.95 usually";
            return Err(Error::Setting { name: "the confidence", value: self.confidence.to_string(), what });
        }
        if terms.terms().is_empty() {
            let what = "give one at least";
            return Err(Error::Setting { name: "the number of terms", value: "0".to_string(), what });
        }
        let linear = |term: &Term| match term {
            Term::Linear { name } => Some(name.clone()),
            _ => None,
        };
        let known: Vec<String> = terms.terms().iter().filter_map(linear).collect();
        let missing: Vec<String> = self.per.keys().filter(|name| !known.contains(name)).cloned().collect();
        if !missing.is_empty() {
            return Err(Error::Unknown { what: "variables with a linear term", missing, known });
        }
        match self.per.values().find(|per| !(per.is_finite() && **per > 0.0)) {
            Some(per) => {
                let (name, what) = ("the difference of a hazard ratio", "give a positive number");
                Err(Error::Setting { name, value: per.to_string(), what })
            }
            None => Ok(()),
        }
    }

    /// The terms of the multivariable model.
    fn entered(&self, terms: &Terms, variables: &[CoxVariable]) -> Terms {
        let Some(limit) = self.enter_below else { return terms.clone() };
        let small = |name: &str| {
            let tests = variables.iter().find(|v| v.name == name).and_then(|v| v.univariable);
            tests.is_some_and(|tests| tests.likelihood_ratio.p_value < limit)
        };
        let enters = |term: &&Term| match term {
            Term::Linear { name } | Term::Spline { name, .. } | Term::Category { name, .. } => small(name),
            Term::Interaction { first, second } => small(first) && small(second),
        };
        terms.terms().iter().filter(enters).fold(Terms::new(), |terms, term| terms.with(term.clone()))
    }
}
