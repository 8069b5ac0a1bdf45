//! The program `radsurv` from outside. One program: each more would be linked on its own.

mod bad_input;
mod cohort;
mod commands;
mod dicom;
mod evaluate;
mod explain;
mod extract;
mod genomics;
mod harmonize;
mod icc;
mod icc_perturb;
mod image;
mod pyradiomics_layout;
mod study;
mod support;
mod train;
