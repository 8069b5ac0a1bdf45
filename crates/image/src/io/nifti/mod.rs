//! NIfTI-1 and NIfTI-2.
//!
//! Format: Cox et al., NIfTI-1 data format (2004), nifti1.h; NIfTI-2 (2011), nifti2.h. Which of the two orientations of
//! a header counts is decided as ITK 5.4's `NiftiImageIO` does, see [`orientation`].

mod orientation;
mod svd;
mod write;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::volume::VoxelType;

use super::Format;
use super::header::{Encoding, Header, Layout, Part, Several, count};
use super::source::{Opened, first_bytes, format_error, is_gzip, unsupported};

pub(super) use write::write;

/// Sizes of the two headers, also their first field.
const SIZE_1: usize = 348;
const SIZE_2: usize = 540;

/// Reads fields of a header at their offsets.
struct Fields<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Fields<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut b = [0; N];
        if let Some(found) = self.bytes.get(at..at + N) {
            b.copy_from_slice(found);
        }
        if self.big_endian {
            b.reverse();
        }
        b
    }

    fn i16(&self, at: usize) -> i64 {
        i16::from_le_bytes(self.array(at)).into()
    }

    fn i32(&self, at: usize) -> i64 {
        i32::from_le_bytes(self.array(at)).into()
    }

    fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.array(at))
    }

    fn f32(&self, at: usize) -> f64 {
        f32::from_le_bytes(self.array(at)).into()
    }

    fn f64(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.array(at))
    }
}

/// The fields of either header that matter here.
#[derive(Debug, Clone, PartialEq)]
struct Raw {
    version: u8,
    one_file: bool,
    big_endian: bool,
    dim: [i64; 8],
    intent: i64,
    datatype: i64,
    pixdim: [f64; 8],
    vox_offset: f64,
    scl_slope: f64,
    scl_inter: f64,
    units: u8,
    qform_code: i64,
    sform_code: i64,
    /// b, c, d, then the offset x, y, z.
    quatern: [f64; 6],
    srow: [[f64; 4]; 3],
}

/// Version, byte order and whether header and data are one file.
fn magic(start: &[u8]) -> Option<(u8, bool, bool)> {
    let size: [u8; 4] = start.get(..4)?.try_into().ok()?;
    for big_endian in [false, true] {
        let size = if big_endian { i32::from_be_bytes(size) } else { i32::from_le_bytes(size) };
        match size as usize {
            SIZE_1 => match start.get(344..348)? {
                b"n+1\0" => return Some((1, big_endian, true)),
                b"ni1\0" => return Some((1, big_endian, false)),
                _ => {}
            },
            SIZE_2 => match start.get(4..12)? {
                b"n+2\0\r\n\x1a\n" => return Some((2, big_endian, true)),
                b"ni2\0\r\n\x1a\n" => return Some((2, big_endian, false)),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// Whether these are the first bytes of a NIfTI header.
pub(super) fn recognise(start: &[u8]) -> bool {
    magic(start).is_some()
}

/// Whether these are the first bytes of an Analyze header, which has the size of NIfTI-1 but no magic.
pub(super) fn is_analyze(start: &[u8]) -> bool {
    let size = start.get(..4).and_then(|b| b.try_into().ok()).unwrap_or([0; 4]);
    start.len() >= SIZE_1 && (i32::from_le_bytes(size) == 348 || i32::from_be_bytes(size) == 348)
}

/// The other file of a pair, plain or compressed, if it exists: the extension `from` is replaced by `to`, in its case.
fn partner(path: &Path, from: &str, to: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix(".gz").unwrap_or(&lower).strip_suffix(from)?.len();
    let upper = name[stem..].contains(char::is_uppercase);
    ["", ".gz"].iter().find_map(|gz| {
        let extension = if upper { format!("{to}{gz}").to_ascii_uppercase() } else { format!("{to}{gz}") };
        let candidate = path.with_file_name(format!("{}{extension}", &name[..stem]));
        candidate.is_file().then_some(candidate)
    })
}

/// The header file of a pair, if `path` names its data file.
pub(super) fn header_of_pair(path: &Path) -> Option<PathBuf> {
    let header = partner(path, ".img", ".hdr")?;
    recognise(&first_bytes(&header).ok()?).then_some(header)
}

fn raw(start: &[u8]) -> Option<Raw> {
    let (version, big_endian, one_file) = magic(start)?;
    let f = Fields { bytes: start, big_endian };
    Some(if version == 1 {
        Raw {
            version,
            one_file,
            big_endian,
            dim: std::array::from_fn(|i| f.i16(40 + 2 * i)),
            intent: f.i16(68),
            datatype: f.i16(70),
            pixdim: std::array::from_fn(|i| f.f32(76 + 4 * i)),
            vox_offset: f.f32(108),
            scl_slope: f.f32(112),
            scl_inter: f.f32(116),
            units: start[123],
            qform_code: f.i16(252),
            sform_code: f.i16(254),
            quatern: std::array::from_fn(|i| f.f32(256 + 4 * i)),
            srow: std::array::from_fn(|r| std::array::from_fn(|c| f.f32(280 + 16 * r + 4 * c))),
        }
    } else {
        if start.len() < SIZE_2 {
            return None;
        }
        Raw {
            version,
            one_file,
            big_endian,
            dim: std::array::from_fn(|i| f.i64(16 + 8 * i)),
            intent: f.i32(504),
            datatype: f.i16(12),
            pixdim: std::array::from_fn(|i| f.f64(104 + 8 * i)),
            vox_offset: f.i64(168) as f64,
            scl_slope: f.f64(176),
            scl_inter: f.f64(184),
            units: f.i32(500) as u8,
            qform_code: f.i32(344),
            sform_code: f.i32(348),
            quatern: std::array::from_fn(|i| f.f64(352 + 8 * i)),
            srow: std::array::from_fn(|r| std::array::from_fn(|c| f.f64(400 + 32 * r + 8 * c))),
        }
    })
}

/// Reads a header.
pub(super) fn read_header(path: &Path, opened: &Opened) -> Result<Header> {
    let raw = raw(&opened.start).ok_or_else(|| {
        format_error(
            path,
            format!("it ends within the NIfTI header ({} bytes); get the file again", opened.start.len()),
        )
    })?;
    let stored = voxel_type(path, raw.datatype)?;
    let (size, dimension, layout, several) = sizes(path, &raw)?;
    let geometry = orientation::geometry(path, &raw, size, dimension)?;
    let slope = finite_or_zero(raw.scl_slope);
    let slope = if slope.abs() < f64::EPSILON { 1.0 } else { slope };
    let inter = finite_or_zero(raw.scl_inter);
    let scaled = slope.abs() > f64::EPSILON && ((slope - 1.0).abs() > f64::EPSILON || inter.abs() > f64::EPSILON);
    let (part, encoding) = data_part(path, opened, &raw, layout)?;
    Ok(Header {
        format: Format::Nifti,
        geometry,
        stored,
        big_endian: raw.big_endian,
        layout,
        several,
        scale: scaled.then_some((slope, inter)),
        encoding,
        parts: vec![part],
    })
}

fn finite_or_zero(v: f64) -> f64 {
    if v.is_finite() { v } else { 0.0 }
}

fn voxel_type(path: &Path, datatype: i64) -> Result<VoxelType> {
    Ok(match datatype {
        2 => VoxelType::U8,
        4 => VoxelType::I16,
        8 => VoxelType::I32,
        16 => VoxelType::F32,
        64 => VoxelType::F64,
        256 => VoxelType::I8,
        512 => VoxelType::U16,
        768 => VoxelType::U32,
        1024 => VoxelType::I64,
        1280 => VoxelType::U64,
        other => {
            let name = match other {
                1 => "single bits; convert it to uint8",
                32 | 1792 | 2048 => "complex numbers; extract the magnitude or the real part first",
                128 | 2304 => "colours (RGB); extract one channel or the brightness first",
                1536 => "128-bit floating point numbers; convert it to float64",
                _ => return Err(format_error(path, format!("the voxel type has the unknown code {other}"))),
            };
            return Err(unsupported(path, format!("its voxels are {name}")));
        }
    })
}

/// The sizes of the grid, its dimension, and what is beyond it.
fn sizes(path: &Path, raw: &Raw) -> Result<([usize; 3], usize, Layout, Several)> {
    let rank = raw.dim[0];
    if !(1..=7).contains(&rank) {
        return Err(format_error(path, format!("the header says it has {rank} dimensions; there can be 1 to 7")));
    }
    let mut dim = [1usize; 8];
    for axis in 1..=rank as usize {
        let size = raw.dim[axis];
        if size < 0 || (axis == 1 && size == 0) {
            return Err(format_error(path, format!("the size along axis {axis} is {size}; get the file again")));
        }
        // As ITK: some programs leave the sizes of unused axes 0.
        dim[axis] = usize::try_from(size.max(1)).unwrap_or(usize::MAX);
    }
    const VECTOR: i64 = 1007;
    let (dimension, several) = match raw.intent {
        VECTOR => {
            // The axes before the fifth that are longer than 1 are the image's.
            ((2..=4).rev().find(|&a| dim[a] > 1).unwrap_or(1), Several::Components)
        }
        1005 | 1004 => return Err(unsupported(path, "its voxels are matrices; extract a component as an image first")),
        1006 => return Err(unsupported(path, "it is a displacement field, not an image")),
        _ => ((rank as usize).min(3), Several::Volumes),
    };
    if dimension < 2 || rank == 1 {
        return Err(unsupported(path, "it has one dimension; an image has two or three"));
    }
    let size = [dim[1], dim[2], dim[3]];
    let voxels = count(path, &size)?;
    let channels = count(path, &dim[4..])?;
    count(path, &[voxels, channels])?;
    // The channels come after all voxels, x fastest.
    Ok((size, dimension.min(3), Layout { inner: voxels, channels, outer: 1 }, several))
}

fn data_part(path: &Path, opened: &Opened, raw: &Raw, layout: Layout) -> Result<(Part, Encoding)> {
    if !raw.vox_offset.is_finite() || raw.vox_offset > (1u64 << 53) as f64 {
        return Err(format_error(path, format!("the data would begin at byte {}; get the file again", raw.vox_offset)));
    }
    let mut offset = raw.vox_offset.max(0.0) as u64;
    let file = if raw.one_file {
        offset = offset.max(if raw.version == 1 { SIZE_1 } else { SIZE_2 } as u64);
        opened.path.clone()
    } else {
        partner(&opened.path, ".hdr", ".img").ok_or_else(|| {
            format_error(path, "it is the header of a NIfTI pair, but the .img file with the data is not beside it")
        })?
    };
    let values = layout.inner * layout.channels;
    Ok(if is_gzip(&file)? {
        (Part { path: file, offset: 0, skip: offset, values }, Encoding::Deflate)
    } else {
        (Part { path: file, offset, skip: 0, values }, Encoding::Raw)
    })
}
