//! Writing NIfTI: qform and sform say the same, both in the scanner's coordinates, as ITK writes them.

use std::path::Path;

use crate::error::Result;
use crate::geometry::Geometry;
use crate::volume::{Volume, VoxelType};

use super::super::source::unsupported;
use super::super::write::{file, gzip, voxels};
use super::orientation::orthonormal;
use super::{SIZE_1, SIZE_2};

/// Writes one file, with the header of NIfTI-1, or of NIfTI-2 if a size needs it.
pub(in super::super) fn write(path: &Path, image: &Volume, compress: bool) -> Result<()> {
    let g = image.geometry();
    let ras = [0, 1, 2].map(|r| [0, 1, 2].map(|c| if r < 2 { -g.direction()[r][c] } else { g.direction()[r][c] }));
    if !orthonormal(&[0, 1, 2].map(|r| [ras[r][0], ras[r][1], ras[r][2], 0.0])) {
        return Err(unsupported(
            path,
            "the image's axes are not perpendicular, which NIfTI cannot hold safely: write .nrrd or .mha instead",
        ));
    }
    let large = g.size().iter().any(|&s| s > i16::MAX as usize);
    let header = if large { header_2(image, &ras) } else { header_1(image, &ras) };
    file(path, |mut out| {
        if compress {
            gzip(out, |out| {
                std::io::Write::write_all(out, &header)?;
                voxels(out, image.voxels())
            })
        } else {
            out.write_all(&header)?;
            voxels(&mut out, image.voxels())
        }
    })
}

/// A header being filled in.
struct Fields(Vec<u8>);

impl Fields {
    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn i16s(&mut self, at: usize, values: impl IntoIterator<Item = i16>) {
        values.into_iter().enumerate().for_each(|(i, v)| self.put(at + 2 * i, &v.to_le_bytes()));
    }

    fn i32s(&mut self, at: usize, values: impl IntoIterator<Item = i32>) {
        values.into_iter().enumerate().for_each(|(i, v)| self.put(at + 4 * i, &v.to_le_bytes()));
    }

    fn i64s(&mut self, at: usize, values: impl IntoIterator<Item = i64>) {
        values.into_iter().enumerate().for_each(|(i, v)| self.put(at + 8 * i, &v.to_le_bytes()));
    }

    fn f32s(&mut self, at: usize, values: impl IntoIterator<Item = f64>) {
        values.into_iter().enumerate().for_each(|(i, v)| self.put(at + 4 * i, &(v as f32).to_le_bytes()));
    }

    fn f64s(&mut self, at: usize, values: impl IntoIterator<Item = f64>) {
        values.into_iter().enumerate().for_each(|(i, v)| self.put(at + 8 * i, &v.to_le_bytes()));
    }
}

/// What both headers hold.
struct Content {
    dim: [usize; 8],
    pixdim: [f64; 8],
    quatern: [f64; 6],
    srow: Vec<f64>,
}

/// Millimetres and seconds, as ITK says.
const UNITS: u8 = 2 | 8;
/// `NIFTI_XFORM_SCANNER_ANAT`
const SCANNER: i16 = 1;

fn content(g: &Geometry, ras: &[[f64; 3]; 3], single: bool) -> Content {
    let (mut dim, mut pixdim) = ([1; 8], [0.0; 8]);
    dim[0] = g.dimension();
    dim[1..4].copy_from_slice(&g.size());
    pixdim[1..4].copy_from_slice(&g.spacing_mm());
    let [x, y, z] = g.origin_mm();
    let offset = [-x, -y, z];
    let (quaternion, handedness) = quaternion(ras);
    pixdim[0] = handedness;
    let srow = (0..3)
        .flat_map(|r| {
            let scaled = [0, 1, 2].map(|c| {
                let (cosine, spacing) = (ras[r][c], g.spacing_mm()[c]);
                // In single precision as ITK, so that both write the same bits.
                if single { f64::from(cosine as f32 * spacing as f32) } else { cosine * spacing }
            });
            scaled.into_iter().chain([offset[r]])
        })
        .collect();
    let [b, c, d] = quaternion;
    Content { dim, pixdim, quatern: [b, c, d, offset[0], offset[1], offset[2]], srow }
}

fn header_1(image: &Volume, ras: &[[f64; 3]; 3]) -> Vec<u8> {
    let content = content(image.geometry(), ras, true);
    let mut f = Fields(vec![0; SIZE_1 + 4]);
    f.i32s(0, [SIZE_1 as i32]);
    f.put(38, b"r");
    f.i16s(40, content.dim.map(|d| d as i16));
    f.i16s(70, [datatype(image.voxel_type()), 8 * image.voxel_type().bytes() as i16]);
    f.f32s(76, content.pixdim);
    f.f32s(108, [f.0.len() as f64, 1.0, 0.0]);
    f.put(123, &[UNITS]);
    f.i16s(252, [SCANNER, SCANNER]);
    f.f32s(256, content.quatern);
    f.f32s(280, content.srow);
    f.put(344, b"n+1\0");
    f.0
}

fn header_2(image: &Volume, ras: &[[f64; 3]; 3]) -> Vec<u8> {
    let content = content(image.geometry(), ras, false);
    let mut f = Fields(vec![0; SIZE_2 + 4]);
    f.i32s(0, [SIZE_2 as i32]);
    f.put(4, b"n+2\0\r\n\x1a\n");
    f.i16s(12, [datatype(image.voxel_type()), 8 * image.voxel_type().bytes() as i16]);
    f.i64s(16, content.dim.map(|d| d as i64));
    f.f64s(104, content.pixdim);
    f.i64s(168, [f.0.len() as i64]);
    f.f64s(176, [1.0, 0.0]);
    f.i32s(344, [SCANNER.into(), SCANNER.into()]);
    f.f64s(352, content.quatern);
    f.f64s(400, content.srow);
    f.i32s(500, [UNITS.into()]);
    f.0
}

fn datatype(voxel_type: VoxelType) -> i16 {
    match voxel_type {
        VoxelType::U8 => 2,
        VoxelType::I16 => 4,
        VoxelType::I32 => 8,
        VoxelType::F32 => 16,
        VoxelType::F64 => 64,
        VoxelType::I8 => 256,
        VoxelType::U16 => 512,
        VoxelType::U32 => 768,
        VoxelType::I64 => 1024,
        VoxelType::U64 => 1280,
    }
}

/// The vector part of the unit quaternion of a rotation, with a scalar part that is not negative, and -1 if the third
/// axis must be flipped first to make it a rotation, else 1.
fn quaternion(m: &[[f64; 3]; 3]) -> ([f64; 3], f64) {
    let determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    let flip = if determinant < 0.0 { -1.0 } else { 1.0 };
    let r = m.map(|row| [row[0], row[1], row[2] * flip]);
    // From the largest of the four components, so that no difference of near numbers is divided by.
    let squares = [
        1.0 + r[0][0] + r[1][1] + r[2][2],
        1.0 + r[0][0] - r[1][1] - r[2][2],
        1.0 - r[0][0] + r[1][1] - r[2][2],
        1.0 - r[0][0] - r[1][1] + r[2][2],
    ];
    let largest = (0..4).fold(0, |best, i| if squares[i] > squares[best] { i } else { best });
    let root = squares[largest].max(0.0).sqrt();
    let (half, inverse) = (root / 2.0, 0.5 / root);
    let [a, b, c, d] = match largest {
        0 => [half, (r[2][1] - r[1][2]) * inverse, (r[0][2] - r[2][0]) * inverse, (r[1][0] - r[0][1]) * inverse],
        1 => [(r[2][1] - r[1][2]) * inverse, half, (r[0][1] + r[1][0]) * inverse, (r[0][2] + r[2][0]) * inverse],
        2 => [(r[0][2] - r[2][0]) * inverse, (r[0][1] + r[1][0]) * inverse, half, (r[1][2] + r[2][1]) * inverse],
        _ => [(r[1][0] - r[0][1]) * inverse, (r[0][2] + r[2][0]) * inverse, (r[1][2] + r[2][1]) * inverse, half],
    };
    let sign = if a < 0.0 { -1.0 } else { 1.0 };
    ([b * sign, c * sign, d * sign], flip)
}
