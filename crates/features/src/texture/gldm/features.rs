//! The features of the dependence matrix.

use super::matrix::Gldm;
use crate::named::named_features;

named_features! {
    /// The 14 GLDM features; formulas in [`SizeFeatures`](crate::texture::size_matrix::SizeFeatures) with the number of
    /// dependent voxels, the centre included, as the size.
    pub struct GldmFeatures {
        /// Entropy of the matrix, in bits.
        dependence_entropy: "DependenceEntropy",
        /// Sum of squares over dependences.
        dependence_non_uniformity: "DependenceNonUniformity",
        /// The same, normalised.
        dependence_non_uniformity_normalized: "DependenceNonUniformityNormalized",
        /// Variance of the dependence.
        dependence_variance: "DependenceVariance",
        /// Sum of squares over grey levels.
        gray_level_non_uniformity: "GrayLevelNonUniformity",
        /// Variance of the grey level.
        gray_level_variance: "GrayLevelVariance",
        /// Emphasis of high grey levels.
        high_gray_level_emphasis: "HighGrayLevelEmphasis",
        /// Emphasis of large dependences.
        large_dependence_emphasis: "LargeDependenceEmphasis",
        /// Emphasis of large dependences of high grey levels.
        large_dependence_high_gray_level_emphasis: "LargeDependenceHighGrayLevelEmphasis",
        /// Emphasis of large dependences of low grey levels.
        large_dependence_low_gray_level_emphasis: "LargeDependenceLowGrayLevelEmphasis",
        /// Emphasis of low grey levels.
        low_gray_level_emphasis: "LowGrayLevelEmphasis",
        /// Emphasis of small dependences.
        small_dependence_emphasis: "SmallDependenceEmphasis",
        /// Emphasis of small dependences of high grey levels.
        small_dependence_high_gray_level_emphasis: "SmallDependenceHighGrayLevelEmphasis",
        /// Emphasis of small dependences of low grey levels.
        small_dependence_low_gray_level_emphasis: "SmallDependenceLowGrayLevelEmphasis",
    }
}

impl Gldm {
    /// The features.
    pub fn features(&self) -> GldmFeatures {
        let Some(f) = self.matrix.features() else { return GldmFeatures::undefined() };
        GldmFeatures {
            dependence_entropy: f.entropy,
            dependence_non_uniformity: f.size_non_uniformity,
            dependence_non_uniformity_normalized: f.size_non_uniformity_normalized,
            dependence_variance: f.size_variance,
            gray_level_non_uniformity: f.level_non_uniformity,
            gray_level_variance: f.level_variance,
            high_gray_level_emphasis: f.high_level_emphasis,
            large_dependence_emphasis: f.large_emphasis,
            large_dependence_high_gray_level_emphasis: f.large_high_emphasis,
            large_dependence_low_gray_level_emphasis: f.large_low_emphasis,
            low_gray_level_emphasis: f.low_level_emphasis,
            small_dependence_emphasis: f.small_emphasis,
            small_dependence_high_gray_level_emphasis: f.small_high_emphasis,
            small_dependence_low_gray_level_emphasis: f.small_low_emphasis,
        }
    }
}
