//! Apparent diffusion coefficient (ADC) from diffusion-weighted images.

mod fit;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Region;
use crate::statistics::IntensityStatistics;
use crate::volume::Volume;

/// How the decay `S(b) = S0 exp(-b ADC)` is fitted, as the line `ln S = ln S0 - b ADC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdcMethod {
    /// Least squares on the logarithms, every signal alike: what scanners and viewers mostly compute.
    #[default]
    LogLinear,
    /// Weighted least squares. The logarithm of a weak signal varies more, by `1 / S²`, so signals are weighted with `S²`
    /// (Salvador et al.: Formal characterization and extension of the linearized diffusion tensor model. Human Brain
    /// Mapping 24 (2005) 144-155), and then once more with the squares of the signals that the first fit predicts, which
    /// removes the bias that noise in the weights causes (Veraart et al.: Weighted linear least squares estimation of
    /// diffusion MRI parameters. NeuroImage 81 (2013) 335-346).
    Weighted,
}

/// How [`adc_maps`] are computed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdcSettings {
    /// The fit. Default [`AdcMethod::LogLinear`].
    pub method: AdcMethod,
    /// Signals up to this value are left out of the fit, as noise. Default 0: zero and negative signals, which have no
    /// logarithm, are left out in any case.
    pub noise_floor: f64,
    /// b-values below this one in s/mm² are left out, such as those where perfusion adds to the decay. Default 0.
    pub lowest_b: f64,
}

/// Diffusion maps on the grid of the images, float64. Voxels without a fit are 0 in each.
#[derive(Debug, Clone, PartialEq)]
pub struct AdcMaps {
    /// Apparent diffusion coefficient in mm²/s, if the b-values are in s/mm². Noise makes some values negative.
    pub adc: Volume,
    /// Signal at b = 0 according to the fit.
    pub s0: Volume,
    /// Goodness of fit `R² = 1 - Σ w (y - ŷ)² / Σ w (y - ȳ)²` on the logarithms `y`, with the weights `w` of the fit; 1 if
    /// all signals are equal. With two signals it is always 1 and says nothing.
    pub r_squared: Volume,
    /// The voxels that have a fit.
    pub fitted: Region,
    /// The b-values that were used, ascending, in s/mm².
    pub b_values: Vec<f64>,
    /// How many voxels had what.
    pub counts: AdcCounts,
}

/// How many voxels of [`AdcMaps`] had what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AdcCounts {
    /// Voxels that were looked at: those of the region, or all.
    pub voxels: usize,
    /// Voxels with a fit.
    pub fitted: usize,
    /// Voxels with a fit that leaves out at least one signal (up to the noise floor, zero, negative, NaN or infinite).
    pub fitted_partly: usize,
    /// Voxels without a fit, because fewer than two signals are left or they determine no decay within the range of
    /// numbers.
    pub not_fitted: usize,
    /// Voxels whose fit has a negative ADC: the signal grows with b, which is noise or movement.
    pub negative: usize,
}

/// ADC, S0 and goodness of fit from images at two or more b-values, in a region or everywhere.
///
/// `images` pairs each b-value in s/mm² with its image, in any order. Several images at one b-value (directions,
/// repetitions) are to be averaged before; the geometric mean of directions gives the trace-weighted image.
///
/// # Errors
/// - [`Error::Setting`] if there are fewer than two b-values (from `lowest_b` on), one is negative or not finite, two are
///   equal, or a setting is negative or not finite;
/// - [`Error::Mismatch`] if images and region are not on the same grid;
/// - [`Error::EmptyRegion`] if no voxel has a fit.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, diffusion::{AdcSettings, adc_maps}};
/// let grid = Geometry::new([2, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let b0 = Volume::new(grid.clone(), vec![1000.0, 800.0])?;
/// let b800 = Volume::new(grid, vec![1000.0 * (-0.8f64).exp(), 0.0])?;
/// let maps = adc_maps(&[(0.0, &b0), (800.0, &b800)], None, &AdcSettings::default())?;
/// assert!((maps.adc.get([0, 0, 0]) - 1.0e-3).abs() < 1e-12);
/// assert_eq!(maps.counts.not_fitted, 1); // a single signal is left of the second voxel
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn adc_maps(images: &[(f64, &Volume)], region: Option<&Region>, settings: &AdcSettings) -> Result<AdcMaps> {
    let images = chosen(images, settings)?;
    let geometry = images[0].1.geometry();
    for (_, image) in &images[1..] {
        geometry.check_same(image.geometry(), Geometry::TOLERANCE)?;
    }
    if let Some(region) = region {
        geometry.check_same(region.geometry(), Geometry::TOLERANCE)?;
    }
    let part = region.map_or(geometry.full_box(), |r| *r.bounds());
    let signals: Vec<Vec<f64>> = images.iter().map(|(_, image)| image.values_f64(&part)).collect::<Result<_>>()?;
    let b_values: Vec<f64> = images.iter().map(|(b, _)| *b).collect();

    let voxels = part.voxel_count();
    let mut decays = vec![None; voxels];
    decays.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, decays)| {
        let mut points = Vec::with_capacity(b_values.len());
        for (i, decay) in decays.iter_mut().enumerate() {
            let at = chunk * CHUNK + i;
            if region.is_some_and(|r| !r.inside()[at]) {
                continue;
            }
            let signal = |image: usize| (b_values[image], signals[image][at]);
            let usable = |&(_, s): &(f64, f64)| s > 0.0 && s > settings.noise_floor && s.is_finite();
            let fitted = fit::fit((0..b_values.len()).map(signal).filter(usable), settings.method, &mut points);
            *decay = fitted.map(|decay| (decay, points.len() < b_values.len()));
        }
    });

    let mut counts = AdcCounts { voxels: region.map_or(voxels, Region::voxel_count), ..AdcCounts::default() };
    for (decay, partly) in decays.iter().flatten() {
        counts.fitted += 1;
        counts.fitted_partly += usize::from(*partly);
        counts.negative += usize::from(decay.adc < 0.0);
    }
    counts.not_fitted = counts.voxels - counts.fitted;
    if counts.fitted == 0 {
        return Err(Error::EmptyRegion(format!(
            "none of the {} voxels has signals above {} at two b-values of {b_values:?}: there is no ADC",
            counts.voxels, settings.noise_floor
        )));
    }
    let map = |value: fn(&fit::Decay) -> f64| -> Result<Volume> {
        let mut out = vec![0.0; geometry.voxel_count()];
        for (at, decay) in part.indices().zip(&decays) {
            if let Some((decay, _)) = decay {
                out[geometry.offset(at)] = value(decay);
            }
        }
        Volume::new(geometry.clone(), out)
    };
    let inside: Vec<bool> = decays.iter().map(Option::is_some).collect();
    Ok(AdcMaps {
        adc: map(|d| d.adc)?,
        s0: map(|d| d.s0)?,
        r_squared: map(|d| d.r_squared)?,
        fitted: Region::new(geometry.clone(), region.map_or(1, Region::label), part, &inside)?,
        b_values,
        counts,
    })
}

/// Voxels per task.
const CHUNK: usize = 1 << 12;

/// The images that are used, by ascending b-value.
fn chosen<'a>(images: &[(f64, &'a Volume)], settings: &AdcSettings) -> Result<Vec<(f64, &'a Volume)>> {
    for (name, value) in [("noise floor", settings.noise_floor), ("lowest b-value", settings.lowest_b)] {
        if !(value.is_finite() && value >= 0.0) {
            return Err(Error::Setting(format!("the {name} is {value}: give a finite number from 0")));
        }
    }
    if let Some((b, _)) = images.iter().find(|(b, _)| !(b.is_finite() && *b >= 0.0)) {
        return Err(Error::Setting(format!("{b} is no b-value: give s/mm² from 0")));
    }
    let mut chosen: Vec<_> = images.iter().filter(|(b, _)| *b >= settings.lowest_b).copied().collect();
    chosen.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let Some(pair) = chosen.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::Setting(format!(
            "two images have the b-value {} s/mm²: average repetitions and directions of a b-value first",
            pair[0].0
        )));
    }
    if chosen.len() < 2 {
        return Err(Error::Setting(format!(
            "an ADC needs images at two b-values or more; from {} s/mm² on there are {} of {} ({:?})",
            settings.lowest_b,
            chosen.len(),
            images.len(),
            images.iter().map(|(b, _)| *b).collect::<Vec<_>>()
        )));
    }
    Ok(chosen)
}

impl AdcMaps {
    /// Statistics of the ADC in a region, of the voxels that have a fit.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the region is not on the maps' grid, [`Error::EmptyRegion`] if no voxel of it has a fit.
    pub fn statistics(&self, region: &Region) -> Result<IntensityStatistics> {
        IntensityStatistics::of(&self.adc, Some(&region.intersection(&self.fitted)?))
    }
}

/// The geometric mean of images of one b-value in several directions, which is the trace-weighted image: for three
/// orthogonal directions its decay is that of the mean diffusivity. float64; 0 where a signal is zero, negative or not
/// finite, which [`adc_maps`] then leaves out.
///
/// # Errors
/// [`Error::Setting`] if there is no image, [`Error::Mismatch`] if the images are not on the same grid.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, diffusion::trace_weighted};
/// let grid = Geometry::new([1, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let [x, y] = [2.0, 8.0].map(|s| Volume::new(grid.clone(), vec![s]));
/// assert!((trace_weighted(&[&x?, &y?])?.get([0, 0, 0]) - 4.0).abs() < 1e-12);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn trace_weighted(images: &[&Volume]) -> Result<Volume> {
    let Some((first, rest)) = images.split_first() else {
        return Err(Error::Setting("a mean of directions needs an image at least".to_string()));
    };
    for image in rest {
        first.geometry().check_same(image.geometry(), Geometry::TOLERANCE)?;
    }
    let mut logs = vec![0.0; first.geometry().voxel_count()];
    for image in images {
        let signals = image.to_f64();
        logs.par_iter_mut().zip(signals.par_iter()).for_each(|(log, &s)| {
            *log += if s > 0.0 && s.is_finite() { s.ln() } else { f64::NEG_INFINITY };
        });
    }
    let count = images.len() as f64;
    logs.par_iter_mut().for_each(|log| *log = (*log / count).exp());
    Volume::new(first.geometry().clone(), logs)
}

/// One image per b-value, ascending: several images of a b-value (directions, repetitions) become their
/// [`trace_weighted`] image, a single one is copied as float64.
///
/// # Errors
/// [`Error::Setting`] if a b-value is negative or not finite, [`Error::Mismatch`] if the images are not on the same grid.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Volume, diffusion::average_directions};
/// let grid = Geometry::new([1, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let image = |s: f64| Volume::new(grid.clone(), vec![s]);
/// let averaged = average_directions(&[(800.0, &image(2.0)?), (0.0, &image(9.0)?), (800.0, &image(8.0)?)])?;
/// let b_values: Vec<f64> = averaged.iter().map(|(b, _)| *b).collect();
/// assert_eq!(b_values, [0.0, 800.0]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
pub fn average_directions(images: &[(f64, &Volume)]) -> Result<Vec<(f64, Volume)>> {
    if let Some((b, _)) = images.iter().find(|(b, _)| !(b.is_finite() && *b >= 0.0)) {
        return Err(Error::Setting(format!("{b} is no b-value: give s/mm² from 0")));
    }
    let mut sorted: Vec<_> = images.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let groups = sorted.chunk_by(|a, b| a.0 == b.0);
    groups
        .map(|group| {
            let directions: Vec<&Volume> = group.iter().map(|(_, image)| *image).collect();
            let image = match directions[..] {
                // Its logarithm and back would round.
                [one] => Volume::new(one.geometry().clone(), one.to_f64().into_owned())?,
                _ => trace_weighted(&directions)?,
            };
            Ok((group[0].0, image))
        })
        .collect()
}
