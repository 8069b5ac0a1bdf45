//! Parts of the example `head_neck_lung_study`.

use std::error::Error;

pub mod numbers;
pub mod tables;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// One, two, three and five years, in days.
pub const TIMES: [f64; 4] = [365.0, 730.0, 1095.0, 1825.0];
