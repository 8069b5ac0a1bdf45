//! Values predicted from the other variables by least squares.

use radsurv_stats::linear::Qr;
use serde::{Deserialize, Serialize};

use super::{Kind, Learned};
use crate::error::Result;

/// What predicts one variable from all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Equation {
    /// For a number one row, for a category one per level: intercept, then the columns of the other variables.
    coefficients: Vec<Vec<f64>>,
}

/// The cases in which each variable is missing.
pub(super) fn gaps(columns: &[Vec<Option<f64>>]) -> Vec<Vec<usize>> {
    let gap = |column: &Vec<Option<f64>>| (0..column.len()).filter(|&case| column[case].is_none()).collect();
    columns.iter().map(gap).collect()
}

/// Columns with typical values where they are missing.
pub(super) fn begin(variables: &[Learned], columns: &[Vec<Option<f64>>]) -> Vec<Vec<f64>> {
    let fill = |(variable, column): (&Learned, &Vec<Option<f64>>)| {
        let typical = variable.kind.typical();
        column.iter().map(|v| v.unwrap_or(typical)).collect()
    };
    variables.iter().zip(columns).map(fill).collect()
}

/// How many columns a variable has as a predictor.
fn width(kind: &Kind) -> usize {
    match kind {
        Kind::Number { .. } => 1,
        Kind::Category { levels, .. } => levels.len() - 1,
    }
}

/// The predictors of a variable in one case: 1, and all others.
fn predictors(variables: &[Learned], target: usize, filled: &[Vec<f64>], case: usize) -> Vec<f64> {
    let mut row = vec![1.0];
    for (place, variable) in variables.iter().enumerate().filter(|(place, _)| *place != target) {
        let value = filled[place][case];
        match &variable.kind {
            Kind::Number { .. } => row.push(value),
            Kind::Category { levels, .. } => {
                row.extend((1..levels.len()).map(|level| f64::from(u8::from(value as usize == level))));
            }
        }
    }
    row
}

impl Equation {
    /// Learned from the cases that have the variable.
    pub(super) fn new(
        variables: &[Learned],
        target: usize,
        known: &[Option<f64>],
        filled: &[Vec<f64>],
    ) -> Result<Self> {
        let cases: Vec<(usize, f64)> = known.iter().enumerate().filter_map(|(case, v)| Some((case, (*v)?))).collect();
        let rows: Vec<Vec<f64>> = cases.iter().map(|(case, _)| predictors(variables, target, filled, *case)).collect();
        let count = rows.first().map_or(0, Vec::len);
        let design: Vec<Vec<f64>> = (0..count).map(|j| rows.iter().map(|row| row[j]).collect()).collect();
        let qr = Qr::new(&design)?;
        let of = |y: &[f64]| -> Result<Vec<f64>> {
            Ok(qr.fit(y)?.coefficients.into_iter().map(|c| c.unwrap_or(0.0)).collect())
        };
        let values: Vec<f64> = cases.iter().map(|(_, v)| *v).collect();
        let coefficients = match &variables[target].kind {
            Kind::Number { .. } => vec![of(&values)?],
            Kind::Category { levels, .. } => (0..levels.len())
                .map(|level| of(&values.iter().map(|v| f64::from(u8::from(*v as usize == level))).collect::<Vec<_>>()))
                .collect::<Result<_>>()?,
        };
        Ok(Self { coefficients })
    }

    /// Whether it is one of this variable.
    pub(super) fn fits(&self, variables: &[Learned], target: usize) -> bool {
        let widths: usize = variables.iter().map(|v| width(&v.kind)).sum();
        let (own, rows) = match &variables[target].kind {
            Kind::Number { .. } => (1, 1),
            Kind::Category { levels, .. } => (levels.len() - 1, levels.len()),
        };
        self.coefficients.len() == rows && self.coefficients.iter().all(|row| row.len() == 1 + widths - own)
    }

    /// Predicts the variable in these cases.
    pub(super) fn fill(&self, variables: &[Learned], target: usize, gap: &[usize], filled: &mut [Vec<f64>]) {
        for &case in gap {
            let x = predictors(variables, target, filled, case);
            let predicted = |row: &Vec<f64>| row.iter().zip(&x).map(|(b, x)| b * x).sum::<f64>();
            filled[target][case] = match &variables[target].kind {
                Kind::Number { lowest, highest, .. } => {
                    self.coefficients.first().map_or(f64::NAN, predicted).clamp(*lowest, *highest)
                }
                Kind::Category { .. } => {
                    let values = self.coefficients.iter().map(predicted);
                    // The first of the largest.
                    let best = values.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
                    best.map_or(0.0, |(level, _)| level as f64)
                }
            };
        }
    }
}
