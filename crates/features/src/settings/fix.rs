//! Defects of PyRadiomics that can be switched off by name.

/// A defect of PyRadiomics that is reproduced unless it is listed in [`ExtractorSettings::fixes`], in a parameter
/// file under `radsurv:`
///
/// ```yaml
/// radsurv:
///   fixes: [resegment-shape-crop]
/// ```
///
/// PyRadiomics itself does not read a file with that section.
///
/// [`ExtractorSettings::fixes`]: super::ExtractorSettings::fixes
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fix {
    /// `resegment-shape-crop`: with `resegmentRange` and without `resegmentShape`, shape is to describe the whole
    /// mask, but PyRadiomics crops it to the bounding box of the resegmented one, losing what lies outside.
    /// Fixed: the box is that of the mask described.
    ResegmentShapeCrop,
    /// `shape2d-dimension`: before it computes `shape2D`, PyRadiomics asks for *more* than one slice along
    /// `force2Ddimension`, counting axes as x, y, z, and skips the class otherwise; the class then asks for exactly one,
    /// counting them as z, y, x, and the whole extraction fails otherwise. So single axial and sagittal slices have
    /// features, a single coronal one has none, and several slices fail. Fixed: exactly one slice along the axis named
    /// by `force2Ddimension` (0 is z, 1 is y, 2 is x) has features.
    Shape2dDimension,
}

impl Fix {
    /// All fixes.
    pub const ALL: [Self; 2] = [Self::ResegmentShapeCrop, Self::Shape2dDimension];

    /// The name in parameter files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResegmentShapeCrop => "resegment-shape-crop",
            Self::Shape2dDimension => "shape2d-dimension",
        }
    }

    /// The fix of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fix| fix.name() == name)
    }
}
