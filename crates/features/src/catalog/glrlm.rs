//! Grey level run length matrix.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 16] = [
    FeatureInfo::new("GrayLevelNonUniformity", "R5YN", "Unevenness of the number of runs over grey levels"),
    FeatureInfo::new("GrayLevelNonUniformityNormalized", "OVBL", "The same over the squared number of runs"),
    FeatureInfo::new("GrayLevelVariance", "8CE5", "Variance of the grey levels of runs"),
    FeatureInfo::new("HighGrayLevelRunEmphasis", "G3QZ", "Mean squared grey level of runs"),
    FeatureInfo::new("LongRunEmphasis", "W4KF", "Mean squared length of runs"),
    FeatureInfo::new("LongRunHighGrayLevelEmphasis", "3KUM", "Long runs of high grey levels"),
    FeatureInfo::new("LongRunLowGrayLevelEmphasis", "IVPO", "Long runs of low grey levels"),
    FeatureInfo::new("LowGrayLevelRunEmphasis", "V3SW", "Mean inverse squared grey level of runs"),
    FeatureInfo::new("RunEntropy", "HJ9O", "Entropy of grey levels and lengths of runs, in bits"),
    FeatureInfo::new("RunLengthNonUniformity", "W92Y", "Unevenness of the number of runs over lengths"),
    FeatureInfo::new("RunLengthNonUniformityNormalized", "IC23", "The same over the squared number of runs"),
    FeatureInfo::new("RunPercentage", "9ZK5", "Number of runs over number of voxels"),
    FeatureInfo::new("RunVariance", "SXLW", "Variance of the lengths of runs"),
    FeatureInfo::new("ShortRunEmphasis", "22OV", "Mean inverse squared length of runs"),
    FeatureInfo::new("ShortRunHighGrayLevelEmphasis", "GD3A", "Short runs of high grey levels"),
    FeatureInfo::new("ShortRunLowGrayLevelEmphasis", "HTZT", "Short runs of low grey levels"),
];
