//! Pictures of images, regions and results.
//!
//! [`overlay`] shows slices with outlined regions, to check by eye, as PNG. Figures of results are [`svg::Drawing`]s, made of
//! [`axes::Panel`]s in one [`axes::Style`]: [`batch_effect`].

pub mod axes;
pub mod batch_effect;
mod error;
pub mod overlay;
mod raster;
pub mod svg;

pub use error::{Error, Result};
pub use raster::{Colour, Raster};
