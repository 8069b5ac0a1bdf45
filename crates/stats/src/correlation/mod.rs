//! Correlation of two columns and of all pairs of many.
//!
//! | [`Method`] | what it is of *x* and *y* |
//! |---|---|
//! | `Pearson` | covariance over the product of standard deviations: linear relation |
//! | `Spearman` | Pearson's of the ranks, ties sharing the mean of their ranks: any rising or falling relation |
//! | `Kendall` | tau-b: (concordant - discordant pairs) / sqrt((pairs not tied in *x*) (pairs not tied in *y*)) |
//!
//! As R's `cor`, whose `use = "pairwise.complete.obs"` is [`Missing::Pairwise`]. A column is scaled by a power of two before
//! its squares are summed, so that features of any size have a correlation. Results do not depend on the number of threads.

mod kendall;
mod matrix;
mod product;

use serde::{Deserialize, Serialize};

pub use matrix::CorrelationMatrix;
pub(crate) use product::Gram;

use crate::distribution::{Normal, StudentT};
use crate::error::{Error, Result};
use crate::{rank, summary};

/// The kind of correlation; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Linear.
    Pearson,
    /// Of ranks.
    #[default]
    Spearman,
    /// Of the order of pairs, tau-b.
    Kendall,
}

/// What is done about missing values (NaN).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// They are an error.
    #[default]
    Refuse,
    /// Each pair of columns is taken over the cases where both have a value. A matrix of such correlations need not be
    /// positive semidefinite.
    Pairwise,
}

/// The correlation of two columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// From -1 to 1.
    pub estimate: f64,
    /// The number of cases where both have a value.
    pub n: usize,
    /// Two-sided p-value of no correlation; `None` with fewer than three cases.
    ///
    /// Pearson and Spearman: `t = r sqrt((n - 2) / (1 - r²))` with n - 2 degrees of freedom, see [`p_value`]. Kendall: the
    /// normal approximation, its variance corrected for ties. These are R's `cor.test` with `exact = FALSE`.
    pub p_value: Option<f64>,
}

/// The correlation of two columns of the same length.
///
/// # Errors
/// [`Error::Length`]; [`Error::Missing`] with [`Missing::Refuse`]; [`Error::Infinite`] for Pearson; [`Error::TooFew`] with
/// fewer than two complete cases; [`Error::Constant`] if all values of one are equal: it has no correlation.
///
/// # Example
/// ```
/// use radsurv_stats::correlation::{Method, Missing, correlation};
/// let (x, y) = ([1.0, 2.0, 4.0, 8.0, 9.0], [2.0, 1.0, 5.0, f64::NAN, 7.0]);
/// // R: cor(x, y, method = "spearman", use = "pairwise")
/// let spearman = correlation(&x, &y, Method::Spearman, Missing::Pairwise)?;
/// assert_eq!((spearman.n, spearman.estimate), (4, 0.8));
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn correlation(x: &[f64], y: &[f64], method: Method, missing: Missing) -> Result<Correlation> {
    if x.len() != y.len() {
        return Err(Error::Length { column: 1, found: y.len(), expected: x.len() });
    }
    for (column, values) in [x, y].into_iter().enumerate() {
        check(values, column, method, missing)?;
    }
    let (x, y) = complete(x, y);
    if x.len() < 2 {
        return Err(Error::TooFew { what: "a correlation", needed: 2, found: x.len() });
    }
    if let Some(column) = [&x, &y].into_iter().position(|v| is_constant(v)) {
        return Err(Error::Constant { column });
    }
    let n = x.len();
    let (estimate, p_value) = match method {
        Method::Kendall => {
            let (x, y) = (kendall::Ranked::new(&x), kendall::Ranked::new(&y));
            let (score, tau) = kendall::tau(&x, &y, &mut kendall::Room::default());
            (tau, kendall_p_value(score, n, &x.ties, &y.ties))
        }
        _ => {
            let r = Centred::new(&x, method).correlation(&Centred::new(&y, method));
            (r, p_value(r, n))
        }
    };
    Ok(Correlation { estimate, n, p_value })
}

/// Two-sided p-value of a Pearson or Spearman correlation `r` of `n` cases: Student's t with n - 2 degrees of freedom.
/// `None` with fewer than three cases, or if `r` is not from -1 to 1.
///
/// # Example
/// ```
/// use radsurv_stats::correlation::p_value;
/// // R: 2 * pt(-0.5 * sqrt(18 / 0.75), 18)
/// assert!((p_value(0.5, 20).unwrap() - 0.024_769_558_804_109_6).abs() < 1e-14);
/// ```
pub fn p_value(r: f64, n: usize) -> Option<f64> {
    if n < 3 || !(-1.0..=1.0).contains(&r) {
        return None;
    }
    let df = (n - 2) as f64;
    let t = r.abs() / ((1.0 - r * r) / df).sqrt();
    Some(StudentT::new(df).ok()?.two_sided(t))
}

fn kendall_p_value(score: f64, n: usize, x: &kendall::TieSums, y: &kendall::TieSums) -> Option<f64> {
    if n < 3 {
        return None;
    }
    let n = n as f64;
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - x.variance - y.variance) / 18.0
        + 4.0 * x.pairs * y.pairs / (2.0 * n * (n - 1.0))
        + x.triples * y.triples / (9.0 * n * (n - 1.0) * (n - 2.0));
    Some(2.0 * Normal.upper(score.abs() / variance.sqrt()))
}

/// Refuses what the method cannot take.
fn check(values: &[f64], column: usize, method: Method, missing: Missing) -> Result<()> {
    let refuse_missing = missing == Missing::Refuse;
    let refuse_infinite = method == Method::Pearson;
    match values.iter().position(|v| refuse_missing && v.is_nan() || refuse_infinite && v.is_infinite()) {
        Some(row) if values[row].is_nan() => Err(Error::Missing { column, row }),
        Some(row) => Err(Error::Infinite { column, row }),
        None => Ok(()),
    }
}

/// The cases where both have a value.
fn complete(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).map(|(a, b)| (*a, *b)).unzip()
}

fn is_constant(values: &[f64]) -> bool {
    values.iter().all(|v| *v == values[0])
}

/// A column, or its ranks, less the mean; for Pearson times a power of two that keeps its squares in range.
struct Centred {
    values: Vec<f64>,
    sd: f64,
}

impl AsRef<[f64]> for Centred {
    fn as_ref(&self) -> &[f64] {
        &self.values
    }
}

impl Centred {
    fn new(values: &[f64], method: Method) -> Self {
        let mut values = match method {
            Method::Pearson => scaled(values),
            _ => centred_ranks(values, &rank::ascending(values)),
        };
        if is_constant(&values) {
            values.fill(0.0);
        }
        let sd = (product::dot(&values, &values) / (values.len() as f64 - 1.0)).sqrt();
        Self { values, sd }
    }

    /// NaN if either is constant.
    fn correlation(&self, other: &Self) -> f64 {
        correlation_of(product::dot(&self.values, &other.values), self.values.len(), self.sd, other.sd)
    }
}

/// In the order of operations of R's `cor`, so that correlations of ranks, whose sums are exact, are R's to the bit but for
/// R's rounding from 80 bits.
fn correlation_of(dot: f64, n: usize, sd_x: f64, sd_y: f64) -> f64 {
    (dot / (n as f64 - 1.0) / (sd_x * sd_y)).clamp(-1.0, 1.0)
}

/// Ranks less their mean (n + 1) / 2: multiples of one half, so that sums of their products are exact in any order up to
/// some 300 000 cases.
fn centred_ranks(values: &[f64], order: &[u32]) -> Vec<f64> {
    let n = values.len() as f64;
    let mut ranks = vec![0.0; values.len()];
    for tie in rank::ties(values, order) {
        let mean = 0.5 * ((2 * tie.first + tie.rows.len()) as f64 - n);
        tie.rows.iter().for_each(|&row| ranks[row as usize] = mean);
    }
    ranks
}

/// Values less their mean, times the power of two that brings the largest to between 1 and 2.
fn scaled(values: &[f64]) -> Vec<f64> {
    // First by the largest value, so that neither the mean nor the differences leave the range of numbers.
    let by_size = power_of_two(values);
    let mut out: Vec<f64> = values.iter().map(|v| v * by_size).collect();
    let mean = summary::mean(&out);
    out.iter_mut().for_each(|v| *v -= mean);
    let again = power_of_two(&out);
    out.iter_mut().for_each(|v| *v *= again);
    out
}

/// 2^-e where the largest magnitude is from 2^e to 2^(e + 1); within what a number can be.
fn power_of_two(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let exponent = (largest.to_bits() >> 52) as i32 - 1023;
    2.0f64.powi((-exponent).clamp(-1022, 1000))
}
