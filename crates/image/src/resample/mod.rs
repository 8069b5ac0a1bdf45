//! Interpolation on another grid.

/// An interpolator of SimpleITK, by the name parameter files use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interpolator {
    /// `sitkNearestNeighbor`.
    NearestNeighbor,
    /// `sitkLinear`.
    Linear,
    /// `sitkBSpline` (`sitkBSpline3`): cubic B-spline.
    BSpline,
}
