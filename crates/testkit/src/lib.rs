//! For radsurv's own tests: golden files, comparisons, phantoms and naive references on plain arrays.

pub mod cases;
pub mod compare;
pub mod data;
pub mod dicom;
pub mod golden;
pub mod naive;
pub mod phantom;
pub mod splitmix;
