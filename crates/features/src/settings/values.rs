//! [`Settings`]: every number and switch of an extraction.

use super::types::{Discretisation, Lbp2dMethod, ResegmentMode, Sigma, WeightingNorm};

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
