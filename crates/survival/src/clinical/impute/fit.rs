//! What is learned of variables, and covariates as columns of numbers and back.

use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_stats::Error as StatsError;
use radsurv_stats::summary::quantile_sorted;

use super::neighbours::Donors;
use super::regression::{self, Equation};
use super::{Filled, FilledVariable, Imputer, ImputerSettings, Kind, Learned, Method, indicator};
use crate::error::{Error, Result};

/// Variables as columns of numbers, categories as places of levels; none where a value is missing or a level is not known.
pub(super) struct Columns {
    pub(super) columns: Vec<Vec<Option<f64>>>,
    /// Whether there is a value, be it of a known level or not.
    pub(super) known: Vec<Vec<bool>>,
    pub(super) counts: Vec<FilledVariable>,
}

impl ImputerSettings {
    /// Learns from all of these covariates of training cases.
    ///
    /// # Errors
    /// [`Error::Setting`] of *k* or rounds that are 0; [`Error::Stats`] at a variable without any value, and at an infinite
    /// number.
    pub fn fit(&self, training: &Covariates) -> Result<Imputer> {
        let zero = |name, what| Err(Error::Setting { name, value: "0".to_string(), what });
        match self {
            Self::Neighbours { k: 0 } => return zero("the number of neighbours", "give 1 at least, 5 usually"),
            Self::Regression { rounds: 0 } => return zero("the number of rounds", "give 1 at least, 5 usually"),
            _ => {}
        }
        let variables = training.names().map(|name| learn(name, training)).collect::<Result<Vec<Learned>>>()?;
        let Columns { columns, .. } = read(&variables, training)?;
        let mut indicators: Vec<usize> = Vec::new();
        if let Self::Typical { indicator: true } = self {
            let gaps = regression::gaps(&columns);
            for (place, gap) in gaps.iter().enumerate() {
                if !gap.is_empty() && indicators.iter().all(|&before| gaps[before] != *gap) {
                    indicators.push(place);
                }
            }
        }
        let method = match *self {
            Self::Typical { .. } => Method::Typical,
            Self::Neighbours { k } => Method::Neighbours { k, donors: Donors::new(columns) },
            Self::Regression { rounds } => {
                let gaps = regression::gaps(&columns);
                let mut order: Vec<usize> = (0..variables.len()).collect();
                order.sort_by_key(|&place| gaps[place].len());
                let mut filled = regression::begin(&variables, &columns);
                let mut equations = Vec::with_capacity(rounds * order.len());
                for &target in (0..rounds).flat_map(|_| &order) {
                    let equation = Equation::new(&variables, target, &columns[target], &filled)?;
                    equation.fill(&variables, target, &gaps[target], &mut filled);
                    equations.push(equation);
                }
                Method::Regression { rounds, order, equations }
            }
        };
        let indicators = indicators.into_iter().map(|place| variables[place].name.clone()).collect();
        let contains_training_rows = matches!(method, Method::Neighbours { .. });
        Ok(Imputer { variables, indicators, contains_training_rows, method })
    }
}

fn bad(name: &str, what: String) -> Error {
    StatsError::Variable { name: name.to_string(), what }.into()
}

fn learn(name: &str, training: &Covariates) -> Result<Learned> {
    let nothing = || bad(name, "has no value in any training case: leave it out".to_string());
    let kind = match training.get(name)? {
        Covariate::Number(values) => {
            finite(name, values)?;
            let mut known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            known.sort_unstable_by(f64::total_cmp);
            let (Some(&lowest), Some(&highest)) = (known.first(), known.last()) else { return Err(nothing()) };
            Kind::Number { lowest, median: quantile_sorted(&known, 0.5), highest }
        }
        Covariate::Category(groups) => {
            let counts = groups.counts();
            let most = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
            let (most, _) = most.ok_or_else(nothing)?;
            Kind::Category { levels: groups.levels().to_vec(), most }
        }
    };
    Ok(Learned { name: name.to_string(), kind })
}

fn finite(name: &str, values: &[f64]) -> Result<()> {
    match values.iter().position(|v| v.is_infinite()) {
        Some(row) => Err(bad(name, format!("is infinite in row {}: correct it, or leave it missing", row + 1))),
        None => Ok(()),
    }
}

pub(super) fn read(variables: &[Learned], covariates: &Covariates) -> Result<Columns> {
    let mut read = Columns { columns: Vec::new(), known: Vec::new(), counts: Vec::new() };
    for Learned { name, kind } in variables {
        let (column, known): (Vec<Option<f64>>, Vec<bool>) = match kind {
            Kind::Number { .. } => {
                let Covariate::Number(values) = covariates.get(name)? else {
                    let what = "is a category, and was a number in training: correct its values".to_string();
                    return Err(bad(name, what));
                };
                finite(name, values)?;
                values.iter().map(|v| (Some(*v).filter(|v| !v.is_nan()), !v.is_nan())).unzip()
            }
            Kind::Category { levels, .. } => {
                let groups = covariates.groups(name)?;
                // The place of each level here among those of training.
                let places: Vec<Option<usize>> =
                    groups.levels().iter().map(|level| levels.iter().position(|known| known == level)).collect();
                let place = |code: &Option<usize>| code.and_then(|code| places[code]).map(|place| place as f64);
                groups.codes().iter().map(|code| (place(code), code.is_some())).unzip()
            }
        };
        let missing = known.iter().filter(|known| !**known).count();
        let unseen = column.iter().filter(|v| v.is_none()).count() - missing;
        read.counts.push(FilledVariable { name: name.clone(), missing, unseen });
        read.columns.push(column);
        read.known.push(known);
    }
    Ok(read)
}

/// The covariates with these columns in place of theirs, and indicators at the end.
pub(super) fn write(
    imputer: &Imputer,
    covariates: &Covariates,
    columns: &[Vec<Option<f64>>],
    known: &[Vec<bool>],
    variables: Vec<FilledVariable>,
) -> Result<Filled> {
    let mut filled = Covariates::new(covariates.cases());
    let place = |name: &str| imputer.variables.iter().position(|v| v.name == name);
    for name in covariates.names() {
        let Some(place) = place(name) else {
            filled.add(name, covariates.get(name)?.clone())?;
            continue;
        };
        let values = columns[place].iter();
        let covariate = match &imputer.variables[place].kind {
            Kind::Number { .. } => Covariate::Number(values.map(|v| v.unwrap_or(f64::NAN)).collect()),
            Kind::Category { levels, .. } => {
                Covariate::Category(Groups::new(values.map(|v| v.and_then(|v| levels.get(v as usize)))))
            }
        };
        filled.add(name, covariate)?;
    }
    for name in &imputer.indicators {
        let Some(place) = place(name) else { continue };
        let there = known[place].iter().map(|known| Some(if *known { "no" } else { "yes" }));
        filled.add(indicator(name), Covariate::Category(Groups::new(there)))?;
    }
    let empty = (0..covariates.cases()).filter(|&case| known.iter().all(|known| !known[case])).count();
    Ok(Filled { covariates: filled, variables, empty: if known.is_empty() { 0 } else { empty } })
}
