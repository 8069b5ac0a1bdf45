//! Grey values: normalisation, Otsu's threshold, and correction of the bias field of MR images.

pub mod n4;
mod normalize;
mod otsu;

pub use normalize::{Normalization, normalize};
pub use otsu::{otsu_region, otsu_threshold};
