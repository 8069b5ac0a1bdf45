//! What every format's header comes down to: a grid, a type, and where the bytes are.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::volume::{Volume, VoxelType};

use super::{Format, payload};

/// The header of an image file.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub format: Format,
    pub geometry: Geometry,
    /// The type of the values in the file.
    pub stored: VoxelType,
    pub big_endian: bool,
    pub layout: Layout,
    /// What the channels are, if there are several.
    pub several: Several,
    /// Value = stored * slope + intercept, if not the identity.
    pub scale: Option<(f64, f64)>,
    pub encoding: Encoding,
    /// The files with the data, in order, each with its part of the values.
    pub parts: Vec<Part>,
}

/// How several channels are arranged: `outer` blocks of `channels` runs of `inner` values.
/// Interleaved channels have `inner` = 1, planar ones `outer` = 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub inner: usize,
    pub channels: usize,
    pub outer: usize,
}

impl Layout {
    pub fn voxels(&self) -> usize {
        self.inner * self.outer
    }
}

/// Why there are several channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Several {
    Components,
    Volumes,
}

/// How the values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Raw,
    /// Compressed as gzip or zlib: the data say which.
    Deflate,
    Text,
    Hex,
}

/// A file with data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub path: PathBuf,
    /// Where the data begin in the file.
    pub offset: u64,
    /// Bytes to skip after decompression.
    pub skip: u64,
    /// The number of values in this file.
    pub values: usize,
}

impl Header {
    /// The type of the values that come out.
    pub fn voxel_type(&self) -> VoxelType {
        match self.scale {
            Some(_) if !self.stored.is_float() => VoxelType::F32,
            _ => self.stored,
        }
    }

    /// Reads the values of one channel, which must exist.
    pub fn read_channel(self, path: &Path, channel: usize) -> Result<Volume> {
        let voxels = payload::read(&self, channel)?;
        Volume::new(self.geometry, voxels).map_err(|e| in_file(path, e))
    }
}

/// Names the file in an error about a grid.
pub(super) fn in_file(path: &Path, error: Error) -> Error {
    match error {
        Error::Geometry(what) => Error::Format { path: path.to_path_buf(), what: format!("invalid geometry: {what}") },
        Error::VoxelCount { .. } => Error::Format { path: path.to_path_buf(), what: error.to_string() },
        other => other,
    }
}

/// The number of values, if it can be counted and addressed.
pub(super) fn count(path: &Path, sizes: &[usize]) -> Result<usize> {
    sizes
        .iter()
        .try_fold(1usize, |n, &s| n.checked_mul(s))
        .filter(|&n| n <= isize::MAX as usize / 8)
        .ok_or_else(|| super::source::format_error(path, format!("the size {sizes:?} is too large for this machine")))
}
