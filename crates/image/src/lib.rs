//! Medical volumes and masks.
//!
//! [`Volume`] is an image, [`Mask`] a label map, [`Region`] the voxels of one label; each knows its [`Geometry`].
//! Index vectors are in the order (x, y, z), physical points in mm in LPS, arrays stored with x fastest.

pub mod contour;
pub mod diffusion;
mod error;
mod geometry;
pub mod intensity;
mod inverse;
pub mod io;
mod mask;
pub mod morphology;
mod pad;
pub mod perturb;
pub mod resample;
#[doc(hidden)]
pub mod simd;
mod statistics;
mod volume;

pub use error::{Error, Result};
pub use geometry::{Geometry, GeometryMismatch, IndexBox};
pub use mask::{Mask, Region};
pub use pad::Padding;
pub use statistics::{IntensityStatistics, RegionStatistics};
pub use volume::{Volume, VoxelType, Voxels};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
