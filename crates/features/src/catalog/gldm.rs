//! Grey level dependence matrix (IBSI: neighbouring grey level dependence matrix).

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 16] = [
    FeatureInfo::new("DependenceEntropy", "FCBV", "Entropy of grey levels and dependences, in bits"),
    FeatureInfo::new("DependenceNonUniformity", "Z87G", "Unevenness of the number of voxels over dependences"),
    FeatureInfo::new("DependenceNonUniformityNormalized", "OKJI", "The same over the squared number of voxels"),
    FeatureInfo::new("DependencePercentage", "6XV8", "Number of dependences over number of voxels")
        .withdrawn("", "it is always 1"),
    FeatureInfo::new("DependenceVariance", "DNX2", "Variance of the dependences"),
    FeatureInfo::new("GrayLevelNonUniformity", "FP8K", "Unevenness of the number of voxels over grey levels"),
    FeatureInfo::new("GrayLevelNonUniformityNormalized", "5SPA", "The same over the squared number of voxels")
        .withdrawn("firstorder Uniformity", "it is equal to firstorder Uniformity"),
    FeatureInfo::new("GrayLevelVariance", "1PFV", "Variance of the grey levels"),
    FeatureInfo::new("HighGrayLevelEmphasis", "OAE7", "Mean squared grey level"),
    FeatureInfo::new("LargeDependenceEmphasis", "IMOQ", "Mean squared dependence"),
    FeatureInfo::new("LargeDependenceHighGrayLevelEmphasis", "9QMG", "Large dependences of high grey levels"),
    FeatureInfo::new("LargeDependenceLowGrayLevelEmphasis", "NBZI", "Large dependences of low grey levels"),
    FeatureInfo::new("LowGrayLevelEmphasis", "TL9H", "Mean inverse squared grey level"),
    FeatureInfo::new("SmallDependenceEmphasis", "SODN", "Mean inverse squared dependence"),
    FeatureInfo::new("SmallDependenceHighGrayLevelEmphasis", "JA6D", "Small dependences of high grey levels"),
    FeatureInfo::new("SmallDependenceLowGrayLevelEmphasis", "EQ3F", "Small dependences of low grey levels"),
];
