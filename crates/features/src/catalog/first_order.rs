//! First-order statistics.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 19] = [
    FeatureInfo::new("10Percentile", "QG58", "10th percentile of the grey values"),
    FeatureInfo::new("90Percentile", "8DWT", "90th percentile of the grey values"),
    FeatureInfo::new("Energy", "N8CA", "Sum of the squared grey values, shifted by voxelArrayShift"),
    FeatureInfo::new("Entropy", "TLU2", "Shannon entropy of the histogram of bins, in bits"),
    FeatureInfo::new("InterquartileRange", "SALO", "75th minus 25th percentile"),
    FeatureInfo::new("Kurtosis", "IPH6", "Peakedness: fourth central moment over the squared variance")
        .departs("IBSI subtracts 3 (excess kurtosis)"),
    FeatureInfo::new("Maximum", "84IY", "Largest grey value"),
    FeatureInfo::new("MeanAbsoluteDeviation", "4FUA", "Mean distance of the grey values from their mean"),
    FeatureInfo::new("Mean", "Q4LE", "Mean of the grey values"),
    FeatureInfo::new("Median", "Y12H", "Median of the grey values"),
    FeatureInfo::new("Minimum", "1GSF", "Smallest grey value"),
    FeatureInfo::new("Range", "2OJQ", "Largest minus smallest grey value"),
    FeatureInfo::new(
        "RobustMeanAbsoluteDeviation",
        "1128",
        "Mean absolute deviation of the grey values from the 10th to the 90th percentile",
    ),
    FeatureInfo::new("RootMeanSquared", "5ZWQ", "Root of the mean squared grey value, shifted by voxelArrayShift"),
    FeatureInfo::new("Skewness", "KE2A", "Asymmetry: third central moment over the cubed standard deviation"),
    FeatureInfo::without_code("StandardDeviation", "Standard deviation of the grey values (divisor N)")
        .by_name_only("Variance", "it is the square root of Variance"),
    FeatureInfo::without_code("TotalEnergy", "Energy times the volume of a voxel in mm^3"),
    FeatureInfo::new("Uniformity", "BJ5W", "Sum of the squared relative frequencies of the bins"),
    FeatureInfo::new("Variance", "ECT3", "Mean squared distance from the mean (divisor N)"),
];
