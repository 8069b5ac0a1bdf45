//! From the images of a cohort to tables of features: N4, normalisation, tumours and the rings around them, readers, diffusion.
//!
//! [`image_features`] reads each image once, corrects it once, and extracts tumour and ring from the mask of the case and from
//! those of its readers. What was computed once is found again in a [`Cache`](crate::cache::Cache): by the content of image and
//! mask and by the settings, mask by mask, so that another reader costs what that reader costs. [`perturbed_features`] gives the
//! readings of perturbed images and masks instead, of the same corrected images. [`check`] looks for the files before.
//!
//! Images are read from any format of [`radsurv_image::io`]. With the cargo feature `dicom` an image may be a folder with one
//! series, and a mask a structure set (RTSTRUCT) or segmentation (SEG), of which [`ImageSettings::roi`] chooses regions.
//!
//! A case fails by rule: if its image or mask cannot be read, or the tumour cannot be extracted, it is left out, reported and
//! counted. A ring, a reader or a diffusion that fails leaves NaN, with the reason. Nothing stops the other cases.

mod adc;
mod case;
mod extract;
mod perturbed;
mod read;
mod result;
mod run;
mod settings;

pub use case::{AdcInput, DwiImage, FileProblem, ImageCase, check};
pub use perturbed::perturbed_features;
pub use result::{CaseFailure, CaseTime, ImageFeatures, ImageProgress, Part, UndefinedFeature};
pub use run::{RunOptions, image_features};
pub use settings::{BiasField, Extraction, ImageSettings, Normalise, NormaliseMethod};
