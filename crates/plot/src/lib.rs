//! Pictures of images, regions and results.
//!
//! [`overlay`] shows slices with outlined regions, to check by eye, as PNG. Figures of results are [`svg::Drawing`]s, made of
//! [`axes::Panel`]s in one [`axes::Style`].

pub mod axes;
mod error;
pub mod overlay;
mod raster;
pub mod svg;

pub use error::{Error, Result};
pub use raster::{Colour, Raster};
