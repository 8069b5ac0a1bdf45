//! First-order statistics: the distribution of intensities in a region.
//!
//! Source: IBSI reference manual sections 3.3 and 3.4; PyRadiomics 3.0.1 `firstorder.py`.

use crate::discretise::range;
use crate::named::named_features;
use crate::texture::Levels;

named_features! {
    /// The 18 first-order features and the deprecated StandardDeviation, of the values `X` of `N` voxels; `p_l` is the
    /// fraction of voxels in bin `l`, ε = 2.2e-16. Percentiles interpolate linearly, as `numpy.percentile`.
    pub struct FirstOrderFeatures {
        /// The 10th percentile.
        percentile_10: "10Percentile",
        /// The 90th percentile.
        percentile_90: "90Percentile",
        /// `Σ (X + c)²`, `c` = `voxelArrayShift`.
        energy: "Energy",
        /// `-Σ p_l log2(p_l + ε)`.
        entropy: "Entropy",
        /// 75th minus 25th percentile.
        interquartile_range: "InterquartileRange",
        /// `m_4 / m_2²`, not reduced by 3 as IBSI's is; 0 for a flat region.
        kurtosis: "Kurtosis",
        /// The largest value.
        maximum: "Maximum",
        /// `Σ |X - mean| / N`.
        mean_absolute_deviation: "MeanAbsoluteDeviation",
        /// `Σ X / N`.
        mean: "Mean",
        /// The median.
        median: "Median",
        /// The smallest value.
        minimum: "Minimum",
        /// Maximum minus minimum.
        range: "Range",
        /// Mean absolute deviation of the values from the 10th to the 90th percentile.
        robust_mean_absolute_deviation: "RobustMeanAbsoluteDeviation",
        /// `sqrt(Σ (X + c)² / N)`.
        root_mean_squared: "RootMeanSquared",
        /// `m_3 / m_2^{3/2}`; 0 for a flat region.
        skewness: "Skewness",
        /// Square root of the variance (deprecated: by name only).
        standard_deviation: "StandardDeviation",
        /// Energy times the volume of a voxel in mm³.
        total_energy: "TotalEnergy",
        /// `Σ p_l²`.
        uniformity: "Uniformity",
        /// `Σ (X - mean)² / N`.
        variance: "Variance",
    }
}

impl FirstOrderFeatures {
    /// The features of a region's values and of its grey levels; all NaN without values.
    ///
    /// O(N): percentiles by selection, not by sorting.
    pub fn new(values: &[f64], levels: &Levels, voxel_volume_mm3: f64, shift: f64) -> Self {
        let Some((minimum, maximum)) = range(values) else { return Self::undefined() };
        let n = values.len() as f64;
        let mean = sum(values, |v| v) / n;
        let m2 = sum(values, |v| (v - mean) * (v - mean)) / n;
        let m3 = sum(values, |v| (v - mean) * (v - mean) * (v - mean)) / n;
        let m4 = sum(values, |v| ((v - mean) * (v - mean)) * ((v - mean) * (v - mean))) / n;
        let energy = sum(values, |v| (v + shift) * (v + shift));
        let [p10, p25, median, p75, p90] = percentiles(values, [0.1, 0.25, 0.5, 0.75, 0.9]);

        let robust: Vec<f64> = values.iter().copied().filter(|v| *v >= p10 && *v <= p90).collect();
        let robust_n = robust.len() as f64;
        let robust_mean = sum(&robust, |v| v) / robust_n;

        let (mut entropy, mut uniformity) = (0.0, 0.0);
        for &count in &levels.counts {
            let p = count as f64 / n;
            entropy -= p * (p + f64::EPSILON).log2();
            uniformity += p * p;
        }
        Self {
            percentile_10: p10,
            percentile_90: p90,
            energy,
            entropy,
            interquartile_range: p75 - p25,
            kurtosis: if m2 == 0.0 { 0.0 } else { m4 / (m2 * m2) },
            maximum,
            mean_absolute_deviation: sum(values, |v| (v - mean).abs()) / n,
            mean,
            median,
            minimum,
            range: maximum - minimum,
            robust_mean_absolute_deviation: sum(&robust, |v| (v - robust_mean).abs()) / robust_n,
            root_mean_squared: (energy / n).sqrt(),
            skewness: if m2 == 0.0 { 0.0 } else { m3 / (m2 * m2.sqrt()) },
            standard_deviation: m2.sqrt(),
            total_energy: energy * voxel_volume_mm3,
            uniformity,
            variance: m2,
        }
    }
}

/// Sum of `f(v)` over eight running sums in blocks: fast, and closer to the true sum than one running sum.
fn sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut total = 0.0;
    for block in values.chunks(4096) {
        let mut lanes = [0.0; 8];
        let chunks = block.chunks_exact(8);
        let rest: f64 = chunks.remainder().iter().map(|&v| f(v)).sum();
        for chunk in chunks {
            for lane in 0..8 {
                lanes[lane] += f(chunk[lane]);
            }
        }
        total += lanes.iter().sum::<f64>() + rest;
    }
    total
}

/// Quantiles by linear interpolation between order statistics (`numpy.percentile`'s `linear`, Hyndman and Fan's type 7),
/// for ascending fractions.
fn percentiles<const K: usize>(values: &[f64], fractions: [f64; K]) -> [f64; K] {
    let mut work = values.to_vec();
    let last = work.len() - 1;
    let mut done = 0;
    fractions.map(|q| {
        let position = q * last as f64;
        let below = position.floor();
        let at = (below as usize).min(last);
        // Everything before `done` is already in its place and smaller.
        let part = &mut work[done..];
        let (_, &mut low, above) = part.select_nth_unstable_by(at - done, f64::total_cmp);
        let high = above.iter().copied().fold(f64::INFINITY, f64::min);
        done = at;
        let t = position - below;
        if at == last || t == 0.0 {
            return low;
        }
        // NumPy interpolates from the nearer end.
        let d = high - low;
        if t >= 0.5 { high - d * (1.0 - t) } else { low + d * t }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_numpys() {
        // numpy 1.26: numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [10, 25, 50, 75, 90])
        let p = percentiles(&[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0], [0.1, 0.25, 0.5, 0.75, 0.9]);
        assert_eq!(p, [1.0, 1.75, 3.5, 5.25, 6.8999999999999995]);
        assert_eq!(percentiles(&[2.0], [0.1, 0.25, 0.5, 0.75, 0.9]), [2.0; 5]);
    }
}
