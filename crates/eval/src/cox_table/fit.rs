//! The models of a table.

use radsurv_data::{Covariate, Covariates, Survival, list};
use radsurv_stats::Error as StatsError;
use radsurv_stats::cox::{Coefficient, Design, Fit, fit};
use radsurv_stats::distribution::ChiSquared;
use radsurv_stats::summary::quantile_sorted;
use radsurv_stats::terms::{Coding, FittedTerms, Terms, Value, Variable};

use super::{CoxModel, CoxRow, CoxTableSettings, CoxVariable, VariableTests};
use crate::error::Result;
use crate::risk_groups::{GroupTest, HazardRatio};

/// A fitted model with its columns.
struct Model {
    terms: FittedTerms,
    /// The term of each column.
    place: Vec<usize>,
    columns: Vec<Vec<f64>>,
    outcome: Survival,
    fit: Fit,
}

/// A row without its hazard ratio, and the combination of the coefficients of the variable that it is of.
struct RowPlan {
    row: CoxRow,
    combination: Option<Vec<f64>>,
}

pub(super) fn univariable(
    settings: &CoxTableSettings,
    terms: &Terms,
    covariates: &Covariates,
    outcome: &Survival,
    cases: &[usize],
) -> Result<CoxVariable> {
    let name = terms.variables().next().unwrap_or_default().to_string();
    let (there, own) = (covariates.rows(cases), outcome.rows(cases));
    let mut variable =
        CoxVariable { name, rows: Vec::new(), univariable: None, multivariable: None, no_univariable: None };
    let model = match Model::new(settings, terms, &there, own.clone())? {
        Ok(model) => model,
        Err(reason) => {
            variable.no_univariable = Some(reason);
            return Ok(variable);
        }
    };
    let plans = model.plans(settings, &model.terms.variables()[0], covariates, &there)?;
    variable.no_univariable = model.separated(&[0]);
    for RowPlan { mut row, combination } in plans {
        row.univariable = match combination {
            Some(combination) => model.hazard_ratio(settings, 0, &combination)?,
            None => None,
        };
        variable.rows.push(row);
    }
    variable.univariable = model.tests(settings, &[0])?;
    Ok(variable)
}

/// Fills in the multivariable numbers of variables, and adds interactions; why there is no such model.
pub(super) fn multivariable(
    settings: &CoxTableSettings,
    terms: &Terms,
    covariates: &Covariates,
    outcome: &Survival,
    cases: &[usize],
    variables: &mut Vec<CoxVariable>,
) -> Result<std::result::Result<CoxModel, String>> {
    let (there, own) = (covariates.rows(cases), outcome.rows(cases));
    let model = match Model::new(settings, terms, &there, own.clone())? {
        Ok(model) => model,
        Err(reason) => return Ok(Err(reason)),
    };
    for (place, fitted) in model.terms.variables().iter().enumerate() {
        let Some(variable) = variables.iter_mut().find(|v| v.name == fitted.name) else { continue };
        for RowPlan { row, combination } in model.plans(settings, fitted, covariates, &there)? {
            let ratio = match combination {
                Some(combination) => model.hazard_ratio(settings, place, &combination)?,
                None => None,
            };
            // A level that only the one or the other model has is there all the same.
            match variable.rows.iter_mut().find(|old| old.label == row.label) {
                Some(old) => old.multivariable = ratio,
                None => variable.rows.push(CoxRow { multivariable: ratio, ..row }),
            }
        }
        variable.multivariable = model.tests(settings, &model.with_interactions(place))?;
    }
    for (k, _) in model.terms.interactions().iter().enumerate() {
        let term = model.terms.variables().len() + k;
        let names = model.terms.design();
        let labels: Vec<String> = names.iter().filter(|c| c.term == term).map(|c| c.name.clone()).collect();
        let mut rows = Vec::new();
        for (j, label) in labels.iter().enumerate() {
            let combination: Vec<f64> = (0..labels.len()).map(|i| f64::from(u8::from(i == j))).collect();
            let multivariable = model.hazard_ratio(settings, term, &combination)?;
            let (cases, events) = (own.len(), own.events());
            let (label, univariable) = (label.clone(), None);
            rows.push(CoxRow { label, reference: false, cases, events, univariable, multivariable });
        }
        variables.push(CoxVariable {
            name: model.terms.term_name(term).unwrap_or_default(),
            rows,
            univariable: None,
            multivariable: model.tests(settings, &[term])?,
            no_univariable: None,
        });
    }
    let all = 2.0 * (model.fit.log_likelihood - model.fit.null_log_likelihood);
    Ok(Ok(CoxModel {
        variables: model.terms.variables().iter().map(|v| v.name.clone()).collect(),
        cases: model.fit.cases,
        events: model.fit.events,
        log_likelihood: model.fit.log_likelihood,
        likelihood_ratio: chi_squared(all, model.columns.len())?,
        not_finite: {
            let names = model.terms.names();
            model.fit.infinite.iter().map(|&j| names[j].clone()).collect()
        },
    }))
}

impl Model {
    fn new(
        settings: &CoxTableSettings,
        terms: &Terms,
        covariates: &Covariates,
        outcome: Survival,
    ) -> Result<std::result::Result<Self, String>> {
        if covariates.cases() == 0 {
            return Ok(Err("no case has a value of every variable in it".to_string()));
        }
        let terms = match terms.fit(covariates) {
            Ok(terms) => terms,
            // One level, or too few values for knots, of these cases: another variable may do.
            Err(StatsError::Variable { name, what }) => return Ok(Err(format!("{name} {what}"))),
            Err(error) => return Err(error.into()),
        };
        let columns = terms.columns(covariates)?;
        let design = terms.design();
        let place = design.iter().map(|column| column.term).collect();
        let refs: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let fitted = fit(&Design::new(&refs, &outcome), &settings.fit);
        match fitted {
            Ok(fit) => Ok(Ok(Self { terms, place, columns, outcome, fit })),
            Err(error) => {
                let names: Vec<String> = design.into_iter().map(|column| column.name).collect();
                Ok(Err(named(&error, &names)))
            }
        }
    }

    /// The rows of a variable, counted among the cases of the model. Quartiles are those of everybody, so that all models of
    /// a table compare the same values.
    fn plans(
        &self,
        settings: &CoxTableSettings,
        variable: &Variable,
        everybody: &Covariates,
        covariates: &Covariates,
    ) -> Result<Vec<RowPlan>> {
        let outcome = &self.outcome;
        let count = |of: &dyn Fn(usize) -> bool| {
            let own: Vec<usize> = (0..outcome.len()).filter(|&case| of(case)).collect();
            (own.len(), own.iter().filter(|&&case| outcome.event()[case]).count())
        };
        let plan = |label: String, of: &dyn Fn(usize) -> bool, combination: Option<Vec<f64>>| {
            let (cases, events) = count(of);
            let reference = combination.is_none();
            let row = CoxRow { label, reference, cases, events, univariable: None, multivariable: None };
            RowPlan { row, combination }
        };
        let all = |_: usize| true;
        Ok(match &variable.coding {
            Coding::Linear { .. } => match settings.per.get(&variable.name) {
                None => vec![plan(String::new(), &all, Some(vec![1.0]))],
                Some(per) => vec![plan(format!("per {per}"), &all, Some(vec![*per]))],
            },
            Coding::Spline { spline, .. } => {
                let Covariate::Number(values) = everybody.get(&variable.name)? else { return Ok(Vec::new()) };
                let mut ascending: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
                ascending.sort_unstable_by(f64::total_cmp);
                let (low, high) = (quantile_sorted(&ascending, 0.25), quantile_sorted(&ascending, 0.75));
                let difference = spline.basis(high).iter().zip(spline.basis(low)).map(|(h, l)| h - l).collect();
                vec![plan(format!("{} against {}", short(high), short(low)), &all, Some(difference))]
            }
            Coding::Category { levels, reference } => {
                let groups = covariates.groups(&variable.name)?;
                let mut plans = Vec::with_capacity(levels.len());
                // The reference first, the others in their order.
                let others = levels.iter().filter(|level| *level != reference);
                for level in std::iter::once(reference).chain(others) {
                    let combination = match level == reference {
                        true => None,
                        false => Some(variable.code(&Value::Level(level.clone()))?),
                    };
                    plans.push(plan(level.clone(), &|case| groups.label(case) == Some(level.as_str()), combination));
                }
                plans
            }
        })
    }

    fn columns_of(&self, terms: &[usize]) -> Vec<usize> {
        (0..self.place.len()).filter(|&j| terms.contains(&self.place[j])).collect()
    }

    fn with_interactions(&self, place: usize) -> Vec<usize> {
        let name = &self.terms.variables()[place].name;
        let first = self.terms.variables().len();
        let pairs = self.terms.interactions().iter().enumerate();
        let its = pairs.filter(|(_, pair)| pair.first == *name || pair.second == *name).map(|(k, _)| first + k);
        std::iter::once(place).chain(its).collect()
    }

    /// The hazard ratio of a combination of the coefficients of a term; none if one of them has no end.
    fn hazard_ratio(
        &self,
        settings: &CoxTableSettings,
        term: usize,
        combination: &[f64],
    ) -> Result<Option<HazardRatio>> {
        let columns = self.columns_of(&[term]);
        let used = || columns.iter().zip(combination).filter(|(_, c)| **c != 0.0);
        if used().any(|(j, _)| self.fit.infinite.contains(j)) {
            return Ok(None);
        }
        let size = self.fit.coefficients.len();
        let log: f64 = used().map(|(j, c)| c * self.fit.coefficients[*j]).sum();
        let square: f64 = used()
            .flat_map(|(j, a)| used().map(move |(k, b)| (j, k, a * b)))
            .map(|(j, k, product)| product * self.fit.variance[j * size + k])
            .sum();
        let found = Coefficient::new(log, square.sqrt(), None, settings.confidence)?;
        let numbers = [found.hazard_ratio, found.lower, found.upper, found.p_value];
        let (estimate, lower, upper, p_value) = (found.hazard_ratio, found.lower, found.upper, found.p_value);
        let finite = numbers.iter().all(|v| v.is_finite());
        Ok(finite.then_some(HazardRatio { estimate, lower, upper, p_value }))
    }

    /// Why some columns of terms have no finite coefficient.
    fn separated(&self, terms: &[usize]) -> Option<String> {
        let names = self.terms.names();
        let mine = self.columns_of(terms);
        let endless: Vec<&String> = mine.iter().filter(|j| self.fit.infinite.contains(j)).map(|&j| &names[j]).collect();
        (!endless.is_empty()).then(|| {
            format!("no finite hazard ratio of {}: it separates cases with events from others", list(&endless))
        })
    }

    /// Tests of the columns of terms.
    fn tests(&self, settings: &CoxTableSettings, terms: &[usize]) -> Result<Option<VariableTests>> {
        let own = self.columns_of(terms);
        if own.is_empty() || own.iter().any(|j| self.fit.infinite.contains(j)) {
            return Ok(None);
        }
        let size = self.fit.coefficients.len();
        let wald = self.fit.wald(&own)?.statistic;
        let rest: Vec<&[f64]> = (0..size).filter(|j| !own.contains(j)).map(|j| self.columns[j].as_slice()).collect();
        let without = match rest.is_empty() {
            true => self.fit.null_log_likelihood,
            false => fit(&Design::new(&rest, &self.outcome), &settings.fit)?.log_likelihood,
        };
        Ok(Some(VariableTests {
            wald: chi_squared(wald, own.len())?,
            likelihood_ratio: chi_squared((2.0 * (self.fit.log_likelihood - without)).max(0.0), own.len())?,
        }))
    }
}

fn chi_squared(statistic: f64, df: usize) -> Result<GroupTest> {
    let df = df as f64;
    Ok(GroupTest { statistic, df, p_value: ChiSquared::new(df)?.upper(statistic) })
}

/// A number with four digits at least, and no more than say something.
fn short(value: f64) -> String {
    let decimals = (3 - value.abs().max(1e-300).log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// An error of the fit, with names in place of numbers of columns.
fn named(error: &StatsError, names: &[String]) -> String {
    let of = |column: usize| names.get(column).cloned().unwrap_or_else(|| format!("column {column}"));
    match error {
        StatsError::Constant { column } => format!("{} is the same in all cases", of(*column)),
        StatsError::Collinear { column, on } if on.is_empty() => {
            format!("{} does not vary among cases at risk together", of(*column))
        }
        StatsError::Collinear { column, on } => {
            let on: Vec<String> = on.iter().map(|&column| of(column)).collect();
            format!("{} is a linear combination of {}", of(*column), list(&on))
        }
        other => other.to_string(),
    }
}
