//! Why a filter has no response.

/// Why a filter gave no response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The window is not inside the image, or the image does not fit its grid.
    #[error(transparent)]
    Image(#[from] radsurv_image::Error),
    /// PyRadiomics warns and leaves this image type out.
    #[error(transparent)]
    Skipped(#[from] Skip),
    /// A setting with a value that the filter cannot work with.
    #[error("{0}")]
    Setting(String),
    /// A voxel that is NaN or infinite and would spread over the response.
    #[error(
        "the image to be filtered has the value {value} at voxel (x, y, z) = {index:?}; replace NaN and infinite voxels \
         before the extraction"
    )]
    NotFinite {
        /// The first such voxel.
        index: [usize; 3],
        /// Its value.
        value: f64,
    },
    /// The response is not a number for these voxels, and what to do.
    #[error("{0}")]
    Undefined(String),
}

/// The result type of the filters.
pub type Result<T> = std::result::Result<T, FilterError>;

/// A reason for which PyRadiomics logs a warning and leaves an image type out: not a failure of the extraction.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Skip {
    /// The Laplacian of Gaussian needs four voxels along each axis.
    #[error("image too small to apply the LoG filter: size {size:?}, it needs 4 voxels along each axis")]
    LogImageTooSmall {
        /// Size along the axes of the image.
        size: Vec<usize>,
    },
    /// The Laplacian of Gaussian needs ceil(sigma / spacing) + 1 voxels along each axis.
    #[error(
        "LoG with sigma {sigma_mm} mm is left out: it needs ceil(sigma / spacing) + 1 voxels along each axis, that is \
         {needed:?}, but the image has {size:?} (spacing {spacing_mm:?} mm); choose a smaller sigma or keep more of \
         the image (padDistance)"
    )]
    LogSigmaTooLarge {
        /// Width of the Gaussian in mm.
        sigma_mm: f64,
        /// Spacing along the axes in mm.
        spacing_mm: Vec<f64>,
        /// Number of voxels needed along each axis.
        needed: Vec<f64>,
        /// Size along the axes.
        size: Vec<usize>,
    },
    /// The width of the Laplacian of Gaussian must be positive.
    #[error("LoG with sigma {sigma_mm} mm is left out: sigma must be greater than 0")]
    LogSigmaNotPositive {
        /// Width of the Gaussian in mm.
        sigma_mm: f64,
    },
    /// The local binary pattern in 3-D needs a 3-D image.
    #[error("LBP 3D is only available for 3-dimensional images, this one has 2 dimensions")]
    Lbp3dNot3d,
}
