//! Grey values: normalisation, Otsu's threshold, and correction of the bias field of MR images.
//!
//! [`normalize`] is PyRadiomics' own. [`ZScore`], [`PercentileClip`], [`Nyul`] and [`WhiteStripe`] are fitted to training
//! images and applied to others; [`IntensityModel`] is any of them and can be saved.

mod clip;
mod model;
pub mod n4;
mod normalize;
mod nyul;
mod otsu;
mod white_stripe;
mod zscore;

pub use clip::PercentileClip;
pub use model::IntensityModel;
pub use normalize::{Normalization, normalize};
pub use nyul::{Nyul, NyulSettings};
pub use otsu::{otsu_region, otsu_threshold};
pub use white_stripe::{WhiteStripe, WhiteStripeSettings};
pub use zscore::ZScore;
