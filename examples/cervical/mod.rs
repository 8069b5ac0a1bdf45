//! Parts of the example of the study of cervical cancer.

pub mod fresh;
pub mod genes;
pub mod judge;
pub mod options;
pub mod progress;
