//! The candidates as columns, and Cox models of some of them.

use radsurv_data::{Covariates, Survival};
use radsurv_stats::Error as StatsError;
use radsurv_stats::cox::{Coefficient, Design, Fit, FitSettings, Ties, fit};
use radsurv_stats::distribution::ChiSquared;
use radsurv_stats::terms::{FittedTerms, Term, Terms};

use super::report::{ClinicalEffect, UnivariableModel, Unusable};
use super::variables::{bad, name_of};
use super::{Rule, TermTest};
use crate::error::{Error, Result};

/// Terms as columns of cases.
pub(super) struct Candidates<'a> {
    pub(super) terms: FittedTerms,
    pub(super) columns: Vec<Vec<f64>>,
    /// The term of each column.
    place: Vec<usize>,
    pub(super) outcome: &'a Survival,
    settings: FitSettings,
    /// The log partial likelihood without effects.
    pub(super) null: f64,
}

/// A model of some terms.
pub(super) struct Fitted {
    pub(super) log_likelihood: f64,
    pub(super) df: usize,
    /// Its columns among all.
    pub(super) columns: Vec<usize>,
    /// None without columns.
    pub(super) fit: Option<Fit>,
}

impl Fitted {
    pub(super) fn aic(&self) -> f64 {
        -2.0 * self.log_likelihood + 2.0 * self.df as f64
    }
}

/// What can be used of the candidates, each variable alone, and why others cannot.
pub(super) struct Screened<'a> {
    pub(super) candidates: Candidates<'a>,
    pub(super) univariable: Vec<UnivariableModel>,
    pub(super) unusable: Vec<Unusable>,
}

/// The terms that can be used.
///
/// # Errors
/// At one that cannot be used and must be; if none can be used.
pub(super) fn screen<'a>(
    terms: &Terms,
    must: &dyn Fn(&str) -> bool,
    covariates: &Covariates,
    outcome: &'a Survival,
    ties: Ties,
    test: TermTest,
) -> Result<Screened<'a>> {
    let settings = FitSettings { ties, ..FitSettings::default() };
    let (mut usable, mut univariable, mut unusable) = (Terms::new(), Vec::new(), Vec::<Unusable>::new());
    let mut null = f64::NAN;
    for term in terms.terms() {
        let name = name_of(term);
        let reason = match term {
            Term::Interaction { first, second } => {
                let lacking = unusable.iter().find(|u| u.term == *first || u.term == *second);
                lacking.map(|variable| format!("{} cannot be used", variable.term))
            }
            _ => match alone(term, covariates, outcome, settings) {
                Ok(candidates) => {
                    null = candidates.null;
                    univariable.push(candidates.univariable(test)?);
                    None
                }
                Err(Error::Stats(StatsError::Variable { what, .. })) => Some(what),
                Err(other) => return Err(other),
            },
        };
        match reason {
            None => usable = usable.with(term.clone()),
            Some(reason) if must(&name) => return Err(bad(&name, format!("must be in the model, and {reason}"))),
            Some(reason) => unusable.push(Unusable { term: name, reason }),
        }
    }
    if usable.variables().next().is_none() {
        return match unusable.first() {
            Some(Unusable { term, reason }) => Err(bad(term, format!("{reason}; no other variable can be used"))),
            None => Err(Error::NoFeatures),
        };
    }
    let candidates = Candidates::new(usable.fit(covariates)?, covariates, outcome, settings, null)?;
    Ok(Screened { candidates, univariable, unusable })
}

/// A variable alone; [`StatsError::Variable`] if it cannot be used.
fn alone<'a>(
    term: &Term,
    covariates: &Covariates,
    outcome: &'a Survival,
    settings: FitSettings,
) -> Result<Candidates<'a>> {
    let terms = Terms::new().with(term.clone()).fit(covariates)?;
    let mut candidates = Candidates::new(terms, covariates, outcome, settings, f64::NAN)?;
    let columns: Vec<&[f64]> = candidates.columns.iter().map(Vec::as_slice).collect();
    match fit(&Design::new(&columns, outcome), &settings) {
        Ok(fit) => candidates.null = fit.null_log_likelihood,
        Err(error @ (StatsError::Constant { .. } | StatsError::Collinear { .. })) => {
            return Err(candidates.terms.named(error).into());
        }
        Err(error @ (StatsError::NotConverged { .. } | StatsError::TooManyColumns { .. })) => {
            return Err(bad(&name_of(term), format!("cannot be fitted alone: {error}")));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(candidates)
}

impl<'a> Candidates<'a> {
    fn new(
        terms: FittedTerms,
        covariates: &Covariates,
        outcome: &'a Survival,
        settings: FitSettings,
        null: f64,
    ) -> Result<Self> {
        let columns = terms.columns(covariates)?;
        let place = terms.design().into_iter().map(|column| column.term).collect();
        Ok(Self { terms, columns, place, outcome, settings, null })
    }

    /// All terms.
    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.terms.variables().len() + self.terms.interactions().len()).collect()
    }

    pub(super) fn name(&self, term: usize) -> String {
        self.terms.term_name(term).unwrap_or_default()
    }

    /// The two variables of an interaction.
    pub(super) fn parents(&self, term: usize) -> Option<[usize; 2]> {
        let pair = self.terms.interactions().get(term.checked_sub(self.terms.variables().len())?)?;
        let place = |name: &str| self.terms.variables().iter().position(|v| v.name == name);
        Some([place(&pair.first)?, place(&pair.second)?])
    }

    /// The columns of terms.
    pub(super) fn columns_of(&self, terms: &[usize]) -> Vec<usize> {
        (0..self.place.len()).filter(|&j| terms.contains(&self.place[j])).collect()
    }

    /// The term of a column, by name.
    pub(super) fn term_of(&self, column: usize) -> String {
        self.name(self.place[column])
    }

    /// The terms of a model of some of them.
    pub(super) fn some(&self, kept: &[usize]) -> Result<FittedTerms> {
        let (variables, interactions) = (self.terms.variables(), self.terms.interactions());
        let first = variables.len();
        let own = |term: &usize| kept.contains(term);
        Ok(FittedTerms::new(
            variables.iter().enumerate().filter(|(i, _)| own(i)).map(|(_, v)| v.clone()).collect(),
            interactions.iter().enumerate().filter(|(i, _)| own(&(first + i))).map(|(_, v)| v.clone()).collect(),
        )?)
    }

    /// The model of some terms.
    pub(super) fn fit(&self, terms: &[usize]) -> Result<Fitted> {
        let own = self.columns_of(terms);
        if own.is_empty() {
            return Ok(Fitted { log_likelihood: self.null, df: 0, columns: own, fit: None });
        }
        let columns: Vec<&[f64]> = own.iter().map(|&j| self.columns[j].as_slice()).collect();
        let some = || self.some(terms);
        let named = |error: StatsError| match some() {
            Ok(terms) => match error {
                StatsError::NotConverged { .. } => Error::NotConverged { what: "the clinical model" },
                error => terms.named(error).into(),
            },
            Err(other) => other,
        };
        let fit = fit(&Design::new(&columns, self.outcome), &self.settings).map_err(named)?;
        Ok(Fitted { log_likelihood: fit.log_likelihood, df: own.len(), columns: own, fit: Some(fit) })
    }

    /// The p-value of a term of a model, given the model without it. None of Wald's test if a coefficient has no end.
    pub(super) fn p_value(&self, term: usize, model: &Fitted, without: &Fitted, test: TermTest) -> Result<Option<f64>> {
        if test == TermTest::LikelihoodRatio {
            let statistic = 2.0 * (model.log_likelihood - without.log_likelihood);
            let df = model.df - without.df;
            return Ok(Some(ChiSquared::new(df as f64)?.upper(statistic.max(0.0))));
        }
        let Some(fit) = &model.fit else { return Ok(None) };
        let own: Vec<usize> = (0..model.columns.len()).filter(|&i| self.place[model.columns[i]] == term).collect();
        if own.iter().any(|j| fit.infinite.contains(j)) {
            return Ok(None);
        }
        Ok(Some(fit.wald(&own)?.p_value))
    }

    /// The columns of a model.
    pub(super) fn effects(&self, model: &Fitted) -> Result<Vec<ClinicalEffect>> {
        let Some(fit) = &model.fit else { return Ok(Vec::new()) };
        let names = self.terms.names();
        let size = model.columns.len();
        let of = |(i, &column): (usize, &usize)| -> Result<ClinicalEffect> {
            let se = if fit.infinite.contains(&i) { f64::INFINITY } else { fit.variance[i * size + i].sqrt() };
            let found = Coefficient::new(fit.coefficients[i], se, None, 0.95)?;
            Ok(ClinicalEffect::new(self.term_of(column), names[column].clone(), found))
        };
        model.columns.iter().enumerate().map(of).collect()
    }

    /// The only variable.
    fn univariable(&self, test: TermTest) -> Result<UnivariableModel> {
        let (model, without) = (self.fit(&[0])?, self.fit(&[])?);
        let p_value = self.p_value(0, &model, &without, test)?;
        Ok(UnivariableModel { variable: self.name(0), effects: self.effects(&model)?, p_value, entered: false })
    }
}

/// Whether a variable must be in the model.
pub(super) fn must<'a>(rule: &'a Rule, forced: &'a [String]) -> impl Fn(&str) -> bool + 'a {
    move |name| *rule == Rule::Forced || forced.iter().any(|f| f == name)
}
