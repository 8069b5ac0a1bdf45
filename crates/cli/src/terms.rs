//! Which variables a Cox model has, as the command line names them, and the cases that have them.

use std::path::Path;

use clap::Args;
use radsurv_data::{Cohort, CovariateKind, Covariates, Survival};
use radsurv_stats::terms::{Knots, Term, Terms};

use crate::console::Console;
use crate::error::{Error, Result};
use crate::table::{CasesArgs, Choose, OutcomeArgs, outcome, read_cases};

/// The cases, follow-up and terms of a Cox model of few variables.
#[derive(Debug, Args)]
pub struct ModelArgs {
    #[command(flatten)]
    cases: CasesArgs,
    #[command(flatten)]
    outcome: OutcomeArgs,
    /// The variables: columns of the table; `rcs(age,4)` is a restricted cubic spline with so many knots, `cat(stage,II)` a
    /// category with a reference although it may be written as numbers, `age*stage` an interaction. A Radscore of training cases must
    /// be a held-out one (`radsurv train --held-out`): one of the cases that its model was trained on is too good.
    #[arg(long, value_name = "TERMS", value_parser = parse)]
    terms: AskedTerms,
}

/// Complete cases with their outcome, and the terms.
pub struct ModelCases {
    /// The cases.
    pub cohort: Cohort,
    /// Their follow-up.
    pub outcome: Survival,
    /// The terms.
    pub terms: Terms,
}

/// Reads the cases that have a value of each variable; how many have not is said.
///
/// # Errors
/// As [`read_cases`] and [`outcome`]; if no case is complete.
pub fn read(args: &ModelArgs, console: &Console) -> Result<ModelCases> {
    let mut columns = args.terms.columns();
    columns.extend(args.outcome.covariates());
    let table = read_cases(&args.cases, Choose::Named(&[]), &columns)?;
    let (cohort, outcome) = outcome(&args.outcome, table, console)?;
    let terms = args.terms.terms(cohort.covariates(), &args.cases.table)?;
    let complete = terms.complete(cohort.covariates()).map_err(radsurv_eval::Error::from)?;
    let left = outcome.len() - complete.len();
    if complete.is_empty() {
        let what = format!("{}: no case has a value of each variable", args.cases.table.display());
        return Err(Error::Input(what));
    }
    if left > 0 {
        console.line(&format!("{left} of {} cases lack a value and are left out", outcome.len()));
    }
    Ok(ModelCases { cohort: cohort.rows(&complete), outcome: outcome.rows(&complete), terms })
}

/// What is asked of a variable: `age`, `rcs(age,4)`, `cat(stage,II)`, `age*stage`.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    /// A number or category, as the column is.
    Plain(String),
    /// A restricted cubic spline with so many knots.
    Spline(String, usize),
    /// A category, with its reference.
    Category(String, Option<String>),
    /// Two variables together.
    Interaction(String, String),
}

/// What `--terms` asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedTerms(Vec<Asked>);

/// Reads `--terms`.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> std::result::Result<AskedTerms, String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let asked = parts.iter().map(|part| one(part.trim())).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(AskedTerms(asked))
}

fn one(text: &str) -> std::result::Result<Asked, String> {
    let form = "give names of columns, rcs(COLUMN,KNOTS), cat(COLUMN) or cat(COLUMN,REFERENCE), and COLUMN*COLUMN, separated by commas";
    if text.is_empty() {
        return Err(form.to_string());
    }
    let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(inside) = inside("rcs") {
        let (name, knots) = inside.rsplit_once(',').unwrap_or((inside, "4"));
        let knots =
            knots.trim().parse().map_err(|_| format!("{text}: {} is no number of knots; {form}", knots.trim()))?;
        return Ok(Asked::Spline(name.trim().to_string(), knots));
    }
    if let Some(inside) = inside("cat") {
        let (name, reference) = match inside.rsplit_once(',') {
            Some((name, reference)) => (name, Some(reference.trim().to_string())),
            None => (inside, None),
        };
        return Ok(Asked::Category(name.trim().to_string(), reference));
    }
    Ok(match text.split_once('*') {
        Some((first, second)) => Asked::Interaction(first.trim().to_string(), second.trim().to_string()),
        None => Asked::Plain(text.to_string()),
    })
}

impl AskedTerms {
    /// The columns that are needed, and what they are to be understood as.
    pub fn columns(&self) -> Vec<(&str, CovariateKind)> {
        fn column(asked: &Asked) -> Option<(&String, CovariateKind)> {
            match asked {
                Asked::Interaction(..) => None,
                Asked::Plain(name) => Some((name, CovariateKind::Detect)),
                Asked::Spline(name, _) => Some((name, CovariateKind::Number)),
                Asked::Category(name, _) => Some((name, CovariateKind::Category)),
            }
        }
        self.0.iter().filter_map(column).map(|(name, kind)| (name.as_str(), kind)).collect()
    }

    /// The terms, knowing of the columns which are categories.
    ///
    /// # Errors
    /// If an interaction is of variables that are not among them.
    pub fn terms(&self, covariates: &Covariates, from: &Path) -> Result<Terms> {
        let mut terms = Terms::new();
        for asked in &self.0 {
            terms = terms.with(match asked {
                Asked::Plain(name) => match covariates.get(name)? {
                    radsurv_data::Covariate::Number(_) => Term::Linear { name: name.clone() },
                    radsurv_data::Covariate::Category(_) => Term::Category { name: name.clone(), reference: None },
                },
                Asked::Spline(name, knots) => Term::Spline { name: name.clone(), knots: Knots::Count(*knots) },
                Asked::Category(name, reference) => Term::Category { name: name.clone(), reference: reference.clone() },
                Asked::Interaction(first, second) => {
                    let known = |name: &String| self.columns().iter().any(|(column, _)| column == name);
                    if let Some(name) = [first, second].into_iter().find(|name| !known(name)) {
                        return Err(Error::Usage(format!(
                            "{first}*{second}: {name} has no term of its own; name it too ({})",
                            from.display()
                        )));
                    }
                    Term::Interaction { first: first.clone(), second: second.clone() }
                }
            });
        }
        Ok(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_as_they_are_written() {
        let asked = parse("age, rcs(scc ag,3),cat(stage, II) , age*stage, rcs(x)").unwrap();
        let expected = [
            Asked::Plain("age".into()),
            Asked::Spline("scc ag".into(), 3),
            Asked::Category("stage".into(), Some("II".into())),
            Asked::Interaction("age".into(), "stage".into()),
            Asked::Spline("x".into(), 4),
        ];
        assert_eq!(asked.0, expected);
        assert_eq!(asked.columns().len(), 4);
        assert!(parse("age,").unwrap_err().contains("separated by commas"));
        assert!(parse("rcs(age,many)").unwrap_err().contains("many is no number of knots"));
    }
}
