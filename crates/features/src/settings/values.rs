//! [`Settings`]: every number and switch of an extraction.

use super::types::{Discretisation, Lbp2dMethod, ResegmentMode, Sigma, WeightingNorm};

/// The settings of PyRadiomics' documentation, with its defaults ([`Settings::default`]).
///
/// Each field names its key in parameter files, its default and, after a semicolon, what the reader of parameter files
/// allows. Fields set in code are not checked again: the code that uses them says what it cannot work with.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `minimumROIDimensions` (2; 1 to 3): a region must extend over more than one voxel along this many axes.
    pub minimum_roi_dimensions: u8,
    /// `minimumROISize` (none; at least 1), in voxels: a region must have *more* than this.
    pub minimum_roi_size: Option<u64>,
    /// `geometryTolerance` (none, which is SimpleITK's 1e-6; more than 0): how far origins and directions of image and
    /// mask may differ, relative to the spacing.
    pub geometry_tolerance: Option<f64>,
    /// `correctMask` (false): resample a mask on another grid to that of the image instead of failing.
    pub correct_mask: bool,
    /// `additionalInfo` (true): add diagnostics to the features.
    pub additional_info: bool,
    /// `label` (1; at least 1): which voxels of the mask are the region.
    pub label: u32,
    /// `label_channel` (0; at least 0): which channel of a mask that has several.
    pub label_channel: usize,
    /// `binWidth` (25; more than 0), in grey values, or `binCount` (none; 1 to 1 000 000). If a file gives both, the
    /// number of bins wins.
    pub discretisation: Discretisation,
    /// `normalize` (false): bring the image to mean 0 and standard deviation 1 before everything else.
    pub normalize: bool,
    /// `normalizeScale` (1; more than 0): factor of normalised grey values.
    pub normalize_scale: f64,
    /// `removeOutliers` (none; more than 0, may be infinite): clip normalised grey values at this many standard
    /// deviations.
    pub remove_outliers: Option<f64>,
    /// `resampledPixelSpacing` (none; three values of at least 0, two for a 2-D image), x, y, z in mm: resample image and mask to this
    /// spacing; 0 keeps that of an axis.
    pub resampled_pixel_spacing: Option<Vec<f64>>,
    /// `interpolator` (`sitkBSpline`): how the image is resampled. None switches resampling off.
    pub interpolator: Option<radsurv_image::resample::Interpolator>,
    /// `padDistance` (5; at least 0), in voxels: margin around the region when resampling or cropping.
    pub pad_distance: usize,
    /// `preCrop` (false): crop the image to the region and its margin before filtering.
    pub pre_crop: bool,
    /// `distances` (\[1\]; 1 to 100 each), in voxels: how far apart voxels are compared (GLCM, GLDM, NGTDM).
    pub distances: Vec<u32>,
    /// `force2D` (false): textures and wavelets within slices only.
    pub force_2d: bool,
    /// `force2Ddimension` (0; 0 to 2): the axis across slices: 0 is z (axial slices), 1 is y, 2 is x.
    pub force_2d_dimension: usize,
    /// `resegmentRange` (none; one or two numbers, may be infinite): keep voxels from the lower to the upper threshold,
    /// or from the only one on; in the unit of [`resegment_mode`](Self::resegment_mode). Order does not matter.
    pub resegment_range: Option<Vec<f64>>,
    /// `resegmentMode` (absolute): what the thresholds are relative to.
    pub resegment_mode: ResegmentMode,
    /// `resegmentShape` (false): describe the shape of the resegmented mask, not of the whole one.
    pub resegment_shape: bool,
    /// `sigma` (\[\]; more than 0 each), in mm: widths of the Laplacian of Gaussian. An image for each.
    pub sigma: Vec<Sigma>,
    /// `start_level` (0; 0 to 30): levels of the wavelet transform before the first that gives images.
    pub start_level: usize,
    /// `level` (1; 1 to 30): how many levels of the wavelet transform give images.
    pub level: usize,
    /// `wavelet` (`coif1`; a discrete wavelet of PyWavelets).
    pub wavelet: String,
    /// `gradientUseSpacing` (true): gradient per mm instead of per voxel.
    pub gradient_use_spacing: bool,
    /// `lbp2DRadius` (1; more than 0), in voxels: distance of the samples of 2-D local binary patterns.
    pub lbp2d_radius: f64,
    /// `lbp2DSamples` (8; 1 to 1024): number of samples on that circle.
    pub lbp2d_samples: u32,
    /// `lbp2DMethod` (uniform): what is made of the pattern.
    pub lbp2d_method: Lbp2dMethod,
    /// `lbp3DLevels` (2; 1 to 100): levels of spherical harmonics in 3-D local binary patterns.
    pub lbp3d_levels: u32,
    /// `lbp3DIcosphereRadius` (1; more than 0), in voxels: distance of the samples of 3-D local binary patterns.
    pub lbp3d_icosphere_radius: f64,
    /// `lbp3DIcosphereSubdivision` (1; 0 to 8): each step makes four triangles of one, 10 * 4^n + 2 samples.
    pub lbp3d_icosphere_subdivision: u32,
    /// `voxelArrayShift` (0; a whole number): added to grey values in Energy, TotalEnergy and RootMeanSquared.
    pub voxel_array_shift: f64,
    /// `symmetricalGLCM` (true): count each pair of voxels in both directions.
    pub symmetrical_glcm: bool,
    /// `weightingNorm` (none): weight GLCM and GLRLM of different angles and add them up. None computes features for
    /// each angle and averages them.
    pub weighting_norm: Option<WeightingNorm>,
    /// `gldm_a` (0; a whole number of at least 0), in bins: largest difference of dependent voxels.
    pub gldm_a: f64,
}
