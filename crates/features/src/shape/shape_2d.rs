//! The features of the shape of a region of one slice.
//!
//! Source: PyRadiomics 3.0.1 `shape2D.py` and `cshape.c`.

use std::f64::consts::PI;

use radsurv_image::Region;

use super::axes::{covariance, eigenvalues_2};
use crate::named::named_features;

named_features! {
    /// The 9 features of a region's shape in its plane and a deprecated one. `A` and `P` are the area in mm² and the
    /// perimeter in mm of the outline by marching squares at one half; `λ` the eigenvalues in mm² of the covariance of its
    /// pixel centres (with `1/N`), lengths in mm.
    pub struct Shape2dFeatures {
        /// `sqrt(λ_minor / λ_major)`.
        elongation: "Elongation",
        /// `4 sqrt λ_major`.
        major_axis_length: "MajorAxisLength",
        /// Largest distance between points of the outline.
        maximum_diameter: "MaximumDiameter",
        /// `A`.
        mesh_surface: "MeshSurface",
        /// `4 sqrt λ_minor`.
        minor_axis_length: "MinorAxisLength",
        /// `P`.
        perimeter: "Perimeter",
        /// `P / A`.
        perimeter_surface_ratio: "PerimeterSurfaceRatio",
        /// Number of pixels times the area of one.
        pixel_surface: "PixelSurface",
        /// `P / (2 sqrt(π A))` (deprecated: by name only).
        spherical_disproportion: "SphericalDisproportion",
        /// `2 sqrt(π A) / P`.
        sphericity: "Sphericity",
    }
}

/// The lines of marching squares by which corners are inside, as pairs of edges. Corners (row, column): 0 (0,0), 1 (0,1),
/// 2 (1,1), 3 (1,0); edges 0 to 3 follow them. The two ambiguous cases, 5 and 10, join the corners inside.
const LINES: [&[(usize, usize)]; 16] = [
    &[],
    &[(3, 0)],
    &[(0, 1)],
    &[(3, 1)],
    &[(1, 2)],
    &[(1, 2), (3, 0)],
    &[(0, 2)],
    &[(3, 2)],
    &[(2, 3)],
    &[(2, 0)],
    &[(0, 1), (2, 3)],
    &[(2, 1)],
    &[(1, 3)],
    &[(1, 0)],
    &[(0, 3)],
    &[],
];

/// Middle of each edge (row, column).
const MIDDLES: [[f64; 2]; 4] = [[0.0, 0.5], [0.5, 1.0], [1.0, 0.5], [0.5, 0.0]];

impl Shape2dFeatures {
    /// The shape in the plane across `axis` (0 = x, 1 = y, 2 = z) of a region that is one voxel thick along it; `None` if
    /// it is thicker.
    pub fn new(region: &Region, axis: usize) -> Option<Self> {
        let size = region.bounds().size;
        if *size.get(axis)? != 1 {
            return None;
        }
        // Rows and columns of the plane, in the order of the array: (y, x), (z, x) or (z, y).
        let (row, column) = [(2, 1), (2, 0), (1, 0)][axis];
        let spacing_mm = region.geometry().spacing_mm();
        let spacing = [spacing_mm[row], spacing_mm[column]];
        let (rows, columns) = (size[row], size[column]);
        // One voxel thick: the box is the plane, row after row.
        let inside = region.inside();
        let at = |r: usize, c: usize| r > 0 && c > 0 && r <= rows && c <= columns && inside[(r - 1) * columns + c - 1];
        let (mut perimeter, mut twice_area) = (0.0, 0.0);
        let mut points = Vec::new();
        for r in 0..=rows {
            for c in 0..=columns {
                let code = usize::from(at(r, c))
                    | usize::from(at(r, c + 1)) << 1
                    | usize::from(at(r + 1, c + 1)) << 2
                    | usize::from(at(r + 1, c)) << 3;
                let point = |edge: usize| {
                    [(r as f64 + MIDDLES[edge][0]) * spacing[0], (c as f64 + MIDDLES[edge][1]) * spacing[1]]
                };
                for &(from, to) in LINES[code] {
                    let (a, b) = (point(from), point(to));
                    twice_area += a[0] * b[1] - b[0] * a[1];
                    perimeter += ((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])).sqrt();
                    points.extend([a, b]);
                }
            }
        }
        let mut largest = 0.0f64;
        for (i, a) in points.iter().enumerate() {
            for b in &points[i + 1..] {
                largest = largest.max((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]));
            }
        }
        let area = twice_area / 2.0;
        let c = covariance(region, spacing_mm);
        let [minor, major] = eigenvalues_2([[c[row][row], c[row][column]], [c[column][row], c[column][column]]]);
        let sphericity = 2.0 * (PI * area).sqrt() / perimeter;
        Some(Self {
            elongation: (minor / major).sqrt(),
            major_axis_length: major.sqrt() * 4.0,
            maximum_diameter: largest.sqrt(),
            mesh_surface: area,
            minor_axis_length: minor.sqrt() * 4.0,
            perimeter,
            perimeter_surface_ratio: perimeter / area,
            pixel_surface: region.voxel_count() as f64 * (spacing[0] * spacing[1]),
            spherical_disproportion: 1.0 / sphericity,
            sphericity,
        })
    }
}
