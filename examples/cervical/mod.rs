//! Parts of the example of the study of cervical cancer.

pub mod fresh;
pub mod judge;
pub mod options;
pub mod progress;
