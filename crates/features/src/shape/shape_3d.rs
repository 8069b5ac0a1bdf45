//! The features of a region's shape in three dimensions.
//!
//! Source: IBSI reference manual section 3.1; PyRadiomics 3.0.1 `shape.py`.

use std::f64::consts::PI;

use radsurv_image::Region;

use super::axes::{covariance, eigenvalues_3};
use super::bits::BitVolume;
use super::diameter::diameters;
use super::mesh::mesh_size;
use crate::named::named_features;

named_features! {
    /// The 14 shape features and three deprecated ones. `V` and `A` are the volume in mm³ and the area in mm² of the
    /// region's mesh; `λ` the eigenvalues in mm² of the covariance of its voxel centres (with `1/N`), lengths in mm.
    pub struct ShapeFeatures {
        /// `V / (sqrt π A^{3/2})` (deprecated: by name only).
        compactness_1: "Compactness1",
        /// `36 π V² / A³` (deprecated: by name only).
        compactness_2: "Compactness2",
        /// `sqrt(λ_minor / λ_major)`.
        elongation: "Elongation",
        /// `sqrt(λ_least / λ_major)`.
        flatness: "Flatness",
        /// `4 sqrt λ_least`.
        least_axis_length: "LeastAxisLength",
        /// `4 sqrt λ_major`.
        major_axis_length: "MajorAxisLength",
        /// Largest distance between mesh points of one plane of constant y.
        maximum_2d_diameter_column: "Maximum2DDiameterColumn",
        /// Largest distance between mesh points of one plane of constant x.
        maximum_2d_diameter_row: "Maximum2DDiameterRow",
        /// Largest distance between mesh points of one plane of constant z.
        maximum_2d_diameter_slice: "Maximum2DDiameterSlice",
        /// Largest distance between mesh points.
        maximum_3d_diameter: "Maximum3DDiameter",
        /// `V`.
        mesh_volume: "MeshVolume",
        /// `4 sqrt λ_minor`.
        minor_axis_length: "MinorAxisLength",
        /// `A / (36 π V²)^{1/3}` (deprecated: by name only).
        spherical_disproportion: "SphericalDisproportion",
        /// `(36 π V²)^{1/3} / A`.
        sphericity: "Sphericity",
        /// `A`.
        surface_area: "SurfaceArea",
        /// `A / V`.
        surface_volume_ratio: "SurfaceVolumeRatio",
        /// Number of voxels times the volume of one.
        voxel_volume: "VoxelVolume",
    }
}

impl ShapeFeatures {
    /// The shape of a region.
    ///
    /// # Example
    /// ```
    /// use radsurv_features::shape::ShapeFeatures;
    /// use radsurv_image::{Geometry, Mask};
    /// let grid = Geometry::new([4, 4, 4], [2.0; 3], [0.0; 3], Geometry::IDENTITY)?;
    /// let cube = Mask::from_bools(grid, &[true; 64])?.region(1)?;
    /// assert_eq!(ShapeFeatures::new(&cube).voxel_volume, 512.0);
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn new(region: &Region) -> Self {
        let spacing_mm = region.geometry().spacing_mm();
        let volume = BitVolume::new(region);
        let mesh = mesh_size(&volume, spacing_mm);
        let (v, a) = (mesh.volume_mm3, mesh.area_mm2);
        let d = diameters(&volume, spacing_mm);
        let [least, minor, major] = eigenvalues_3(covariance(region, spacing_mm));
        let equal_sphere = (36.0 * PI * (v * v)).cbrt();
        Self {
            compactness_1: v / (a * a.sqrt() * PI.sqrt()),
            compactness_2: 36.0 * PI * (v * v) / (a * a * a),
            elongation: (minor / major).sqrt(),
            flatness: (least / major).sqrt(),
            least_axis_length: least.sqrt() * 4.0,
            major_axis_length: major.sqrt() * 4.0,
            maximum_2d_diameter_column: d.column,
            maximum_2d_diameter_row: d.row,
            maximum_2d_diameter_slice: d.slice,
            maximum_3d_diameter: d.maximum_3d,
            mesh_volume: v,
            minor_axis_length: minor.sqrt() * 4.0,
            spherical_disproportion: a / equal_sphere,
            sphericity: equal_sphere / a,
            surface_area: a,
            surface_volume_ratio: a / v,
            voxel_volume: region.voxel_count() as f64 * (spacing_mm[2] * spacing_mm[0] * spacing_mm[1]),
        }
    }
}
