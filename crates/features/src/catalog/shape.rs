//! Shape in 3-D.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 17] = [
    FeatureInfo::new("Compactness1", "SKGS", "Mesh volume over the root of pi times the cubed surface area")
        .by_name_only("Sphericity", "it is sqrt(Sphericity^3) / (6 pi)"),
    FeatureInfo::new("Compactness2", "BQWJ", "36 pi times the squared mesh volume over the cubed surface area")
        .by_name_only("Sphericity", "it is Sphericity^3"),
    FeatureInfo::new("Elongation", "Q3CK", "Root of second over first principal variance: 1 is round, 0 a line"),
    FeatureInfo::new("Flatness", "N17B", "Root of third over first principal variance: 1 is a ball, 0 flat"),
    FeatureInfo::new("LeastAxisLength", "7J51", "Shortest axis of the ellipsoid of equal principal variances, in mm"),
    FeatureInfo::new("MajorAxisLength", "TDIC", "Longest axis of the ellipsoid of equal principal variances, in mm"),
    FeatureInfo::without_code(
        "Maximum2DDiameterColumn",
        "Largest distance of surface vertices within a coronal plane, in mm",
    ),
    FeatureInfo::without_code(
        "Maximum2DDiameterRow",
        "Largest distance of surface vertices within a sagittal plane, in mm",
    ),
    FeatureInfo::without_code(
        "Maximum2DDiameterSlice",
        "Largest distance of surface vertices within an axial plane, in mm",
    ),
    FeatureInfo::new("Maximum3DDiameter", "L0JK", "Largest distance of surface vertices, in mm"),
    FeatureInfo::new("MeshVolume", "RNU0", "Volume inside the surface mesh, in mm^3"),
    FeatureInfo::new("MinorAxisLength", "P9VJ", "Second axis of the ellipsoid of equal principal variances, in mm"),
    FeatureInfo::new("SphericalDisproportion", "KRCK", "Surface area over that of a ball of equal volume")
        .by_name_only("Sphericity", "it is 1 / Sphericity"),
    FeatureInfo::new("Sphericity", "QCFX", "Surface area of a ball of equal volume over the surface area"),
    FeatureInfo::new("SurfaceArea", "C0JK", "Area of the surface mesh, in mm^2"),
    FeatureInfo::new("SurfaceVolumeRatio", "2PR5", "Surface area over mesh volume, in 1/mm"),
    FeatureInfo::new("VoxelVolume", "YEKZ", "Number of voxels times the volume of a voxel, in mm^3"),
];
