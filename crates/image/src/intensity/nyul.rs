//! Histogram matching to a standard scale.

use std::borrow::Borrow;

use super::model::{map, training};
use crate::error::{Error, Result};
use crate::mask::Region;
use crate::statistics::{intensities, percentile};
use crate::volume::Volume;

/// Histogram matching by landmarks (Nyúl, Udupa: On standardizing the MR image intensity scale. Magnetic Resonance in
/// Medicine 42 (1999) 1072-1081; Nyúl, Udupa, Zhang: New variants of a method of MRI scale standardization. IEEE
/// Transactions on Medical Imaging 19 (2000) 143-150).
///
/// Landmarks are percentiles of an image's intensities. In training each image's landmarks are mapped linearly so that the
/// first and last lie at the ends of the standard scale; the means over the images are the standard landmarks. An image is
/// then transformed piecewise linearly from its own landmarks to the standard ones; beyond the first and last landmarks the
/// outer pieces are continued. The transformation is continuous and strictly increasing.
#[derive(Debug, Clone, PartialEq)]
pub struct Nyul {
    percentiles: Vec<f64>,
    standard: Vec<f64>,
}

/// How [`Nyul`] is fitted.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NyulSettings {
    /// Percentiles of the landmarks, ascending. Default 1, 10, 20, ... 90, 99.
    pub percentiles: Vec<f64>,
    /// The ends of the standard scale, where the first and the last landmark lie. Default 1 and 100.
    pub scale: [f64; 2],
}

impl Default for NyulSettings {
    fn default() -> Self {
        let percentiles = vec![1.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 99.0];
        Self { percentiles, scale: [1.0, 100.0] }
    }
}

impl Nyul {
    /// Fits to training images, each with the region whose voxels count (`None::<&Region>`: all of them, background
    /// included, which for MR is seldom wanted). Each image counts once, whatever its size.
    ///
    /// # Errors
    /// [`Error::Setting`] if the percentiles or the scale are not ascending, there is no image, a voxel that counts is NaN or
    /// infinite, or two landmarks of an image are equal (it is constant, has few grey values or much background);
    /// [`Error::Mismatch`] if an image and its region are not on the same grid.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::{Geometry, Region, Volume, intensity::{Nyul, NyulSettings}};
    /// let grid = Geometry::new([101, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let training = Volume::new(grid.clone(), (0..101).collect::<Vec<i32>>())?;
    /// let settings = NyulSettings { scale: [0.0, 98.0], ..NyulSettings::default() };
    /// let model = Nyul::fit([(&training, None::<&Region>)], &settings)?;
    /// // The same anatomy on a scanner with another gain and offset:
    /// let other = Volume::new(grid, (0..101).map(|i| 7 * i + 300).collect::<Vec<i32>>())?;
    /// let matched = model.apply(&other, None)?;
    /// assert!((matched.get([50, 0, 0]) - 49.0).abs() < 1e-12);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn fit<V: Borrow<Volume>, R: Borrow<Region>>(
        images: impl IntoIterator<Item = (V, Option<R>)>,
        settings: &NyulSettings,
    ) -> Result<Self> {
        check_percentiles(&settings.percentiles)?;
        let [from, to] = settings.scale;
        if !(from.is_finite() && to.is_finite() && from < to) {
            return Err(Error::Setting(format!("the standard scale from {from} to {to} is not ascending")));
        }
        let mut sums = vec![0.0; settings.percentiles.len()];
        let mut count = 0.0;
        training(images, |values| {
            let landmarks = landmarks(values, &settings.percentiles)?;
            let (first, last) = (landmarks[0], landmarks[landmarks.len() - 1]);
            for (sum, landmark) in sums.iter_mut().zip(landmarks) {
                *sum += from + (landmark - first) / (last - first) * (to - from);
            }
            count += 1.0;
            Ok(())
        })?;
        Self::new(settings.percentiles.clone(), sums.into_iter().map(|s| s / count).collect())
    }

    pub(super) fn new(percentiles: Vec<f64>, standard: Vec<f64>) -> Result<Self> {
        check_percentiles(&percentiles)?;
        if standard.len() != percentiles.len() || !ascending(&standard) {
            return Err(Error::Setting(format!(
                "the standard landmarks {standard:?} are not {} ascending numbers",
                percentiles.len()
            )));
        }
        Ok(Self { percentiles, standard })
    }

    /// Percentiles of the landmarks.
    pub fn percentiles(&self) -> &[f64] {
        &self.percentiles
    }

    /// The standard landmarks.
    pub fn standard(&self) -> &[f64] {
        &self.standard
    }

    /// The image on the standard scale, in float64. Its landmarks are measured in the region, or in the whole image: as in
    /// training. All voxels are transformed.
    ///
    /// # Errors
    /// [`Error::Setting`] if a voxel is NaN or infinite or two landmarks are equal, [`Error::Mismatch`] if image and region
    /// are not on the same grid.
    pub fn apply(&self, image: &Volume, region: Option<&Region>) -> Result<Volume> {
        let own = landmarks(intensities(image, region)?, &self.percentiles)?;
        let pieces: Vec<Piece> = own
            .windows(2)
            .zip(self.standard.windows(2))
            .map(|(own, standard)| Piece {
                from: own[0],
                to: standard[0],
                slope: (standard[1] - standard[0]) / (own[1] - own[0]),
            })
            .collect();
        map(image, |v| {
            // The outer pieces have no end.
            let piece = &pieces[pieces[1..].partition_point(|p| p.from <= v)];
            piece.to + (v - piece.from) * piece.slope
        })
    }
}

/// A linear piece of the transformation: `to + slope (v - from)`.
struct Piece {
    from: f64,
    to: f64,
    slope: f64,
}

fn ascending(values: &[f64]) -> bool {
    values.iter().all(|v| v.is_finite()) && values.windows(2).all(|pair| pair[0] < pair[1])
}

fn check_percentiles(percentiles: &[f64]) -> Result<()> {
    if percentiles.len() >= 2 && ascending(percentiles) && percentiles.iter().all(|p| (0.0..=100.0).contains(p)) {
        return Ok(());
    }
    Err(Error::Setting(format!(
        "landmarks at the percentiles {percentiles:?} are impossible: give two or more ascending numbers from 0 to 100"
    )))
}

/// The landmarks of an image, strictly ascending.
fn landmarks(mut values: Vec<f64>, percentiles: &[f64]) -> Result<Vec<f64>> {
    values.sort_unstable_by(f64::total_cmp);
    let landmarks: Vec<f64> = percentiles.iter().map(|&p| percentile(&values, p)).collect();
    if let Some(at) = landmarks.windows(2).position(|pair| pair[0] >= pair[1]) {
        return Err(Error::Setting(format!(
            "the percentiles {} and {} of its {} voxels are both {}: no histogram to match; leave background out with a \
             region, or give fewer landmarks",
            percentiles[at],
            percentiles[at + 1],
            values.len(),
            landmarks[at]
        )));
    }
    Ok(landmarks)
}
