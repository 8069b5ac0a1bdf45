//! Grey level size zone matrix (GLSZM): how large the connected zones of one grey level are.

mod features;
mod matrix;

pub use features::GlszmFeatures;
pub use matrix::Glszm;
