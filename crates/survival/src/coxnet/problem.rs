//! The columns and risk sets that a path is fitted to.

use radsurv_data::Survival;
use radsurv_stats::cox::{RiskSets, Ties};

use super::kernel::{Columns, dot};
use crate::error::Result;

/// The partial likelihood of some rows, whose weights sum up to 1.
#[derive(Debug, Clone)]
pub(super) struct Likelihood {
    pub(super) risk_sets: RiskSets,
    /// The row at each position of the risk sets.
    pub(super) rows: Vec<usize>,
    /// The logarithm of the likelihood of a model with a parameter per case.
    pub(super) saturated: f64,
    /// The sum of the weights as they were given.
    pub(super) total: f64,
}

impl Likelihood {
    /// The likelihood of some rows.
    ///
    /// # Errors
    /// If none of them has an event.
    pub(super) fn new(outcome: &Survival, rows: &[usize], ties: Ties) -> Result<Self> {
        let total: f64 = rows.iter().map(|&i| outcome.weight(i)).sum();
        let weights = rows.iter().map(|&i| outcome.weight(i) / total).collect();
        let risk_sets = RiskSets::new(&outcome.rows(rows).with_weights(weights)?, None, ties)?;
        let rows = risk_sets.order().iter().map(|&i| rows[i]).collect();
        Ok(Self { rows, saturated: risk_sets.saturated(), risk_sets, total })
    }

    /// Twice the difference of the logarithms of the likelihoods of a model with a parameter per case and of these linear
    /// predictors, one per row of the table, with the weights as they were given. None if it is not finite.
    pub(super) fn deviance(&self, of_rows: &[f64]) -> Option<f64> {
        let eta: Vec<f64> = self.rows.iter().map(|&i| of_rows[i]).collect();
        let ln = self.risk_sets.at(&eta).log_likelihood();
        ln.is_finite().then_some(2.0 * self.total * (self.saturated - ln))
    }
}

/// Standardised columns in the order of the risk sets.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) likelihood: Likelihood,
    pub(super) x: Columns,
    /// What a column was divided by. Of constant and excluded columns 0: they are not used.
    pub(super) scale: Vec<f64>,
    /// Penalty factors, with a mean of 1.
    pub(super) factors: Vec<f64>,
    /// The offset of each case, with as many zeros as columns have.
    pub(super) offset: Vec<f64>,
}

impl Problem {
    /// The problem of some rows. Means and deviations are of all of them with their weights, also of those that are never at
    /// risk, as in glmnet.
    ///
    /// # Errors
    /// As [`Likelihood::new`].
    pub(super) fn new<C: AsRef<[f64]>>(
        columns: &[C],
        outcome: &Survival,
        offset: Option<&[f64]>,
        rows: &[usize],
        factors: &[f64],
        standardize: bool,
        ties: Ties,
    ) -> Result<Self> {
        let likelihood = Likelihood::new(outcome, rows, ties)?;
        let rows = &likelihood.rows;
        let mut x = Columns::zeros(rows.len(), columns.len());
        let weights: Vec<f64> = rows.iter().map(|&i| outcome.weight(i) / likelihood.total).collect();
        let mut values = vec![0.0; rows.len()];
        let mut scale = Vec::with_capacity(columns.len());
        for (j, column) in columns.iter().enumerate() {
            let column = column.as_ref();
            values.iter_mut().zip(rows).for_each(|(value, &i)| *value = column[i]);
            if factors[j].is_infinite() || values.iter().all(|v| *v == values[0]) {
                scale.push(0.0);
                continue;
            }
            let mean = dot(&values, &weights);
            values.iter_mut().for_each(|v| *v -= mean);
            let variance: f64 = values.iter().zip(&weights).map(|(v, w)| w * v * v).sum();
            let divisor = if standardize { variance.sqrt() } else { 1.0 };
            // Of values that differ, but whose squares are out of range.
            let usable = divisor > 0.0 && divisor.is_finite();
            scale.push(if usable { divisor } else { 0.0 });
            if usable {
                let to = x.get_mut(j);
                to.iter_mut().zip(&values).for_each(|(to, value)| *to = value / divisor);
            }
        }
        let finite: Vec<f64> = factors.iter().map(|f| if f.is_infinite() { 1.0 } else { *f }).collect();
        let sum: f64 = finite.iter().sum();
        let factors = finite.iter().map(|f| f * columns.len() as f64 / sum).collect();
        let mut centred = vec![0.0; x.stride];
        if let Some(offset) = offset {
            let own: Vec<f64> = rows.iter().map(|&i| offset[i]).collect();
            let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
            centred.iter_mut().zip(own).for_each(|(to, value)| *to = value - mean);
        }
        Ok(Self { likelihood, x, scale, factors, offset: centred })
    }

    /// The columns that can have a coefficient.
    pub(super) fn usable(&self) -> Vec<usize> {
        (0..self.scale.len()).filter(|&j| self.scale[j] > 0.0).collect()
    }
}
