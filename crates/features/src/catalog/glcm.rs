//! Grey level co-occurrence matrix.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 28] = [
    FeatureInfo::new("Autocorrelation", "QWB0", "Mean product of the two grey levels of a pair"),
    FeatureInfo::new("ClusterProminence", "AE86", "Fourth power of a pair's summed distance from the means"),
    FeatureInfo::new("ClusterShade", "7NFM", "Third power of a pair's summed distance from the means"),
    FeatureInfo::new("ClusterTendency", "DG8W", "Square of a pair's summed distance from the means"),
    FeatureInfo::new("Contrast", "ACUI", "Mean squared difference of a pair"),
    FeatureInfo::new("Correlation", "NI2N", "Linear correlation of the grey levels of a pair; 1 in a flat region"),
    FeatureInfo::new("DifferenceAverage", "TF7R", "Mean absolute difference of a pair"),
    FeatureInfo::new("DifferenceEntropy", "NTRS", "Entropy of the absolute differences, in bits"),
    FeatureInfo::new("DifferenceVariance", "D3YU", "Variance of the absolute differences"),
    FeatureInfo::new("Dissimilarity", "8S9J", "Mean absolute difference of a pair")
        .withdrawn("DifferenceAverage", "it is equal to DifferenceAverage"),
    FeatureInfo::without_code("Homogeneity1", "Inverse difference").withdrawn("Id", "it is equal to Id"),
    FeatureInfo::without_code("Homogeneity2", "Inverse difference moment").withdrawn("Idm", "it is equal to Idm"),
    FeatureInfo::new("Id", "IB1Z", "Inverse difference: mean of 1 / (1 + difference)"),
    FeatureInfo::new("Idm", "WF0Z", "Inverse difference moment: mean of 1 / (1 + squared difference)"),
    FeatureInfo::new("Idmn", "1QCO", "Inverse difference moment, differences in units of the number of grey levels"),
    FeatureInfo::new("Idn", "NDRX", "Inverse difference, differences in units of the number of grey levels"),
    FeatureInfo::new("Imc1", "R8DG", "First informational measure of correlation: -1 is complete dependence, 0 none"),
    FeatureInfo::new("Imc2", "JN9H", "Second informational measure of correlation: 0 is independence"),
    FeatureInfo::new("InverseVariance", "E8JP", "Mean of 1 / squared difference over pairs of unequal levels"),
    FeatureInfo::new("JointAverage", "60VM", "Mean grey level of pairs"),
    FeatureInfo::new("JointEnergy", "8ZQL", "Angular second moment: sum of the squared probabilities"),
    FeatureInfo::new("JointEntropy", "TU9B", "Entropy of the pairs, in bits"),
    FeatureInfo::without_code("MCC", "Maximal correlation coefficient; 1 in a flat region"),
    FeatureInfo::new("MaximumProbability", "GYBY", "Probability of the most frequent pair"),
    FeatureInfo::new("SumAverage", "ZGXS", "Mean sum of a pair"),
    FeatureInfo::new("SumEntropy", "P6QZ", "Entropy of the sums of pairs, in bits"),
    FeatureInfo::new("SumSquares", "UR99", "Variance of the grey levels of pairs (IBSI: joint variance)"),
    FeatureInfo::new("SumVariance", "OEEB", "Variance of the sum of a pair")
        .withdrawn("ClusterTendency", "it is equal to ClusterTendency"),
];
