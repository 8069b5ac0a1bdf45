//! NRRD, versions 1 to 5.
//!
//! Format: teem.sourceforge.net/nrrd/format.html. What becomes of axes, space and origin follows ITK 5.4's `NrrdImageIO`:
//! spaces RAS and LAS are turned into LPS, all others are taken as they are.

mod fields;
mod write;

use std::path::Path;

use crate::error::Result;
use crate::geometry::Geometry;

use super::Format;
use super::header::{Encoding, Header, Layout, Part, Several, count, in_file};
use super::source::{data_file, format_error, open_file, unsupported};

use fields::{Center, Fields, Kind};

pub(super) use write::write;

/// Reads a header.
pub(super) fn read_header(path: &Path) -> Result<Header> {
    let fields = Fields::read(path)?;
    let axes = Axes::sort(path, &fields)?;
    let geometry = geometry(path, &fields, &axes.grid)?;
    let encoding = fields.encoding.ok_or_else(|| format_error(path, "the header has no \"encoding\""))?;
    let stored = fields.stored.ok_or_else(|| format_error(path, "the header has no \"type\""))?;
    let needs_order = stored.bytes() > 1 && encoding != Encoding::Text;
    let big_endian = match fields.big_endian {
        None if needs_order => {
            return Err(format_error(path, "the header has no \"endian\", which its type needs"));
        }
        order => order.unwrap_or(false),
    };
    let parts = parts(path, &fields, encoding, stored.bytes(), axes.layout)?;
    Ok(Header {
        format: Format::Nrrd,
        geometry,
        stored,
        big_endian,
        layout: axes.layout,
        several: axes.several,
        scale: None,
        encoding,
        parts,
    })
}

/// Which axes are the grid's, and what the others make of the values.
struct Axes {
    grid: Vec<usize>,
    layout: Layout,
    several: Several,
}

impl Axes {
    fn sort(path: &Path, f: &Fields) -> Result<Self> {
        if f.sizes.is_empty() {
            return Err(format_error(path, "the header has no \"sizes\""));
        }
        let mut domain: Vec<usize> = (0..f.sizes.len()).filter(|&a| f.kind(a).is_domain()).collect();
        if f.space_dimension > 0 && domain.len() > f.space_dimension {
            // An axis without direction in space is not one of the grid, whatever its kind.
            domain.retain(|&a| f.direction(a).is_some());
        }
        if f.space_dimension > 0 && domain.len() != f.space_dimension {
            return Err(unsupported(
                path,
                format!("its space has {} dimensions, but {} of its axes are spatial", f.space_dimension, domain.len()),
            ));
        }
        if domain.len() < 2 {
            return Err(unsupported(path, "it has fewer than two spatial axes; an image has two or three"));
        }
        let grid: Vec<usize> = domain.iter().copied().take(3).collect();
        let others: Vec<usize> = (0..f.sizes.len()).filter(|a| !grid.contains(a) && f.sizes[*a] > 1).collect();
        if others.windows(2).any(|w| w[1] != w[0] + 1) {
            return Err(unsupported(path, "it has several values per voxel on axes that are not neighbours"));
        }
        if others.iter().any(|&a| f.kind(a) == Kind::Masked) {
            return Err(unsupported(path, "its voxels are masked matrices; extract a component as an image first"));
        }
        let several = match others.first() {
            Some(&a) if f.kind(a).is_domain() => Several::Volumes,
            _ => Several::Components,
        };
        count(path, &f.sizes)?;
        let first = others.first().copied().unwrap_or(f.sizes.len());
        let channels: usize = others.iter().map(|&a| f.sizes[a]).product();
        let inner: usize = f.sizes[..first].iter().product();
        let outer: usize = f.sizes[first..].iter().product::<usize>() / channels;
        Ok(Self { grid, layout: Layout { inner, channels, outer }, several })
    }
}

fn geometry(path: &Path, f: &Fields, grid: &[usize]) -> Result<Geometry> {
    let mut size = [1; 3];
    let mut spacing = [1.0; 3];
    let mut direction = Geometry::IDENTITY;
    let n = grid.len();
    for (i, &axis) in grid.iter().enumerate() {
        size[i] = f.sizes[axis];
        let scalar = f.spacings.get(axis).copied().filter(|s| !s.is_nan());
        if scalar.is_some() && f.space_dimension > 0 {
            return Err(format_error(path, "it has both \"spacings\" and a \"space\"; only one of them can be right"));
        }
        if let Some(s) = scalar {
            spacing[i] = s;
        } else if let Some(vector) = f.direction(axis) {
            let norm = vector.iter().fold(0.0, |sum, v| sum + v * v).sqrt();
            spacing[i] = norm;
            for r in 0..n {
                direction[r][i] = f.to_lps[r] * (vector[r] * (1.0 / norm));
            }
        }
        if spacing[i] < 0.0 {
            spacing[i] = -spacing[i];
            direction.iter_mut().for_each(|row| row[i] = -row[i]);
        }
    }
    let origin = origin(f, grid);
    let direction = direction.map(|row| row.map(|v| v + 0.0));
    let geometry = Geometry::new(size, spacing, origin, direction).map_err(|e| in_file(path, e))?;
    if n == 2 { geometry.into_2d().map_err(|e| in_file(path, e)) } else { Ok(geometry) }
}

fn origin(f: &Fields, grid: &[usize]) -> [f64; 3] {
    let mut origin = [0.0; 3];
    if f.space_dimension > 0 {
        if !f.space_origin.first().is_none_or(|v| v.is_nan()) {
            for r in 0..grid.len() {
                origin[r] = f.to_lps[r] * f.space_origin[r] + 0.0;
            }
        }
        return origin;
    }
    // Without a space the origin may follow from the axes' ends.
    let known = |list: &[f64], axis: usize| list.get(axis).copied().filter(|v| !v.is_nan());
    if known(&f.mins, grid[0]).is_none()
        || grid.iter().any(|&a| known(&f.maxs, a).is_none() && known(&f.spacings, a).is_none())
    {
        return origin;
    }
    for (i, &axis) in grid.iter().enumerate() {
        let min = known(&f.mins, axis).unwrap_or(f64::NAN);
        let cell = f.centers.get(axis).is_none_or(|&c| c != Center::Node);
        let intervals = if cell { f.sizes[axis] } else { f.sizes[axis] - 1 } as f64;
        let spacing =
            known(&f.spacings, axis).unwrap_or_else(|| (known(&f.maxs, axis).unwrap_or(min) - min) / intervals);
        origin[i] = min + if cell { spacing / 2.0 } else { 0.0 };
    }
    origin
}

/// Where the data are.
fn parts(path: &Path, f: &Fields, encoding: Encoding, bytes: usize, layout: Layout) -> Result<Vec<Part>> {
    let total = layout.voxels() * layout.channels;
    let files = match &f.data_files {
        None => {
            return Ok(vec![part(path, f, encoding, f.header_length, total, bytes)?]);
        }
        Some(files) => files,
    };
    if files.is_empty() || !total.is_multiple_of(files.len()) {
        return Err(format_error(
            path,
            format!("the header names {} data files for {total} values, which do not divide evenly", files.len()),
        ));
    }
    let each = total / files.len();
    files.iter().map(|name| part(&data_file(path, name)?, f, encoding, 0, each, bytes)).collect()
}

/// The data in one file: after `begin`, then lines and bytes to skip.
fn part(path: &Path, f: &Fields, encoding: Encoding, begin: u64, values: usize, bytes: usize) -> Result<Part> {
    let mut offset = begin + fields::length_of_lines(path, begin, f.line_skip)?;
    let mut skip = 0;
    match (f.byte_skip, encoding) {
        (-1, Encoding::Raw) => {
            let (_, len) = open_file(path)?;
            // If the file is too short the data begin at 0 and the reader says what is missing.
            offset = len.saturating_sub((values * bytes) as u64);
        }
        (n, Encoding::Deflate) if n >= 0 => skip = n as u64,
        (n, _) if n >= 0 => offset += n as u64,
        (n, _) => {
            return Err(format_error(
                path,
                format!("the header's \"byte skip\" is {n}: only raw data can be counted from the end, with -1"),
            ));
        }
    }
    Ok(Part { path: path.to_path_buf(), offset, skip, values })
}
