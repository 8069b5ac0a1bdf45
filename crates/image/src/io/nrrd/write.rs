//! Writing NRRD.

use std::io;
use std::path::Path;

use crate::error::Result;
use crate::volume::{Volume, VoxelType};

use super::super::write::{gzip, header_and_data, join, sibling_name, voxels};

/// Writes an image, with its data in the same file (`.nrrd`) or beside it (`.nhdr` with `.raw` or `.raw.gz`).
pub(in super::super) fn write(path: &Path, image: &Volume, compress: bool, detached: bool) -> Result<()> {
    let data_name = sibling_name(path, if compress { "raw.gz" } else { "raw" });
    let header = header(image, compress, detached.then_some(data_name.as_str()));
    let data = |out: &mut dyn io::Write| match compress {
        true => gzip(out, |out| voxels(out, image.voxels())),
        false => voxels(&mut { out }, image.voxels()),
    };
    header_and_data(path, &header, detached.then_some(data_name.as_str()), data)
}

fn header(image: &Volume, compress: bool, data_name: Option<&str>) -> String {
    let g = image.geometry();
    let n = g.dimension();
    let vector = |v: &[f64]| format!("({})", join(v, ","));
    let directions =
        (0..n).map(|c| vector(&(0..n).map(|r| g.direction()[r][c] * g.spacing_mm()[c]).collect::<Vec<_>>()));
    let mut lines = vec![
        "NRRD0004".to_string(),
        "# Complete NRRD file format specification at:".to_string(),
        "# http://teem.sourceforge.net/nrrd/format.html".to_string(),
        format!("type: {}", type_name(image.voxel_type())),
        format!("dimension: {n}"),
        // Two-dimensional images have no anatomical space.
        if n == 3 { "space: left-posterior-superior".to_string() } else { format!("space dimension: {n}") },
        format!("sizes: {}", join(&g.size()[..n], " ")),
        format!("space directions: {}", join(directions, " ")),
        format!("kinds: {}", join(std::iter::repeat_n("domain", n), " ")),
        "endian: little".to_string(),
        format!("encoding: {}", if compress { "gzip" } else { "raw" }),
        format!("space origin: {}", vector(&g.origin_mm()[..n])),
    ];
    lines.extend(data_name.map(|name| format!("data file: {name}")));
    lines.join("\n") + "\n\n"
}

fn type_name(voxel_type: VoxelType) -> &'static str {
    match voxel_type {
        VoxelType::I8 => "signed char",
        VoxelType::U8 => "unsigned char",
        VoxelType::I16 => "short",
        VoxelType::U16 => "unsigned short",
        VoxelType::I32 => "int",
        VoxelType::U32 => "unsigned int",
        VoxelType::I64 => "long long int",
        VoxelType::U64 => "unsigned long long int",
        VoxelType::F32 => "float",
        VoxelType::F64 => "double",
    }
}
