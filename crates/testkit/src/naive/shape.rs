//! Shape in 3-D: 14 features and the deprecated Compactness1, Compactness2 and SphericalDisproportion.

use super::{Named, eigen::eigenvalues, index, mesh, neighbour, voxels};
use std::f64::consts::PI;

/// Volume in mm^3 and area in mm^2 of the marching-cubes mesh of a mask, which ends outside the grid.
pub fn mesh_volume_and_area(size: [usize; 3], mask: &[bool], spacing: [f64; 3]) -> (f64, f64) {
    let cases: Vec<_> = (0..=255).map(mesh::cell).collect();
    let (mut volume, mut area) = (0.0, 0.0);
    for cell in voxels(size.map(|n| n + 1)) {
        // Corner (0, 0, 0) of cell (x, y, z) is the voxel before it on every axis.
        let mut corners = 0;
        for bit in 0..8 {
            let offset = [bit & 1, bit >> 1 & 1, bit >> 2].map(|b: i64| b - 1);
            if neighbour(size, cell, offset).is_some_and(|at| mask[index(size, at)]) {
                corners |= 1 << bit;
            }
        }
        let (triangles, inverse) = &cases[corners as usize];
        for triangle in triangles {
            let placed = mesh::place(triangle, cell.map(|c| c as f64), spacing);
            volume += if *inverse { -mesh::volume(&placed) } else { mesh::volume(&placed) };
            area += mesh::area(&placed);
        }
    }
    (volume, area)
}

/// Largest distances in mm between points of the mesh.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Diameters {
    /// Of any two points.
    pub all: f64,
    /// Of points with the same x, the same y and the same z.
    pub across: [f64; 3],
}

/// Compares all pairs of mesh points: the middles between voxels of the mask and their neighbours outside it by face.
pub fn diameters(size: [usize; 3], mask: &[bool], spacing: [f64; 3]) -> Diameters {
    let mut points: Vec<[i64; 3]> = Vec::new();
    for at in voxels(size).filter(|&at| mask[index(size, at)]) {
        for axis in 0..3 {
            for step in [-1, 1] {
                let mut offset = [0; 3];
                offset[axis] = step;
                if !neighbour(size, at, offset).is_some_and(|to| mask[index(size, to)]) {
                    points.push([0, 1, 2].map(|a| 2 * at[a] as i64 + offset[a]));
                }
            }
        }
    }
    let mut found = Diameters::default();
    for (k, a) in points.iter().enumerate() {
        for b in &points[..k] {
            let square: f64 = (0..3).map(|d| ((a[d] - b[d]) as f64 / 2.0 * spacing[d]).powi(2)).sum();
            let distance = square.sqrt();
            found.all = found.all.max(distance);
            for d in 0..3 {
                if a[d] == b[d] {
                    found.across[d] = found.across[d].max(distance);
                }
            }
        }
    }
    found
}

/// Variances in mm^2 along the principal axes of the mask's voxels, ascending (over N). Those that rounding made
/// negative (above -1e-10) are 0.
pub fn axis_variances(size: [usize; 3], mask: &[bool], spacing: [f64; 3]) -> Vec<f64> {
    let points: Vec<Vec<f64>> = voxels(size)
        .filter(|&at| mask[index(size, at)])
        .map(|at| (0..3).map(|a| at[a] as f64 * spacing[a]).collect())
        .collect();
    principal_variances(&points)
}

/// Eigenvalues of the covariance (over N) of points, ascending; those between -1e-10 and 0 are 0.
pub fn principal_variances(points: &[Vec<f64>]) -> Vec<f64> {
    let dimensions = points[0].len();
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f64>() / points.len() as f64;
    let means: Vec<f64> = (0..dimensions).map(mean).collect();
    let mut covariance = Vec::new();
    for a in 0..dimensions {
        for b in 0..dimensions {
            let sum: f64 = points.iter().map(|p| (p[a] - means[a]) * (p[b] - means[b])).sum();
            covariance.push(sum / points.len() as f64);
        }
    }
    let mut values = eigenvalues(dimensions, covariance);
    values.sort_by(f64::total_cmp);
    values.into_iter().map(|v| if v < 0.0 && v > -1e-10 { 0.0 } else { v }).collect()
}

/// The features of the voxels where `mask` holds. Mesh features are in mm to their power.
pub fn features(size: [usize; 3], mask: &[bool], spacing: [f64; 3]) -> Vec<Named> {
    let (volume, area) = mesh_volume_and_area(size, mask, spacing);
    let diameters = diameters(size, mask, spacing);
    let variances = axis_variances(size, mask, spacing);
    let count = mask.iter().filter(|m| **m).count() as f64;
    let sphere_area = (36.0 * PI * volume * volume).cbrt();
    vec![
        ("MeshVolume", volume),
        ("VoxelVolume", count * spacing.iter().product::<f64>()),
        ("SurfaceArea", area),
        ("SurfaceVolumeRatio", area / volume),
        ("Sphericity", sphere_area / area),
        ("Compactness1", volume / (area.powf(1.5) * PI.sqrt())),
        ("Compactness2", 36.0 * PI * volume.powi(2) / area.powi(3)),
        ("SphericalDisproportion", area / sphere_area),
        ("Maximum3DDiameter", diameters.all),
        ("Maximum2DDiameterSlice", diameters.across[2]),
        ("Maximum2DDiameterColumn", diameters.across[1]),
        ("Maximum2DDiameterRow", diameters.across[0]),
        ("MajorAxisLength", 4.0 * variances[2].sqrt()),
        ("MinorAxisLength", 4.0 * variances[1].sqrt()),
        ("LeastAxisLength", 4.0 * variances[0].sqrt()),
        ("Elongation", (variances[1] / variances[2]).sqrt()),
        ("Flatness", (variances[0] / variances[2]).sqrt()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_voxel_is_an_octahedron() {
        let (volume, area) = mesh_volume_and_area([1, 1, 1], &[true], [2.0, 2.0, 2.0]);
        assert!((volume - 4.0 / 3.0).abs() < 1e-14);
        assert!((area - 4.0 * 3f64.sqrt()).abs() < 1e-14);
        assert_eq!(diameters([1, 1, 1], &[true], [2.0, 2.0, 2.0]).all, 2.0);
    }

    #[test]
    fn a_long_box() {
        let found = features([10, 1, 1], &[true; 10], [1.0; 3]);
        let get = |name| found.iter().find(|f| f.0 == name).map(|f| f.1).unwrap();
        // The ten centres have variance (10^2 - 1) / 12.
        assert!((get("MajorAxisLength") - 4.0 * 8.25f64.sqrt()).abs() < 1e-12);
        assert_eq!((get("Maximum3DDiameter"), get("VoxelVolume"), get("Flatness")), (10.0, 10.0, 0.0));
    }
}
