//! What to extract and how: [`ExtractorSettings`], the typed form of a PyRadiomics parameter file.

mod default;
mod types;
mod values;

pub use types::{Discretisation, FeatureClass, ImageType, Lbp2dMethod, ResegmentMode, Sigma, WeightingNorm};
pub use values::Settings;

/// Everything an extraction is told: settings, image types and feature classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractorSettings {
    /// Settings of the preprocessing, and of the image types that do not override them.
    pub settings: Settings,
    /// The image types in the order of their results.
    pub image_types: Vec<EnabledImageType>,
    /// The feature classes in the order of their results.
    pub feature_classes: Vec<EnabledClass>,
}

/// An image type and the settings of its filter and features (the common ones with its own overrides applied).
#[derive(Debug, Clone, PartialEq)]
pub struct EnabledImageType {
    /// The filter.
    pub image_type: ImageType,
    /// Its settings, complete.
    pub settings: Settings,
}

/// A feature class and which of its features to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct EnabledClass {
    /// The class.
    pub class: FeatureClass,
    /// Names of the features, for example `Mean`; all that are not deprecated if empty.
    pub features: Vec<String>,
}
