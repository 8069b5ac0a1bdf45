//! Ready-made settings.

use super::{EnabledClass, EnabledImageType, ExtractorSettings, FeatureClass, ImageType, Settings, Sigma};

impl ExtractorSettings {
    /// The 1037 features common in published CT and MR studies, the cervical study among them: shape (14) and 93
    /// features of each of 11 images: the original, Laplacian of Gaussian of 3 and 5 mm, and the eight sub-bands of
    /// the `coif1` wavelet; bins 25 wide.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::ExtractorSettings;
    /// let text = ExtractorSettings::cervical_study().to_yaml()?;
    /// assert!(text.contains("LoG:\n    sigma: [3.0, 5.0]\n"));
    /// # Ok::<(), radsurv_features::Error>(())
    /// ```
    pub fn cervical_study() -> Self {
        let settings = Settings::default();
        let image_types = vec![
            EnabledImageType::new(ImageType::Original, &settings),
            EnabledImageType::with(ImageType::LoG, &settings, |s| s.sigma = vec![Sigma::Real(3.0), Sigma::Real(5.0)]),
            EnabledImageType::new(ImageType::Wavelet, &settings),
        ];
        let classes = [
            FeatureClass::Shape,
            FeatureClass::FirstOrder,
            FeatureClass::Glcm,
            FeatureClass::Glrlm,
            FeatureClass::Glszm,
            FeatureClass::Gldm,
            FeatureClass::Ngtdm,
        ];
        Self { image_types, feature_classes: classes.map(EnabledClass::all).to_vec(), ..Self::default() }
    }
}
