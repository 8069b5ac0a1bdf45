//! The features of the size zone matrix.

use super::matrix::Glszm;
use crate::named::named_features;

named_features! {
    /// The 16 GLSZM features; formulas in [`SizeFeatures`](crate::texture::size_matrix::SizeFeatures) with the number of
    /// voxels of a zone as the size.
    pub struct GlszmFeatures {
        /// Sum of squares over grey levels.
        gray_level_non_uniformity: "GrayLevelNonUniformity",
        /// The same, normalised.
        gray_level_non_uniformity_normalized: "GrayLevelNonUniformityNormalized",
        /// Variance of the grey level of zones.
        gray_level_variance: "GrayLevelVariance",
        /// Emphasis of high grey levels.
        high_gray_level_zone_emphasis: "HighGrayLevelZoneEmphasis",
        /// Emphasis of large zones.
        large_area_emphasis: "LargeAreaEmphasis",
        /// Emphasis of large zones of high grey levels.
        large_area_high_gray_level_emphasis: "LargeAreaHighGrayLevelEmphasis",
        /// Emphasis of large zones of low grey levels.
        large_area_low_gray_level_emphasis: "LargeAreaLowGrayLevelEmphasis",
        /// Emphasis of low grey levels.
        low_gray_level_zone_emphasis: "LowGrayLevelZoneEmphasis",
        /// Sum of squares over zone sizes.
        size_zone_non_uniformity: "SizeZoneNonUniformity",
        /// The same, normalised.
        size_zone_non_uniformity_normalized: "SizeZoneNonUniformityNormalized",
        /// Emphasis of small zones.
        small_area_emphasis: "SmallAreaEmphasis",
        /// Emphasis of small zones of high grey levels.
        small_area_high_gray_level_emphasis: "SmallAreaHighGrayLevelEmphasis",
        /// Emphasis of small zones of low grey levels.
        small_area_low_gray_level_emphasis: "SmallAreaLowGrayLevelEmphasis",
        /// Entropy of the matrix, in bits.
        zone_entropy: "ZoneEntropy",
        /// Number of zones divided by number of voxels.
        zone_percentage: "ZonePercentage",
        /// Variance of the zone size.
        zone_variance: "ZoneVariance",
    }
}

impl Glszm {
    /// The features.
    pub fn features(&self) -> GlszmFeatures {
        let Some(f) = self.matrix.features() else { return GlszmFeatures::undefined() };
        GlszmFeatures {
            gray_level_non_uniformity: f.level_non_uniformity,
            gray_level_non_uniformity_normalized: f.level_non_uniformity_normalized,
            gray_level_variance: f.level_variance,
            high_gray_level_zone_emphasis: f.high_level_emphasis,
            large_area_emphasis: f.large_emphasis,
            large_area_high_gray_level_emphasis: f.large_high_emphasis,
            large_area_low_gray_level_emphasis: f.large_low_emphasis,
            low_gray_level_zone_emphasis: f.low_level_emphasis,
            size_zone_non_uniformity: f.size_non_uniformity,
            size_zone_non_uniformity_normalized: f.size_non_uniformity_normalized,
            small_area_emphasis: f.small_emphasis,
            small_area_high_gray_level_emphasis: f.small_high_emphasis,
            small_area_low_gray_level_emphasis: f.small_low_emphasis,
            zone_entropy: f.entropy,
            zone_percentage: f.percentage,
            zone_variance: f.size_variance,
        }
    }
}
