//! The principal axes of a set of voxels.

use nalgebra::{Matrix2, Matrix3};

/// The covariance of voxel positions in mm², with `1/N`: entry (a, b) over the axes x, y, z.
///
/// Positions are whole numbers, so `N Σab - Σa Σb` is exact and only the last division rounds; a flat region has an
/// exact 0 where differences of means would leave noise.
pub(super) fn covariance(region: &radsurv_image::Region, spacing_mm: [f64; 3]) -> [[f64; 3]; 3] {
    let size = region.bounds().size;
    // Per line only n, Σx and Σx² are needed.
    let (mut n, mut sum, mut product) = (0i128, [0i128; 3], [[0i128; 3]; 3]);
    for (row, line) in region.inside().chunks_exact(size[0]).enumerate() {
        let (mut count, mut first, mut second) = (0u64, 0u64, 0u64);
        for (x, &inside) in line.iter().enumerate() {
            let (one, x) = (u64::from(inside), x as u64);
            count += one;
            first += one * x;
            second += one * x * x;
        }
        let (count, first, second) = (i128::from(count), i128::from(first), i128::from(second));
        let (y, z) = ((row % size[1]) as i128, (row / size[1]) as i128);
        n += count;
        sum = [sum[0] + first, sum[1] + count * y, sum[2] + count * z];
        product[0][0] += second;
        product[0][1] += first * y;
        product[0][2] += first * z;
        product[1][1] += count * y * y;
        product[1][2] += count * y * z;
        product[2][2] += count * z * z;
    }
    let mut out = [[0.0; 3]; 3];
    for a in 0..3 {
        for b in a..3 {
            let exact = (n * product[a][b] - sum[a] * sum[b]) as f64;
            out[a][b] = exact / (n as f64 * n as f64) * (spacing_mm[a] * spacing_mm[b]);
            out[b][a] = out[a][b];
        }
    }
    out
}

/// Eigenvalues of a symmetric 3 x 3 matrix, ascending; those below 0 by rounding are 0.
pub(super) fn eigenvalues_3(m: [[f64; 3]; 3]) -> [f64; 3] {
    let mut values: [f64; 3] = Matrix3::from_fn(|r, c| m[r][c]).symmetric_eigenvalues().into();
    values.sort_unstable_by(f64::total_cmp);
    values.map(|v| v.max(0.0))
}

/// Eigenvalues of a symmetric 2 x 2 matrix, ascending; those below 0 by rounding are 0.
pub(super) fn eigenvalues_2(m: [[f64; 2]; 2]) -> [f64; 2] {
    let mut values: [f64; 2] = Matrix2::from_fn(|r, c| m[r][c]).symmetric_eigenvalues().into();
    values.sort_unstable_by(f64::total_cmp);
    values.map(|v| v.max(0.0))
}
