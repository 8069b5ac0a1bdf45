//! One setting at a time: from a value of a file into [`Settings`], and back.

use super::checks::{
    LARGEST, Wrong, choice, distances, interpolator_of, list, optional, positive, resegment_range, sigma, spacing,
    switch, switch_or_off, wavelet, whole,
};
use super::key::SettingKey;
use super::python::Value;
use super::types::{Discretisation, Lbp2dMethod, ResegmentMode, Sigma, WeightingNorm};
use super::values::Settings;

/// Settings being put together. The width and the number of bins are two settings of a file but one choice in
/// [`Settings`], and the number wins whatever the order, so both are kept until the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    settings: Settings,
    bin_width: Option<f64>,
    bin_count: Option<u32>,
}

impl Draft {
    /// Continues from settings that are complete.
    pub(super) fn new(settings: &Settings) -> Self {
        let (bin_width, bin_count) = match settings.discretisation {
            Discretisation::Width(width) => (Some(width), None),
            Discretisation::Count(count) => (Some(25.0), Some(count)),
        };
        Self { settings: settings.clone(), bin_width, bin_count }
    }

    /// The settings, or none if neither a width nor a number of bins is left.
    pub(super) fn finish(&self) -> Option<Settings> {
        let discretisation = match (self.bin_count, self.bin_width) {
            (Some(count), _) => Discretisation::Count(count),
            (None, Some(width)) => Discretisation::Width(width),
            (None, None) => return None,
        };
        Some(Settings { discretisation, ..self.settings.clone() })
    }

    /// Back to the default bins.
    pub(super) fn reset_bins(&mut self) {
        let default = Self::new(&Settings::default());
        self.bin_width = default.bin_width;
        self.bin_count = default.bin_count;
    }

    /// Sets one setting to a value of a file.
    pub(super) fn assign(&mut self, key: SettingKey, value: &Value) -> Result<(), Wrong> {
        use SettingKey as K;
        let s = &mut self.settings;
        match key {
            K::MinimumRoiDimensions => s.minimum_roi_dimensions = whole(value, 1, 3)? as u8,
            K::MinimumRoiSize => s.minimum_roi_size = optional(value, |v| Ok(whole(v, 1, LARGEST)? as u64))?,
            K::GeometryTolerance => s.geometry_tolerance = optional(value, |v| positive(v, true))?,
            K::CorrectMask => s.correct_mask = switch_or_off(value)?,
            K::AdditionalInfo => s.additional_info = switch_or_off(value)?,
            K::Label => s.label = whole(value, 1, u32::MAX.into())? as u32,
            K::LabelChannel => s.label_channel = whole(value, 0, LARGEST)? as usize,
            K::BinWidth => self.bin_width = optional(value, |v| positive(v, false))?,
            K::BinCount => self.bin_count = optional(value, |v| Ok(whole(v, 1, 1_000_000)? as u32))?,
            K::Normalize => s.normalize = switch_or_off(value)?,
            K::NormalizeScale => s.normalize_scale = positive(value, false)?,
            K::RemoveOutliers => s.remove_outliers = optional(value, |v| positive(v, true))?,
            K::ResampledPixelSpacing => s.resampled_pixel_spacing = optional(value, spacing)?,
            K::Interpolator => s.interpolator = optional(value, interpolator_of)?,
            K::PadDistance => s.pad_distance = whole(value, 0, LARGEST)? as usize,
            K::Distances => s.distances = distances(value)?,
            K::Force2D => s.force_2d = switch(value)?,
            K::Force2DDimension => s.force_2d_dimension = whole(value, 0, 2)? as usize,
            K::ResegmentRange => s.resegment_range = optional(value, resegment_range)?,
            K::ResegmentMode => s.resegment_mode = choice(value, &RESEGMENT_MODES)?,
            K::ResegmentShape => s.resegment_shape = switch_or_off(value)?,
            K::PreCrop => s.pre_crop = switch_or_off(value)?,
            K::Sigma => s.sigma = list(value, sigma)?,
            K::StartLevel => s.start_level = whole(value, 0, 30)? as usize,
            K::Level => s.level = whole(value, 1, 30)? as usize,
            K::Wavelet => s.wavelet = wavelet(value)?,
            K::GradientUseSpacing => s.gradient_use_spacing = switch(value)?,
            K::Lbp2dRadius => s.lbp2d_radius = positive(value, false)?,
            K::Lbp2dSamples => s.lbp2d_samples = whole(value, 1, 1024)? as u32,
            K::Lbp2dMethod => s.lbp2d_method = choice(value, &LBP_2D_METHODS)?,
            K::Lbp3dLevels => s.lbp3d_levels = whole(value, 1, 100)? as u32,
            K::Lbp3dIcosphereRadius => s.lbp3d_icosphere_radius = positive(value, false)?,
            K::Lbp3dIcosphereSubdivision => s.lbp3d_icosphere_subdivision = whole(value, 0, 8)? as u32,
            K::VoxelArrayShift => s.voxel_array_shift = whole(value, -LARGEST, LARGEST)? as f64,
            K::SymmetricalGlcm => s.symmetrical_glcm = switch_or_off(value)?,
            K::WeightingNorm => s.weighting_norm = optional(value, |v| choice(v, &WEIGHTING_NORMS))?,
            K::GldmA => s.gldm_a = whole(value, 0, LARGEST)? as f64,
        }
        Ok(())
    }
}

/// The value of a setting as a file would spell it. Null for a bin count that is not used; of a bin width that is not
/// used nothing is known.
pub(super) fn value_of(key: SettingKey, s: &Settings) -> Value {
    use SettingKey as K;
    let int = |v: u64| Value::Int(v.into());
    let floats = |v: &[f64]| Value::List(v.iter().copied().map(Value::Float).collect());
    match key {
        K::MinimumRoiDimensions => int(s.minimum_roi_dimensions.into()),
        K::MinimumRoiSize => s.minimum_roi_size.map_or(Value::Null, int),
        K::GeometryTolerance => s.geometry_tolerance.map_or(Value::Null, Value::Float),
        K::CorrectMask => Value::Bool(s.correct_mask),
        K::AdditionalInfo => Value::Bool(s.additional_info),
        K::Label => int(s.label.into()),
        K::LabelChannel => int(s.label_channel as u64),
        K::BinWidth => match s.discretisation {
            Discretisation::Width(width) => Value::Float(width),
            Discretisation::Count(_) => Value::Null,
        },
        K::BinCount => match s.discretisation {
            Discretisation::Width(_) => Value::Null,
            Discretisation::Count(count) => int(count.into()),
        },
        K::Normalize => Value::Bool(s.normalize),
        K::NormalizeScale => Value::Float(s.normalize_scale),
        K::RemoveOutliers => s.remove_outliers.map_or(Value::Null, Value::Float),
        K::ResampledPixelSpacing => s.resampled_pixel_spacing.as_deref().map_or(Value::Null, floats),
        K::Interpolator => s.interpolator.map_or(Value::Null, |v| Value::Text(v.name().to_string())),
        K::PadDistance => int(s.pad_distance as u64),
        K::Distances => Value::List(s.distances.iter().map(|&v| int(v.into())).collect()),
        K::Force2D => Value::Bool(s.force_2d),
        K::Force2DDimension => int(s.force_2d_dimension as u64),
        K::ResegmentRange => s.resegment_range.as_deref().map_or(Value::Null, floats),
        K::ResegmentMode => name_of(s.resegment_mode, &RESEGMENT_MODES),
        K::ResegmentShape => Value::Bool(s.resegment_shape),
        K::PreCrop => Value::Bool(s.pre_crop),
        K::Sigma => Value::List(
            s.sigma
                .iter()
                .map(|v| match *v {
                    Sigma::Whole(v) => int(v),
                    Sigma::Real(v) => Value::Float(v),
                })
                .collect(),
        ),
        K::StartLevel => int(s.start_level as u64),
        K::Level => int(s.level as u64),
        K::Wavelet => Value::Text(s.wavelet.clone()),
        K::GradientUseSpacing => Value::Bool(s.gradient_use_spacing),
        K::Lbp2dRadius => Value::Float(s.lbp2d_radius),
        K::Lbp2dSamples => int(s.lbp2d_samples.into()),
        K::Lbp2dMethod => name_of(s.lbp2d_method, &LBP_2D_METHODS),
        K::Lbp3dLevels => int(s.lbp3d_levels.into()),
        K::Lbp3dIcosphereRadius => Value::Float(s.lbp3d_icosphere_radius),
        K::Lbp3dIcosphereSubdivision => int(s.lbp3d_icosphere_subdivision.into()),
        K::VoxelArrayShift => whole_or_float(s.voxel_array_shift),
        K::SymmetricalGlcm => Value::Bool(s.symmetrical_glcm),
        K::WeightingNorm => s.weighting_norm.map_or(Value::Null, |v| name_of(v, &WEIGHTING_NORMS)),
        K::GldmA => whole_or_float(s.gldm_a),
    }
}

type Names<T, const N: usize> = [(&'static str, T); N];

const RESEGMENT_MODES: Names<ResegmentMode, 3> =
    [("absolute", ResegmentMode::Absolute), ("relative", ResegmentMode::Relative), ("sigma", ResegmentMode::Sigma)];
const LBP_2D_METHODS: Names<Lbp2dMethod, 4> = [
    ("default", Lbp2dMethod::Default),
    ("ror", Lbp2dMethod::Ror),
    ("uniform", Lbp2dMethod::Uniform),
    ("var", Lbp2dMethod::Var),
];
const WEIGHTING_NORMS: Names<WeightingNorm, 4> = [
    ("euclidean", WeightingNorm::Euclidean),
    ("manhattan", WeightingNorm::Manhattan),
    ("infinity", WeightingNorm::Infinity),
    ("no_weighting", WeightingNorm::NoWeighting),
];

fn name_of<T: PartialEq>(value: T, names: &[(&'static str, T)]) -> Value {
    names.iter().find(|(_, v)| *v == value).map_or(Value::Null, |(name, _)| Value::Text((*name).to_string()))
}

fn whole_or_float(v: f64) -> Value {
    // Every f64 in this range that is whole converts exactly.
    if v.fract() == 0.0 && v.abs() <= 2f64.powi(53) { Value::Int(v as i128) } else { Value::Float(v) }
}
