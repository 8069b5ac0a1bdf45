//! PyRadiomics' radiomics features, number for number and many times faster.

mod bit_mask;
pub mod catalog;
pub mod discretise;
mod error;
mod extractor;
pub mod filter;
mod first_order;
pub mod grid;
mod named;
mod pairwise;
pub mod settings;
pub mod shape;
mod sparse_sum;
pub mod texture;

pub use error::{Error, Position, Problem, Result, SettingsError};
pub use extractor::{Extractor, Feature, FeatureValue, FeatureVector, NamedImage, image_hash, mask_hash};
pub use first_order::FirstOrderFeatures;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
