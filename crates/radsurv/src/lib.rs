//! Medical images, tumour masks and follow-up to a validated survival model: re-exports of the radsurv crates.
pub use radsurv_data as data;
#[cfg(feature = "features")]
pub use radsurv_features as features;
#[cfg(feature = "image")]
pub use radsurv_image as image;
