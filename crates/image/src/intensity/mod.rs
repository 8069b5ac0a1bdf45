//! Grey values: normalisation.

mod normalize;

pub use normalize::{Normalization, normalize};
