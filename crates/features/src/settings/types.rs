//! The types of settings: one enum per choice.

use std::fmt;

use super::python::python_float;

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

impl ImageType {
    /// All image types.
    pub const ALL: [Self; 10] = [
        Self::Original,
        Self::LoG,
        Self::Wavelet,
        Self::Square,
        Self::SquareRoot,
        Self::Logarithm,
        Self::Exponential,
        Self::Gradient,
        Self::LBP2D,
        Self::LBP3D,
    ];

    /// The name in parameter files, for example `SquareRoot`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::LoG => "LoG",
            Self::Wavelet => "Wavelet",
            Self::Square => "Square",
            Self::SquareRoot => "SquareRoot",
            Self::Logarithm => "Logarithm",
            Self::Exponential => "Exponential",
            Self::Gradient => "Gradient",
            Self::LBP2D => "LBP2D",
            Self::LBP3D => "LBP3D",
        }
    }

    /// The image type of that name; case matters, as in PyRadiomics.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|image_type| image_type.name() == name)
    }
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

impl FeatureClass {
    /// All classes in the order in which PyRadiomics enables them when a file does not name any (that of its modules'
    /// names). Whatever the order, its results begin with the shape classes.
    pub const ALL: [Self; 8] =
        [Self::FirstOrder, Self::Glcm, Self::Gldm, Self::Glrlm, Self::Glszm, Self::Ngtdm, Self::Shape, Self::Shape2D];

    /// The name in parameter files and results, for example `firstorder`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstOrder => "firstorder",
            Self::Shape => "shape",
            Self::Shape2D => "shape2D",
            Self::Glcm => "glcm",
            Self::Glrlm => "glrlm",
            Self::Glszm => "glszm",
            Self::Gldm => "gldm",
            Self::Ngtdm => "ngtdm",
        }
    }

    /// The class of that name; case matters, as in PyRadiomics.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether it describes the mask alone: computed once, not for each image type.
    pub const fn is_shape(self) -> bool {
        matches!(self, Self::Shape | Self::Shape2D)
    }
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

/// As Python's `str` prints the number, which is the spelling that image names use (with `-` for the point).
impl fmt::Display for Sigma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Whole(v) => write!(f, "{v}"),
            Self::Real(v) => f.write_str(&python_float(v)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for image_type in ImageType::ALL {
            assert_eq!(ImageType::parse(image_type.name()), Some(image_type));
        }
        for class in FeatureClass::ALL {
            assert_eq!(FeatureClass::parse(class.name()), Some(class));
        }
        assert_eq!(ImageType::parse("log"), None);
        assert_eq!(FeatureClass::parse("Shape"), None);
    }

    #[test]
    fn sigma_keeps_its_spelling() {
        let texts = [Sigma::Whole(3), Sigma::Real(3.0), Sigma::Real(0.5), Sigma::Real(1e-5)].map(|s| s.to_string());
        assert_eq!(texts, ["3", "3.0", "0.5", "1e-05"]);
    }
}
