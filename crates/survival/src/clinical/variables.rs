//! Covariates as the variables of a clinical model: some of them, with the score, cut where they are to be.

use radsurv_data::{Covariate, Covariates, Survival};
use radsurv_stats::Error as StatsError;
use radsurv_stats::cut_point::CutPoint;
use radsurv_stats::spline::RestrictedCubicSpline;
use radsurv_stats::terms::{Knots, Term, Terms};

use super::{ClinicalSettings, Counted, ScoreForm};
use crate::error::{Error, Result};

/// An error of a variable.
pub(super) fn bad(name: &str, what: impl Into<String>) -> Error {
    StatsError::Variable { name: name.to_string(), what: what.into() }.into()
}

/// These covariates only.
pub(super) fn only<'a>(names: impl IntoIterator<Item = &'a str>, covariates: &Covariates) -> Result<Covariates> {
    let mut some = Covariates::new(covariates.cases());
    for name in names {
        some.add(name, covariates.get(name)?.clone())?;
    }
    Ok(some)
}

/// The clinical variables of terms, those with a term of a category as categories.
///
/// # Errors
/// At what is wrong whatever the cases: categories and infinite values where numbers are needed, knots that are none.
pub(super) fn candidates(terms: &Terms, covariates: &Covariates) -> Result<Covariates> {
    let mut some = Covariates::new(covariates.cases());
    for term in terms.terms() {
        match term {
            Term::Linear { name } => some.add(name, number(name, covariates)?)?,
            Term::Spline { name, knots } => {
                let possible = match knots {
                    Knots::Count(3..) => Ok(()),
                    Knots::Count(few) => Err(format!("it has {few} knots, and needs 3 at least")),
                    Knots::At(knots) => {
                        RestrictedCubicSpline::new(knots.clone()).map(|_| ()).map_err(|e| e.to_string())
                    }
                };
                possible.map_err(|what| bad(name, format!("cannot be a spline: {what}")))?;
                some.add(name, number(name, covariates)?)?;
            }
            Term::Category { name, .. } => some.add(name, Covariate::Category(covariates.groups(name)?))?,
            Term::Interaction { .. } => {}
        }
    }
    Ok(some)
}

fn number(name: &str, covariates: &Covariates) -> Result<Covariate> {
    match covariates.get(name)? {
        Covariate::Category(_) => {
            Err(bad(name, "is a category, and a number is needed: make it a category, or correct its values"))
        }
        Covariate::Number(values) => match values.iter().position(|v| v.is_infinite()) {
            Some(row) => Err(bad(name, format!("is infinite in row {}: correct it, or leave it missing", row + 1))),
            None => Ok(Covariate::Number(values.clone())),
        },
    }
}

/// Covariates with the score, and groups in place of numbers that are cut.
pub(super) fn with_score(
    mut covariates: Covariates,
    score: Option<(&str, Vec<f64>)>,
    cuts: &[CutPoint],
) -> Result<Covariates> {
    if let Some((name, score)) = score {
        covariates.add(name, Covariate::Number(score))?;
    }
    let mut done = Covariates::new(covariates.cases());
    for name in covariates.names() {
        let covariate = covariates.get(name)?;
        let cut = cuts.iter().find(|cut| cut.variable() == name);
        done.add(
            name,
            match (cut, covariate) {
                (Some(cut), Covariate::Number(values)) => Covariate::Category(cut.apply(values)),
                (Some(_), Covariate::Category(_)) => return Err(bad(name, "is a category, and a number is cut")),
                (None, covariate) => covariate.clone(),
            },
        )?;
    }
    Ok(done)
}

/// The terms of a model, with those of the score, of variables that are cut, and of indicators of missing values.
pub(super) fn terms(settings: &ClinicalSettings, indicators: &[String]) -> Terms {
    let is_pair = |term: &&Term| matches!(term, Term::Interaction { .. });
    let all = settings.terms.terms();
    let mut terms = Terms::new();
    for term in all.iter().filter(|term| !is_pair(term)) {
        terms = match term {
            Term::Linear { name } if settings.dichotomise.contains(name) => terms.category(name, Some("low")),
            other => terms.with(other.clone()),
        };
    }
    if let Some(score) = &settings.score {
        terms = match score.form {
            ScoreForm::Linear => terms.linear(&score.name),
            ScoreForm::Dichotomised => terms.category(&score.name, Some("low")),
        };
    }
    terms = indicators.iter().fold(terms, |terms, name| terms.category(name, Some("no")));
    all.iter().filter(is_pair).fold(terms, |terms, pair| terms.with(pair.clone()))
}

/// The name of a term of settings.
pub(super) fn name_of(term: &Term) -> String {
    match term {
        Term::Linear { name } | Term::Spline { name, .. } | Term::Category { name, .. } => name.clone(),
        Term::Interaction { first, second } => format!("{first} * {second}"),
    }
}

/// Some cases counted.
pub(super) fn counted(outcome: &Survival, cases: impl IntoIterator<Item = usize>) -> Counted {
    cases.into_iter().fold(Counted::default(), |sum, case| Counted {
        cases: sum.cases + 1,
        events: sum.events + usize::from(outcome.event()[case]),
    })
}
