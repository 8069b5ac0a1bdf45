//! Grey level size zone matrix.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 16] = [
    FeatureInfo::new("GrayLevelNonUniformity", "JNSA", "Unevenness of the number of zones over grey levels"),
    FeatureInfo::new("GrayLevelNonUniformityNormalized", "Y1RO", "The same over the squared number of zones"),
    FeatureInfo::new("GrayLevelVariance", "BYLV", "Variance of the grey levels of zones"),
    FeatureInfo::new("HighGrayLevelZoneEmphasis", "5GN9", "Mean squared grey level of zones"),
    FeatureInfo::new("LargeAreaEmphasis", "48P8", "Mean squared size of zones"),
    FeatureInfo::new("LargeAreaHighGrayLevelEmphasis", "J17V", "Large zones of high grey levels"),
    FeatureInfo::new("LargeAreaLowGrayLevelEmphasis", "YH51", "Large zones of low grey levels"),
    FeatureInfo::new("LowGrayLevelZoneEmphasis", "XMSY", "Mean inverse squared grey level of zones"),
    FeatureInfo::new("SizeZoneNonUniformity", "4JP3", "Unevenness of the number of zones over sizes"),
    FeatureInfo::new("SizeZoneNonUniformityNormalized", "VB3A", "The same over the squared number of zones"),
    FeatureInfo::new("SmallAreaEmphasis", "5QRC", "Mean inverse squared size of zones"),
    FeatureInfo::new("SmallAreaHighGrayLevelEmphasis", "HW1V", "Small zones of high grey levels"),
    FeatureInfo::new("SmallAreaLowGrayLevelEmphasis", "5RAI", "Small zones of low grey levels"),
    FeatureInfo::new("ZoneEntropy", "GU8N", "Entropy of grey levels and sizes of zones, in bits"),
    FeatureInfo::new("ZonePercentage", "P30P", "Number of zones over number of voxels"),
    FeatureInfo::new("ZoneVariance", "3NSA", "Variance of the sizes of zones"),
];
