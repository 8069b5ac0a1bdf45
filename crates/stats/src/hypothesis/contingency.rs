//! Tests of tables of counts: whether rows have the same distribution over columns.

use rayon::prelude::*;

use super::ChiSquaredTest;
use super::fisher;
use crate::distribution::ChiSquared;
use crate::error::{Error, Result};
use crate::random::Random;

/// A table of counts, a row per group and a column per category, without rows and columns of zeros.
///
/// # Example
/// ```
/// use radsurv_stats::hypothesis::ContingencyTable;
/// let table = ContingencyTable::new(&[[12, 5], [6, 9]])?;
/// // R: chisq.test(rbind(c(12, 5), c(6, 9))), fisher.test(rbind(c(12, 5), c(6, 9)))
/// assert!((table.chi_squared(true)?.p_value - 0.166_494_862_852_498_1).abs() < 1e-12);
/// assert!((table.fisher()? - 0.152_669_166_265_763_6).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContingencyTable {
    counts: Vec<Vec<u64>>,
    rows: Vec<u64>,
    columns: Vec<u64>,
}

impl ContingencyTable {
    /// A table from its rows. Groups without a case and categories without one say nothing: they are left out.
    ///
    /// # Errors
    /// [`Error::Length`] if rows differ in length, [`Error::TooFewGroups`] if fewer than two rows or columns are left.
    pub fn new<R: AsRef<[u64]>>(rows: &[R]) -> Result<Self> {
        let width = rows.first().map_or(0, |row| row.as_ref().len());
        if let Some(column) = rows.iter().position(|row| row.as_ref().len() != width) {
            return Err(Error::Length { column, found: rows[column].as_ref().len(), expected: width });
        }
        let used: Vec<usize> = (0..width).filter(|&j| rows.iter().any(|row| row.as_ref()[j] > 0)).collect();
        let part = |row: &R| used.iter().map(|&j| row.as_ref()[j]).collect::<Vec<u64>>();
        let counts: Vec<Vec<u64>> = rows.iter().map(part).filter(|row| row.iter().any(|c| *c > 0)).collect();
        let found = counts.len().min(used.len());
        if found < 2 {
            return Err(Error::TooFewGroups { what: "a table of counts", found });
        }
        let rows = counts.iter().map(|row| row.iter().sum()).collect();
        let columns = (0..used.len()).map(|j| counts.iter().map(|row| row[j]).sum()).collect();
        Ok(Self { counts, rows, columns })
    }

    /// The number of cases.
    pub fn total(&self) -> u64 {
        self.rows.iter().sum()
    }

    /// Whether there are two rows and two columns.
    pub fn is_two_by_two(&self) -> bool {
        self.rows.len() == 2 && self.columns.len() == 2
    }

    fn expected(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let total = self.total() as f64;
        let of = move |(i, row): (usize, &'_ Vec<u64>)| -> Vec<(f64, f64)> {
            let expected = |j: usize| self.rows[i] as f64 * self.columns[j] as f64 / total;
            row.iter().enumerate().map(|(j, c)| (*c as f64, expected(j))).collect()
        };
        self.counts.iter().enumerate().flat_map(of)
    }

    /// The smallest of the counts that are expected if rows do not differ.
    pub fn least_expected(&self) -> f64 {
        self.expected().map(|cell| cell.1).fold(f64::INFINITY, f64::min)
    }

    /// Whether the chi-squared distribution can be trusted, by Cochran's rule: no expected count below 1, and at most a fifth
    /// of them below 5 (none in a table of two by two). Biometrics 10 (1954) 417-451, p. 420.
    pub fn is_large(&self) -> bool {
        let cells = self.counts.len() * self.columns.len();
        let small = self.expected().filter(|cell| cell.1 < 5.0).count();
        let allowed = if self.is_two_by_two() { 0 } else { cells / 5 };
        self.least_expected() >= 1.0 && small <= allowed
    }

    /// Pearson's test: *Σ (|O - E| - y)² / E* over cells, chi-squared with (rows - 1) (columns - 1) degrees of freedom. The
    /// correction for continuity of Yates, *y* = 0.5 or *|O - E|* if that is less, is of tables of two by two only, as in R's
    /// `chisq.test`.
    ///
    /// # Errors
    /// None of a table that was made; the type says it for the distribution's sake.
    pub fn chi_squared(&self, continuity: bool) -> Result<ChiSquaredTest> {
        let correction = match continuity && self.is_two_by_two() {
            true => self.expected().map(|(o, e)| (o - e).abs()).fold(0.5, f64::min),
            false => 0.0,
        };
        let statistic = self.expected().map(|(o, e)| ((o - e).abs() - correction).powi(2) / e).sum();
        let df = ((self.rows.len() - 1) * (self.columns.len() - 1)) as f64;
        Ok(ChiSquaredTest { statistic, df, p_value: ChiSquared::new(df)?.upper(statistic) })
    }

    /// Fisher's exact test, two-sided: the probability of all tables with the same sums that are no more probable than this
    /// one, by Mehta and Patel's network: Journal of the American Statistical Association 78 (1983) 427-434. Probabilities that
    /// differ by less than a part of 1e-7 are taken for equal, as in R's `fisher.test`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if there are too many tables: [`fisher_simulated`](Self::fisher_simulated) takes any.
    pub fn fisher(&self) -> Result<f64> {
        fisher::exact(&self.counts, &self.rows, &self.columns)
    }

    /// Fisher's test from random tables with the same sums: *(1 + number as improbable) / (1 + samples)*. Seeded.
    ///
    /// # Errors
    /// [`Error::TooFew`] for no sample.
    pub fn fisher_simulated(&self, samples: usize, seed: u64) -> Result<f64> {
        if samples == 0 {
            return Err(Error::TooFew { what: "a simulated test", needed: 1, found: 0 });
        }
        let logs = fisher::log_factorials(self.total());
        let of = |counts: &[u64]| counts.iter().map(|c| logs[*c as usize]).sum::<f64>();
        let observed = of(&self.counts.concat());
        let column_of: Vec<usize> =
            self.columns.iter().enumerate().flat_map(|(j, c)| std::iter::repeat_n(j, *c as usize)).collect();
        let extreme = |labels: &mut Vec<usize>, sample: usize| {
            labels.copy_from_slice(&column_of);
            Random::new(seed, sample as u64).shuffle(labels);
            let (mut sum, mut left) = (0.0, &labels[..]);
            for &row in &self.rows {
                let (own, rest) = left.split_at(row as usize);
                left = rest;
                let mut counts = vec![0u64; self.columns.len()];
                own.iter().for_each(|&j| counts[j] += 1);
                sum += of(&counts);
            }
            usize::from(sum >= observed - fisher::EQUAL)
        };
        let count: usize = (0..samples).into_par_iter().map_init(|| column_of.clone(), extreme).sum();
        Ok((1 + count) as f64 / (1 + samples) as f64)
    }
}
