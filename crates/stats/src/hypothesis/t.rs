//! Student's and Welch's t tests.

use super::{check, within_range};
use crate::distribution::StudentT;
use crate::error::{Error, Result};
use crate::summary::{mean, variance};

/// The result of a t test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TTest {
    /// The mean of the first sample less that of the second, or the mean difference of pairs.
    pub difference: f64,
    /// The standard error of the difference.
    pub standard_error: f64,
    /// The t statistic, `difference / standard_error`.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided p-value.
    pub p_value: f64,
}

impl TTest {
    /// That of values that are so many times as large.
    fn times(self, power: f64) -> Self {
        Self { difference: self.difference * power, standard_error: self.standard_error * power, ..self }
    }

    /// The confidence interval of the difference; `level` is 0.95 for 95 %.
    ///
    /// # Errors
    /// [`Error::NotProbability`] if `level` is not from 0 to 1.
    pub fn confidence_interval(&self, level: f64) -> Result<[f64; 2]> {
        if !(0.0..=1.0).contains(&level) {
            return Err(Error::NotProbability { value: level });
        }
        let half = StudentT::new(self.df)?.upper_quantile((1.0 - level) / 2.0)? * self.standard_error;
        Ok([self.difference - half, self.difference + half])
    }
}

/// Whether two samples are taken to have the same variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variances {
    /// Not: Welch's test, degrees of freedom by Satterthwaite.
    #[default]
    Unequal,
    /// They are pooled: Student's test.
    Equal,
}

/// Whether the means of two samples differ.
///
/// # Errors
/// [`Error::TooFew`] with fewer than two values in a sample (one for [`Variances::Equal`], three in all);
/// [`Error::Missing`], [`Error::Infinite`]; [`Error::Constant`] if neither sample varies: there is no standard error.
///
/// # Example
/// ```
/// use radsurv_stats::hypothesis::{Variances, t_test};
/// let test = t_test(&[1.0, 2.0, 3.0, 4.0], &[3.0, 5.0, 7.0], Variances::Unequal)?;
/// // R: t.test(1:4, c(3, 5, 7))
/// assert!((test.statistic + 1.889_822_365_046_136).abs() < 1e-12 && (test.df - 3.234_718_826_405_869).abs() < 1e-10);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn t_test(x: &[f64], y: &[f64], variances: Variances) -> Result<TTest> {
    let each = if variances == Variances::Equal { 1 } else { 2 };
    check(&[x, y], "a sample of a t test", each)?;
    let (n, m) = (x.len() as f64, y.len() as f64);
    if n + m < 3.0 {
        return Err(Error::TooFew { what: "a t test", needed: 3, found: x.len() + y.len() });
    }
    let constant = |v: &[f64]| v.iter().all(|a| *a == v[0]);
    if constant(x) && constant(y) {
        return Err(Error::Constant { column: 0 });
    }
    if let Some((groups, power)) = within_range(&[x, y]) {
        return Ok(t_test(&groups[0], &groups[1], variances)?.times(power));
    }
    let squares = |v: &[f64]| if v.len() > 1 { variance(v) * (v.len() - 1) as f64 } else { 0.0 };
    let (square, df) = match variances {
        Variances::Equal => {
            let pooled = (squares(x) + squares(y)) / (n + m - 2.0);
            (pooled * (1.0 / n + 1.0 / m), n + m - 2.0)
        }
        Variances::Unequal => {
            let (a, b) = (squares(x) / (n - 1.0) / n, squares(y) / (m - 1.0) / m);
            (a + b, (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (m - 1.0)))
        }
    };
    result(mean(x) - mean(y), square.sqrt(), df)
}

/// Whether the mean difference of pairs, `x - y`, is 0.
///
/// # Errors
/// [`Error::Length`]; [`Error::TooFew`] with fewer than two pairs; [`Error::Missing`], [`Error::Infinite`];
/// [`Error::Constant`] if all differences are equal.
pub fn paired_t_test(x: &[f64], y: &[f64]) -> Result<TTest> {
    if x.len() != y.len() {
        return Err(Error::Length { column: 1, found: y.len(), expected: x.len() });
    }
    check(&[x, y], "a paired t test", 2)?;
    let differences: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
    if differences.iter().all(|d| *d == differences[0]) {
        return Err(Error::Constant { column: 0 });
    }
    if let Some((scaled, power)) = within_range(&[&differences]) {
        return Ok(paired_t_test(&scaled[0], &vec![0.0; scaled[0].len()])?.times(power));
    }
    let n = differences.len() as f64;
    result(mean(&differences), (variance(&differences) / n).sqrt(), n - 1.0)
}

fn result(difference: f64, standard_error: f64, df: f64) -> Result<TTest> {
    let statistic = difference / standard_error;
    Ok(TTest { difference, standard_error, statistic, df, p_value: StudentT::new(df)?.two_sided(statistic) })
}
