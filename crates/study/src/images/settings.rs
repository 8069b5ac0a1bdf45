//! What is done to the images of a study.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use radsurv_features::settings::ExtractorSettings;
use radsurv_image::diffusion::AdcSettings;
use radsurv_image::intensity::n4::{self, N4Settings};
use radsurv_image::intensity::{WhiteStripe, WhiteStripeSettings, ZScore, otsu_region};
use radsurv_image::morphology::RingSettings;
use radsurv_image::{Volume, with_voxels};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::reproducibility::check_ring;

/// From images to features. In TOML, `ring`, `n4` and `normalise` may also be `false` (not at all) or `true` (with the
/// defaults below).
///
/// # Example
/// ```
/// use radsurv_study::images::ImageSettings;
/// let settings: ImageSettings =
///     serde_json::from_str(r#"{ "extraction": "ct.yaml", "ring": { "width_mm": 30 }, "n4": false, "normalise": true }"#)?;
/// assert_eq!(settings.ring.as_ref().map(|r| (r.inner_gap_mm, r.width_mm)), Some((0.0, 30.0)));
/// assert!(settings.n4.is_none() && settings.normalise.is_some());
/// assert_eq!(ImageSettings::default().n4.map(|n4| n4.shrink), Some(4));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImageSettings {
    /// How features are extracted. Default [`ExtractorSettings::cervical_study`]: 1037 features of a region.
    pub extraction: Extraction,
    /// The ring around each tumour, a second region. Default 50 mm wide, from the border on, clipped to nothing but the image.
    #[serde(with = "switch")]
    pub ring: Option<RingSettings>,
    /// Correction of the bias field of MR images. Default as [`BiasField`].
    #[serde(with = "switch")]
    pub n4: Option<BiasField>,
    /// Normalisation of intensities, image by image, after that. Default none.
    #[serde(with = "switch")]
    pub normalise: Option<Normalise>,
    /// Which regions of a DICOM structure set or segmentation are the tumour, by name (with `*` and `?`) or number; several are
    /// united under label 1. Masks of other formats need none of it. Default none: the only region there is.
    pub roi: Vec<String>,
    /// How ADC maps are fitted to diffusion-weighted images.
    pub adc: AdcSettings,
    /// What the values of ADC maps that are given are multiplied by to be in 10⁻³ mm²/s. Default 1; 0.001 for the maps of most
    /// scanners, which are in 10⁻⁶ mm²/s.
    pub adc_scale: f64,
}

impl Default for ImageSettings {
    fn default() -> Self {
        Self {
            extraction: Extraction::default(),
            ring: Some(RingSettings::default()),
            n4: Some(BiasField::default()),
            normalise: None,
            roi: Vec::new(),
            adc: AdcSettings::default(),
            adc_scale: 1.0,
        }
    }
}

impl ImageSettings {
    /// Checks all that does not depend on an image.
    ///
    /// # Errors
    /// What is impossible; that the parameter file cannot be read.
    pub fn check(&self) -> Result<()> {
        let refuse = |what: String| Err(radsurv_image::Error::Setting(what).into());
        self.extraction.load()?;
        if let Some(ring) = &self.ring {
            check_ring(ring)?;
        }
        if let Some(n4) = &self.n4 {
            n4.settings().check()?;
        }
        if let Some(normalise) = &self.normalise
            && !(normalise.scale.is_finite() && normalise.scale > 0.0)
        {
            return refuse(format!("normalise: scale {}: give a positive number", normalise.scale));
        }
        if !(self.adc_scale.is_finite() && self.adc_scale > 0.0) {
            return refuse(format!("adc_scale {}: give a positive number", self.adc_scale));
        }
        Ok(())
    }
}

/// Settings of the extractor, or the parameter file that has them. In TOML a text names the file; a table has the sections of
/// such a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Extraction {
    /// A parameter file of PyRadiomics, YAML or JSON.
    File(PathBuf),
    /// The settings.
    Settings(Box<ExtractorSettings>),
}

impl Default for Extraction {
    fn default() -> Self {
        ExtractorSettings::cervical_study().into()
    }
}

impl From<ExtractorSettings> for Extraction {
    fn from(settings: ExtractorSettings) -> Self {
        Self::Settings(Box::new(settings))
    }
}

impl Extraction {
    /// The settings, without diagnostics, which a study does not look at.
    ///
    /// # Errors
    /// If the file cannot be read, with all that is wrong in it.
    pub fn load(&self) -> Result<ExtractorSettings> {
        let mut settings = match self {
            Self::File(path) => ExtractorSettings::from_file(path)?,
            Self::Settings(settings) => (**settings).clone(),
        };
        if settings.settings.additional_info {
            settings.change_settings(|s| s.additional_info = false);
        }
        Ok(settings)
    }

    /// The same with a path relative to a folder made relative to where the program runs.
    pub fn beside(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            settings => settings,
        }
    }
}

impl Serialize for Extraction {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::File(path) => path.serialize(serializer),
            Self::Settings(settings) => settings.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Extraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct FileOrSettings;
        impl<'de> Visitor<'de> for FileOrSettings {
            type Value = Extraction;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a parameter file or its sections")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> std::result::Result<Extraction, E> {
                Ok(Extraction::File(path.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Extraction, A::Error> {
                Ok(ExtractorSettings::deserialize(MapAccessDeserializer::new(map))?.into())
            }
        }
        deserializer.deserialize_any(FileOrSettings)
    }
}

/// N4 with the mask and, by default, the settings of 3D Slicer's module: the field is estimated from voxels above Otsu's
/// threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BiasField {
    /// The field is estimated on every such voxel along each axis. Default 4.
    pub shrink: usize,
    /// The most iterations of each level. Default 50, 40, 30.
    pub iterations: Vec<usize>,
}

impl Default for BiasField {
    fn default() -> Self {
        let slicer = N4Settings::slicer();
        Self { shrink: slicer.shrink_factor[0], iterations: slicer.maximum_number_of_iterations }
    }
}

impl BiasField {
    fn settings(&self) -> N4Settings {
        N4Settings {
            shrink_factor: [self.shrink; 3],
            maximum_number_of_iterations: self.iterations.clone(),
            ..N4Settings::slicer()
        }
    }

    /// Corrects an image.
    ///
    /// # Errors
    /// As [`n4::correct`] and [`otsu_region`].
    pub fn correct(&self, image: &Volume) -> radsurv_image::Result<Volume> {
        let settings = self.settings();
        let tissue = otsu_region(image, settings.number_of_histogram_bins)?;
        Ok(n4::correct(image, Some(&tissue), &settings)?.corrected)
    }
}

/// Normalisation of the intensities of an image by its own tissue: its voxels above Otsu's threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Normalise {
    /// What is brought to 0, and what to `scale`. Default [`NormaliseMethod::Zscore`].
    pub method: NormaliseMethod,
    /// Default 100: bins of 25, the default of PyRadiomics, are a quarter of a standard deviation wide then.
    pub scale: f64,
}

/// What intensities are measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NormaliseMethod {
    /// Mean and standard deviation of the tissue.
    #[default]
    Zscore,
    /// Mean and standard deviation of the most frequent tissue: [`WhiteStripe`].
    WhiteStripe,
}

impl Default for Normalise {
    fn default() -> Self {
        Self { method: NormaliseMethod::default(), scale: 100.0 }
    }
}

impl Normalise {
    /// The normalised image, in single precision.
    ///
    /// # Errors
    /// As [`ZScore::fit`], [`WhiteStripe::fit`] and [`otsu_region`].
    pub fn apply(&self, image: &Volume) -> radsurv_image::Result<Volume> {
        let tissue = otsu_region(image, OTSU_BINS)?;
        let one = [(image, Some(&tissue))];
        let (mean, deviation) = match self.method {
            NormaliseMethod::Zscore => {
                let model = ZScore::fit(one)?;
                (model.mean(), model.standard_deviation())
            }
            NormaliseMethod::WhiteStripe => {
                let model = WhiteStripe::fit(one, &WhiteStripeSettings::default())?;
                (model.mean(), model.standard_deviation())
            }
        };
        let values: Vec<f32> = with_voxels!(image.voxels(), values => {
            values.iter().map(|&v| (self.scale * ((v as f64 - mean) / deviation)) as f32).collect()
        });
        Volume::new(image.geometry().clone(), values)
    }
}

const OTSU_BINS: usize = 200;

/// Settings that can be switched off: `false`, `true` for the defaults, or a table.
mod switch {
    use super::*;

    pub fn serialize<T: Serialize, S: serde::Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        match value {
            Some(settings) => settings.serialize(serializer),
            None => serializer.serialize_bool(false),
        }
    }

    pub fn deserialize<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Option<T>, D::Error> {
        struct Switch<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Switch<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("false, true or a table of settings")
            }

            fn visit_bool<E: de::Error>(self, on: bool) -> std::result::Result<Option<T>, E> {
                Ok(on.then(T::default))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Option<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Some)
            }
        }
        deserializer.deserialize_any(Switch(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_from_their_text() {
        let all_off = ImageSettings { ring: None, n4: None, normalise: None, ..ImageSettings::default() };
        let file = ImageSettings { extraction: Extraction::File("p.yaml".into()), ..ImageSettings::default() };
        for settings in [ImageSettings::default(), all_off, file] {
            let text = serde_json::to_string(&settings).unwrap();
            let read: ImageSettings = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
            assert_eq!((&read.ring, &read.n4, &read.normalise), (&settings.ring, &settings.n4, &settings.normalise));
        }
        let read = |text: &str| serde_json::from_str::<ImageSettings>(text);
        let inline = read(r#"{"extraction": {"imageType": {"Original": {}}, "setting": {"binWidth": 10}}}"#).unwrap();
        assert!(matches!(inline.extraction, Extraction::Settings(s) if s.image_types.len() == 1));
        for (bad, word) in [
            (r#"{"rings": true}"#, "rings"),
            (r#"{"n4": {"shrinks": 2}}"#, "shrinks"),
            (r#"{"ring": 50}"#, "false, true or a table"),
            (r#"{"extraction": {"setting": {"binwidth": 5}}}"#, "binwidth"),
        ] {
            assert!(read(bad).unwrap_err().to_string().contains(word), "{bad}");
        }
    }

    #[test]
    fn impossible_settings_are_named() {
        let message = |change: fn(&mut ImageSettings)| {
            let mut settings = ImageSettings::default();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        assert!(message(|s| s.extraction = Extraction::File("gone.yaml".into())).contains("gone.yaml"));
        assert!(
            message(|s| s.ring = Some(RingSettings { width_mm: -1.0, ..RingSettings::default() }))
                .contains("ring of -1")
        );
        assert!(message(|s| s.n4 = Some(BiasField { shrink: 0, ..BiasField::default() })).contains("shrink"));
        assert!(
            message(|s| s.normalise = Some(Normalise { scale: f64::NAN, ..Normalise::default() })).contains("scale")
        );
        assert!(message(|s| s.adc_scale = 0.0).contains("adc_scale"));
        ImageSettings::default().check().unwrap();
    }
}
