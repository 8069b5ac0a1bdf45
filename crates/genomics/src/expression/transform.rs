//! Logarithms, and samples brought to one distribution.

use radsurv_stats::rank::average_ranks;
use radsurv_stats::summary::quantile_sorted;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Expression;
use crate::error::{Error, Result};

/// Whether values look like intensities or counts, or like their logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LikelyScale {
    /// They look as measured: take logarithms.
    Linear,
    /// They look like logarithms.
    Logarithmic,
}

impl Expression {
    /// The logarithm to base 2 of each value plus an offset: 1 for values that may be 0. Missing values stay so.
    ///
    /// # Errors
    /// [`Error::Transform`] if a value plus the offset is not positive: it says how many are, and the first.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// let table = Expression::new(vec!["HK2".into()], vec!["P1".into(), "P2".into()], vec![0.0, 7.0])?;
    /// assert_eq!(table.log2(1.0)?.values(), [0.0, 3.0]);
    /// assert!(table.log2(0.0).unwrap_err().to_string().contains("HK2"));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn log2(&self, offset: f64) -> Result<Self> {
        let bad = |value: f64| !value.is_nan() && value + offset <= 0.0;
        if !offset.is_finite() {
            return Err(Error::Transform(format!("the offset of logarithms is {offset}: give a finite number")));
        }
        if let Some(at) = self.values.iter().position(|&value| bad(value)) {
            let count = self.values.iter().filter(|&&value| bad(value)).count();
            let (gene, sample) = (&self.genes[at / self.samples.len()], &self.samples[at % self.samples.len()]);
            let what = format!(
                "{count} values plus {offset} are not positive and have no logarithm, the first {} of the gene {gene} in the sample {sample}; give a larger offset, or take no logarithm if values are logarithms already",
                self.values[at]
            );
            return Err(Error::Transform(what));
        }
        self.with_values(self.values.iter().map(|value| (value + offset).log2()).collect())
    }

    /// Whether values look like logarithms already; none if there is no value. A hint to ask about, not to act on: by the rule of
    /// NCBI's GEO2R, values are as measured if their 99 % quantile is above 100, or if they span more than 50 and a
    /// quarter of them at most is 0 or below.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::expression::LikelyScale;
    /// let table = Expression::new(vec!["HK2".into()], vec!["P1".into(), "P2".into()], vec![120.0, 4700.0])?;
    /// assert_eq!(table.likely_scale(), Some(LikelyScale::Linear));
    /// assert_eq!(table.log2(1.0)?.likely_scale(), Some(LikelyScale::Logarithmic));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn likely_scale(&self) -> Option<LikelyScale> {
        let mut values: Vec<f64> = self.values.iter().copied().filter(|value| !value.is_nan()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let (first, last) = (values.first()?, values.last()?);
        let quantile = |p| quantile_sorted(&values, p);
        match quantile(0.99) > 100.0 || (last - first > 50.0 && quantile(0.25) > 0.0) {
            true => Some(LikelyScale::Linear),
            false => Some(LikelyScale::Logarithmic),
        }
    }

    /// Brings all samples to one distribution: the value of rank *r* in a sample becomes the mean over samples of their
    /// values of rank *r*. Bolstad et al., *Bioinformatics* 19 (2003) 185-193; limma's `normalizeQuantiles(ties = TRUE)`.
    ///
    /// Tied values have the mean of their ranks, between two means where that is no whole number. The quantiles of a sample with missing values
    /// are interpolated between those of the values it has; missing values stay so. A single sample stays as it is.
    ///
    /// # Errors
    /// [`Error::Transform`] if a sample has fewer than two values.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// let names = |names: [&str; 2]| names.map(String::from).to_vec();
    /// let table = Expression::new(names(["A", "B"]), names(["P1", "P2"]), vec![1.0, 9.0, 3.0, 5.0])?;
    /// assert_eq!(table.quantile_normalised()?.values(), [3.0, 6.0, 6.0, 3.0]);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn quantile_normalised(&self) -> Result<Self> {
        let (genes, samples) = (self.genes.len(), self.samples.len());
        if samples <= 1 || genes == 0 {
            return Ok(self.clone());
        }
        let columns: Vec<Vec<f64>> = self.columns();
        let sorted: Vec<Vec<f64>> = columns
            .par_iter()
            .map(|column| {
                let mut present: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
                present.sort_unstable_by(f64::total_cmp);
                present
            })
            .collect();
        let few: Vec<String> = (0..samples).filter(|&s| sorted[s].len() < 2).map(|s| self.samples[s].clone()).collect();
        if !few.is_empty() {
            let what = format!(
                "{} of the samples have fewer than two values and no quantiles: {}; leave them out",
                few.len(),
                radsurv_data::list(&few)
            );
            return Err(Error::Transform(what));
        }
        let means: Vec<f64> = (0..genes)
            .map(|rank| sorted.iter().map(|own| at(own, rank as f64, genes)).sum::<f64>() / samples as f64)
            .collect();
        let changed: Vec<Vec<f64>> = columns
            .par_iter()
            .map(|column| {
                let present: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
                let ranks = average_ranks(&present)?;
                let mut next = ranks.iter().map(|rank| at(&means, rank - 1.0, present.len()));
                Ok(column.iter().map(|v| if v.is_nan() { f64::NAN } else { next.next().unwrap_or(f64::NAN) }).collect())
            })
            .collect::<Result<_>>()?;
        let mut values = vec![0.0; genes * samples];
        for (sample, column) in changed.iter().enumerate() {
            column.iter().enumerate().for_each(|(gene, value)| values[gene * samples + sample] = *value);
        }
        self.with_values(values)
    }

    /// The values of each sample.
    pub(crate) fn columns(&self) -> Vec<Vec<f64>> {
        let samples = self.samples.len();
        (0..samples).map(|sample| self.values.iter().skip(sample).step_by(samples).copied().collect()).collect()
    }
}

/// The value of ascending ones at rank `rank` (from 0) of `of`: between two where there are not as many.
fn at(ascending: &[f64], rank: f64, of: usize) -> f64 {
    let last = ascending.len() - 1;
    let place = match of {
        _ if of == ascending.len() => rank,
        of => rank * last as f64 / (of.max(2) - 1) as f64,
    };
    let below = (place.floor() as usize).min(last);
    match place - below as f64 {
        part if part > 0.0 && below < last => ascending[below] + (ascending[below + 1] - ascending[below]) * part,
        _ => ascending[below],
    }
}
