//! One DICOM object by itself.

use std::path::{Path, PathBuf};

use super::dataset::Dataset;
use super::frame::ObjectHeader;
use super::parse::{Parsed, object_in_bytes, object_in_file};
use super::pixels::{Pixels, to_voxels};
use crate::error::Result;
use crate::volume::Voxels;

/// A DICOM object in memory: a classic slice, a multi-frame image, a segmentation, contours.
///
/// # Example
/// ```
/// use radsurv_image::io::dicom::Object;
/// let error = Object::from_bytes(b"no DICOM at all").unwrap_err();
/// assert!(error.to_string().contains("no DICOM"));
/// ```
#[derive(Debug)]
pub struct Object {
    path: PathBuf,
    parsed: Parsed,
    header: ObjectHeader,
}

impl Object {
    /// Reads an object from a file.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if the file cannot be read, [`Error::Format`](crate::Error::Format) if it is
    /// damaged, [`Error::Unsupported`](crate::Error::Unsupported) if it is no DICOM file or its transfer syntax is not
    /// known.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Ok(Self::new(path, object_in_file(path)?))
    }

    /// Reads an object from bytes, as they are in a file.
    ///
    /// # Errors
    /// As [`Object::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (path, parsed) = object_in_bytes(bytes)?;
        Ok(Self::new(path, parsed))
    }

    fn new(path: &Path, parsed: Parsed) -> Self {
        let header = ObjectHeader::read(path, &parsed);
        Self { path: path.to_path_buf(), parsed, header }
    }

    /// Modality (0008,0060); empty if there is none.
    pub fn modality(&self) -> &str {
        &self.header.modality
    }

    /// SOP Class UID (0008,0016); empty if there is none.
    pub fn sop_class_uid(&self) -> &str {
        &self.header.sop_class_uid
    }

    /// Transfer Syntax UID (0002,0010).
    pub fn transfer_syntax_uid(&self) -> &str {
        &self.parsed.transfer_syntax
    }

    /// The stored values of all frames, as they are before any rescaling: row by row, frame by frame, in the integer
    /// type of Bits Allocated and Pixel Representation (bits of a segmentation as `uint8`), or float.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) if there are no pixels, fewer than the header says, or the header is
    /// impossible; [`Error::Unsupported`](crate::Error::Unsupported) if they are colours or cannot be decompressed.
    pub fn frames(&self) -> Result<Vec<Voxels>> {
        let pixels = Pixels::new(&self.path, &self.parsed)?;
        (0..pixels.frames()).map(|i| Ok(to_voxels(pixels.frame(i)?, &pixels.format))).collect()
    }

    /// Its elements: what readers of contours and segmentations go through.
    #[allow(dead_code)]
    pub(crate) fn dataset(&self) -> &Dataset {
        &self.parsed.set
    }
}
