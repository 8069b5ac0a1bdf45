//! The columns and risk sets that a path is fitted to.

use radsurv_data::Survival;
use radsurv_stats::cox::Ties;

use super::kernel::{Columns, dot};
use super::risk_sets::RiskSets;

/// Standardised columns in the order of the risk sets.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) risk_sets: RiskSets,
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
    pub(super) fn new<C: AsRef<[f64]>>(
        columns: &[C],
        outcome: &Survival,
        offset: Option<&[f64]>,
        rows: &[usize],
        factors: &[f64],
        standardize: bool,
        ties: Ties,
    ) -> Self {
        let risk_sets = RiskSets::new(outcome, rows, ties);
        let mut x = Columns::zeros(risk_sets.rows.len(), columns.len());
        let counted: Vec<usize> = rows.iter().copied().filter(|&i| outcome.weight(i) > 0.0).collect();
        let weights: Vec<f64> = counted.iter().map(|&i| outcome.weight(i) / risk_sets.total).collect();
        let mut values = vec![0.0; counted.len()];
        let mut scale = Vec::with_capacity(columns.len());
        for (j, column) in columns.iter().enumerate() {
            let column = column.as_ref();
            values.iter_mut().zip(&counted).for_each(|(value, &i)| *value = column[i]);
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
                for (to, &i) in to.iter_mut().zip(&risk_sets.rows) {
                    *to = (column[i] - mean) / divisor;
                }
            }
        }
        let finite: Vec<f64> = factors.iter().map(|f| if f.is_infinite() { 1.0 } else { *f }).collect();
        let sum: f64 = finite.iter().sum();
        let factors = finite.iter().map(|f| f * columns.len() as f64 / sum).collect();
        let mut centred = vec![0.0; x.stride];
        if let Some(offset) = offset {
            let own: Vec<f64> = risk_sets.rows.iter().map(|&i| offset[i]).collect();
            let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
            centred.iter_mut().zip(own).for_each(|(to, value)| *to = value - mean);
        }
        Self { risk_sets, x, scale, factors, offset: centred }
    }

    /// The columns that can have a coefficient.
    pub(super) fn usable(&self) -> Vec<usize> {
        (0..self.scale.len()).filter(|&j| self.scale[j] > 0.0).collect()
    }
}
