//! One setting of one [`Settings`] into another.

use super::key::SettingKey;
use super::values::Settings;

/// Copies the value of a setting. Width and number of bins are one choice and are copied together.
pub(super) fn transfer(key: SettingKey, from: &Settings, to: &mut Settings) {
    use SettingKey as K;
    match key {
        K::MinimumRoiDimensions => to.minimum_roi_dimensions = from.minimum_roi_dimensions,
        K::MinimumRoiSize => to.minimum_roi_size = from.minimum_roi_size,
        K::GeometryTolerance => to.geometry_tolerance = from.geometry_tolerance,
        K::CorrectMask => to.correct_mask = from.correct_mask,
        K::AdditionalInfo => to.additional_info = from.additional_info,
        K::Label => to.label = from.label,
        K::LabelChannel => to.label_channel = from.label_channel,
        K::BinWidth | K::BinCount => to.discretisation = from.discretisation,
        K::Normalize => to.normalize = from.normalize,
        K::NormalizeScale => to.normalize_scale = from.normalize_scale,
        K::RemoveOutliers => to.remove_outliers = from.remove_outliers,
        K::ResampledPixelSpacing => to.resampled_pixel_spacing.clone_from(&from.resampled_pixel_spacing),
        K::Interpolator => to.interpolator = from.interpolator,
        K::PadDistance => to.pad_distance = from.pad_distance,
        K::Distances => to.distances.clone_from(&from.distances),
        K::Force2D => to.force_2d = from.force_2d,
        K::Force2DDimension => to.force_2d_dimension = from.force_2d_dimension,
        K::ResegmentRange => to.resegment_range.clone_from(&from.resegment_range),
        K::ResegmentMode => to.resegment_mode = from.resegment_mode,
        K::ResegmentShape => to.resegment_shape = from.resegment_shape,
        K::PreCrop => to.pre_crop = from.pre_crop,
        K::Sigma => to.sigma.clone_from(&from.sigma),
        K::StartLevel => to.start_level = from.start_level,
        K::Level => to.level = from.level,
        K::Wavelet => to.wavelet.clone_from(&from.wavelet),
        K::GradientUseSpacing => to.gradient_use_spacing = from.gradient_use_spacing,
        K::Lbp2dRadius => to.lbp2d_radius = from.lbp2d_radius,
        K::Lbp2dSamples => to.lbp2d_samples = from.lbp2d_samples,
        K::Lbp2dMethod => to.lbp2d_method = from.lbp2d_method,
        K::Lbp3dLevels => to.lbp3d_levels = from.lbp3d_levels,
        K::Lbp3dIcosphereRadius => to.lbp3d_icosphere_radius = from.lbp3d_icosphere_radius,
        K::Lbp3dIcosphereSubdivision => to.lbp3d_icosphere_subdivision = from.lbp3d_icosphere_subdivision,
        K::VoxelArrayShift => to.voxel_array_shift = from.voxel_array_shift,
        K::SymmetricalGlcm => to.symmetrical_glcm = from.symmetrical_glcm,
        K::WeightingNorm => to.weighting_norm = from.weighting_norm,
        K::GldmA => to.gldm_a = from.gldm_a,
    }
}
