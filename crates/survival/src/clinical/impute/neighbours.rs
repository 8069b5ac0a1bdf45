//! Values of the most similar training cases.

use serde::{Deserialize, Serialize};

use super::{Kind, Learned};

/// The training cases, variable by variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Donors {
    columns: Vec<Vec<Option<f64>>>,
}

impl Donors {
    pub(super) fn new(columns: Vec<Vec<Option<f64>>>) -> Self {
        Self { columns }
    }

    /// Whether they have these variables, with known levels.
    pub(super) fn fit(&self, variables: &[Learned]) -> bool {
        let cases = self.columns.first().map_or(0, Vec::len);
        self.columns.len() == variables.len()
            && self.columns.iter().zip(variables).all(|(column, variable)| {
                column.len() == cases
                    && match &variable.kind {
                        Kind::Number { .. } => true,
                        Kind::Category { levels, .. } => {
                            column.iter().flatten().all(|v| levels.get(*v as usize).is_some() && *v >= 0.0)
                        }
                    }
            })
    }

    /// Fills in what is missing, from the values as they were.
    pub(super) fn fill(&self, variables: &[Learned], k: usize, columns: &mut [Vec<Option<f64>>]) {
        let cases = columns.first().map_or(0, Vec::len);
        for case in 0..cases {
            let values: Vec<Option<f64>> = columns.iter().map(|column| column[case]).collect();
            if values.iter().all(Option::is_some) {
                continue;
            }
            let near = self.nearest(variables, &values);
            for (place, variable) in variables.iter().enumerate().filter(|(place, _)| values[*place].is_none()) {
                let theirs = near.iter().filter_map(|&donor| self.columns[place][donor]);
                columns[place][case] = average(&variable.kind, theirs.take(k));
            }
        }
    }

    /// The training cases that have something in common with a case, the nearest first.
    fn nearest(&self, variables: &[Learned], values: &[Option<f64>]) -> Vec<usize> {
        let cases = self.columns.first().map_or(0, Vec::len);
        let distance = |donor: usize| {
            let (mut sum, mut common) = (0.0, 0usize);
            for ((variable, value), column) in variables.iter().zip(values).zip(&self.columns) {
                let (Some(x), Some(y)) = (value, column[donor]) else { continue };
                let apart = match &variable.kind {
                    Kind::Number { lowest, highest, .. } if highest == lowest => continue,
                    Kind::Number { lowest, highest, .. } => (x - y).abs() / (highest - lowest),
                    Kind::Category { levels, .. } if levels.len() == 1 => continue,
                    Kind::Category { .. } => f64::from(u8::from(*x != y)),
                };
                sum += apart;
                common += 1;
            }
            (common > 0).then(|| sum / common as f64)
        };
        let mut near: Vec<(f64, usize)> = (0..cases).filter_map(|donor| Some((distance(donor)?, donor))).collect();
        // Stable: of those as far the first one.
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.into_iter().map(|(_, donor)| donor).collect()
    }
}

/// The mean of numbers, or the most frequent level.
fn average(kind: &Kind, values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    match kind {
        _ if values.is_empty() => None,
        Kind::Number { .. } => Some(values.iter().sum::<f64>() / values.len() as f64),
        Kind::Category { levels, .. } => {
            let count = |level: usize| values.iter().filter(|v| **v as usize == level).count();
            (0..levels.len()).rev().max_by_key(|&level| count(level)).map(|level| level as f64)
        }
    }
}
