//! Grey level co-occurrence matrix (GLCM): how often two grey levels lie at a given offset from each other.

mod features;
mod matrix;
mod mcc;

pub use features::GlcmFeatures;
pub use matrix::{Cooccurrence, Glcm, Pair};
