//! Spacing, origin and direction of a NIfTI image, as ITK 5.4 finds them.
//!
//! A header may hold two transformations from indices to RAS: the qform (a quaternion) and the sform (a matrix). ITK
//! prefers the sform if it is orthonormal and either the qform is missing, the sform is that of the scanner, or both say
//! the same; else it takes the qform. Without either the image lies at the origin along the LPS axes. Spacing always
//! comes from `pixdim`, never from the lengths of the matrix' columns. Source: `itkNiftiImageIO.cxx`,
//! `SetImageIOOrientationFromNIfTI`; `nifti1_io.c`, `nifti_quatern_to_mat44`.

use std::path::Path;

use crate::error::Result;
use crate::geometry::Geometry;

use super::super::header::in_file;
use super::super::source::format_error;
use super::svd::left_singular;
use super::{Raw, finite_or_zero};

/// Three rows of four: rotation with scale, and the translation.
pub(super) type Affine = [[f64; 4]; 3];

/// `sform_code` of the scanner's own coordinates.
const SCANNER_ANAT: i64 = 1;

pub(super) fn geometry(path: &Path, raw: &Raw, size: [usize; 3], dimension: usize) -> Result<Geometry> {
    let rank = raw.dim[0];
    let unit = match raw.units & 0x07 {
        1 => 1e3,
        3 => 1e-3,
        _ => 1.0,
    };
    let pixdim = [1, 2, 3].map(|axis| {
        let p = raw.pixdim[axis];
        if axis as i64 <= rank && (p == 0.0 || !p.is_finite()) { 1.0 } else { p }
    });
    let mut spacing = pixdim.map(|p| p * unit);
    let mut origin = [0.0; 3];
    let mut direction = Geometry::IDENTITY;
    if let Some(m) = matrix(path, raw, pixdim)? {
        origin = [-m[0][3] * unit, -m[1][3] * unit, m[2][3] * unit];
        for c in 0..dimension {
            let mut column: Vec<f64> = (0..dimension).map(|r| if r < 2 { -m[r][c] } else { m[r][c] }).collect();
            let norm = column.iter().map(|v| v * v).sum::<f64>().sqrt();
            if norm != 0.0 {
                column.iter_mut().for_each(|v| *v /= norm);
            }
            for (r, v) in column.into_iter().enumerate() {
                direction[r][c] = v;
            }
        }
    }
    if dimension == 2 {
        spacing[2] = 1.0;
        origin[2] = 0.0;
    }
    for c in 0..dimension {
        if spacing[c] < 0.0 {
            spacing[c] = -spacing[c];
            direction.iter_mut().for_each(|row| row[c] = -row[c]);
        }
    }
    // No negative zeros.
    let direction = direction.map(|row| row.map(|v| v + 0.0));
    let grid = Geometry::new(size, spacing, origin.map(|v| v + 0.0), direction).map_err(|e| in_file(path, e))?;
    if dimension == 2 { grid.into_2d().map_err(|e| in_file(path, e)) } else { Ok(grid) }
}

/// The transformation that counts; none if there is none.
fn matrix(path: &Path, raw: &Raw, pixdim: [f64; 3]) -> Result<Option<Affine>> {
    let (has_q, has_s) = (raw.qform_code > 0, raw.sform_code > 0);
    if !has_q && !has_s {
        return Ok(None);
    }
    let q = if has_q { quaternion(raw, pixdim) } else { diagonal(pixdim) };
    let s = raw.srow;
    if has_s && orthonormal(&s) {
        let prefer = !has_q || raw.sform_code == SCANNER_ANAT || same(&s, &q);
        return Ok(Some(if prefer { s } else { q }));
    }
    if has_q {
        return Ok(Some(q));
    }
    Err(format_error(
        path,
        format!(
            "the axes of its sform {s:?} are not perpendicular, and it has no qform: such a grid is no image grid; \
             resample it on a regular one with the program that made it"
        ),
    ))
}

fn diagonal(pixdim: [f64; 3]) -> Affine {
    let mut m = [[0.0; 4]; 3];
    (0..3).for_each(|a| m[a][a] = pixdim[a]);
    m
}

/// The qform's matrix. That of NIfTI-1 is stored in single precision.
fn quaternion(raw: &Raw, pixdim: [f64; 3]) -> Affine {
    let [mut b, mut c, mut d, x, y, z] = raw.quatern.map(finite_or_zero);
    let mut a = 1.0 - (b * b + c * c + d * d);
    if a < 1e-7 {
        // A rotation by 180 degrees: the vector has length 1 up to rounding.
        let scale = 1.0 / (b * b + c * c + d * d).sqrt();
        (b, c, d) = (b * scale, c * scale, d * scale);
        a = 0.0;
    } else {
        a = a.sqrt();
    }
    let [dx, dy, mut dz] = pixdim.map(|p| if p > 0.0 { p } else { 1.0 });
    if raw.pixdim[0] < 0.0 {
        dz = -dz;
    }
    let m = [
        [(a * a + b * b - c * c - d * d) * dx, 2.0 * (b * c - a * d) * dy, 2.0 * (b * d + a * c) * dz, x],
        [2.0 * (b * c + a * d) * dx, (a * a + c * c - b * b - d * d) * dy, 2.0 * (c * d - a * b) * dz, y],
        [2.0 * (b * d - a * c) * dx, 2.0 * (c * d + a * b) * dy, (a * a + d * d - c * c - b * b) * dz, z],
    ];
    if raw.version == 1 { m.map(|row| row.map(|v| f64::from(v as f32))) } else { m }
}

fn rotation(m: &Affine) -> [[f32; 3]; 3] {
    [0, 1, 2].map(|r| [0, 1, 2].map(|c| m[r][c] as f32))
}

/// Whether a 3 x 3 matrix is the identity within ITK's tolerance.
fn is_identity(m: &[[f32; 3]; 3]) -> bool {
    (0..3).all(|r| (0..3).all(|c| f64::from((m[r][c] - if r == c { 1.0 } else { 0.0 }).abs()) <= 1e-4))
}

/// a · bᵀ
fn times_transposed(a: &[[f32; 3]; 3], b: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    [0, 1, 2].map(|r| [0, 1, 2].map(|c| a[r][0] * b[c][0] + a[r][1] * b[c][1] + a[r][2] * b[c][2]))
}

/// Whether the columns are perpendicular; their lengths do not matter.
pub(super) fn orthonormal(m: &Affine) -> bool {
    if m.as_flattened().iter().any(|v| !v.is_finite()) {
        return false;
    }
    let mut r = rotation(m);
    for c in 0..3 {
        let norm = (r[0][c] * r[0][c] + r[1][c] * r[1][c] + r[2][c] * r[2][c]).sqrt();
        if norm == 0.0 {
            return false;
        }
        r.iter_mut().for_each(|row| row[c] /= norm);
    }
    is_identity(&times_transposed(&r, &r))
}

/// Whether ITK holds sform and qform for the same: equal offsets and singular values within 1e-4, and equal left
/// singular vectors. These depend on the algorithm, so that of ITK is followed in single precision.
fn same(s: &Affine, q: &Affine) -> bool {
    let (us, ws) = left_singular(&rotation(s));
    let (uq, wq) = left_singular(&rotation(q));
    let close = |a: f32, b: f32| f64::from((a - b).abs()) <= 1e-4;
    is_identity(&times_transposed(&us, &uq))
        && (0..3).all(|i| close(ws[i], wq[i]))
        && (0..3).all(|i| close(s[i][3] as f32, q[i][3] as f32))
}
