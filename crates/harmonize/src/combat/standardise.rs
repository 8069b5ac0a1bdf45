//! The linear model of one feature, and its moments in each batch once it is standardised.

use super::design::{Collinear, Within, centred, dot};
use super::shrink::Moments;
use radsurv_stats::summary;

/// What all features share.
pub(super) struct Design<'a> {
    /// The batch of each case.
    pub codes: &'a [usize],
    /// The number of cases in each batch.
    pub counts: &'a [usize],
    /// The columns of the covariates.
    pub columns: &'a [Vec<f64>],
    /// The covariates without the batches, for features without missing values.
    pub within: &'a Within,
    /// The batch that the others are brought to.
    pub reference: Option<usize>,
    /// Whether any feature that is adjusted has a missing value, which gives *n* - 1 in the pooled variance of all.
    pub any_missing: bool,
    /// The number of values a feature needs in each batch.
    pub fewest: usize,
}

/// A feature on the scale that all features share.
pub(super) struct Standardised {
    /// The mean over batches, weighted by their cases, or that of the reference; at covariates of 0.
    pub mean: f64,
    /// The coefficients of the covariates.
    pub beta: Vec<f64>,
    /// The root of the pooled variance.
    pub sd: f64,
    /// Its moments in each batch.
    pub batches: Vec<Moments>,
}

/// Why a feature has no model.
pub(super) enum Unfit {
    /// Nothing is left beside batches and covariates.
    Explained,
    /// Too few values in a batch, or in all.
    FewValues { batch: Option<usize>, values: usize },
    /// Its squares are beyond the range of numbers.
    TooLarge,
    /// A covariate that its missing values make dependent.
    Collinear(Collinear),
}

/// Below this part of a feature's standard deviation a residual is rounding error.
const ROUNDING: f64 = 1e-12;

impl Design<'_> {
    /// Fits the model to one feature.
    pub fn standardise(&self, column: &[f64]) -> Result<Standardised, Unfit> {
        if !column.iter().any(|v| v.is_nan()) {
            return self.with(column, self.codes, self.within);
        }
        let present: Vec<usize> = (0..column.len()).filter(|&case| !column[case].is_nan()).collect();
        let part = |values: &[f64]| -> Vec<f64> { present.iter().map(|&case| values[case]).collect() };
        let codes: Vec<usize> = present.iter().map(|&case| self.codes[case]).collect();
        let mut counts = vec![0; self.counts.len()];
        codes.iter().for_each(|&batch| counts[batch] += 1);
        if let Some(batch) = counts.iter().position(|n| *n < self.fewest) {
            return Err(Unfit::FewValues { batch: Some(batch), values: counts[batch] });
        }
        if codes.len() <= self.counts.len() + self.columns.len() {
            return Err(Unfit::FewValues { batch: None, values: codes.len() });
        }
        let columns: Vec<Vec<f64>> = self.columns.iter().map(|c| part(c)).collect();
        let within = Within::new(&columns, &codes, self.counts.len()).map_err(Unfit::Collinear)?;
        self.with(&part(column), &codes, &within)
    }

    fn with(&self, values: &[f64], codes: &[usize], within: &Within) -> Result<Standardised, Unfit> {
        let batches = self.counts.len();
        // A large offset would cost digits in every sum below.
        let offset = summary::mean(values);
        let shifted: Vec<f64> = values.iter().map(|v| v - offset).collect();
        let spread = dot(&shifted, &shifted);
        if !spread.is_finite() {
            return Err(Unfit::TooLarge);
        }
        let (mut rest, means) = centred(&shifted, codes, batches);
        let products: Vec<f64> = within.q.iter().map(|q| dot(q, &rest)).collect();
        for (q, along) in within.q.iter().zip(&products) {
            rest.iter_mut().zip(q).for_each(|(v, q)| *v -= along * q);
        }
        let beta = within.solve(products);
        let intercepts: Vec<f64> = (0..batches).map(|b| means[b] - dot(&beta, &within.means[b])).collect();
        let grand = match self.reference {
            Some(batch) => intercepts[batch],
            None => self.counts.iter().zip(&intercepts).map(|(n, a)| *n as f64 / codes_len(self.counts) * a).sum(),
        };
        let mut squares = vec![0.0; batches];
        let mut counts = vec![0usize; batches];
        for (v, &batch) in rest.iter().zip(codes) {
            squares[batch] += v * v;
            counts[batch] += 1;
        }
        let (sum, n) = match self.reference {
            Some(batch) => (squares[batch], counts[batch]),
            None => (squares.iter().sum::<f64>(), codes.len()),
        };
        let variance = sum / (n as f64 - f64::from(u8::from(self.any_missing)));
        if !(variance > 0.0 && sum > ROUNDING * ROUNDING * spread) {
            return Err(Unfit::Explained);
        }
        let sd = variance.sqrt();
        let moments = |batch: usize| Moments {
            n: counts[batch],
            mean: (intercepts[batch] - grand) / sd,
            squares: squares[batch] / variance,
        };
        Ok(Standardised { mean: offset + grand, beta, sd, batches: (0..batches).map(moments).collect() })
    }
}

/// All cases of the batches, those with a missing value too: sva weights the means of the batches by them.
fn codes_len(counts: &[usize]) -> f64 {
    counts.iter().sum::<usize>() as f64
}
