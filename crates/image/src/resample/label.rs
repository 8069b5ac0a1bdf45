//! Interpolation of label maps: the label with the largest weight around a point.

use super::gaussian::Gaussian;
use super::kernel::{Kernel, Source, Taps};
use super::linear::linear_taps;

/// The label with the largest Gaussian weight, as ITK's `LabelImageGaussianInterpolateImageFunction`: weights add up in
/// the order of the voxels, and a label takes the lead when its sum so far exceeds the best so far.
pub(super) fn gaussian(kernel: &Gaussian, index: [f64; 3], size: [usize; 3], dimension: usize, source: &Source) -> f64 {
    let taps = kernel.all_taps(index, size, dimension);
    let mut sums: Vec<(f64, f64)> = Vec::with_capacity(8);
    let (mut best, mut label) = (0.0, 0.0);
    source.visit(&taps, |value, [x, y, z]| {
        let weight = x * y * z;
        let sum = match sums.iter_mut().find(|(label, _)| *label == value) {
            Some((_, sum)) => {
                *sum += weight;
                *sum
            }
            None => {
                sums.push((value, weight));
                weight
            }
        };
        if sum > best {
            (best, label) = (sum, value);
        }
    });
    label
}

/// The label with the largest trilinear weight, the smallest of equals, as ITK's
/// `LabelImageGenericInterpolateImageFunction` with linear interpolation of each label's indicator.
pub(super) fn linear(index: [f64; 3], size: [usize; 3], source: &Source) -> f64 {
    let taps: [Taps; 3] = [0, 1, 2].map(|a| linear_taps(index[a], size[a]));
    let mut labels: Vec<f64> = Vec::with_capacity(8);
    source.visit(&taps, |value, _| {
        if !labels.contains(&value) {
            labels.push(value);
        }
    });
    labels.sort_by(f64::total_cmp);
    let (mut best, mut winner) = (0.0, 0.0);
    for label in labels {
        let weight = super::linear::interpolate(&taps, source, |v| f64::from(u8::from(v == label)));
        if weight > best {
            (best, winner) = (weight, label);
        }
    }
    winner
}
