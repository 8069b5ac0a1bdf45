//! Tests of whether groups differ: what diagnostics of batches and tables of baseline characteristics need.
//!
//! | function | differs in | assumes | the same in R |
//! |---|---|---|---|
//! | [`anova`] | mean | normal, equal variances | `oneway.test(var.equal = TRUE)` |
//! | [`welch_anova`] | mean | normal | `oneway.test` |
//! | [`kruskal_wallis`] | location | the same shape | `kruskal.test` |
//! | [`levene`] | spread | little, with [`Centre::Median`] | `car::leveneTest` |
//! | [`t_test`] | mean of two | normal, equal variances unless [`Variances::Unequal`] | `t.test` |
//! | [`rank_sum`] | location of two | the same shape | `wilcox.test` |
//! | [`ContingencyTable::chi_squared`] | distribution over categories | many cases | `chisq.test` |
//! | [`ContingencyTable::fisher`] | distribution over categories | sums that are given | `fisher.test` |
//! | [`paired_t_test`] | mean of pairs | normal differences | `t.test(paired = TRUE)` |
//!
//! Values must not be missing or infinite; leave such cases out before. Groups count from 0 in messages, which call them
//! columns.

mod contingency;
mod fisher;
mod groups;
mod rank_sum;
mod t;

pub use contingency::ContingencyTable;
pub use groups::{Centre, anova, kruskal_wallis, levene, welch_anova};
pub use rank_sum::{RankSum, RankSumTest, rank_sum};
pub use t::{TTest, Variances, paired_t_test, t_test};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The result of an F test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FTest {
    /// The F statistic; infinite if groups differ and no value does within them.
    pub statistic: f64,
    /// Degrees of freedom between groups.
    pub df1: f64,
    /// Degrees of freedom within groups.
    pub df2: f64,
    /// Probability of a larger F if groups do not differ.
    pub p_value: f64,
}

/// The result of a chi-squared test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChiSquaredTest {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Probability of a larger one if groups do not differ.
    pub p_value: f64,
}

/// Groups divided by a power of two, and this power, if squares of their values would leave the range of numbers: then they
/// would be taken for infinite, or for 0.
fn within_range<G: AsRef<[f64]>>(groups: &[G]) -> Option<(Vec<Vec<f64>>, f64)> {
    let largest = groups.iter().flat_map(AsRef::as_ref).fold(0.0f64, |largest, v| largest.max(v.abs()));
    if largest == 0.0 || (1e-140..1e140).contains(&largest) {
        return None;
    }
    let power = largest.log2().floor().exp2();
    Some((groups.iter().map(|g| g.as_ref().iter().map(|v| v / power).collect()).collect(), power))
}

fn check<G: AsRef<[f64]>>(groups: &[G], what: &'static str, each: usize) -> Result<()> {
    for (column, values) in groups.iter().enumerate() {
        let values = values.as_ref();
        if values.len() < each {
            return Err(Error::TooFew { what, needed: each, found: values.len() });
        }
        match values.iter().position(|v| !v.is_finite()) {
            Some(row) if values[row].is_nan() => return Err(Error::Missing { column, row }),
            Some(row) => return Err(Error::Infinite { column, row }),
            None => {}
        }
    }
    Ok(())
}
