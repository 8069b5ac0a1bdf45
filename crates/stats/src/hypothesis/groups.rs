//! Tests of two or more groups.

use super::{ChiSquaredTest, FTest, check, within_range};
use crate::distribution::{ChiSquared, FisherF};
use crate::error::{Error, Result};
use crate::rank;
use crate::summary::{mean, median, variance};

/// What deviations are taken from in [`levene`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Centre {
    /// The mean: Levene's test of 1960.
    Mean,
    /// The median: robust, Brown and Forsythe, Journal of the American Statistical Association 69 (1974) 364-367.
    #[default]
    Median,
}

/// Analysis of variance in one way: `F = (B / (k - 1)) / (W / (n - k))` for `k` groups and `n` values, with `B` the sum of
/// squares of group means about the mean, each as often as its group has values, and `W` that of values about their group's
/// mean.
///
/// # Errors
/// [`Error::TooFew`] with fewer than two groups, an empty group, or no group of two values; [`Error::Missing`],
/// [`Error::Infinite`]; [`Error::Constant`] if all values are equal.
///
/// # Example
/// ```
/// use radsurv_stats::hypothesis::anova;
/// let test = anova(&[vec![1.0, 2.0, 3.0], vec![2.0, 3.0, 4.0], vec![6.0, 7.0]])?;
/// // R: oneway.test(c(1:3, 2:4, 6:7) ~ factor(c(1, 1, 1, 2, 2, 2, 3, 3)), var.equal = TRUE)
/// assert!((test.statistic - 14.166_666_666_666_67).abs() < 1e-12 && test.df2 == 5.0);
/// assert!((test.p_value - 0.008_714_212_528_967).abs() < 1e-14);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn anova<G: AsRef<[f64]>>(groups: &[G]) -> Result<FTest> {
    let all = all_values(groups, "an analysis of variance", 1)?;
    let (k, n) = (groups.len(), all.len());
    if n == k {
        return Err(Error::TooFew { what: "the largest group of an analysis of variance", needed: 2, found: 1 });
    }
    if let Some((groups, _)) = within_range(groups) {
        return anova(&groups);
    }
    let centre = mean(&all);
    let (mut between, mut within) = (0.0, 0.0);
    for values in groups.iter().map(AsRef::as_ref) {
        let own = mean(values);
        between += values.len() as f64 * (own - centre).powi(2);
        within += values.iter().map(|v| (v - own).powi(2)).sum::<f64>();
    }
    f_test((between / (k - 1) as f64) / (within / (n - k) as f64), (k - 1) as f64, (n - k) as f64)
}

/// Welch's analysis of variance, which does not assume equal variances. With `w = n / s²` of each group, `W` their sum and
/// `m` the mean weighted by them: `F = Σ w (mean - m)² / ((k - 1) (1 + 2 (k - 2) h))`, degrees of freedom `k - 1` and
/// `1 / (3 h)`, with `h = Σ (1 - w / W)² / (n - 1) / (k² - 1)`. Welch, Biometrika 38 (1951) 330-336.
///
/// # Errors
/// [`Error::TooFew`] with fewer than two groups or a group of fewer than two values; [`Error::Missing`],
/// [`Error::Infinite`]; [`Error::Constant`] if the values of a group are all equal: it has no variance to weigh by.
pub fn welch_anova<G: AsRef<[f64]>>(groups: &[G]) -> Result<FTest> {
    all_values(groups, "Welch's analysis of variance", 2)?;
    let k = groups.len() as f64;
    let groups: Vec<&[f64]> = groups.iter().map(AsRef::as_ref).collect();
    if let Some(column) = groups.iter().position(|g| g.iter().all(|v| *v == g[0])) {
        return Err(Error::Constant { column });
    }
    if let Some((groups, _)) = within_range(&groups) {
        return welch_anova(&groups);
    }
    let means: Vec<f64> = groups.iter().map(|g| mean(g)).collect();
    let weights: Vec<f64> = groups.iter().map(|g| g.len() as f64 / variance(g)).collect();
    let total: f64 = weights.iter().sum();
    let centre = weights.iter().zip(&means).map(|(w, m)| w * m).sum::<f64>() / total;
    let unequal = weights.iter().zip(&groups).map(|(w, g)| (1.0 - w / total).powi(2) / (g.len() - 1) as f64);
    let h = unequal.sum::<f64>() / (k * k - 1.0);
    let between: f64 = weights.iter().zip(&means).map(|(w, m)| w * (m - centre).powi(2)).sum();
    f_test(between / ((k - 1.0) * (1.0 + 2.0 * (k - 2.0) * h)), k - 1.0, 1.0 / (3.0 * h))
}

/// Levene's test of equal variances: the analysis of variance of absolute deviations from each group's centre.
///
/// # Errors
/// As [`anova`]; [`Error::Constant`] if all deviations are equal.
pub fn levene<G: AsRef<[f64]>>(groups: &[G], centre: Centre) -> Result<FTest> {
    check(groups, "a group of Levene's test", 1)?;
    let deviations = |values: &[f64]| {
        let about = match centre {
            Centre::Mean => mean(values),
            Centre::Median => median(&mut values.to_vec()),
        };
        values.iter().map(|v| (v - about).abs()).collect()
    };
    let deviations: Vec<Vec<f64>> = groups.iter().map(|g| deviations(g.as_ref())).collect();
    anova(&deviations)
}

/// The test of Kruskal and Wallis, an analysis of variance of ranks: with `R` the sum of ranks in a group of `m`,
/// `H = (12 / (n (n + 1)) Σ R² / m - 3 (n + 1)) / (1 - Σ (t³ - t) / (n³ - n))`, the last sum over ties of `t` values;
/// chi-squared with `k - 1` degrees of freedom. Journal of the American Statistical Association 47 (1952) 583-621.
///
/// # Errors
/// [`Error::TooFew`] with fewer than two groups or an empty one; [`Error::Missing`], [`Error::Infinite`];
/// [`Error::Constant`] if all values are equal.
pub fn kruskal_wallis<G: AsRef<[f64]>>(groups: &[G]) -> Result<ChiSquaredTest> {
    let all = all_values(groups, "the test of Kruskal and Wallis", 1)?;
    let n = all.len() as f64;
    let ranks = rank::average_ranks(&all)?;
    let order = rank::ascending(&all);
    let ties: f64 = rank::ties(&all, &order).map(|tie| tie.rows.len() as f64).map(|t| t * t * t - t).sum();
    let mut left = &ranks[..];
    let mut squares = 0.0;
    for group in groups {
        let (own, rest) = left.split_at(group.as_ref().len());
        left = rest;
        squares += own.iter().sum::<f64>().powi(2) / own.len() as f64;
    }
    let statistic = (12.0 * squares / (n * (n + 1.0)) - 3.0 * (n + 1.0)) / (1.0 - ties / (n * n * n - n));
    // Equal groups: a rounding below 0.
    let statistic = statistic.max(0.0);
    let df = (groups.len() - 1) as f64;
    Ok(ChiSquaredTest { statistic, df, p_value: ChiSquared::new(df)?.upper(statistic) })
}

/// The values of all groups, one after the other, if they can be tested.
fn all_values<G: AsRef<[f64]>>(groups: &[G], what: &'static str, each: usize) -> Result<Vec<f64>> {
    if groups.len() < 2 {
        return Err(Error::TooFewGroups { what, found: groups.len() });
    }
    check(groups, "a group of such a test", each)?;
    let all: Vec<f64> = groups.iter().flat_map(|g| g.as_ref()).copied().collect();
    if all.iter().all(|v| *v == all[0]) {
        return Err(Error::Constant { column: 0 });
    }
    Ok(all)
}

fn f_test(statistic: f64, df1: f64, df2: f64) -> Result<FTest> {
    Ok(FTest { statistic, df1, df2, p_value: FisherF::new(df1, df2)?.upper(statistic) })
}
