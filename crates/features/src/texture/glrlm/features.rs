//! The features of the run length matrix.

use super::matrix::Glrlm;
use crate::named::named_features;

named_features! {
    /// The 16 GLRLM features, each the mean over the angles; formulas in
    /// [`SizeFeatures`](crate::texture::size_matrix::SizeFeatures) with the run length as the size.
    pub struct GlrlmFeatures {
        /// Sum of squares over grey levels.
        gray_level_non_uniformity: "GrayLevelNonUniformity",
        /// The same, normalised.
        gray_level_non_uniformity_normalized: "GrayLevelNonUniformityNormalized",
        /// Variance of the grey level of runs.
        gray_level_variance: "GrayLevelVariance",
        /// Emphasis of high grey levels.
        high_gray_level_run_emphasis: "HighGrayLevelRunEmphasis",
        /// Emphasis of long runs.
        long_run_emphasis: "LongRunEmphasis",
        /// Emphasis of long runs of high grey levels.
        long_run_high_gray_level_emphasis: "LongRunHighGrayLevelEmphasis",
        /// Emphasis of long runs of low grey levels.
        long_run_low_gray_level_emphasis: "LongRunLowGrayLevelEmphasis",
        /// Emphasis of low grey levels.
        low_gray_level_run_emphasis: "LowGrayLevelRunEmphasis",
        /// Entropy of the matrix, in bits.
        run_entropy: "RunEntropy",
        /// Sum of squares over run lengths.
        run_length_non_uniformity: "RunLengthNonUniformity",
        /// The same, normalised.
        run_length_non_uniformity_normalized: "RunLengthNonUniformityNormalized",
        /// Number of runs divided by number of voxels.
        run_percentage: "RunPercentage",
        /// Variance of the run length.
        run_variance: "RunVariance",
        /// Emphasis of short runs.
        short_run_emphasis: "ShortRunEmphasis",
        /// Emphasis of short runs of high grey levels.
        short_run_high_gray_level_emphasis: "ShortRunHighGrayLevelEmphasis",
        /// Emphasis of short runs of low grey levels.
        short_run_low_gray_level_emphasis: "ShortRunLowGrayLevelEmphasis",
    }
}

impl Glrlm {
    /// The features, each the mean over the angles; NaN if no angle has a line with two voxels, but as in PyRadiomics
    /// RunVariance and RunEntropy are then 0 (sums over no length) if there was a single matrix.
    pub fn features(&self) -> GlrlmFeatures {
        let mut mean = GlrlmFeatures::zero();
        let mut angles = 0;
        for f in self.angles.iter().filter_map(|m| m.features()) {
            angles += 1;
            mean.add(&GlrlmFeatures {
                gray_level_variance: f.level_variance,
                gray_level_non_uniformity: f.level_non_uniformity,
                gray_level_non_uniformity_normalized: f.level_non_uniformity_normalized,
                high_gray_level_run_emphasis: f.high_level_emphasis,
                long_run_emphasis: f.large_emphasis,
                long_run_high_gray_level_emphasis: f.large_high_emphasis,
                long_run_low_gray_level_emphasis: f.large_low_emphasis,
                low_gray_level_run_emphasis: f.low_level_emphasis,
                run_entropy: f.entropy,
                run_length_non_uniformity: f.size_non_uniformity,
                run_length_non_uniformity_normalized: f.size_non_uniformity_normalized,
                run_percentage: f.percentage,
                run_variance: f.size_variance,
                short_run_emphasis: f.small_emphasis,
                short_run_high_gray_level_emphasis: f.small_high_emphasis,
                short_run_low_gray_level_emphasis: f.small_low_emphasis,
            });
        }
        mean.divide(f64::from(angles));
        if self.lone && angles == 0 {
            mean.run_variance = 0.0;
            mean.run_entropy = 0.0;
        }
        mean
    }
}
