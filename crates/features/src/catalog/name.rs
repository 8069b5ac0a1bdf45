//! Full names of features, as they stand over the columns of tables.

use super::{FeatureInfo, find};
use crate::settings::FeatureClass;

/// The parts of a full name: `wavelet-LLH_glcm_Contrast`, with or without something before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureName<'a> {
    /// The filtered image, with anything that was put before it: `wavelet-LLH`, `ring_original`, `T1_ring_original`.
    pub image: &'a str,
    /// The class.
    pub class: FeatureClass,
    /// The feature.
    pub info: &'static FeatureInfo,
}

/// The parts of a column's name if it is that of a feature: `<image>_<class>_<feature>`, with a class and a feature of
/// this catalog, deprecated ones too. The image may be any text that is not empty: filters of one's own have names of
/// their own, and `radsurv extract --layout wide` puts `tumour_` or `ring_` first. Case matters.
///
/// # Example
/// ```
/// use radsurv_features::catalog;
/// use radsurv_features::settings::FeatureClass;
/// let name = catalog::parse_name("ring_log-sigma-3-0-mm-3D_glcm_Contrast").unwrap();
/// assert_eq!((name.image, name.class, name.info.name), ("ring_log-sigma-3-0-mm-3D", FeatureClass::Glcm, "Contrast"));
/// assert_eq!(catalog::parse_name("diagnostics_Image-original_Mean"), None);
/// ```
pub fn parse_name(column: &str) -> Option<FeatureName<'_>> {
    let (rest, feature) = column.rsplit_once('_')?;
    let (image, class) = rest.rsplit_once('_')?;
    let class = FeatureClass::parse(class)?;
    // PyRadiomics' diagnostics are of the images, never features.
    let is_image = !image.is_empty() && !image.starts_with("diagnostics");
    Some(FeatureName { image, class, info: find(class, feature)? }).filter(|_| is_image)
}

/// Whether a column has the name of a feature; see [`parse_name`].
///
/// # Example
/// ```
/// use radsurv_features::catalog::is_feature_name;
/// assert!(is_feature_name("original_firstorder_Mean"));
/// assert!(is_feature_name("tumour_2_original_shape_Flatness"));
/// assert!(!is_feature_name("Mean") && !is_feature_name("firstorder_Mean") && !is_feature_name("survival_time"));
/// ```
pub fn is_feature_name(column: &str) -> bool {
    parse_name(column).is_some()
}
