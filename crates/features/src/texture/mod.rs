//! Texture: matrices that count how grey levels lie beside each other, and the features of each matrix.
//!
//! One folder per matrix: `matrix.rs` counts, `features.rs` has the formulas. A matrix is computed once and its
//! features from it. [`Levels`] is the discretised region that all of them start from.

pub mod angles;
pub mod glcm;
pub mod gldm;
pub mod glrlm;
pub mod glszm;
pub(crate) mod levels;
mod neighbours;
pub mod ngtdm;
pub mod size_matrix;

pub use levels::Levels;
