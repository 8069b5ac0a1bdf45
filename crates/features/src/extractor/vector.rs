//! The result of an extraction.

use crate::catalog::FeatureInfo;
use crate::settings::FeatureClass;

/// The features of one region of one image, in PyRadiomics' order.
#[derive(Debug, Clone, Default)]
pub struct FeatureVector {
    /// The features.
    pub features: Vec<Feature>,
    /// PyRadiomics' `diagnostics_*`, with its names and its spelling of the values; empty unless asked for.
    pub diagnostics: Vec<(String, String)>,
    /// What the user should know: filters that were skipped, features that have no value, and why.
    pub notices: Vec<String>,
}

/// One feature with its value.
#[derive(Debug, Clone)]
pub struct Feature {
    /// The filtered image it is of: `original`, `log-sigma-3-0-mm-3D`, `wavelet-LLH`, ...
    pub image: String,
    /// Its class.
    pub class: FeatureClass,
    /// Its name, IBSI code and meaning.
    pub info: &'static FeatureInfo,
    /// Its value, or why it has none.
    pub value: FeatureValue,
}

/// A number, or the reason why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureValue {
    /// The value.
    Number(f64),
    /// Why the feature is undefined for this region; PyRadiomics gives NaN.
    Undefined(String),
}

impl FeatureValue {
    /// The value, NaN if there is none.
    pub fn number(&self) -> f64 {
        match self {
            Self::Number(v) => *v,
            Self::Undefined(_) => f64::NAN,
        }
    }

    /// Why there is no value.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Undefined(reason) => Some(reason),
        }
    }
}

impl Feature {
    /// PyRadiomics' full name: `wavelet-LLH_glcm_Contrast`.
    pub fn name(&self) -> String {
        format!("{}_{}_{}", self.image, self.class.name(), self.info.name)
    }
}

impl FeatureVector {
    /// The value of a feature by its full name.
    pub fn get(&self, name: &str) -> Option<&FeatureValue> {
        self.features.iter().find(|f| f.name() == name).map(|f| &f.value)
    }
}
