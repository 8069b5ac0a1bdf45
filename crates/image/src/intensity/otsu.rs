//! Otsu's threshold: what is tissue and what is background.

use crate::error::{Error, Result};
use crate::mask::Region;
use crate::volume::Volume;
use crate::with_voxels;

/// The intensity that parts an image best into a dark and a bright class: the variance between the two classes,
/// `ω₁ μ₁² + ω₂ μ₂²` with shares `ω` and means `μ`, is the largest (Otsu: A threshold selection method from gray-level
/// histograms. IEEE Transactions on Systems, Man, and Cybernetics 9 (1979) 62-66).
///
/// It is the upper edge of a bin of the histogram, as in ITK's `OtsuThresholdImageFilter` of a float image: `bins` bins
/// from the smallest to a hundredth of a bin above the largest value, with edges in single precision.
///
/// # Errors
/// [`Error::Setting`] if `bins` is not in 3 to 65536, a voxel is NaN or infinite, or all voxels are equal.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, intensity::otsu_threshold};
/// let grid = Geometry::new([6, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let threshold = otsu_threshold(&Volume::new(grid, vec![0u8, 2, 1, 100, 104, 99])?, 128)?;
/// assert!(threshold > 2.0 && threshold < 99.0);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn otsu_threshold(image: &Volume, bins: usize) -> Result<f64> {
    if !(3..=1 << 16).contains(&bins) {
        return Err(Error::Setting(format!("Otsu's threshold of {bins} bins: give 3 to 65536")));
    }
    if let Some((at, value)) = image.first_non_finite() {
        return Err(Error::Setting(format!(
            "the image has the value {value} at voxel (x, y, z) = {at:?}: it has no Otsu threshold; replace such voxels"
        )));
    }
    let (histogram, edges) = with_voxels!(image.voxels(), values => {
        let values = || values.iter().map(|&v| v as f32);
        let low = values().fold(f32::INFINITY, f32::min);
        let high = values().fold(f32::NEG_INFINITY, f32::max);
        if low >= high || !(high - low).is_finite() {
            return Err(Error::Setting(format!(
                "the image has values from {low} to {high}: they have no Otsu threshold"
            )));
        }
        let edges = edges(low, high, bins);
        let mut histogram = vec![0u64; bins];
        let per_bin = bins as f64 / (edges[bins] - edges[0]);
        for v in values() {
            let v = f64::from(v);
            let mut bin = (((v - edges[0]) * per_bin) as usize).min(bins - 1);
            // The edges are rounded: the neighbour may be the one.
            while bin > 0 && v < edges[bin] {
                bin -= 1;
            }
            while bin + 1 < bins && v >= edges[bin + 1] {
                bin += 1;
            }
            histogram[bin] += 1;
        }
        (histogram, edges)
    });
    Ok(f64::from(edges[best(&histogram, &edges) + 1] as f32))
}

/// The voxels above [`otsu_threshold`], as a region of label 1: what 3D Slicer estimates a bias field on when it is given no
/// mask (with 200 bins).
///
/// # Errors
/// As [`otsu_threshold`].
pub fn otsu_region(image: &Volume, bins: usize) -> Result<Region> {
    let threshold = otsu_threshold(image, bins)? as f32;
    let inside: Vec<bool> =
        with_voxels!(image.voxels(), values => values.iter().map(|&v| v as f32 > threshold).collect());
    Region::new(image.geometry().clone(), 1, image.geometry().full_box(), &inside)
}

/// The `bins + 1` edges of the bins, with ITK's rounding.
fn edges(low: f32, high: f32, bins: usize) -> Vec<f64> {
    let (low, high) = (f64::from(low), f64::from(high));
    let high = high + (high - low) / bins as f64 / 100.0;
    let width = (high as f32 - low as f32) / bins as f32;
    let mut edges: Vec<f64> = (0..bins).map(|bin| low + f64::from(bin as f32 * width)).collect();
    edges.push(high);
    edges
}

/// The last bin of the dark class.
///
/// Thresholds within a gap of the histogram all part the image alike. ITK takes the one that its rounding favours, so its
/// steps are followed one by one.
fn best(histogram: &[u64], edges: &[f64]) -> usize {
    let centre = |bin: usize| (edges[bin] + edges[bin + 1]) / 2.0;
    let total = histogram.iter().sum::<u64>() as f64;
    let sum = histogram.iter().enumerate().fold(0.0, |sum, (bin, &n)| sum + centre(bin) * n as f64);
    let mean = sum / total;
    let (mut dark, mut dark_mean) = (0.0, 0.0);
    let (mut best, mut largest) = (0, 0.0f64);
    for bin in 0..histogram.len() - 1 {
        let (before, n) = (dark, histogram[bin] as f64);
        dark += n;
        if bin == 0 {
            dark_mean = if n > 0.0 { centre(0) } else { 0.0 };
        } else if dark > 0.0 {
            dark_mean = (dark_mean * before + centre(bin) * n) / dark;
        }
        let bright = total - dark;
        let bright_mean = if bright > 0.0 { (mean * total - dark_mean * dark) / bright } else { 0.0 };
        let between = (dark * (dark_mean * dark_mean) + bright * (bright_mean * bright_mean)) / total;
        let nearly = between - largest <= 0.1 * f64::EPSILON || between.to_bits().abs_diff(largest.to_bits()) <= 1;
        if bin == 0 || between > largest && !nearly {
            (best, largest) = (bin, between);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;

    fn line(values: Vec<f64>) -> Volume {
        let grid = Geometry::new([values.len(), 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        Volume::new(grid, values).unwrap()
    }

    #[test]
    fn the_region_is_the_bright_class() {
        let image = line((0..100).map(|i| if i < 40 { f64::from(i % 3) } else { 50.0 + f64::from(i % 5) }).collect());
        let region = otsu_region(&image, 200).unwrap();
        assert_eq!(region.voxel_count(), 60);
        assert!(region.contains([40, 0, 0]) && !region.contains([39, 0, 0]));
    }

    #[test]
    fn what_has_no_threshold_is_refused() {
        for bad in [vec![7.0; 9], vec![1.0, f64::NAN], vec![-f64::MAX, f64::MAX]] {
            assert!(otsu_threshold(&line(bad), 128).is_err());
        }
        for bins in [0, 2, usize::MAX] {
            assert!(otsu_threshold(&line(vec![1.0, 2.0]), bins).is_err());
        }
    }
}
