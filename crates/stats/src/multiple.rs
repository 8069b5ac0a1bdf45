//! P-values adjusted for the number of tests.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is controlled, and how. With the `m` p-values in ascending order, `p(i)` the i-th:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// False discovery rate of independent or positively dependent tests: the least of `m p(j) / j` over `j >= i`.
    /// Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300.
    #[default]
    BenjaminiHochberg,
    /// False discovery rate of tests however dependent: the same times `1 + 1/2 + ... + 1/m`.
    /// Benjamini and Yekutieli, Annals of Statistics 29 (2001) 1165-1188.
    BenjaminiYekutieli,
    /// Chance of any false finding: `m p(i)`.
    Bonferroni,
    /// Chance of any false finding, never less powerful than Bonferroni's: the largest of `(m + 1 - j) p(j)` over
    /// `j <= i`. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    Holm,
    /// Nothing: `p(i)`.
    None,
}

/// Adjusted p-values, at most 1, in the order given. NaN stays NaN and is not counted among the tests. As R's `p.adjust`.
///
/// # Errors
/// [`Error::NotProbability`] if a p-value is not from 0 to 1.
///
/// # Example
/// ```
/// use radsurv_stats::multiple::{Adjustment, adjust};
/// // R: p.adjust(c(0.01, NA, 0.04, 0.02), "BH")
/// let adjusted = adjust(&[0.01, f64::NAN, 0.04, 0.02], Adjustment::BenjaminiHochberg)?;
/// assert_eq!((adjusted[0], adjusted[2], adjusted[3]), (0.03, 0.04, 0.03));
/// assert!(adjusted[1].is_nan());
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>> {
    if let Some(&value) = p_values.iter().find(|p| !p.is_nan() && !(0.0..=1.0).contains(*p)) {
        return Err(Error::NotProbability { value });
    }
    let mut order: Vec<usize> = (0..p_values.len()).filter(|&i| !p_values[i].is_nan()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let m = order.len() as f64;
    let mut out = vec![f64::NAN; p_values.len()];
    let ascending = order.iter().enumerate().map(|(i, &at)| (at, (i + 1) as f64));
    match adjustment {
        Adjustment::None => ascending.for_each(|(at, _)| out[at] = p_values[at]),
        Adjustment::Bonferroni => ascending.for_each(|(at, _)| out[at] = (m * p_values[at]).min(1.0)),
        Adjustment::Holm => {
            let mut largest = 0.0f64;
            for (at, i) in ascending {
                largest = largest.max((m + 1.0 - i) * p_values[at]);
                out[at] = largest.min(1.0);
            }
        }
        Adjustment::BenjaminiHochberg | Adjustment::BenjaminiYekutieli => {
            let factor = match adjustment {
                Adjustment::BenjaminiYekutieli => (1..=order.len()).map(|i| 1.0 / i as f64).sum(),
                _ => 1.0,
            };
            let mut least = 1.0f64;
            for (at, i) in ascending.rev() {
                least = least.min(factor * m / i * p_values[at]);
                out[at] = least;
            }
        }
    }
    Ok(out)
}
