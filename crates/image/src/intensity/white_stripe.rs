//! Normalisation by the peak of the histogram.

use std::borrow::Borrow;

use super::model::{check_scale, pooled, standardising};
use crate::error::{Error, Result};
use crate::mask::Region;
use crate::statistics::{mean, percentile};
use crate::volume::Volume;

/// Normalisation by a stripe around the peak of the histogram, after WhiteStripe (Shinohara et al.: Statistical
/// normalization techniques for magnetic resonance imaging. NeuroImage: Clinical 6 (2014) 9-19).
///
/// With the cumulative distribution `F` of the intensities and the mode `μ` of their smoothed histogram, the stripe holds
/// the intensities between the quantiles `F(μ) - τ` and `F(μ) + τ`; an image becomes `(x - m) / d` with mean `m` and standard
/// deviation `d` (over N - 1) of the stripe.
///
/// The histogram is smoothed with a Gaussian kernel of Silverman's bandwidth `h = 0.9 min(s, IQR / 1.34) N^(-1/5)` (Silverman:
/// Density estimation for statistics and data analysis, 1986, p. 48) and the mode is its highest point. The original smooths
/// by a spline and for T1-weighted brain images takes the last peak, that of white matter: give a region in which the wanted
/// tissue is the most frequent one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WhiteStripe {
    mode: f64,
    mean: f64,
    standard_deviation: f64,
}

/// How [`WhiteStripe`] is fitted.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhiteStripeSettings {
    /// Half width `τ` of the stripe, as a share of the voxels. Default 0.05.
    pub tau: f64,
    /// Bins of the histogram, from the smallest to the largest intensity. Default 512.
    pub bins: usize,
}

impl Default for WhiteStripeSettings {
    fn default() -> Self {
        Self { tau: 0.05, bins: 512 }
    }
}

impl WhiteStripe {
    /// Fits to training images, each with the region whose voxels count (`None::<&Region>`: all of them). The method as
    /// published fits each image by itself: give one image and apply the model to it. The voxels of several count together.
    ///
    /// # Errors
    /// [`Error::Setting`] if `tau` is not in 0 to 0.5 (without 0), `bins` not in 2 to 65536, there is no image, a voxel that
    /// counts is NaN or infinite, or the intensities or those of the stripe are all equal; [`Error::Mismatch`] if an image
    /// and its region are not on the same grid.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Region, Volume, intensity::{WhiteStripe, WhiteStripeSettings}};
    /// let grid = Geometry::new([60, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// // A wide class around 100 and a narrow one around 500.
    /// let values = (0..60).map(|i| if i < 30 { 10 * i - 50 } else { 470 + i }).collect::<Vec<i32>>();
    /// let image = Volume::new(grid, values)?;
    /// let model = WhiteStripe::fit([(&image, None::<&Region>)], &WhiteStripeSettings::default())?;
    /// assert!((model.mode() - 515.0).abs() < 15.0);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn fit<V: Borrow<Volume>, R: Borrow<Region>>(
        images: impl IntoIterator<Item = (V, Option<R>)>,
        settings: &WhiteStripeSettings,
    ) -> Result<Self> {
        let WhiteStripeSettings { tau, bins } = *settings;
        if !(tau > 0.0 && tau <= 0.5) {
            return Err(Error::Setting(format!("a stripe of tau = {tau} is impossible: give a share up to 0.5")));
        }
        if !(2..=1 << 16).contains(&bins) {
            return Err(Error::Setting(format!("a histogram of {bins} bins is impossible here: give 2 to 65536")));
        }
        let sorted = pooled(images)?;
        let mode = mode(&sorted, bins)?;
        let share = sorted.partition_point(|&v| v <= mode) as f64 / sorted.len() as f64;
        let low = percentile(&sorted, 100.0 * (share - tau).max(0.0));
        let high = percentile(&sorted, 100.0 * (share + tau).min(1.0));
        let stripe = &sorted[sorted.partition_point(|&v| v < low)..sorted.partition_point(|&v| v <= high)];
        let (mean, standard_deviation) = mean_and_deviation(stripe);
        Self::new(mode, mean, standard_deviation)
    }

    pub(super) fn new(mode: f64, mean: f64, standard_deviation: f64) -> Result<Self> {
        check_scale("peak normalisation", mean, standard_deviation)?;
        if !mode.is_finite() {
            return Err(Error::Setting(format!("the peak of the histogram is at {mode}")));
        }
        Ok(Self { mode, mean, standard_deviation })
    }

    /// The peak of the smoothed histogram.
    pub fn mode(&self) -> f64 {
        self.mode
    }
}

standardising!(WhiteStripe, "the stripe");

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, (squares / (values.len() as f64 - 1.0)).sqrt())
}

/// The centre of the highest bin of the smoothed histogram; the first of several.
fn mode(sorted: &[f64], bins: usize) -> Result<f64> {
    let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
    let (_, deviation) = mean_and_deviation(sorted);
    if !(low < high && (high - low).is_finite() && deviation.is_finite()) {
        return Err(Error::Setting(format!(
            "the {} intensities from {low} to {high} have no peak: are all equal?",
            sorted.len()
        )));
    }
    let quartiles = (percentile(sorted, 75.0) - percentile(sorted, 25.0)) / 1.34;
    let spread = if quartiles > 0.0 { deviation.min(quartiles) } else { deviation };
    let bandwidth = 0.9 * spread * (sorted.len() as f64).powf(-0.2);

    let width = (high - low) / bins as f64;
    let mut counts = vec![0.0; bins];
    for &v in sorted {
        counts[(((v - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    // Bins are evenly spaced: one kernel serves all.
    let kernel: Vec<f64> = (0..bins).map(|k| (-0.5 * (k as f64 * width / bandwidth).powi(2)).exp()).collect();
    let smoothed = |at: usize| counts.iter().enumerate().map(|(bin, n)| n * kernel[at.abs_diff(bin)]).sum::<f64>();
    let (mut best, mut most) = (0, f64::NEG_INFINITY);
    for at in 0..bins {
        let height = smoothed(at);
        if height > most {
            (best, most) = (at, height);
        }
    }
    Ok(low + (best as f64 + 0.5) * width)
}
