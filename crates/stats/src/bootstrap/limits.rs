//! Limits from replicates.

use crate::distribution::Normal;
use crate::error::{Error, Result};

/// A lower and an upper limit of confidence.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct BootstrapLimits {
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
    /// Whether a limit is, or would be beyond, the lowest or the highest replicate: there are too few samples for such a
    /// confidence, and the limits are too near.
    pub extreme: bool,
}

/// Percentile limits: the quantiles *α/2* and *1 - α/2* of the replicates.
///
/// # Errors
/// [`Error::NotProbability`] if the confidence is not between 0 and 1; [`Error::TooFew`] with fewer than two replicates,
/// [`Error::Missing`] or [`Error::Infinite`] at one that is no number.
///
/// # Example
/// ```
/// use radsurv_stats::bootstrap::percentile;
/// let replicates: Vec<f64> = (1..=999).map(f64::from).collect();
/// let limits = percentile(&replicates, 0.95)?;
/// assert_eq!((limits.lower.round(), limits.upper.round()), (25.0, 975.0));
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn percentile(replicates: &[f64], confidence: f64) -> Result<BootstrapLimits> {
    let [low, high] = tails(confidence)?;
    let sorted = ascending(replicates)?;
    let (lower, upper) = (Quantile::of(&sorted, low)?, Quantile::of(&sorted, high)?);
    Ok(BootstrapLimits { lower: lower.value, upper: upper.value, extreme: lower.extreme || upper.extreme })
}

/// Basic limits: the percentile limits mirrored at the estimate, *2 θ - θ\**.
///
/// # Errors
/// As [`percentile`].
pub fn basic(estimate: f64, replicates: &[f64], confidence: f64) -> Result<BootstrapLimits> {
    let BootstrapLimits { lower, upper, extreme } = percentile(replicates, confidence)?;
    Ok(BootstrapLimits { lower: 2.0 * estimate - upper, upper: 2.0 * estimate - lower, extreme })
}

/// Bias-corrected and accelerated limits, from the influence of each case on the statistic: of the jackknife,
/// *l_i = (n - 1) (θ - θ_(-i))*, or any other.
///
/// # Errors
/// As [`percentile`]; [`Error::NoBcaLimits`] if no replicate, or every one, is below the estimate, if no case has any
/// influence, or if the acceleration is so large that limits would change sides.
///
/// # Example
/// ```
/// use radsurv_stats::bootstrap::{bca, percentile};
/// let replicates: Vec<f64> = (1..=999).map(f64::from).collect();
/// // Half of the replicates on either side and no skewness: the percentile limits.
/// let limits = bca(500.5, &replicates[..998], &[-1.0, 1.0], 0.9)?;
/// assert_eq!(limits.lower.round(), percentile(&replicates[..998], 0.9)?.lower.round());
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
pub fn bca(estimate: f64, replicates: &[f64], influence: &[f64], confidence: f64) -> Result<BootstrapLimits> {
    let tails = tails(confidence)?;
    let sorted = ascending(replicates)?;
    let below = sorted.partition_point(|r| *r < estimate);
    if below == 0 || below == sorted.len() {
        let what =
            if below == 0 { "no replicate is below the estimate" } else { "all replicates are below the estimate" };
        return Err(Error::NoBcaLimits { what });
    }
    let shift = Normal.quantile(below as f64 / sorted.len() as f64)?;
    let acceleration = acceleration(influence);
    if !acceleration.is_finite() {
        return Err(Error::NoBcaLimits { what: "no case has any influence on the statistic" });
    }
    let place = |tail: f64| -> Result<Quantile> {
        let moved = shift + Normal.quantile(tail)?;
        // Beyond this the map of quantiles turns back, and a lower limit would become an upper one.
        let scale = 1.0 - acceleration * moved;
        if scale <= 0.0 {
            return Err(Error::NoBcaLimits { what: "the acceleration is too large" });
        }
        Quantile::of(&sorted, Normal.lower(shift + moved / scale))
    };
    let (lower, upper) = (place(tails[0])?, place(tails[1])?);
    Ok(BootstrapLimits { lower: lower.value, upper: upper.value, extreme: lower.extreme || upper.extreme })
}

/// *a = Σ l³ / (6 (Σ l²)^1.5)*. Influences are divided by the largest first, so that small ones do not vanish.
fn acceleration(influence: &[f64]) -> f64 {
    let largest = influence.iter().fold(0.0, |m: f64, l| m.max(l.abs()));
    let sum = |power: i32| influence.iter().map(|l| (l / largest).powi(power)).sum::<f64>();
    sum(3) / (6.0 * sum(2).powf(1.5))
}

struct Quantile {
    value: f64,
    extreme: bool,
}

impl Quantile {
    /// The quantile of sorted replicates at the rank *(R + 1) p*, interpolated on the scale of the normal quantile (Davison
    /// and Hinkley, equation 5.8).
    fn of(sorted: &[f64], p: f64) -> Result<Self> {
        let count = sorted.len();
        let rank = (count as f64 + 1.0) * p;
        let below = rank.floor() as usize;
        let extreme = !(rank > 1.0 && rank < count as f64);
        let value = if below == 0 {
            sorted[0]
        } else if below >= count {
            sorted[count - 1]
        } else if below as f64 == rank {
            sorted[below - 1]
        } else {
            let at = |rank: usize| Normal.quantile(rank as f64 / (count as f64 + 1.0));
            let (low, high) = (at(below)?, at(below + 1)?);
            let part = (Normal.quantile(p)? - low) / (high - low);
            (sorted[below - 1] + part * (sorted[below] - sorted[below - 1])).min(sorted[below])
        };
        Ok(Self { value, extreme })
    }
}

fn tails(confidence: f64) -> Result<[f64; 2]> {
    if confidence > 0.0 && confidence < 1.0 {
        Ok([(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0])
    } else {
        Err(Error::NotProbability { value: confidence })
    }
}

fn ascending(replicates: &[f64]) -> Result<Vec<f64>> {
    if let Some(row) = replicates.iter().position(|r| !r.is_finite()) {
        return Err(if replicates[row].is_nan() {
            Error::Missing { column: 0, row }
        } else {
            Error::Infinite { column: 0, row }
        });
    }
    if replicates.len() < 2 {
        return Err(Error::TooFew { what: "an interval of the bootstrap", needed: 2, found: replicates.len() });
    }
    let mut sorted = replicates.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(sorted)
}
