//! Interpolation on another grid.

mod interpolator;

pub use interpolator::Interpolator;
