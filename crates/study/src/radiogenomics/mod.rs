//! From groups of patients to genes, pathways and image features.
//!
//! | | |
//! |---|---|
//! | [`GenomicsSettings`] | what is asked: the part `[genomics]` of a study |
//! | [`GenomicsFiles`] | the files it names, read once |
//! | [`GenomicsSettings::run`] | what they say of groups of patients |
//! | [`Radiogenomics`] | what was found |
//!
//! Groups, features and follow-up come from outside, so a study's Radscore and any other division of patients are asked the same.

mod files;
mod lists;
mod result;
mod run;
mod settings;

pub use files::{GenomicsFiles, NamedSets, collection_name};
pub use result::*;
pub use run::Patients;
pub use settings::{GeneListSource, GenomicsSettings};
