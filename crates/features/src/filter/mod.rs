//! The image filters of PyRadiomics: each takes the whole input of the filter and a window, and returns the response
//! inside the window.

mod error;
pub mod gradient;
pub mod lbp2d;
pub mod lbp3d;
pub mod log;
mod numpy_math;
pub mod pointwise;
#[cfg(test)]
mod testing;
pub mod wavelet;

pub use error::{FilterError, Result, Skip};
