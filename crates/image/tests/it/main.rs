//! Images against references, definitions and what must hold. One program: each more would be linked on its own.

mod contour;
#[cfg(feature = "dicom")]
mod dicom;
#[cfg(feature = "dicom")]
mod dicom_codecs;
#[cfg(feature = "dicom")]
mod dicom_contours;
#[cfg(feature = "dicom")]
mod dicom_contours_real;
#[cfg(feature = "dicom")]
mod dicom_doubtful;
#[cfg(feature = "dicom")]
mod dicom_enhanced;
#[cfg(feature = "dicom")]
mod dicom_real;
#[cfg(feature = "dicom")]
mod dicom_seg;
#[cfg(feature = "dicom")]
mod dicom_stacks;
mod diffusion;
#[cfg(feature = "dicom")]
mod diffusion_real;
mod distance;
mod geometry;
mod intensity;
mod io_damage;
mod io_golden;
mod io_roundtrip;
mod morphology;
mod morphology_real;
mod n4;
mod normalize;
mod perturb;
mod real_data;
mod resample;
mod support;
