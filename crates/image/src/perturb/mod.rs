//! Perturbations of images and regions, in place of a second examination and a second reader.
//!
//! A feature that changes when the image is slightly noisier, turned or shifted, or the contour slightly different, will not be
//! the same at the next examination. Zwanenburg et al.: Assessing robustness of radiomic features by image perturbation.
//! Scientific Reports 9 (2019) 614, doi:10.1038/s41598-018-36938-4; their program is MIRP, whose settings are followed where a
//! function says so.
//!
//! Each change is a function of image, region and seed: [`add_noise`] ([`noise_sd`] tells how much there is), [`change_volume`]
//! and [`move_surface`], [`shift_contour`], [`randomise_supervoxels`]; rotation and translation are steps of a
//! [`Perturbation`], which is a list of [`Step`]s and is applied as a whole. [`PerturbSettings`] draws one for each repetition of
//! each case.
//!
//! Seeds give the same result on every platform and for any number of threads: random numbers come from ChaCha8, and what
//! is not exactly rounded by IEEE 754 is computed by `libm`.

mod connected;
mod contour;
mod field;
mod noise;
mod random;
mod rigid;
mod settings;
mod slic;
mod step;
mod supervoxels;
mod surface;
mod volume;

pub use contour::{ContourShift, shift_contour};
pub use noise::{add_noise, noise_sd};
pub use settings::{ContourModel, NoiseLevel, PerturbSettings};
pub use step::{ImageGrid, Perturbation, Perturbed, Step};
pub use supervoxels::{Supervoxels, randomise_supervoxels};
pub use volume::{change_volume, move_surface};
