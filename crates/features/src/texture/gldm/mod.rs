//! Grey level dependence matrix (GLDM): how many neighbours have nearly the grey level of their centre.

mod features;
mod matrix;

pub use features::GldmFeatures;
pub use matrix::Gldm;
