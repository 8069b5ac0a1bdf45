//! Grey level run length matrix (GLRLM): how long the runs of one grey level are, along each angle.

mod features;
mod matrix;

pub use features::GlrlmFeatures;
pub use matrix::Glrlm;
