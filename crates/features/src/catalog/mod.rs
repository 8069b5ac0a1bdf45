//! The features of each class: names, order, IBSI codes, what they measure, and which are deprecated.
//!
//! Names and order are PyRadiomics'. The order within a class is that of its results when a class is enabled as a
//! whole: alphabetical by the name of the *method* (`getMeanAbsoluteDeviationFeatureValue` comes before
//! `getMeanFeatureValue`). Classes come in the order of the parameter file (shape classes always first); without a
//! file, in the order of [`FeatureClass::ALL`].
//!
//! Codes are those of the Image Biomarker Standardisation Initiative's reference manual (Zwanenburg et al.,
//! arXiv:1612.07003; *Radiology* 2020;295:328-338). A code names the definition; the value of a feature may still
//! depart from the consensus, see [`FeatureInfo::ibsi_difference`] and the discretisation of PyRadiomics.
//!
//! # Example
//! ```
//! use radsurv_features::catalog;
//! use radsurv_features::settings::FeatureClass;
//!
//! let mean = catalog::find(FeatureClass::FirstOrder, "Mean").unwrap();
//! assert_eq!(mean.ibsi, Some("Q4LE"));
//! let gone = catalog::find(FeatureClass::Glcm, "Dissimilarity").unwrap();
//! assert_eq!(gone.deprecation.unwrap().equivalent, "DifferenceAverage");
//! assert_eq!(catalog::enabled_by_default(FeatureClass::Glcm).count(), 24);
//! ```

mod first_order;
mod glcm;
mod gldm;
mod glrlm;
mod glszm;
mod name;
mod ngtdm;
mod shape;
mod shape_2d;
pub(crate) mod suggest;

pub use name::{FeatureName, is_feature_name, parse_name};

use crate::settings::FeatureClass;

/// What is known of a feature before any image is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureInfo {
    /// PyRadiomics' name, for example `JointEnergy`.
    pub name: &'static str,
    /// The four letters of the IBSI's reference manual, if it defines the feature.
    pub ibsi: Option<&'static str>,
    /// In which way the definition here departs from the one of the code, if it does.
    pub ibsi_difference: Option<&'static str>,
    /// What it measures, in a line.
    pub description: &'static str,
    /// Why it is computed by name only, or not at all; none for an ordinary feature.
    pub deprecation: Option<Deprecation>,
}

/// Why a feature is left out when a class is enabled as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deprecation {
    /// Whether it has a value when asked for by name. PyRadiomics returns nothing at all for the others.
    pub has_value: bool,
    /// The feature to use instead, with its class if that is another one (`firstorder Uniformity`).
    /// Empty if there is none.
    pub equivalent: &'static str,
    /// The relation between the two.
    pub reason: &'static str,
}

impl FeatureInfo {
    const fn new(name: &'static str, ibsi: &'static str, description: &'static str) -> Self {
        Self { name, ibsi: Some(ibsi), ibsi_difference: None, description, deprecation: None }
    }

    const fn without_code(name: &'static str, description: &'static str) -> Self {
        Self { name, ibsi: None, ibsi_difference: None, description, deprecation: None }
    }

    const fn departs(self, how: &'static str) -> Self {
        Self { ibsi_difference: Some(how), ..self }
    }

    const fn by_name_only(self, equivalent: &'static str, reason: &'static str) -> Self {
        Self { deprecation: Some(Deprecation { has_value: true, equivalent, reason }), ..self }
    }

    const fn withdrawn(self, equivalent: &'static str, reason: &'static str) -> Self {
        Self { deprecation: Some(Deprecation { has_value: false, equivalent, reason }), ..self }
    }

    /// Whether the feature is left out when its class is enabled as a whole.
    pub const fn is_deprecated(&self) -> bool {
        self.deprecation.is_some()
    }

    /// Whether an extraction that names the feature gives a value: false for the deprecated features for which
    /// PyRadiomics returns nothing.
    pub const fn has_value(&self) -> bool {
        match self.deprecation {
            None => true,
            Some(deprecation) => deprecation.has_value,
        }
    }

    /// What to tell somebody who asks for a deprecated feature; none for an ordinary one.
    pub fn deprecation_notice(&self, class: FeatureClass) -> Option<String> {
        let deprecation = self.deprecation?;
        let what = if deprecation.has_value { "is deprecated" } else { "is deprecated and has no value" };
        let instead = match deprecation.equivalent {
            "" => String::new(),
            feature => format!("; use {feature} instead"),
        };
        Some(format!("{} {} {what}: {}{instead}", class.name(), self.name, deprecation.reason))
    }
}

/// All features of a class, deprecated ones too, in the order of its results.
pub const fn features(class: FeatureClass) -> &'static [FeatureInfo] {
    match class {
        FeatureClass::FirstOrder => &first_order::FEATURES,
        FeatureClass::Shape => &shape::FEATURES,
        FeatureClass::Shape2D => &shape_2d::FEATURES,
        FeatureClass::Glcm => &glcm::FEATURES,
        FeatureClass::Glrlm => &glrlm::FEATURES,
        FeatureClass::Glszm => &glszm::FEATURES,
        FeatureClass::Gldm => &gldm::FEATURES,
        FeatureClass::Ngtdm => &ngtdm::FEATURES,
    }
}

/// The features computed when a class is enabled as a whole: those that are not deprecated, in the order of results.
pub fn enabled_by_default(class: FeatureClass) -> impl Iterator<Item = &'static FeatureInfo> {
    features(class).iter().filter(|feature| !feature.is_deprecated())
}

/// The feature of that name (case matters, as in PyRadiomics), deprecated ones too.
pub fn find(class: FeatureClass, name: &str) -> Option<&'static FeatureInfo> {
    features(class).iter().find(|feature| feature.name == name)
}

/// The name most like a misspelt one, if any is near enough to be meant.
pub fn did_you_mean(class: FeatureClass, name: &str) -> Option<&'static str> {
    suggest::nearest(name, features(class).iter().map(|feature| feature.name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_four_letters_and_used_once() {
        let mut seen = HashSet::new();
        for class in FeatureClass::ALL {
            for feature in features(class) {
                if let Some(code) = feature.ibsi {
                    assert!(code.len() == 4 && code.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()));
                    assert!(seen.insert(code), "{code} twice");
                }
                assert!(!feature.description.is_empty() && !feature.description.ends_with('.'), "{}", feature.name);
            }
        }
    }

    #[test]
    fn every_equivalent_exists() {
        for class in FeatureClass::ALL {
            for feature in features(class) {
                let Some(deprecation) = feature.deprecation else { continue };
                let (class, name) = match deprecation.equivalent.split_once(' ') {
                    Some((other, name)) => (FeatureClass::parse(other).unwrap(), name),
                    None => (class, deprecation.equivalent),
                };
                if name.is_empty() {
                    assert_eq!(feature.name, "DependencePercentage");
                } else {
                    assert!(!find(class, name).unwrap().is_deprecated());
                }
            }
        }
    }

    #[test]
    fn counts() {
        let count = |class| enabled_by_default(class).count();
        assert_eq!(count(FeatureClass::Shape), 14);
        assert_eq!(count(FeatureClass::Shape2D), 9);
        let per_image: usize = FeatureClass::ALL.iter().filter(|c| !c.is_shape()).map(|&class| count(class)).sum();
        assert_eq!(per_image, 93);
        assert_eq!(14 + 11 * per_image, 1037);
    }

    #[test]
    fn notices_name_the_equivalent() {
        let notice = |class, name| find(class, name).unwrap().deprecation_notice(class);
        assert_eq!(notice(FeatureClass::Glcm, "Id"), None);
        let text = notice(FeatureClass::Gldm, "GrayLevelNonUniformityNormalized").unwrap();
        assert!(text.contains("has no value") && text.ends_with("use firstorder Uniformity instead"), "{text}");
        let text = notice(FeatureClass::FirstOrder, "StandardDeviation").unwrap();
        assert!(!text.contains("no value"), "{text}");
        assert_eq!(did_you_mean(FeatureClass::Glcm, "jointentropy"), Some("JointEntropy"));
        assert_eq!(did_you_mean(FeatureClass::Glcm, "Mean"), None);
    }
}
