//! Wilcoxon's rank sum test.

use super::check;
use crate::distribution::Normal;
use crate::error::{Error, Result};
use crate::rank;

/// How the p-value of [`rank_sum`] is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RankSum {
    /// As R: exact with fewer than 50 values in both samples and no ties, else normal with the correction for continuity.
    #[default]
    Automatic,
    /// From all ways to divide the ranks; not with ties.
    Exact,
    /// From the normal distribution of the statistic.
    Normal {
        /// Whether the statistic is moved by one half towards what is expected.
        continuity: bool,
    },
}

/// The result of a rank sum test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankSumTest {
    /// The number of pairs of a value of each sample of which the first is the larger, ties counting one half (Mann and
    /// Whitney's *U*, R's *W*).
    pub statistic: f64,
    /// The statistic less what is expected (and the correction), in standard deviations; none if the p-value is exact.
    pub z: Option<f64>,
    /// The two-sided p-value.
    pub p_value: f64,
}

/// The number of pairs that an exact test takes at most.
const MOST_PAIRS: usize = 10_000;

/// Whether values of one of two samples tend to be larger: with *R* the sum of the ranks of the first, of *n* and *m* values,
/// *U = R - n (n + 1) / 2* has the mean *n m / 2* and the variance *n m / 12 (n + m + 1 - Σ (t³ - t) / ((n + m) (n + m - 1)))*,
/// the sum over ties of *t* values. Wilcoxon, Biometrics Bulletin 1 (1945) 80-83; Mann and Whitney, Annals of Mathematical
/// Statistics 18 (1947) 50-60. Numbers are those of R's `wilcox.test`.
///
/// # Errors
/// [`Error::TooFew`] of an empty sample, [`Error::Missing`], [`Error::Infinite`]; [`Error::Constant`] if all values are equal;
/// [`Error::Unsupported`] for [`RankSum::Exact`] with ties, or with more than 10 000 pairs.
///
/// # Example
/// ```
/// use radsurv_stats::hypothesis::{RankSum, rank_sum};
/// let test = rank_sum(&[0.8, 0.83, 1.89, 1.04], &[1.45, 1.38, 1.91], RankSum::Automatic)?;
/// // R: wilcox.test(c(0.8, 0.83, 1.89, 1.04), c(1.45, 1.38, 1.91))
/// assert_eq!(test.statistic, 2.0);
/// assert!((test.p_value - 0.228_571_428_571_428_57).abs() < 1e-15);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn rank_sum(x: &[f64], y: &[f64], method: RankSum) -> Result<RankSumTest> {
    check(&[x, y], "a sample of a rank sum test", 1)?;
    let all = [x, y].concat();
    if all.iter().all(|v| *v == all[0]) {
        return Err(Error::Constant { column: 0 });
    }
    let (n, m) = (x.len(), y.len());
    let ranks = rank::average_ranks(&all)?;
    let pairs = n as f64 * m as f64;
    let statistic = ranks[..n].iter().sum::<f64>() - 0.5 * n as f64 * (n as f64 + 1.0);
    let ties: f64 =
        rank::ties(&all, &rank::ascending(&all)).map(|tie| tie.rows.len() as f64).map(|t| t * t * t - t).sum();
    let continuity = match method {
        RankSum::Automatic if ties == 0.0 && n < 50 && m < 50 => {
            return Ok(RankSumTest { statistic, z: None, p_value: exact(n, m, statistic) });
        }
        RankSum::Exact => {
            let method = "an exact rank sum test";
            if ties > 0.0 {
                return Err(Error::Unsupported { method, what: "ties; take the normal distribution" });
            }
            if n.saturating_mul(m) > MOST_PAIRS {
                return Err(Error::Unsupported {
                    method,
                    what: "more than 10 000 pairs; take the normal distribution",
                });
            }
            return Ok(RankSumTest { statistic, z: None, p_value: exact(n, m, statistic) });
        }
        RankSum::Automatic => true,
        RankSum::Normal { continuity } => continuity,
    };
    let total = (n + m) as f64;
    let deviation = (pairs / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)))).sqrt();
    let centred = statistic - 0.5 * pairs;
    let moved = if continuity && centred != 0.0 { centred - 0.5 * centred.signum() } else { centred };
    let z = moved / deviation;
    Ok(RankSumTest { statistic, z: Some(z), p_value: (2.0 * Normal.upper(z).min(Normal.lower(z))).min(1.0) })
}

/// Of all ways to choose `n` of the ranks, twice the part with a statistic as far from the middle on the same side.
fn exact(n: usize, m: usize, statistic: f64) -> f64 {
    let most = n * m;
    let end = (statistic as usize).min(most - statistic as usize);
    // ways[k][u]: k ranks chosen of those so far, with the statistic u, as far as the end.
    let chosen = n.min(m);
    let mut ways = vec![vec![0.0f64; end + 1]; chosen + 1];
    ways[0][0] = 1.0;
    for rank in 1..=n + m {
        for k in (1..=chosen.min(rank)).rev() {
            // The k-th chosen has passed the ranks below it that were not.
            let passed = rank - k;
            for u in passed..=end {
                ways[k][u] += ways[k - 1][u - passed];
            }
        }
    }
    let all = (1..=chosen).map(|k| (n + m - chosen + k) as f64 / k as f64).product::<f64>();
    (2.0 * ways[chosen].iter().sum::<f64>() / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_orders_of_few_values() {
        // Of 3 and 2 values: U from 0 to 6 in 1, 1, 2, 2, 2, 1, 1 ways.
        let p = [0.2, 0.4, 0.8, 1.0, 0.8, 0.4, 0.2];
        (0..7).for_each(|u| assert!((exact(3, 2, u as f64) - p[u]).abs() < 1e-15, "{u}"));
        assert_eq!(exact(1, 1, 0.0), 1.0);
    }

    #[test]
    fn what_cannot_be_exact() {
        assert!(rank_sum(&[1.0, 2.0], &[2.0], RankSum::Exact).is_err());
        assert_eq!(rank_sum(&[2.0, 2.0], &[2.0], RankSum::Automatic), Err(Error::Constant { column: 0 }));
        assert!(rank_sum(&[], &[2.0], RankSum::Automatic).is_err());
        let many: Vec<f64> = (0..202).map(f64::from).collect();
        assert!(rank_sum(&many[..101], &many[101..], RankSum::Exact).is_err());
    }
}
