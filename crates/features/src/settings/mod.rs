//! What to extract and how: [`ExtractorSettings`], the typed form of a PyRadiomics parameter file.

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

/// The filters of PyRadiomics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ImageType {
    /// No filter.
    Original,
    /// Laplacian of Gaussian, one image per sigma.
    LoG,
    /// Stationary wavelet transform, eight images per level.
    Wavelet,
    /// Square.
    Square,
    /// Square root.
    SquareRoot,
    /// Logarithm.
    Logarithm,
    /// Exponential.
    Exponential,
    /// Gradient magnitude.
    Gradient,
    /// Local binary pattern, slice by slice.
    LBP2D,
    /// Local binary pattern in 3-D by spherical harmonics.
    LBP3D,
}

/// The feature classes of PyRadiomics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeatureClass {
    /// First-order statistics.
    FirstOrder,
    /// Shape in 3-D.
    Shape,
    /// Shape in 2-D.
    Shape2D,
    /// Grey level co-occurrence matrix.
    Glcm,
    /// Grey level run length matrix.
    Glrlm,
    /// Grey level size zone matrix.
    Glszm,
    /// Grey level dependence matrix.
    Gldm,
    /// Neighbouring grey tone difference matrix.
    Ngtdm,
}

/// A number written in a parameter file as a whole number or with a decimal point: PyRadiomics' image names keep the
/// spelling (`log-sigma-3-mm-3D` and `log-sigma-3-0-mm-3D`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sigma {
    /// Written without a decimal point.
    Whole(u64),
    /// Written with one.
    Real(f64),
}

impl Sigma {
    /// The width in mm.
    pub fn mm(self) -> f64 {
        match self {
            Self::Whole(v) => v as f64,
            Self::Real(v) => v,
        }
    }
}

/// How grey levels are grouped before texture and histogram features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Discretisation {
    /// Bins of this width, anchored at 0.
    Width(f64),
    /// This many bins between the region's minimum and maximum.
    Count(u32),
}

/// What `resegmentRange` is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResegmentMode {
    /// Grey values.
    Absolute,
    /// Fractions of the region's maximum.
    Relative,
    /// Standard deviations from the region's mean.
    Sigma,
}

/// Weights of the co-occurrence and run-length matrices of different angles by the norm of the angle's distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightingNorm {
    /// Sum of the absolute distances.
    Manhattan,
    /// Root of the sum of squares.
    Euclidean,
    /// Largest absolute distance.
    Infinity,
    /// The same weight, 1, for all: matrices are summed before features.
    NoWeighting,
}

/// `lbp2DMethod`, as scikit-image's `local_binary_pattern`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lbp2dMethod {
    /// `default`: not rotation invariant.
    Default,
    /// `ror`: rotation invariant.
    Ror,
    /// `uniform`: uniform patterns, rotation invariant.
    Uniform,
    /// `var`: variance of the samples.
    Var,
}

/// The settings of PyRadiomics' documentation, with its defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `minimumROIDimensions` (2; 1 to 3): a region must extend over this many axes.
    pub minimum_roi_dimensions: u8,
    /// `minimumROISize` (none): a region must have more voxels than this.
    pub minimum_roi_size: Option<u64>,
    /// `geometryTolerance` (1e-6): how far image and mask grids may differ.
    pub geometry_tolerance: Option<f64>,
    /// `correctMask` (false): resample a mask on another grid instead of failing.
    pub correct_mask: bool,
    /// `additionalInfo` (true): give diagnostics.
    pub additional_info: bool,
    /// `label` (1).
    pub label: u32,
    /// `label_channel` (0): which channel of a mask with several.
    pub label_channel: usize,
    /// `binWidth` (25) or `binCount`.
    pub discretisation: Discretisation,
    /// `normalize` (false).
    pub normalize: bool,
    /// `normalizeScale` (1).
    pub normalize_scale: f64,
    /// `removeOutliers` (none): clip normalised values at this many standard deviations.
    pub remove_outliers: Option<f64>,
    /// `resampledPixelSpacing` (none), x, y, z in mm; 0 keeps an axis.
    pub resampled_pixel_spacing: Option<Vec<f64>>,
    /// `interpolator` (`sitkBSpline`); none switches resampling off.
    pub interpolator: Option<radsurv_image::resample::Interpolator>,
    /// `padDistance` (5), in voxels.
    pub pad_distance: usize,
    /// `preCrop` (false).
    pub pre_crop: bool,
    /// `distances` ([1]), in voxels.
    pub distances: Vec<u32>,
    /// `force2D` (false).
    pub force_2d: bool,
    /// `force2Ddimension` (0): 0 is z (axial slices), 1 is y, 2 is x.
    pub force_2d_dimension: usize,
    /// `resegmentRange` (none): one or two thresholds.
    pub resegment_range: Option<Vec<f64>>,
    /// `resegmentMode` (absolute).
    pub resegment_mode: ResegmentMode,
    /// `resegmentShape` (false): use the resegmented mask for shape too.
    pub resegment_shape: bool,
    /// `sigma` ([]): widths of the Laplacian of Gaussian, in mm.
    pub sigma: Vec<Sigma>,
    /// `start_level` (0) of the wavelet.
    pub start_level: usize,
    /// `level` (1) of the wavelet.
    pub level: usize,
    /// `wavelet` (`coif1`).
    pub wavelet: String,
    /// `gradientUseSpacing` (true).
    pub gradient_use_spacing: bool,
    /// `lbp2DRadius` (1).
    pub lbp2d_radius: f64,
    /// `lbp2DSamples` (8).
    pub lbp2d_samples: u32,
    /// `lbp2DMethod` (uniform).
    pub lbp2d_method: Lbp2dMethod,
    /// `lbp3DLevels` (2).
    pub lbp3d_levels: u32,
    /// `lbp3DIcosphereRadius` (1).
    pub lbp3d_icosphere_radius: f64,
    /// `lbp3DIcosphereSubdivision` (1).
    pub lbp3d_icosphere_subdivision: u32,
    /// `voxelArrayShift` (0).
    pub voxel_array_shift: f64,
    /// `symmetricalGLCM` (true).
    pub symmetrical_glcm: bool,
    /// `weightingNorm` (none): features per angle, then averaged.
    pub weighting_norm: Option<WeightingNorm>,
    /// `gldm_a` (0): dependence cut-off.
    pub gldm_a: f64,
}
