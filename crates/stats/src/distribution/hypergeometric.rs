//! The hypergeometric distribution.

use std::f64::consts::PI;

use super::series::{ln_1p_minus, stirling_rest};
use crate::error::{Error, Result};

/// The most that a count may be: up to there a count is a number without rounding.
const MOST: u64 = 1 << 53;

/// The hypergeometric distribution: how many of `drawn` things, drawn without putting back, are among the `marked` of
/// `total`: genes of a pathway in a list of genes.
///
/// *P(X = k) = C(K, k) C(N - K, n - k) / C(N, n)* with *N* things, *K* marked and *n* drawn. It is computed as in Loader: Fast
/// and accurate computation of binomial probabilities (2000), from how far each cell of the fourfold table is from what is
/// expected, which is known without rounding. A tail is the sum of its terms away from the mean, each from the one before, so that a
/// tail of 1e-300 has as many correct digits as one of 0.5.
///
/// # Example
/// ```
/// use radsurv_stats::distribution::Hypergeometric;
/// // 12 of a list of 50 genes are in a pathway of 200, of 20 000 genes that were measured.
/// let chance = Hypergeometric::new(20_000, 200, 50)?;
/// assert_eq!(chance.mean(), 0.5);
/// // R: phyper(12 - 1, 200, 20000 - 200, 50, lower.tail = FALSE)
/// assert!((chance.at_least(12) / 6.246_173_157_539_37e-14 - 1.0).abs() < 1e-12);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hypergeometric {
    total: u64,
    marked: u64,
    drawn: u64,
}

impl Hypergeometric {
    /// Of `total` things, `marked` of them marked and `drawn` of them drawn.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if more are marked or drawn than there are, or there are more than 2^53.
    pub fn new(total: u64, marked: u64, drawn: u64) -> Result<Self> {
        let refuse = |what| Err(Error::Unsupported { method: "the hypergeometric distribution", what });
        match () {
            () if total > MOST => refuse("more than 2^53 things"),
            () if marked > total => refuse("more marked things than there are: check the total"),
            () if drawn > total => refuse("more drawn things than there are: check the total"),
            () => Ok(Self { total, marked, drawn }),
        }
    }

    /// The least and the largest number that can be.
    pub fn support(&self) -> [u64; 2] {
        [(self.marked + self.drawn).saturating_sub(self.total), self.marked.min(self.drawn)]
    }

    /// The expected number *n K / N*; 0 of none.
    pub fn mean(&self) -> f64 {
        if self.total == 0 { 0.0 } else { self.drawn as f64 * self.marked as f64 / self.total as f64 }
    }

    /// The probability of exactly `k`.
    pub fn density(&self, k: u64) -> f64 {
        self.ln_density(k).exp()
    }

    /// Its logarithm, which goes on where the probability is too small for a number; minus infinity for what cannot be.
    pub fn ln_density(&self, k: u64) -> f64 {
        let [least, most] = self.support();
        if !(least..=most).contains(&k) {
            return f64::NEG_INFINITY;
        }
        let Self { total, marked, drawn } = *self;
        // Expected less found in the cell of both, times N: without rounding.
        let excess = i128::from(drawn) * i128::from(marked) - i128::from(k) * i128::from(total);
        let excess = excess as f64 / total.max(1) as f64;
        let (other, left) = (marked - k, drawn - k);
        let neither = total - marked - left;
        let distance =
            deviance(k, excess) + deviance(other, -excess) + deviance(left, -excess) + deviance(neither, excess);
        let sums = half(marked) + half(total - marked) + half(drawn) + half(total - drawn) - half(total);
        let cells = half(k) + half(other) + half(left) + half(neither);
        (sums - cells - distance).min(0.0)
    }

    /// The probability of `k` or fewer.
    pub fn at_most(&self, k: u64) -> f64 {
        let [least, most] = self.support();
        match () {
            () if k >= most => 1.0,
            () if k < least => 0.0,
            () if self.above_mean(k) => 1.0 - self.upwards(k + 1),
            () => self.downwards(k),
        }
    }

    /// The probability of `k` or more: the p-value of over-representation.
    pub fn at_least(&self, k: u64) -> f64 {
        let [least, most] = self.support();
        match () {
            () if k <= least => 1.0,
            () if k > most => 0.0,
            () if self.above_mean(k) => self.upwards(k),
            () => 1.0 - self.downwards(k - 1),
        }
    }

    fn above_mean(&self, k: u64) -> bool {
        u128::from(k) * u128::from(self.total) > u128::from(self.drawn) * u128::from(self.marked)
    }

    /// The sum of the terms from `k` on, which fall.
    fn upwards(&self, k: u64) -> f64 {
        let (marked, drawn) = (self.marked as f64, self.drawn as f64);
        let least = self.total as f64 - marked - drawn;
        let ratio = |j: f64| (marked - j) / (j + 1.0) * ((drawn - j) / (least + j + 1.0));
        self.sum(k, (k..self.support()[1]).map(|j| ratio(j as f64)))
    }

    /// The sum of the terms from `k` down, which fall.
    fn downwards(&self, k: u64) -> f64 {
        let (marked, drawn) = (self.marked as f64, self.drawn as f64);
        let least = self.total as f64 - marked - drawn;
        let ratio = |j: f64| j / (marked - j + 1.0) * ((least + j) / (drawn - j + 1.0));
        self.sum(k, (self.support()[0] + 1..=k).rev().map(|j| ratio(j as f64)))
    }

    fn sum(&self, from: u64, ratios: impl Iterator<Item = f64>) -> f64 {
        let (mut term, mut sum) = (1.0, 1.0);
        for ratio in ratios {
            term *= ratio;
            sum += term;
            // Ratios fall from term to term: what is left is below term / (1 - ratio).
            if term <= 1e-17 * sum * (1.0 - ratio) {
                break;
            }
        }
        // By logarithms, since the first term may be too small for a number where the sum is not.
        (self.ln_density(from) + f64::ln(sum)).exp().min(1.0)
    }
}

/// *x ln(x / e) + e - x* of a cell with `x` things where *e = x + `excess`* are expected.
fn deviance(x: u64, excess: f64) -> f64 {
    if x == 0 { excess } else { -(x as f64) * ln_1p_minus(excess / x as f64) }
}

/// What *ln x!* has beyond *x ln x - x*.
fn half(x: u64) -> f64 {
    if x == 0 { 0.0 } else { stirling_rest(x as f64) + 0.5 * (2.0 * PI * x as f64).ln() }
}
