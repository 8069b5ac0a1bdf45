//! Stationary wavelet transform, as PyRadiomics makes it from PyWavelets' `swtn`.

mod families;
mod kernel;
#[cfg(test)]
mod plain;
mod tile;
mod transform;

use std::borrow::Cow;

use radsurv_image::{IndexBox, Volume, VoxelType};

use self::transform::{Real, Region, Source};
use super::{FilterError, Result};

pub use families::Wavelet;

/// More levels than any image has a use for; the approximation grows by a factor of 2.8 with each.
const MOST_LEVELS: usize = 100;

/// What transform is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveletSettings {
    /// The filters (`wavelet`, `coif1` by default).
    pub wavelet: Wavelet,
    /// How often the image is smoothed by the low-pass filter before the first bands are taken (`start_level`, 0).
    pub start_level: usize,
    /// For how many levels bands are taken (`level`, 1).
    pub level: usize,
    /// The axes x, y, z along which is filtered; see [`WaveletSettings::axes`].
    pub axes: [bool; 3],
}

impl WaveletSettings {
    /// One level along the axes x, y, z of an image of three dimensions.
    pub fn new(wavelet: Wavelet) -> Self {
        Self { wavelet, start_level: 0, level: 1, axes: [true; 3] }
    }

    /// The axes along which PyRadiomics filters an image of 2 or 3 dimensions.
    ///
    /// All of them, but for the one across the slices under `force2D`: `across` is then its `force2Ddimension`, which
    /// counts from the slowest axis: in a 3-D image 0 is z, 1 is y, 2 is x; in a 2-D image 0 is y, 1 is x.
    ///
    /// # Errors
    /// [`FilterError::Setting`] if the image has no such axis.
    pub fn axes(dimension: usize, across: Option<usize>) -> Result<[bool; 3]> {
        let mut axes = [0, 1, 2].map(|axis| axis < dimension);
        if let Some(across) = across {
            if across >= dimension.min(3) {
                return Err(FilterError::Setting(format!(
                    "force2Ddimension {across}: an image of {dimension} dimensions has 0 to {} only",
                    dimension.saturating_sub(1)
                )));
            }
            axes[dimension.min(3) - 1 - across] = false;
        }
        Ok(axes)
    }

    /// The names of all bands in PyRadiomics' order: level by level, and the approximation of the last level at the end.
    ///
    /// A name has a letter for each axis along which is filtered, in the order x, y, z: `L` where the low-pass, `H` where
    /// the high-pass filter is used. From the second level on the level is named too: `wavelet2-LLH`.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::filter::wavelet::{Wavelet, WaveletSettings};
    /// let names = WaveletSettings::new(Wavelet::by_name("coif1")?).band_names();
    /// assert_eq!(names[..3], ["wavelet-LLH", "wavelet-LHL", "wavelet-LHH"]);
    /// assert_eq!(names[7], "wavelet-LLL");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn band_names(&self) -> Vec<String> {
        let levels = (1..=self.level).flat_map(|level| self.bands(level).map(move |band| self.name(level, band)));
        levels.collect()
    }

    /// The bands that are taken at a level: as bits, 4 for a high-pass filter along x, 2 along y, 1 along z.
    fn bands(&self, level: usize) -> impl Iterator<Item = usize> {
        let axes = self.axes;
        let used = move |band: &usize| (0..3).all(|a| axes[a] || band & (4 >> a) == 0);
        (1..8).filter(used).chain((level == self.level).then_some(0))
    }

    fn name(&self, level: usize, band: usize) -> String {
        let letters = (0..3).filter(|&a| self.axes[a]).map(|a| if band & (4 >> a) == 0 { 'L' } else { 'H' });
        let number = if level == 1 { String::new() } else { level.to_string() };
        format!("wavelet{number}-{}", letters.collect::<String>())
    }

    fn check(&self) -> Result<()> {
        if self.level == 0 || self.start_level.saturating_add(self.level) > MOST_LEVELS {
            return Err(FilterError::Setting(format!(
                "wavelet with start_level {} and level {}: level must be at least 1, and their sum at most {MOST_LEVELS}",
                self.start_level, self.level
            )));
        }
        if self.axes == [false; 3] {
            return Err(FilterError::Setting("wavelet: no axis to filter along".to_string()));
        }
        Ok(())
    }
}

/// The bands of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveletBands {
    /// The level as in the names, from 1.
    pub level: usize,
    /// Names and responses in PyRadiomics' order.
    pub bands: Vec<(String, Volume)>,
}

/// The bands of the stationary wavelet transform inside the window, level by level.
///
/// At each level the low-pass filter `h` and the high-pass filter `g` of the [`Wavelet`] run along each axis without
/// downsampling: `out[i] = sum over k of filter[k] · in[i + n/2 - k]` with `n` taps, the line going on periodically. So
/// a level of three axes has eight bands, and `LLL` of a constant image is 2^1.5 times that constant. The next level
/// filters `LLL` with the same filters again (not with dilated ones as the textbooks do). An axis of odd size is made
/// even first by repeating its first voxel at the end.
///
/// `wanted` chooses bands by their names (see [`WaveletSettings::band_names`]); what is not wanted is not computed.
/// The responses are `float32` and computed in single precision if the image is, else `float64`. Additions have
/// PyWavelets' order, so that the values are PyWavelets' to the bit, whatever window, bands or number of threads.
///
/// # Errors
/// [`FilterError::Image`] if the window is not inside the image, [`FilterError::Setting`] for settings that describe no
/// transform, [`FilterError::NotFinite`] for a NaN or infinite voxel within the filters' reach of the window,
/// [`FilterError::Undefined`] if the values are too large for their type.
///
/// # Example
/// ```
/// use radsurv_features::filter::wavelet::{Wavelet, WaveletSettings, wavelet_bands};
/// use radsurv_image::{Geometry, Volume};
/// let image = Volume::new(Geometry::new([4, 4, 4], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?, vec![100i16; 64])?;
/// let settings = WaveletSettings::new(Wavelet::by_name("coif1")?);
/// let levels = wavelet_bands(&image, &image.geometry().full_box(), &settings, |name| name == "wavelet-LLL")?;
/// let (name, response) = &levels[0].bands[0];
/// assert_eq!(name, "wavelet-LLL");
/// assert!((response.get([1, 2, 3]) - 282.84).abs() < 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn wavelet_bands(
    image: &Volume,
    window: &IndexBox,
    settings: &WaveletSettings,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<WaveletBands>> {
    settings.check()?;
    match image.voxel_type() {
        VoxelType::F32 => bands::<f32>(image, window, settings, &wanted),
        _ => bands::<f64>(image, window, settings, &wanted),
    }
}

fn bands<T: Real>(
    image: &Volume,
    window: &IndexBox,
    settings: &WaveletSettings,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<WaveletBands>> {
    let geometry = image.geometry().crop(window)?;
    let filters = T::filters(&settings.wavelet);
    let taps = settings.axes.map(|filtered| if filtered { filters.low.len() } else { 1 });
    let mut source = Source::image(image);
    let target = Region { start: window.start, size: window.size };
    // Each level needs the one before on a larger region.
    let steps = settings.start_level + settings.level;
    let mut regions = vec![target];
    for _ in 1..steps {
        let next = regions[regions.len() - 1].reach(taps, source.period);
        regions.push(next);
    }
    let mut levels = Vec::new();
    for (step, region) in regions.iter().rev().enumerate() {
        if step >= settings.start_level {
            let level = step - settings.start_level + 1;
            let names: Vec<_> = settings.bands(level).map(|band| (band, settings.name(level, band))).collect();
            let chosen: Vec<_> = names.into_iter().filter(|(_, name)| wanted(name)).collect();
            let mut responses = transform::level(&source, &target, settings.axes, filters, |band| {
                chosen.iter().any(|(b, _)| *b == band)
            })?;
            let mut bands = Vec::new();
            for (band, name) in chosen {
                bands.push((name, Volume::new(geometry.clone(), T::voxels(std::mem::take(&mut responses[band])))?));
            }
            levels.push(WaveletBands { level, bands });
        }
        if step + 1 < steps {
            let mut low = transform::level(&source, region, settings.axes, filters, |band| band == 0)?;
            let voxels = Cow::Owned(T::voxels(std::mem::take(&mut low[0])));
            source = Source { voxels, size: region.size, start: region.start, period: source.period };
        }
    }
    Ok(levels)
}

#[cfg(test)]
mod tests;
