//! MetaImage.
//!
//! Format: itk.org/Wiki/MetaIO/Documentation. Field names, defaults and which of several names for one thing counts
//! follow MetaIO as ITK 5.4 has it. The header's matrix has the direction of an axis in a row; [`Geometry`] has it in a
//! column.
//!
//! [`Geometry`]: crate::Geometry

mod fields;
mod write;

use std::path::Path;

use crate::error::Result;
use crate::geometry::Geometry;

use super::Format;
use super::header::{Encoding, Header, Layout, Part, Several, count, in_file};
use super::source::{beside, data_file, format_error, open_file, unsupported};

use fields::{DataFile, Fields};

pub(super) use write::write;

/// Reads a header.
pub(super) fn read_header(path: &Path) -> Result<Header> {
    let fields = Fields::read(path)?;
    let n = fields.sizes.len();
    if n < 2 {
        return Err(unsupported(path, format!("it has {n} dimension; an image has two or three")));
    }
    let grid = n.min(3);
    let geometry = geometry(path, &fields, grid)?;
    let series = count(path, &fields.sizes[grid..])?;
    let voxels = geometry.voxel_count();
    count(path, &[voxels, series, fields.channels])?;
    if series > 1 && fields.channels > 1 {
        return Err(unsupported(
            path,
            "it is a series of volumes with several values per voxel; extract one volume as an image first",
        ));
    }
    let (layout, several) = if series > 1 {
        (Layout { inner: voxels, channels: series, outer: 1 }, Several::Volumes)
    } else {
        (Layout { inner: 1, channels: fields.channels, outer: voxels }, Several::Components)
    };
    let encoding = match (fields.binary, fields.compressed) {
        (false, _) => Encoding::Text,
        (true, true) => Encoding::Deflate,
        (true, false) => Encoding::Raw,
    };
    let mut header = Header {
        format: Format::MetaImage,
        geometry,
        stored: fields.stored,
        big_endian: fields.big_endian,
        layout,
        several,
        scale: None,
        encoding,
        parts: Vec::new(),
    };
    header.parts = parts(path, &fields, &mut header.encoding, layout.voxels() * layout.channels)?;
    Ok(header)
}

fn geometry(path: &Path, f: &Fields, grid: usize) -> Result<Geometry> {
    let n = f.sizes.len();
    let mut size = [1; 3];
    let mut spacing = [1.0; 3];
    let mut origin = [0.0; 3];
    let mut direction = Geometry::IDENTITY;
    for axis in 0..grid {
        size[axis] = f.sizes[axis];
        spacing[axis] = f.spacing.as_ref().map_or(1.0, |s| s[axis]);
        origin[axis] = f.origin.as_ref().map_or(0.0, |o| o[axis]) + 0.0;
        if let Some(matrix) = &f.matrix {
            for r in 0..grid {
                direction[r][axis] = matrix[axis * n + r] + 0.0;
            }
        }
        if spacing[axis] < 0.0 {
            spacing[axis] = -spacing[axis];
            direction.iter_mut().for_each(|row| row[axis] = 0.0 - row[axis]);
        }
    }
    let geometry = Geometry::new(size, spacing, origin, direction).map_err(|e| in_file(path, e))?;
    if grid == 2 { geometry.into_2d().map_err(|e| in_file(path, e)) } else { Ok(geometry) }
}

/// Where the data are.
fn parts(path: &Path, f: &Fields, encoding: &mut Encoding, total: usize) -> Result<Vec<Part>> {
    let bytes = f.stored.bytes();
    let part = |file: &Path, begin: u64, values: usize| -> Result<Part> {
        let offset = match f.header_size {
            0 => begin,
            -1 => {
                let (_, len) = open_file(file)?;
                len.saturating_sub((values * bytes) as u64)
            }
            n => n as u64,
        };
        Ok(Part { path: file.to_path_buf(), offset, skip: 0, values })
    };
    let names = match &f.data {
        DataFile::Local => return Ok(vec![part(path, f.header_length, total)?]),
        DataFile::One(name) => {
            let compressed = beside(path, &format!("{name}.gz"));
            if !beside(path, name).exists() && compressed.exists() {
                *encoding = Encoding::Deflate;
                return Ok(vec![part(&compressed, 0, total)?]);
            }
            return Ok(vec![part(&data_file(path, name)?, 0, total)?]);
        }
        DataFile::Many(names) => names,
    };
    if names.is_empty() || !total.is_multiple_of(names.len()) {
        return Err(format_error(
            path,
            format!("the header names {} data files for {total} values, which do not divide evenly", names.len()),
        ));
    }
    names.iter().map(|name| part(&data_file(path, name)?, 0, total / names.len())).collect()
}
