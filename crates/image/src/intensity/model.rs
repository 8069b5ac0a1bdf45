//! What the fitted intensity models share: measuring training images, applying a function, saving and loading.

use std::borrow::Borrow;
use std::path::Path;

use radsurv_data::saved::Format;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::clip::PercentileClip;
use super::nyul::Nyul;
use super::white_stripe::WhiteStripe;
use super::zscore::ZScore;
use crate::error::{Error, Result};
use crate::mask::Region;
use crate::statistics::intensities;
use crate::volume::Volume;
use crate::with_voxels;

/// A fitted intensity model of any kind, to be saved and applied to other images.
///
/// A model is fitted to training images alone and holds nothing but its few numbers. It is saved as JSON:
/// `{"format": "radsurv-intensity", "version": 1, "method": ..., ...}`.
///
/// # Example
/// ```
/// use radsurv_image::{Geometry, Region, Volume, intensity::{IntensityModel, ZScore}};
/// let grid = Geometry::new([3, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let training = Volume::new(grid.clone(), vec![10i16, 20, 30])?;
/// let model = IntensityModel::from(ZScore::fit([(&training, None::<&Region>)])?);
/// let loaded = IntensityModel::from_json(&model.to_json()?)?;
/// assert_eq!(loaded, model);
/// let other = Volume::new(grid, vec![20i16, 40, 0])?;
/// assert_eq!(loaded.apply(&other, None)?.to_f64().as_ref(), [0.0, 2.0, -2.0]);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum IntensityModel {
    /// Mean 0 and standard deviation 1.
    ZScore(ZScore),
    /// Values limited to a range.
    PercentileClip(PercentileClip),
    /// Histogram matching.
    Nyul(Nyul),
    /// Peak normalisation.
    WhiteStripe(WhiteStripe),
}

macro_rules! from_models {
    ($($model:ident),+) => {
        $(impl From<$model> for IntensityModel {
            fn from(model: $model) -> Self {
                Self::$model(model)
            }
        })+
    };
}
from_models!(ZScore, PercentileClip, Nyul, WhiteStripe);

#[derive(Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case")]
enum SavedModel {
    ZScore { mean: f64, standard_deviation: f64 },
    PercentileClip { lower: f64, upper: f64 },
    Nyul { percentiles: Vec<f64>, standard: Vec<f64> },
    WhiteStripe { mode: f64, mean: f64, standard_deviation: f64 },
}

const FORMAT: Format = Format { name: "radsurv-intensity", version: 1 };

impl IntensityModel {
    /// Applies the model to an image; see the model's own `apply`. The region is where [`Nyul`] measures the image; the other
    /// models need none.
    ///
    /// # Errors
    /// As the model's own `apply`.
    pub fn apply(&self, image: &Volume, region: Option<&Region>) -> Result<Volume> {
        match self {
            Self::ZScore(model) => model.apply(image),
            Self::PercentileClip(model) => model.apply(image),
            Self::Nyul(model) => model.apply(image, region),
            Self::WhiteStripe(model) => model.apply(image),
        }
    }

    /// The model as JSON.
    ///
    /// # Errors
    /// None in practice: every model can be written.
    pub fn to_json(&self) -> Result<String> {
        let model = match self {
            Self::ZScore(m) => SavedModel::ZScore { mean: m.mean(), standard_deviation: m.standard_deviation() },
            Self::PercentileClip(m) => SavedModel::PercentileClip { lower: m.lower(), upper: m.upper() },
            Self::Nyul(m) => {
                SavedModel::Nyul { percentiles: m.percentiles().to_vec(), standard: m.standard().to_vec() }
            }
            Self::WhiteStripe(m) => {
                SavedModel::WhiteStripe { mode: m.mode(), mean: m.mean(), standard_deviation: m.standard_deviation() }
            }
        };
        FORMAT.to_json(&model).map_err(|e| Error::Setting(e.to_string()))
    }

    /// A model from JSON.
    ///
    /// # Errors
    /// [`Error::Setting`] if the text is not JSON, is of another format or version, or its numbers make no model.
    pub fn from_json(text: &str) -> Result<Self> {
        let saved: SavedModel =
            FORMAT.from_json(text, "the intensity model").map_err(|e| Error::Setting(e.to_string()))?;
        Ok(match saved {
            SavedModel::ZScore { mean, standard_deviation } => ZScore::new(mean, standard_deviation)?.into(),
            SavedModel::PercentileClip { lower, upper } => PercentileClip::new(lower, upper)?.into(),
            SavedModel::Nyul { percentiles, standard } => Nyul::new(percentiles, standard)?.into(),
            SavedModel::WhiteStripe { mode, mean, standard_deviation } => {
                WhiteStripe::new(mode, mean, standard_deviation)?.into()
            }
        })
    }

    /// Saves the model as a JSON file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let text = self.to_json()?;
        radsurv_data::fs::write_atomic(path, |out| std::io::Write::write_all(out, text.as_bytes()))
            .map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }

    /// Loads a model from a JSON file.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::Format`] with what is wrong in it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
        Self::from_json(&text).map_err(|e| Error::Format { path: path.to_path_buf(), what: e.to_string() })
    }
}

/// The intensities of each training image in its region; an error names the image by its number, from 1.
pub(super) fn training<V: Borrow<Volume>, R: Borrow<Region>>(
    images: impl IntoIterator<Item = (V, Option<R>)>,
    mut each: impl FnMut(Vec<f64>) -> Result<()>,
) -> Result<()> {
    let mut number = 0;
    for (image, region) in images {
        number += 1;
        intensities(image.borrow(), region.as_ref().map(R::borrow)).and_then(&mut each).map_err(|e| match e {
            Error::Setting(what) => Error::Setting(format!("training image {number}: {what}")),
            other => other,
        })?;
    }
    if number == 0 {
        return Err(Error::Setting("an intensity model needs a training image at least".to_string()));
    }
    Ok(())
}

/// All training intensities together, ascending.
pub(super) fn pooled<V: Borrow<Volume>, R: Borrow<Region>>(
    images: impl IntoIterator<Item = (V, Option<R>)>,
) -> Result<Vec<f64>> {
    let mut all = Vec::new();
    training(images, |values| {
        all.extend(values);
        Ok(())
    })?;
    all.par_sort_unstable_by(f64::total_cmp);
    Ok(all)
}

/// A function of each voxel, as a float64 image.
pub(super) fn map(image: &Volume, f: impl Fn(f64) -> f64 + Sync) -> Result<Volume> {
    if let Some((at, value)) = image.first_non_finite() {
        return Err(Error::Setting(format!(
            "the image has the value {value} at voxel (x, y, z) = {at:?} ({} voxels are NaN or infinite); replace such \
             voxels",
            image.non_finite_count()
        )));
    }
    let mut out = vec![0.0; image.voxels().len()];
    with_voxels!(image.voxels(), values => {
        out.par_iter_mut().zip(values.par_iter()).for_each(|(out, &value)| *out = f(value as f64));
    });
    let out = Volume::new(image.geometry().clone(), out)?;
    match out.first_non_finite() {
        None => Ok(out),
        Some((at, _)) => Err(Error::Setting(format!(
            "the intensity {} at voxel (x, y, z) = {at:?} leaves the range of numbers: the model does not fit the image",
            image.get(at)
        ))),
    }
}

/// What models have in common that standardise an image by a `mean` and a `standard_deviation` of theirs.
macro_rules! standardising {
    ($model:ident, $of:literal) => {
        impl $model {
            #[doc = concat!("Mean of ", $of, ".")]
            pub fn mean(&self) -> f64 {
                self.mean
            }

            #[doc = concat!("Standard deviation of ", $of, ", over N - 1.")]
            pub fn standard_deviation(&self) -> f64 {
                self.standard_deviation
            }

            /// The standardised image, in float64.
            ///
            /// # Errors
            /// [`Error::Setting`](crate::Error::Setting) if a voxel is NaN or infinite, before or after.
            pub fn apply(&self, image: &Volume) -> Result<Volume> {
                $crate::intensity::model::map(image, |v| (v - self.mean) / self.standard_deviation)
            }
        }
    };
}
pub(super) use standardising;

/// Checks what standardises an image.
pub(super) fn check_scale(name: &str, mean: f64, standard_deviation: f64) -> Result<()> {
    if mean.is_finite() && standard_deviation.is_finite() && standard_deviation > 0.0 {
        return Ok(());
    }
    Err(Error::Setting(format!(
        "{name}: the mean is {mean} and the standard deviation {standard_deviation}, which standardise nothing: are all \
         intensities equal?"
    )))
}
