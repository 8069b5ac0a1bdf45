//! What can go wrong with images and masks.

use std::io;
use std::path::PathBuf;

use crate::geometry::GeometryMismatch;

/// An error of this crate. The message says what, where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to open, read or write a file.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A file that is damaged, or is not what its name says.
    #[error("{path}: {what}", path = .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it and where, and what to do.
        what: String,
    },
    /// A valid file of a kind that this crate does not read.
    #[error("{path}: {what}", path = .path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is not supported, and the way round it.
        what: String,
    },
    /// A geometry that describes no image: a size of 0, a spacing that is not positive, a singular direction matrix.
    #[error("invalid image geometry: {0}")]
    Geometry(String),
    /// The number of voxels is not the product of the sizes.
    #[error("a volume of size {size:?} has {expected} voxels, but {found} values were given")]
    VoxelCount {
        /// Size along x, y, z.
        size: [usize; 3],
        /// Product of the sizes.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// Image and mask are not on the same grid.
    #[error("{0}")]
    Mismatch(Box<GeometryMismatch>),
    /// The label is not in the mask.
    #[error("label {label} is not in the mask; {}", list_labels(.present))]
    LabelMissing {
        /// The label that was asked for.
        label: u32,
        /// The labels that are there, ascending, without 0.
        present: Vec<u32>,
    },
    /// A box that does not lie inside the image.
    #[error("the box {start:?} + {size:?} (x, y, z) is not inside an image of size {image:?}")]
    OutOfBounds {
        /// First voxel of the box.
        start: [usize; 3],
        /// Size of the box.
        size: [usize; 3],
        /// Size of the image.
        image: [usize; 3],
    },
    /// DICOM objects that make no image, or not one.
    #[cfg(feature = "dicom")]
    #[error("{path}: {problem}", path = .path.display())]
    Dicom {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: Box<crate::io::dicom::SeriesProblem>,
    },
    /// Contours or segments that make no mask.
    #[cfg(feature = "dicom")]
    #[error("{path}: {problem}", path = .path.display())]
    Roi {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: Box<crate::io::dicom::RoiProblem>,
    },
    /// An operation on a region that leaves no voxel.
    #[error("{0}")]
    EmptyRegion(String),
    /// A perturbation that leaves no usable region, or cannot be made on this image. It concerns one repetition: others
    /// of the same case may do.
    #[error("perturbation, {step}: {what}")]
    Perturbation {
        /// The step.
        step: &'static str,
        /// What went wrong.
        what: String,
    },
    /// A setting with an impossible value.
    #[error("{0}")]
    Setting(String),
}

fn list_labels(present: &[u32]) -> String {
    if present.is_empty() {
        return "the mask is empty (every voxel is 0)".to_string();
    }
    let shown: Vec<String> = present.iter().take(20).map(u32::to_string).collect();
    let more = if present.len() > 20 { ", ..." } else { "" };
    format!("choose from {}{more}", shown.join(", "))
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
