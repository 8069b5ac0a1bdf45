//! The names of settings.

use super::draft::value_of;
use super::python::Value;
use super::types::ImageType;
use super::values::Settings;

/// Where a setting has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// On loading and preprocessing: the same for all image types, so that an override for one has no effect.
    Preprocessing,
    /// On one filter.
    Filter(ImageType),
    /// On discretisation, matrices and features.
    Features,
}

macro_rules! setting_keys {
    ($($(#[$doc:meta])* $key:ident = $name:literal, $scope:expr;)*) => {
        /// A setting, by its name in parameter files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum SettingKey {
            $($(#[$doc])* $key,)*
        }

        impl SettingKey {
            /// All settings, in the order of PyRadiomics' schema.
            pub const ALL: &'static [Self] = &[$(Self::$key),*];

            /// The name in parameter files, for example `binWidth`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$key => $name),* }
            }

            /// Where the setting has an effect.
            pub const fn scope(self) -> Scope {
                match self { $(Self::$key => $scope),* }
            }
        }
    };
}

setting_keys! {
    /// [`Settings::minimum_roi_dimensions`](super::Settings::minimum_roi_dimensions).
    MinimumRoiDimensions = "minimumROIDimensions", Scope::Preprocessing;
    /// [`Settings::minimum_roi_size`](super::Settings::minimum_roi_size).
    MinimumRoiSize = "minimumROISize", Scope::Preprocessing;
    /// [`Settings::geometry_tolerance`](super::Settings::geometry_tolerance).
    GeometryTolerance = "geometryTolerance", Scope::Preprocessing;
    /// [`Settings::correct_mask`](super::Settings::correct_mask).
    CorrectMask = "correctMask", Scope::Preprocessing;
    /// [`Settings::additional_info`](super::Settings::additional_info).
    AdditionalInfo = "additionalInfo", Scope::Preprocessing;
    /// [`Settings::label`](super::Settings::label).
    Label = "label", Scope::Preprocessing;
    /// [`Settings::label_channel`](super::Settings::label_channel).
    LabelChannel = "label_channel", Scope::Preprocessing;
    /// [`Settings::discretisation`](super::Settings::discretisation) by the width of a bin.
    BinWidth = "binWidth", Scope::Features;
    /// [`Settings::discretisation`](super::Settings::discretisation) by the number of bins.
    BinCount = "binCount", Scope::Features;
    /// [`Settings::normalize`](super::Settings::normalize).
    Normalize = "normalize", Scope::Preprocessing;
    /// [`Settings::normalize_scale`](super::Settings::normalize_scale).
    NormalizeScale = "normalizeScale", Scope::Preprocessing;
    /// [`Settings::remove_outliers`](super::Settings::remove_outliers).
    RemoveOutliers = "removeOutliers", Scope::Preprocessing;
    /// [`Settings::resampled_pixel_spacing`](super::Settings::resampled_pixel_spacing).
    ResampledPixelSpacing = "resampledPixelSpacing", Scope::Preprocessing;
    /// [`Settings::interpolator`](super::Settings::interpolator).
    Interpolator = "interpolator", Scope::Preprocessing;
    /// [`Settings::pad_distance`](super::Settings::pad_distance).
    PadDistance = "padDistance", Scope::Preprocessing;
    /// [`Settings::distances`](super::Settings::distances).
    Distances = "distances", Scope::Features;
    /// [`Settings::force_2d`](super::Settings::force_2d).
    Force2D = "force2D", Scope::Features;
    /// [`Settings::force_2d_dimension`](super::Settings::force_2d_dimension).
    Force2DDimension = "force2Ddimension", Scope::Features;
    /// [`Settings::resegment_range`](super::Settings::resegment_range).
    ResegmentRange = "resegmentRange", Scope::Preprocessing;
    /// [`Settings::resegment_mode`](super::Settings::resegment_mode).
    ResegmentMode = "resegmentMode", Scope::Preprocessing;
    /// [`Settings::resegment_shape`](super::Settings::resegment_shape).
    ResegmentShape = "resegmentShape", Scope::Preprocessing;
    /// [`Settings::pre_crop`](super::Settings::pre_crop).
    PreCrop = "preCrop", Scope::Preprocessing;
    /// [`Settings::sigma`](super::Settings::sigma).
    Sigma = "sigma", Scope::Filter(ImageType::LoG);
    /// [`Settings::start_level`](super::Settings::start_level).
    StartLevel = "start_level", Scope::Filter(ImageType::Wavelet);
    /// [`Settings::level`](super::Settings::level).
    Level = "level", Scope::Filter(ImageType::Wavelet);
    /// [`Settings::wavelet`](super::Settings::wavelet).
    Wavelet = "wavelet", Scope::Filter(ImageType::Wavelet);
    /// [`Settings::gradient_use_spacing`](super::Settings::gradient_use_spacing).
    GradientUseSpacing = "gradientUseSpacing", Scope::Filter(ImageType::Gradient);
    /// [`Settings::lbp2d_radius`](super::Settings::lbp2d_radius).
    Lbp2dRadius = "lbp2DRadius", Scope::Filter(ImageType::LBP2D);
    /// [`Settings::lbp2d_samples`](super::Settings::lbp2d_samples).
    Lbp2dSamples = "lbp2DSamples", Scope::Filter(ImageType::LBP2D);
    /// [`Settings::lbp2d_method`](super::Settings::lbp2d_method).
    Lbp2dMethod = "lbp2DMethod", Scope::Filter(ImageType::LBP2D);
    /// [`Settings::lbp3d_levels`](super::Settings::lbp3d_levels).
    Lbp3dLevels = "lbp3DLevels", Scope::Filter(ImageType::LBP3D);
    /// [`Settings::lbp3d_icosphere_radius`](super::Settings::lbp3d_icosphere_radius).
    Lbp3dIcosphereRadius = "lbp3DIcosphereRadius", Scope::Filter(ImageType::LBP3D);
    /// [`Settings::lbp3d_icosphere_subdivision`](super::Settings::lbp3d_icosphere_subdivision).
    Lbp3dIcosphereSubdivision = "lbp3DIcosphereSubdivision", Scope::Filter(ImageType::LBP3D);
    /// [`Settings::voxel_array_shift`](super::Settings::voxel_array_shift).
    VoxelArrayShift = "voxelArrayShift", Scope::Features;
    /// [`Settings::symmetrical_glcm`](super::Settings::symmetrical_glcm).
    SymmetricalGlcm = "symmetricalGLCM", Scope::Features;
    /// [`Settings::weighting_norm`](super::Settings::weighting_norm).
    WeightingNorm = "weightingNorm", Scope::Features;
    /// [`Settings::gldm_a`](super::Settings::gldm_a).
    GldmA = "gldm_a", Scope::Features;
}

impl SettingKey {
    /// The setting of that name; case matters, as in PyRadiomics.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// The value of the setting, as a file would spell it. Null for `binCount` where there is none, and for `binWidth`
    /// where there is a `binCount`.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::settings::{SettingKey, Settings};
    /// assert_eq!(SettingKey::Distances.value(&Settings::default()).to_string(), "[1]");
    /// ```
    pub fn value(self, settings: &Settings) -> Value {
        value_of(self, settings)
    }

    /// Whether a value given for one image type has an effect on it.
    pub fn acts_on(self, image_type: ImageType) -> bool {
        match self.scope() {
            Scope::Preprocessing => false,
            Scope::Filter(filter) => filter == image_type,
            Scope::Features => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(SettingKey::ALL.len(), 37);
        for &key in SettingKey::ALL {
            assert_eq!(SettingKey::parse(key.name()), Some(key));
        }
        assert_eq!(SettingKey::parse("binwidth"), None);
        assert!(SettingKey::Sigma.acts_on(ImageType::LoG) && !SettingKey::Sigma.acts_on(ImageType::Wavelet));
        assert!(SettingKey::BinWidth.acts_on(ImageType::LoG) && !SettingKey::PadDistance.acts_on(ImageType::LoG));
    }
}
