//! Writing MetaImage.

use std::path::Path;

use crate::error::Result;
use crate::volume::{Volume, VoxelType};

use super::super::source::io_error;
use super::super::write::{header_and_data, join, sibling_name, voxels, zlib};

/// Writes an image, with its data in the same file (`.mha`) or beside it (`.mhd` with `.raw` or `.zraw`).
pub(in super::super) fn write(path: &Path, image: &Volume, compress: bool, detached: bool) -> Result<()> {
    // The header holds the size of the compressed data: without it ITK cannot read data that follow the header.
    let compressed = if compress { Some(zlib(image).map_err(|e| io_error(path, e))?) } else { None };
    let data_name =
        if detached { sibling_name(path, if compress { "zraw" } else { "raw" }) } else { "LOCAL".to_string() };
    let header = header(image, compressed.as_ref().map(Vec::len), &data_name);
    let data = |out: &mut dyn std::io::Write| match &compressed {
        Some(bytes) => out.write_all(bytes),
        None => voxels(&mut { out }, image.voxels()),
    };
    header_and_data(path, &header, detached.then_some(data_name.as_str()), data)
}

fn header(image: &Volume, compressed: Option<usize>, data_name: &str) -> String {
    let g = image.geometry();
    let n = g.dimension();
    let matrix = (0..n).flat_map(|c| (0..n).map(move |r| g.direction()[r][c]));
    let mut lines = vec![
        "ObjectType = Image".to_string(),
        format!("NDims = {n}"),
        "BinaryData = True".to_string(),
        "BinaryDataByteOrderMSB = False".to_string(),
        format!("CompressedData = {}", if compressed.is_some() { "True" } else { "False" }),
    ];
    lines.extend(compressed.map(|size| format!("CompressedDataSize = {size}")));
    lines.extend([
        format!("TransformMatrix = {}", join(matrix, " ")),
        format!("Offset = {}", join(&g.origin_mm()[..n], " ")),
        format!("CenterOfRotation = {}", join(std::iter::repeat_n(0, n), " ")),
    ]);
    if n == 3 {
        lines.push("AnatomicalOrientation = RAI".to_string());
    }
    lines.extend([
        format!("ElementSpacing = {}", join(&g.spacing_mm()[..n], " ")),
        format!("DimSize = {}", join(&g.size()[..n], " ")),
        format!("ElementType = {}", element_type(image.voxel_type())),
        format!("ElementDataFile = {data_name}"),
    ]);
    lines.join("\n") + "\n"
}

fn element_type(voxel_type: VoxelType) -> &'static str {
    match voxel_type {
        VoxelType::I8 => "MET_CHAR",
        VoxelType::U8 => "MET_UCHAR",
        VoxelType::I16 => "MET_SHORT",
        VoxelType::U16 => "MET_USHORT",
        VoxelType::I32 => "MET_INT",
        VoxelType::U32 => "MET_UINT",
        VoxelType::I64 => "MET_LONG_LONG",
        VoxelType::U64 => "MET_ULONG_LONG",
        VoxelType::F32 => "MET_FLOAT",
        VoxelType::F64 => "MET_DOUBLE",
    }
}
