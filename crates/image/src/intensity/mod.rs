//! Grey values: normalisation, and correction of the bias field of MR images.

pub mod n4;
mod normalize;

pub use normalize::{Normalization, normalize};
