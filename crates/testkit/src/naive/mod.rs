//! Naive references: every texture matrix, feature, discretisation and shape computed straight from its definition,
//! on plain arrays, with the most obvious code. Nothing here knows a type of the crates under test.
//!
//! # Conventions
//! - A grid has a size `[nx, ny, nz]`; the value of voxel `(x, y, z)` is at index `x + nx * (y + ny * z)`.
//! - `levels` holds 0 outside the region and the grey levels `1..=Ng` inside.
//! - `plane` is `Some(axis)` when neighbours are only looked for in the plane across `axis` (0 = x, 1 = y, 2 = z):
//!   PyRadiomics' `force2D` with `force2Ddimension = 2 - axis`.
//! - Features come as `(name, value)` under PyRadiomics' names, in the order of its documentation; a value that does
//!   not exist is NaN.
//!
//! The definitions are those of the PyRadiomics 3.0.1 documentation with the conventions of that program: grey levels
//! that do not occur are left out, [`EPS`] is added inside logarithms, features of co-occurrence and run-length
//! matrices are means over the angles that have any pair or run. `reference/naive_check.py` writes the values of that
//! program which the tests of this crate compare these functions with.
//!
//! # Panics
//! This is test code: arrays that do not fit their size panic on indexing.

pub mod angles;
pub mod discretise;
pub mod eigen;
pub mod first_order;
pub mod glcm;
pub mod gldm;
pub mod glrlm;
pub mod glszm;
pub mod joint;
pub mod mesh;
pub mod ngtdm;
pub mod shape;
pub mod shape2d;

/// Machine epsilon, 2.2e-16: added to probabilities inside logarithms and to products of margins in MCC.
pub const EPS: f64 = f64::EPSILON;

/// A feature's name and value.
pub type Named = (&'static str, f64);

/// Mean of the values that are not NaN; NaN if there is none.
pub fn nan_mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let kept: Vec<f64> = values.into_iter().filter(|v| !v.is_nan()).collect();
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// Coordinates `(x, y, z)` of every voxel, x fastest.
pub fn voxels(size: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..size[2]).flat_map(move |z| (0..size[1]).flat_map(move |y| (0..size[0]).map(move |x| [x, y, z])))
}

/// Index of voxel `at` in an array of that size.
pub fn index(size: [usize; 3], at: [usize; 3]) -> usize {
    at[0] + size[0] * (at[1] + size[1] * at[2])
}

/// The voxel at an offset from `at`, if the grid has it.
pub fn neighbour(size: [usize; 3], at: [usize; 3], offset: [i64; 3]) -> Option<[usize; 3]> {
    let mut to = [0; 3];
    for axis in 0..3 {
        let moved = at[axis] as i64 + offset[axis];
        if moved < 0 || moved >= size[axis] as i64 {
            return None;
        }
        to[axis] = moved as usize;
    }
    Some(to)
}

/// The grey levels that occur in the region, ascending.
pub fn present_levels(levels: &[u32]) -> Vec<u32> {
    let mut present: Vec<u32> = levels.iter().copied().filter(|&l| l > 0).collect();
    present.sort_unstable();
    present.dedup();
    present
}

/// How the matrices of different angles are weighted by the length of the angle's step in mm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// Longest component.
    Infinity,
    /// Root of the sum of squares.
    Euclidean,
    /// Sum of the components.
    Manhattan,
    /// All weights are 1, but the angles are still merged to one matrix.
    NoWeighting,
}

impl Norm {
    /// The length of an angle's step in this norm for the given spacing in mm; `None` for [`Norm::NoWeighting`].
    pub fn length(self, angle: [i64; 3], spacing: [f64; 3]) -> Option<f64> {
        let step: Vec<f64> = (0..3).map(|a| angle[a].abs() as f64 * spacing[a]).collect();
        match self {
            Self::Infinity => Some(step.iter().copied().fold(0.0, f64::max)),
            Self::Euclidean => Some(step.iter().map(|s| s * s).sum::<f64>().sqrt()),
            Self::Manhattan => Some(step.iter().sum()),
            Self::NoWeighting => None,
        }
    }
}
