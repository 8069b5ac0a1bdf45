//! What to extract and how: [`ExtractorSettings`], the typed form of a PyRadiomics parameter file.
//!
//! Parameter files are read with [`ExtractorSettings::from_file`], [`from_yaml_str`](ExtractorSettings::from_yaml_str)
//! and [`from_json_str`](ExtractorSettings::from_json_str); without one, [`ExtractorSettings::default`] is what
//! PyRadiomics does without one. Every setting with its default, unit and range is a field of [`Settings`].

mod checks;
mod configuration;
mod default;
mod draft;
mod fix;
mod interpolator;
mod key;
mod preset;
mod python;
mod read;
mod spelling;
mod transfer;
mod types;
mod values;
mod wavelets;
mod write;

use std::collections::BTreeSet;

pub use fix::Fix;
pub use key::{Scope, SettingKey};
pub use python::{Value, python_float};
pub use spelling::Spelling;
pub use types::{Discretisation, FeatureClass, ImageType, Lbp2dMethod, ResegmentMode, Sigma, WeightingNorm};
pub use values::Settings;

/// Everything an extraction is told: settings, image types and feature classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractorSettings {
    /// Settings of the preprocessing, and of the image types that do not override them.
    pub settings: Settings,
    /// The image types in the order of their results.
    pub image_types: Vec<EnabledImageType>,
    /// The feature classes in the order of their results; shape classes come first whatever the order.
    pub feature_classes: Vec<EnabledClass>,
    /// The defects of PyRadiomics that are not reproduced. None by default.
    pub fixes: BTreeSet<Fix>,
    /// What the reader of a parameter file has to say about it: what has no effect, what is deprecated.
    pub notices: Vec<String>,
    /// How the file spelled [`settings`](Self::settings).
    pub spelling: Spelling,
}

/// An image type and the settings of its filter and features (the common ones with its own overrides applied).
#[derive(Debug, Clone, PartialEq)]
pub struct EnabledImageType {
    /// The filter.
    pub image_type: ImageType,
    /// Its settings, complete.
    pub settings: Settings,
    /// How the file spelled what is overridden.
    pub spelling: Spelling,
}

impl EnabledImageType {
    /// An image type with the common settings.
    pub fn new(image_type: ImageType, common: &Settings) -> Self {
        Self { image_type, settings: common.clone(), spelling: Spelling::default() }
    }

    /// An image type with settings of its own.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::{EnabledImageType, ExtractorSettings, ImageType, Sigma};
    /// let mut extraction = ExtractorSettings::default();
    /// let log = EnabledImageType::with(ImageType::LoG, &extraction.settings, |s| s.sigma = vec![Sigma::Real(3.0)]);
    /// extraction.image_types.push(log);
    /// assert_eq!(extraction.image_types_text(), "{'Original': {}, 'LoG': {'sigma': [3.0]}}");
    /// ```
    pub fn with(image_type: ImageType, common: &Settings, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = common.clone();
        change(&mut settings);
        Self { image_type, settings, spelling: Spelling::default() }
    }

    /// The settings that are overridden, in the order and spelling of the file: those it names, and those that differ
    /// from the common ones.
    pub fn overrides(&self, common: &Settings) -> Vec<(SettingKey, Value)> {
        self.spelling.given(&self.settings, common)
    }
}

/// A feature class and which of its features to compute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnabledClass {
    /// The class.
    pub class: FeatureClass,
    /// Names of the features in the order of their results, for example `Mean`; all that are not deprecated, in
    /// alphabetical order, if empty.
    pub features: Vec<String>,
}

impl EnabledClass {
    /// A class with all features that are not deprecated.
    pub fn all(class: FeatureClass) -> Self {
        Self { class, features: Vec::new() }
    }
}

impl ExtractorSettings {
    /// Changes the common settings, and with them those of every image type that does not override them.
    ///
    /// Assigning to [`settings`](Self::settings) alone would leave the image types as they are.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::ExtractorSettings;
    /// let text = "setting: {label: 1}\nimageType: {Original: {}, LoG: {sigma: [3.0], binWidth: 10}}\n";
    /// let mut extraction = ExtractorSettings::from_yaml_str(text, "params.yaml")?;
    /// extraction.change_settings(|s| s.label = 2);
    /// assert!(extraction.image_types.iter().all(|t| t.settings.label == 2));
    /// assert_eq!(extraction.image_types_text(), "{'Original': {}, 'LoG': {'sigma': [3.0], 'binWidth': 10}}");
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn change_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let before = self.settings.clone();
        change(&mut self.settings);
        for enabled in &mut self.image_types {
            let mut settings = self.settings.clone();
            for (key, _) in enabled.overrides(&before) {
                transfer::transfer(key, &enabled.settings, &mut settings);
            }
            enabled.settings = settings;
        }
    }

    /// Whether a defect of PyRadiomics is switched off.
    pub fn fixes(&self, fix: Fix) -> bool {
        self.fixes.contains(&fix)
    }
}
