//! The defaults of PyRadiomics.

use std::collections::BTreeSet;

use radsurv_image::resample::Interpolator;

use super::types::{Discretisation, Lbp2dMethod, ResegmentMode};
use super::{EnabledClass, EnabledImageType, ExtractorSettings, FeatureClass, ImageType, Settings, Spelling};

impl Default for Settings {
    fn default() -> Self {
        Self {
            minimum_roi_dimensions: 2,
            minimum_roi_size: None,
            geometry_tolerance: None,
            correct_mask: false,
            additional_info: true,
            label: 1,
            label_channel: 0,
            discretisation: Discretisation::Width(25.0),
            normalize: false,
            normalize_scale: 1.0,
            remove_outliers: None,
            resampled_pixel_spacing: None,
            interpolator: Some(Interpolator::BSpline),
            pad_distance: 5,
            pre_crop: false,
            distances: vec![1],
            force_2d: false,
            force_2d_dimension: 0,
            resegment_range: None,
            resegment_mode: ResegmentMode::Absolute,
            resegment_shape: false,
            sigma: Vec::new(),
            start_level: 0,
            level: 1,
            wavelet: "coif1".to_string(),
            gradient_use_spacing: true,
            lbp2d_radius: 1.0,
            lbp2d_samples: 8,
            lbp2d_method: Lbp2dMethod::Uniform,
            lbp3d_levels: 2,
            lbp3d_icosphere_radius: 1.0,
            lbp3d_icosphere_subdivision: 1,
            voxel_array_shift: 0.0,
            symmetrical_glcm: true,
            weighting_norm: None,
            gldm_a: 0.0,
        }
    }
}

impl Default for ExtractorSettings {
    /// What PyRadiomics extracts without a parameter file: the original image and every class but `shape2D`.
    fn default() -> Self {
        let settings = Settings::default();
        let classes = FeatureClass::ALL.into_iter().filter(|&class| class != FeatureClass::Shape2D);
        Self {
            image_types: vec![EnabledImageType::new(ImageType::Original, &settings)],
            feature_classes: classes.map(EnabledClass::all).collect(),
            settings,
            fixes: BTreeSet::new(),
            notices: Vec::new(),
            spelling: Spelling::default(),
        }
    }
}
