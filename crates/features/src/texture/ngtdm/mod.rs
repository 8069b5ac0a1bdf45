//! Neighbouring grey tone difference matrix (NGTDM): how far each grey level lies from the mean of its neighbours.

mod features;
mod matrix;

pub use features::NgtdmFeatures;
pub use matrix::{Ngtdm, NgtdmRow};
