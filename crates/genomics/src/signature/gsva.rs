//! Gene set variation analysis.

use radsurv_stats::distribution::{ChiSquared, Normal};
use rayon::prelude::*;

use super::{Kernel, Sample, descending, sums};
use crate::error::{Error, Result};
use crate::expression::Expression;

/// The normal distribution up to ten deviations in steps of a thousandth. The package GSVA takes the step below a value; genes
/// are only ordered by what comes out, and the order shall be the same.
struct NormalTable(Vec<f64>);

impl NormalTable {
    const STEPS: f64 = 10_000.0;
    const MOST: f64 = 10.0;

    fn new() -> Self {
        Self((0..=Self::STEPS as usize).map(|i| Normal.lower(Self::MOST * i as f64 / Self::STEPS)).collect())
    }

    #[inline]
    fn lower(&self, z: f64) -> f64 {
        if z < -Self::MOST {
            return 0.0;
        }
        if z > Self::MOST {
            return 1.0;
        }
        let p = self.0[(z.abs() / Self::MOST * Self::STEPS) as usize];
        if z < 0.0 { 1.0 - p } else { p }
    }
}

/// The logit of the cumulative distribution of each gene over samples, at each sample. Infinite where it is 1.
pub(super) fn distributions(table: &Expression, kernel: Kernel) -> Result<Logits> {
    let normal = NormalTable::new();
    let count = table.samples().len() as f64;
    let logit = |p: f64| -((1.0 - p) / p).ln();
    if kernel == Kernel::Poisson
        && let Some(gene) = table.rows().position(|row| row.iter().any(|value| *value < 0.0))
    {
        let what = format!("the gene {} has negative values; a Poisson kernel is for counts", table.genes()[gene]);
        return Err(Error::Settings { what });
    }
    let of = |gene: usize| -> Result<Vec<f64>> {
        let row = table.row(gene);
        match kernel {
            Kernel::Gaussian => {
                let width = sums::deviation(row) / 4.0;
                let at = |y: f64| row.iter().map(|x| normal.lower((y - x) / width)).sum::<f64>() / count;
                Ok(row.iter().map(|&y| logit(at(y))).collect())
            }
            Kernel::Poisson => row
                .iter()
                .map(|&y| {
                    // The probability of y or fewer of a mean m is that of a chi-squared above 2 m with 2 (y + 1) degrees.
                    let chi = ChiSquared::new(2.0 * ((y + 1e-7).floor() + 1.0))?;
                    Ok(logit(row.iter().map(|x| chi.upper(2.0 * (x + 0.5))).sum::<f64>() / count))
                })
                .collect(),
            Kernel::None => {
                let mut sorted = row.to_vec();
                sorted.sort_unstable_by(f64::total_cmp);
                Ok(row.iter().map(|y| logit(sorted.partition_point(|x| x <= y) as f64 / count)).collect())
            }
        }
    };
    let rows = (0..table.genes().len()).into_par_iter().map(of).collect::<Result<Vec<_>>>()?;
    Ok(Logits { rows, samples: table.samples().len() })
}

/// A sample whose genes are in the order of their distributions.
pub(super) struct Placed {
    /// The place of each gene from 0, the highest first.
    places: Vec<u32>,
    /// What the gene at each place adds.
    weights: Vec<f64>,
    difference: bool,
}

impl Placed {
    pub(super) fn new(values: Vec<f64>, weight: f64, difference: bool) -> Self {
        let n = values.len() as f64;
        let mut places = vec![0; values.len()];
        descending(&values).into_iter().zip(0u32..).for_each(|(gene, place)| places[gene as usize] = place);
        let weights = (0..values.len()).map(|place| (n - place as f64 - n / 2.0).abs().powf(weight)).collect();
        Self { places, weights, difference }
    }
}

impl Sample for Placed {
    fn score(&self, genes: &[u32]) -> f64 {
        let mut hits: Vec<u32> = genes.iter().map(|&gene| self.places[gene as usize]).collect();
        hits.sort_unstable();
        let sum: f64 = hits.iter().map(|&hit| self.weights[hit as usize]).sum();
        let (size, others) = (hits.len() as f64, (self.weights.len() - hits.len()) as f64);
        let (mut highest, mut lowest, mut up) = (0.0f64, 0.0f64, 0.0);
        for (i, &hit) in hits.iter().enumerate() {
            let down = (hit as usize - i) as f64 / others;
            lowest = lowest.min(up - down);
            // A set of the gene in the middle alone has no weight: equal steps.
            up += if sum > 0.0 { self.weights[hit as usize] / sum } else { 1.0 / size };
            highest = highest.max(up - down);
        }
        match self.difference {
            true => highest + lowest,
            false if highest > -lowest => highest,
            false => lowest,
        }
    }
}

/// The logits, gene by gene: not an [`Expression`], since they may be infinite.
pub(super) struct Logits {
    rows: Vec<Vec<f64>>,
    samples: usize,
}

impl super::Columns for Logits {
    fn samples(&self) -> usize {
        self.samples
    }

    fn column(&self, sample: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row[sample]).collect()
    }
}
