//! First-order statistics: 18 features and the deprecated StandardDeviation.

use super::{EPS, Named, present_levels};

/// The features of the region's intensities and grey levels (both in the same order, region only).
/// `shift` is added to the intensities in Energy, TotalEnergy and RootMeanSquared; `voxel_volume` is in mm^3.
pub fn features(values: &[f64], levels: &[u32], shift: f64, voxel_volume: f64) -> Vec<Named> {
    vec![
        ("Energy", energy(values, shift)),
        ("TotalEnergy", energy(values, shift) * voxel_volume),
        ("Entropy", entropy(levels)),
        ("Minimum", percentile(values, 0.0)),
        ("10Percentile", percentile(values, 10.0)),
        ("90Percentile", percentile(values, 90.0)),
        ("Maximum", percentile(values, 100.0)),
        ("Mean", mean(values)),
        ("Median", percentile(values, 50.0)),
        ("InterquartileRange", percentile(values, 75.0) - percentile(values, 25.0)),
        ("Range", percentile(values, 100.0) - percentile(values, 0.0)),
        ("MeanAbsoluteDeviation", mean_absolute_deviation(values)),
        ("RobustMeanAbsoluteDeviation", robust_mean_absolute_deviation(values)),
        ("RootMeanSquared", (energy(values, shift) / values.len() as f64).sqrt()),
        ("StandardDeviation", moment(values, 2).sqrt()),
        ("Skewness", skewness(values)),
        ("Kurtosis", kurtosis(values)),
        ("Variance", moment(values, 2)),
        ("Uniformity", uniformity(levels)),
    ]
}

/// Taken from the first value on, so that values far from 0 keep their digits. NaN without values.
fn mean(values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or(f64::NAN);
    first + values.iter().map(|v| v - first).sum::<f64>() / values.len() as f64
}

fn energy(values: &[f64], shift: f64) -> f64 {
    values.iter().map(|v| (v + shift).powi(2)).sum()
}

/// Central moment over N.
fn moment(values: &[f64], power: i32) -> f64 {
    let mean = mean(values);
    values.iter().map(|v| (v - mean).powi(power)).sum::<f64>() / values.len() as f64
}

/// Linear interpolation between order statistics: position `(n - 1) p / 100`.
fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = (sorted.len() - 1) as f64 * (percent / 100.0);
    let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    low + (high - low) * position.fract()
}

fn mean_absolute_deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|v| (v - centre).abs()).sum::<f64>() / values.len() as f64
}

/// Mean absolute deviation of the values from the 10th to the 90th percentile, both included.
fn robust_mean_absolute_deviation(values: &[f64]) -> f64 {
    let (low, high) = (percentile(values, 10.0), percentile(values, 90.0));
    let kept: Vec<f64> = values.iter().copied().filter(|&v| v >= low && v <= high).collect();
    mean_absolute_deviation(&kept)
}

/// 0 for a flat region.
fn skewness(values: &[f64]) -> f64 {
    let variance = moment(values, 2);
    if variance == 0.0 { 0.0 } else { moment(values, 3) / variance.powf(1.5) }
}

/// Not excess: a normal distribution has 3. 0 for a flat region.
fn kurtosis(values: &[f64]) -> f64 {
    let variance = moment(values, 2);
    if variance == 0.0 { 0.0 } else { moment(values, 4) / variance.powi(2) }
}

fn probabilities(levels: &[u32]) -> Vec<f64> {
    let of = |level| levels.iter().filter(|&&l| l == level).count() as f64 / levels.len() as f64;
    present_levels(levels).into_iter().map(of).collect()
}

fn entropy(levels: &[u32]) -> f64 {
    -probabilities(levels).iter().map(|p| p * (p + EPS).log2()).sum::<f64>()
}

fn uniformity(levels: &[u32]) -> f64 {
    probabilities(levels).iter().map(|p| p * p).sum()
}
