//! Pictures of images, regions and results, to check by eye.

mod error;
pub mod overlay;
mod raster;

pub use error::{Error, Result};
pub use raster::{Colour, Raster};
